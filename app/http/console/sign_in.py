"""Signing in and out of the console."""

from typing import Any

from litestar import Response, get, post
from litestar.response import Redirect

from app.http.console import session
from app.http.console.brought import in_form
from app.http.console.fields import Unreadable
from app.http.console.frame import away, page
from app.http.console.session import SIGN_IN, Opened
from app.http.console.view import NotShown
from app.store.errors import StoreUnavailable
from app.usecases.bidder import Bidder
from app.usecases.operators.sign_in import sign_in, sign_out

_WRONG = (
    "That name and password or key do not fit, or there were too many wrong tries. A key is never locked out; a "
    "password is again open after at most an hour, or at once when `leadbid operators password NAME` sets it anew."
)
_ELSEWHERE = "That form did not come from this page. Sign in here."


@get(SIGN_IN)
async def sign_in_page(request: Opened) -> Response[str]:
    """Where an operator says who it is."""
    return await sign_in_form(request, request.query_params.get("next", ""))


@post(SIGN_IN, status_code=200)
async def signing_in(request: Opened) -> Response[Any]:
    """The operator comes in, or is told that it may not."""
    bidder: Bidder = request.app.state.bidder
    try:
        form = await in_form(request)
    except (NotShown, Unreadable) as reason:
        return await sign_in_form(request, "", str(reason), getattr(reason, "status", 400))
    name, secret, to = [str(form.get(field, "")) for field in ("name", "secret", "next")]
    if not session.is_ours(request):
        return await sign_in_form(request, to, _ELSEWHERE, 403)
    try:
        signed_in = await sign_in(bidder, name.strip(), secret, request.app.state.clock())
        if signed_in is None:
            return await sign_in_form(request, to, _WRONG, 401)
        return await session.begin(Redirect(session.local_path(to), status_code=303), request, signed_in.token)
    except StoreUnavailable:
        return await away(request)


@post("/console/sign-out", status_code=303)
async def signing_out(request: Opened) -> Response[Any]:
    """The session ends; a form of another site ends none."""
    try:
        form = await in_form(request)
        if await session.visit(request) is not None and not session.is_proven(request, form.get("proof")):
            return Redirect(session.HOME, status_code=303)
        await sign_out(request.app.state.bidder, session.token_of(request), request.app.state.clock())
    except StoreUnavailable:
        return await away(request)
    except (NotShown, Unreadable):
        return Redirect(session.HOME, status_code=303)
    return session.end(Redirect(SIGN_IN, status_code=303), request)


async def sign_in_form(request: Opened, to: str, fault: str = "", status: int = 200) -> Response[str]:
    """Where an operator says who it is, and why it may not come in so far."""
    bidder: Bidder = request.app.state.bidder
    return await page(
        request,
        "app/http/console/sign_in.html",
        None,
        status=status,
        to=session.local_path(to),
        fault=fault,
        nobody=not bidder.operator_by_key,
        provider=bidder.catalogue.openid,
    )
