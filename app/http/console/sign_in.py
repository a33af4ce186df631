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

_WRONG = "That name and password or key do not fit, or there were too many wrong tries: then wait some minutes."
_ELSEWHERE = "That form did not come from this page. Sign in here."


@get(SIGN_IN)
async def sign_in_page(request: Opened) -> Response[str]:
    """Where an operator says who it is."""
    return await _form(request, request.query_params.get("next", ""))


@post(SIGN_IN, status_code=200)
async def signing_in(request: Opened) -> Response[Any]:
    """The operator comes in, or is told that it may not."""
    bidder: Bidder = request.app.state.bidder
    try:
        form = await in_form(request)
    except (NotShown, Unreadable) as reason:
        return await _form(request, "", str(reason), getattr(reason, "status", 400))
    name, secret, to = [str(form.get(field, "")) for field in ("name", "secret", "next")]
    if not session.is_ours(request):
        return await _form(request, to, _ELSEWHERE, 403)
    try:
        signed_in = await sign_in(bidder, name.strip(), secret.strip(), request.app.state.clock())
    except StoreUnavailable:
        return await away(request)
    if signed_in is None:
        return await _form(request, to, _WRONG, 401)
    return session.begin(Redirect(session.local_path(to), status_code=303), request, signed_in.token)


@post("/console/sign-out", status_code=303)
async def signing_out(request: Opened) -> Response[Any]:
    """The session ends; another site's form ends none."""
    gone = Redirect(SIGN_IN, status_code=303)
    try:
        form, visit = await in_form(request), await session.visit(request)
        if visit is None:
            return session.end(gone)
        if not session.is_proven(request, form.get("proof")):
            return Redirect(session.HOME, status_code=303)
        await sign_out(request.app.state.bidder, visit, request.app.state.clock())
    except StoreUnavailable:
        return await away(request)
    except (NotShown, Unreadable):
        return Redirect(session.HOME, status_code=303)
    return session.end(gone)


async def _form(request: Opened, to: str, fault: str = "", status: int = 200) -> Response[str]:
    bidder: Bidder = request.app.state.bidder
    return await page(
        request,
        "app/http/console/sign_in.html",
        None,
        status=status,
        to=session.local_path(to),
        fault=fault,
        nobody=not bidder.operator_by_key,
    )
