"""Answers whoever has an operator's key: what a page shows as JSON, and files."""

from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
from litestar import Response
from msgspec.structs import replace

from app.domain.buyer import Role
from app.domain.reasons import Refusal
from app.http.answer import http_answer, http_refusal
from app.http.console.brought import in_address
from app.http.console.by_session import attached
from app.http.console.fields import Unreadable, read_fields
from app.http.console.session import Opened
from app.http.console.view import ConsoleRequest, Download, NotShown, View
from app.http.operators.operator_request import AWAY, denial, operators_request, response
from app.http.request import SellerRequest
from app.store.errors import StoreUnavailable


async def report(request: Opened, view: View) -> Response[Any]:
    """The values of a view."""

    async def reported(asked: ConsoleRequest, read: SellerRequest) -> Response[Any]:
        values = await view.show(asked, read_fields(in_address(request), view.query))
        return response(http_answer(read, 200, msgspec.json.encode(values)))

    return await _for_key(request, view.role, reported)


async def send_by_key(request: Opened, download: Download) -> Response[Any]:
    """A file."""

    async def sent(asked: ConsoleRequest, _: SellerRequest) -> Response[Any]:
        return attached(await download.make(asked, read_fields(in_address(request), download.query)))

    return await _for_key(request, download.role, sent)


async def _for_key(
    request: Opened, role: Role, answer: Callable[[ConsoleRequest, SellerRequest], Awaitable[Response[Any]]]
) -> Response[Any]:
    _, read, operator = await operators_request(request, role)
    read = replace(read, format="json")
    if operator is None:
        return response(denial(read, role))
    asked = ConsoleRequest(operator=operator, background=request.app.state.background, now=read.now, by_page=False)
    try:
        return await answer(asked, read)
    except StoreUnavailable:
        return response(http_refusal(read, AWAY))
    except Unreadable as fault:
        return response(http_refusal(replace(read, status=400), Refusal("invalid_field", str(fault))))
    except NotShown as reason:
        return response(http_refusal(replace(read, status=reason.status), Refusal("invalid_field", str(reason))))
