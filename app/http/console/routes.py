"""All endpoints of the console, made from what is declared: pages, their JSON, files, acts, assets and the stream."""

from collections.abc import Iterator
from typing import Any

from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from app.http.console.by_key import report, send_by_key
from app.http.console.by_session import do, reveal, send, show
from app.http.console.frame import ASSETS, MenuItem, asset
from app.http.console.openid import from_provider, to_provider
from app.http.console.pages.all_views import ACTS, DOWNLOADS, REVEALS, VIEWS
from app.http.console.session import Opened
from app.http.console.sign_in import sign_in_page, signing_in, signing_out
from app.http.console.stream import stream
from app.http.console.view import ConsoleAct, Download, Reveal, View

_FOREVER = "public, max-age=31536000, immutable"
_MENU = tuple([MenuItem(view.label, f"/console/{view.path}".rstrip("/")) for view in VIEWS if view.label])


@get("/console/assets/{digest:str}/{name:str}")
async def assets(name: FromPath[str]) -> Response[bytes]:
    """A script or style; another text has another path."""
    try:
        return Response(asset(name), media_type=ASSETS[name], headers={"Cache-Control": _FOREVER})
    except FileNotFoundError:
        return Response(b"no such file\n", status_code=404, media_type="text/plain")


def console_routes() -> Iterator[HTTPRouteHandler]:
    """Every endpoint."""
    yield from (assets, sign_in_page, signing_in, signing_out, to_provider, from_provider, stream)
    for view in VIEWS:
        yield from _view_routes(view)
    for download in DOWNLOADS:
        yield from _download_routes(download)
    yield from map(_act_route, ACTS)
    yield from map(_reveal_route, REVEALS)


def _view_routes(view: View) -> Iterator[HTTPRouteHandler]:
    @get(_typed(f"/console/{view.path}"))
    async def shown(request: Opened) -> Response[Any]:
        return await show(request, view, _MENU)

    @get(_typed(f"/v1/reports/{view.path or 'now'}"))
    async def reported(request: Opened) -> Response[Any]:
        return await report(request, view)

    yield from (shown, reported)


def _download_routes(download: Download) -> Iterator[HTTPRouteHandler]:
    @get(_typed(f"/console/{download.path}"))
    async def sent(request: Opened) -> Response[Any]:
        return await send(request, download, _MENU)

    @get(_typed(f"/v1/reports/{download.path}"))
    async def sent_by_key(request: Opened) -> Response[Any]:
        return await send_by_key(request, download)

    yield from (sent, sent_by_key)


def _act_route(act: ConsoleAct) -> HTTPRouteHandler:
    @post(_typed(f"/console/acts/{act.path}"), status_code=303, request_max_body_size=act.body_max)
    async def done(request: Opened) -> Response[Any]:
        return await do(request, act, _MENU)

    return done


def _reveal_route(revealed: Reveal) -> HTTPRouteHandler:
    @post(_typed(f"/console/reveals/{revealed.path}"), status_code=200)
    async def shown(request: Opened) -> Response[Any]:
        return await reveal(request, revealed, _MENU)

    return shown


def _typed(path: str) -> str:
    """The path in the words of the framework, where a part that varies has a type."""
    return path.rstrip("/").replace("}", ":str}")
