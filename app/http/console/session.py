"""Who opens a page of the console: the session's cookie, and the proof that a form came from one of our pages."""

import base64
import binascii
import hmac
from hashlib import sha256
from typing import Any
from urllib.parse import quote, urlsplit

import msgspec
from litestar import Request, Response
from litestar.datastructures import Cookie, State
from msgspec.structs import replace

from app.domain.operators.sign_in import SESSION_S
from app.http.console.view import Done
from app.usecases.operators.sign_in import OperatorVisit, visit_of

Opened = Request[Any, Any, State]

SIGN_IN = "/console/sign-in"
HOME = "/console"

_SESSION, _SAID = "leadbid_session", "leadbid_said"
_SAID_S = 60
"""How long the answer to an act waits for the page that shows it."""

_SAID_MAX = 3_800
"""Characters of a cookie beside its name and seal: browsers drop one of more than 4,096."""


class Said(msgspec.Struct, frozen=True):
    """The answer to an act, shown on the next page; a `refusal` is why nothing was done."""

    done: Done
    refusal: bool = False


async def visit(request: Opened, *, by_hand: bool = True) -> OperatorVisit | None:
    """Whose session this is. A page that keeps itself up to date keeps no session going. Raises StoreUnavailable."""
    state = request.app.state
    by_hand = by_hand and "hx-request" not in request.headers
    return await visit_of(state.bidder, request.cookies.get(_SESSION, ""), state.clock(), by_hand=by_hand)


def begin(response: Response[Any], request: Opened, token: str) -> Response[Any]:
    """Have the browser keep a session."""
    response.set_cookie(_cookie(request, _SESSION, token, int(SESSION_S)))
    return response


def end(response: Response[Any]) -> Response[Any]:
    """Have it forgotten."""
    response.delete_cookie(_SESSION, path=HOME)
    return response


def say(response: Response[Any], request: Opened, said: Said) -> Response[Any]:
    """Have the next page show this."""
    text = base64.urlsafe_b64encode(msgspec.json.encode(said)).decode()
    if len(text) > _SAID_MAX:
        return say(response, request, replace(said, done=Done(f"{said.done.said[:400]}…")))
    response.set_cookie(_cookie(request, _SAID, f"{text}.{_seal(request, text)}", _SAID_S))
    return response


def what_was_said(request: Opened) -> Said | None:
    """What the act before has answered in this session, and nobody else."""
    text, _, seal = request.cookies.get(_SAID, "").partition(".")
    if not hmac.compare_digest(seal.encode("utf-8", "surrogatepass"), _seal(request, text).encode()):
        return None
    try:
        return msgspec.json.decode(base64.urlsafe_b64decode(text), type=Said)
    except (binascii.Error, ValueError, msgspec.DecodeError):
        return None


def shown(response: Response[Any], request: Opened) -> Response[Any]:
    """Have what was said forgotten once it is shown."""
    if _SAID in request.cookies:
        response.delete_cookie(_SAID, path=HOME)
    return response


def proof(request: Opened) -> str:
    """What a form of this session must bring along: nobody learns it who cannot read our pages."""
    return sha256(b"leadbid.form/" + _token(request)).hexdigest()


def is_proven(request: Opened, given: object) -> bool:
    """Whether a form was filled in on one of our pages, in this session."""
    offered = given.encode("utf-8", "surrogatepass") if isinstance(given, str) else b""
    return is_ours(request) and hmac.compare_digest(offered, proof(request).encode())


def is_ours(request: Opened) -> bool:
    """Whether a page of ours asks, as far as the browser says; an old one may say nothing."""
    site = request.headers.get("sec-fetch-site", "same-origin")
    origin = request.headers.get("origin", "")
    ours = origin in ("", "null") or urlsplit(origin).netloc.lower() == request.headers.get("host", "").lower()
    return site in ("same-origin", "none") and ours


def local_path(path: str) -> str:
    """A path of the console, whatever was asked for: nobody is sent elsewhere."""
    is_local = path == HOME or path.startswith((f"{HOME}/", f"{HOME}?"))
    return path if is_local and "\\" not in path and not path.startswith(SIGN_IN) else HOME


def to_sign_in(request: Opened) -> str:
    """Where to sign in and come back from."""
    query = request.scope["query_string"].decode("latin-1")
    here = request.scope["path"] + (f"?{query}" if query else "")
    return SIGN_IN if request.method != "GET" or here == HOME else f"{SIGN_IN}?next={quote(here, safe='')}"


def _token(request: Opened) -> bytes:
    return request.cookies.get(_SESSION, "").encode("utf-8", "surrogatepass")


def _seal(request: Opened, text: str) -> str:
    """What shows that this session was told so: a forged answer could offer any form as its undo."""
    return hmac.new(b"leadbid.said/" + _token(request), text.encode("utf-8", "surrogatepass"), sha256).hexdigest()


def _cookie(request: Opened, name: str, value: str, seconds: int) -> Cookie:
    # `lax`: a link in a mail or chat opens the page that it names, and no other site can send a form.
    return Cookie(
        key=name,
        value=value,
        path=HOME,
        max_age=seconds,
        httponly=True,
        secure=request.scope["scheme"] == "https",
        samesite="lax",
    )
