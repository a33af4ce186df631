"""A page of the console: its frame with menu and what was just done, around the part that a template fills."""

import asyncio
from collections.abc import Sequence
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any
from urllib.parse import quote

import msgspec
from litestar import MediaType, Response

from app.domain.buyer import Operator
from app.http.console import session
from app.http.console.session import Opened
from app.http.secured import FRAMED_NOWHERE
from app.pages.document import document

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "form-action 'self'; base-uri 'none'"
)
_ASSETS = "app/http/console/assets"


class MenuItem(msgspec.Struct, frozen=True):
    """A page that the menu names."""

    label: str
    path: str


async def page(
    request: Opened,
    template: str,
    operator: Operator | None,
    menu: Sequence[MenuItem] = (),
    *,
    status: int = 200,
    **values: Any,
) -> Response[str]:
    """The whole page; its template extends `app/http/console/frame.html`.

    It is filled in a thread: a template is compiled when it is first used, which takes as long as hundreds of pings.
    """
    said = session.what_was_said(request)
    buyer = request.app.state.bidder.catalogue.buyer
    text = await asyncio.to_thread(
        document,
        template,
        operator=operator,
        menu=menu,
        said=said,
        proof=session.proof(request),
        here=request.scope["path"],
        address=quote(request.scope["path"], errors="replace") + _query(request),
        buyer=buyer,
        zone=buyer.zone,
        asset=asset_path,
        policy=_POLICY,
        **values,
    )
    # With `no-referrer` a browser would hide from us that a form of ours is ours.
    headers = {"Content-Security-Policy": f"{_POLICY}; {FRAMED_NOWHERE}", "Referrer-Policy": "same-origin"}
    answer = Response(text, status_code=status, media_type=MediaType.HTML, headers=headers)
    return session.shown(answer, request)


async def away(request: Opened, operator: Operator | None = None, menu: Sequence[MenuItem] = ()) -> Response[str]:
    """The page where the database does not answer."""
    text = (
        "The database does not answer, so nothing can be shown or changed here. Bids go on as long as sales can be "
        "recorded; `/readyz` says how it is. This page tries again when you reload it."
    )
    return await trouble(request, "Not just now", text, 503, operator, menu)


async def trouble(
    request: Opened, title: str, text: str, status: int, operator: Operator | None, menu: Sequence[MenuItem] = ()
) -> Response[str]:
    """A page that says why there is nothing else."""
    return await page(
        request, "app/http/console/trouble.html", operator, menu, status=status, page_title=title, trouble_text=text
    )


def asset_path(name: str) -> str:
    """Where a browser finds a file of the console; it may keep it, as another text has another path."""
    return f"/console/assets/{_digest(name)}/{name}"


@cache
def asset(name: str) -> bytes:
    """A file as it is sent. Raises FileNotFoundError for what is none."""
    if name not in ASSETS:
        raise FileNotFoundError(name)
    package, _, path = _ASSETS.partition("/")
    own = files(package).joinpath(path, name).read_bytes()
    return files(package).joinpath("pages", "page.css").read_bytes() + own if name == "console.css" else own


ASSETS = {
    "console.css": "text/css",
    "console.js": "text/javascript",
    "htmx-2.0.11.min.js": "text/javascript",
    "htmx-ext-sse-2.2.4.min.js": "text/javascript",
    "idiomorph-ext-0.8.0.min.js": "text/javascript",
}
"""Files by name, and what they are."""


@cache
def _digest(name: str) -> str:
    return sha256(asset(name)).hexdigest()[:12]


def _query(request: Opened) -> str:
    query = request.scope["query_string"].decode("latin-1")
    return f"?{query}" if query else ""
