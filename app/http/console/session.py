"""Who opens a page of the console: the session's cookie, and the proof that a form came from one of our pages."""

import base64
import binascii
import hmac
from hashlib import sha256
from typing import Any, TypeVar
from urllib.parse import quote, urlsplit

import msgspec
from litestar import Request, Response
from litestar.datastructures import Cookie, State
from msgspec.structs import replace

from app.domain.operators.sign_in import SESSION_S
from app.http.console.view import Done
from app.usecases.bidder import Bidder
from app.usecases.operators.sign_in import OperatorVisit, sign_out, visit_of

Opened = Request[Any, Any, State]

SIGN_IN = "/console/sign-in"
HOME = "/console"

_SESSION, _SAID, _ATTEMPT = "leadbid_session", "leadbid_said", "leadbid_attempt"
_SAID_S = 60
"""How long the answer to an act waits for the page that shows it."""

_SAID_MAX = 3_800
"""Characters of a cookie beside its name and seal: browsers drop one of more than 4,096."""

_ATTEMPT_S = 600
"""How long somebody may take to sign in at the provider."""

T = TypeVar("T", bound=msgspec.Struct)


class BegunAttempt(msgspec.Struct, frozen=True):
    """A sign-in by the provider that this browser has begun, and the page that it wanted."""

    secret: str
    to: str


class Said(msgspec.Struct, frozen=True):
    """The answer to an act, shown on the next page; a `refusal` is why nothing was done."""

    done: Done
    refusal: bool = False


async def visit(request: Opened, *, by_hand: bool = True) -> OperatorVisit | None:
    """Whose session this is. A page that keeps itself up to date keeps no session going. Raises StoreUnavailable."""
    state = request.app.state
    by_hand = by_hand and "hx-request" not in request.headers
    return await visit_of(state.bidder, token_of(request), state.clock(), by_hand=by_hand)


def token_of(request: Opened) -> str:
    """What the browser keeps of a session."""
    return _kept(request, _SESSION)


async def begin(response: Response[Any], request: Opened, token: str) -> Response[Any]:
    """Have the browser keep a session, which is always a new one, and end what it had. Raises StoreUnavailable."""
    await sign_out(request.app.state.bidder, token_of(request), request.app.state.clock())
    response.set_cookie(_cookie(request, _SESSION, token, int(SESSION_S)))
    return response


def end(response: Response[Any], request: Opened) -> Response[Any]:
    """Have it forgotten."""
    return _forgotten(response, request, _SESSION)


def begin_attempt(response: Response[Any], request: Opened, attempt: BegunAttempt) -> Response[Any]:
    """Have the browser keep what ties an answer of the provider to it."""
    response.set_cookie(_cookie(request, _ATTEMPT, _packed(attempt), _ATTEMPT_S))
    return response


def attempt_of(request: Opened) -> BegunAttempt:
    """What it has kept; one without a secret where that is nothing."""
    return _unpacked(_kept(request, _ATTEMPT), BegunAttempt) or BegunAttempt("", HOME)


def end_attempt(response: Response[Any], request: Opened) -> Response[Any]:
    """Have it forgotten: each is good for one answer."""
    return _forgotten(response, request, _ATTEMPT)


def say(response: Response[Any], request: Opened, said: Said) -> Response[Any]:
    """Have the next page show this."""
    text = _packed(said)
    if len(text) > _SAID_MAX:
        return say(response, request, replace(said, done=Done(f"{said.done.said[:400]}…")))
    response.set_cookie(_cookie(request, _SAID, f"{text}.{_seal(request, text)}", _SAID_S))
    return response


def what_was_said(request: Opened) -> Said | None:
    """What the act before has answered in this session, and nobody else."""
    text, _, seal = _kept(request, _SAID).partition(".")
    return _unpacked(text, Said) if _is_same(seal, _seal(request, text)) else None


def shown(response: Response[Any], request: Opened) -> Response[Any]:
    """Have what was said forgotten once it is shown."""
    return _forgotten(response, request, _SAID) if _kept(request, _SAID) else response


def proof(request: Opened) -> str:
    """What a form of this session must bring along: nobody learns it who cannot read our pages."""
    return sha256(b"leadbid.form/" + _bytes(token_of(request))).hexdigest()


def is_proven(request: Opened, given: object) -> bool:
    """Whether a form was filled in on one of our pages, in this session."""
    return isinstance(given, str) and is_ours(request) and _is_same(given, proof(request))


def is_ours(request: Opened) -> bool:
    """Whether a page of ours asks, as every browser says of a form; what says nothing is no browser.

    A hidden origin (`null`) is none of ours, since our pages do not hide it from us.
    """
    site = request.headers.get("sec-fetch-site", "same-origin")
    origin = request.headers.get("origin", "")
    ours = {request.headers.get("host", "").lower(), *map(_host, _declared(request))}
    return site in ("same-origin", "none") and (not origin or _host(origin) in ours)


def local_path(path: str) -> str:
    """A path of the console, whatever was asked for: nobody is sent elsewhere."""
    is_local = path == HOME or path.startswith((f"{HOME}/", f"{HOME}?"))
    return path if is_local and "\\" not in path and not path.startswith(SIGN_IN) else HOME


def to_sign_in(request: Opened) -> str:
    """Where to sign in and come back from."""
    query = request.scope["query_string"].decode("latin-1")
    here = request.scope["path"] + (f"?{query}" if query else "")
    return SIGN_IN if request.method != "GET" or here == HOME else f"{SIGN_IN}?next={quote(here, safe='')}"


def _seal(request: Opened, text: str) -> str:
    """What shows that this session was told so: a forged answer could offer any form as its undo."""
    return hmac.new(b"leadbid.said/" + _bytes(token_of(request)), _bytes(text), sha256).hexdigest()


def _is_same(given: str, ours: str) -> bool:
    return hmac.compare_digest(_bytes(given), _bytes(ours))


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _kept(request: Opened, name: str) -> str:
    return request.cookies.get(_name(request, name), "")


def _forgotten(response: Response[Any], request: Opened, name: str) -> Response[Any]:
    response.set_cookie(_cookie(request, name, "", 0))
    return response


def _cookie(request: Opened, name: str, value: str, seconds: int) -> Cookie:
    # `lax`: a link in a mail or chat opens the page that it names, and no other site can send a form.
    is_secure = _is_secure(request)
    return Cookie(
        key=_name(request, name),
        value=value,
        path="/" if is_secure else HOME,
        max_age=seconds,
        httponly=True,
        secure=is_secure,
        samesite="lax",
    )


def _name(request: Opened, name: str) -> str:
    """With a prefix by which a browser takes it from this very host alone, by TLS, and from no neighbor's."""
    return f"__Host-{name}" if _is_secure(request) else name


def _is_secure(request: Opened) -> bool:
    """Whether the browser speaks TLS; a proxy that does not say so is known by the address that is declared."""
    return request.scope["scheme"] == "https" or f"https://{request.headers.get('host', '').lower()}" in _declared(
        request
    )


def _declared(request: Opened) -> tuple[str, ...]:
    bidder: Bidder = request.app.state.bidder
    return bidder.catalogue.buyer.public_urls


def _host(address: str) -> str:
    try:
        return urlsplit(address).netloc.lower()
    except ValueError:
        return ""


def _packed(value: msgspec.Struct) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode(value)).decode()


def _unpacked(text: str, kind: type[T]) -> T | None:
    try:
        return msgspec.json.decode(base64.urlsafe_b64decode(text), type=kind)
    except (binascii.Error, ValueError, msgspec.DecodeError):
        return None
