"""Signing in to the console by the OpenID Connect provider that is configured."""

from typing import Any

from litestar import Response, get
from litestar.response import Redirect

from app.http.console import session
from app.http.console.frame import away
from app.http.console.session import SIGN_IN, BegunAttempt, Opened
from app.http.console.sign_in import sign_in_form
from app.http.pages.public_url import public_url
from app.openid.attempt import SignInAttempt
from app.openid.client import CameBack
from app.store.errors import StoreUnavailable
from app.usecases.bidder import Bidder
from app.usecases.operators.sign_in_elsewhere import NotSignedIn, new_attempt, sign_in_elsewhere, way_to_provider

PROVIDER = f"{SIGN_IN}/provider"
BACK = f"{PROVIDER}/back"

_NO_ADDRESS = "The address that you use is not declared: have an admin add it to `public_urls` of [buyer]."


@get(PROVIDER)
async def to_provider(request: Opened) -> Response[Any]:
    """The browser goes to the provider, and remembers that it did."""
    bidder: Bidder = request.app.state.bidder
    to, attempt = session.local_path(request.query_params.get("next", "")), new_attempt(bidder)
    try:
        there = await way_to_provider(bidder, attempt, _redirect_uri(request))
    except NotSignedIn as reason:
        return await _refused(request, to, reason)
    return session.begin_attempt(Redirect(there, status_code=303), request, BegunAttempt(attempt.secret, to))


@get(BACK)
async def from_provider(request: Opened) -> Response[Any]:
    """It comes back, and its operator comes in or is told why not."""
    bidder, given, begun = request.app.state.bidder, request.query_params, session.attempt_of(request)
    came = CameBack(**{name: given.get(key, "") for name, key in _BROUGHT.items()})
    to = session.local_path(begun.to)
    try:
        signed_in = await sign_in_elsewhere(
            bidder, SignInAttempt(begun.secret), came, _redirect_uri(request), request.app.state.clock()
        )
        response = await session.begin(Redirect(to, status_code=303), request, signed_in.token)
    except NotSignedIn as reason:
        response = await _refused(request, to, reason)
    except StoreUnavailable:
        response = await away(request)
    return session.end_attempt(response, request)


_BROUGHT = {"code": "code", "state": "state", "issuer": "iss", "error": "error"}


def _redirect_uri(request: Opened) -> str:
    """Where the provider sends the browser: never what only its `Host` names. Raises NotSignedIn."""
    address = public_url(request, request.app.state.bidder.catalogue.buyer.public_urls)
    if address is None:
        raise NotSignedIn(_NO_ADDRESS)
    return f"{address}{BACK}"


async def _refused(request: Opened, to: str, reason: NotSignedIn) -> Response[Any]:
    return await sign_in_form(request, to, str(reason), 503 if reason.is_away else 401)
