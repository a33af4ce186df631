"""Who asks and may: reads a request of an operator or a seller outside the auction, and answers it."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from litestar import Request, Response
from litestar.datastructures import State
from msgspec.structs import replace

from app.dialects.body.read import read_body
from app.dialects.reading import Reading
from app.dialects.text import Scalar
from app.domain.buyer import Operator, Role
from app.domain.reasons import Refusal
from app.domain.seller import Seller
from app.http.answer import HttpAnswer, http_receipt, http_refusal
from app.http.authentication import keys_in_fields, keys_in_headers
from app.http.request import FEEDBACK, RawRequest, SellerRequest, read_request
from app.store.errors import StoreUnavailable
from app.usecases.bidder import Bidder
from app.wire.feedback import Receipt

T = TypeVar("T")
Asker = Request[Any, Any, State]

AWAY = Refusal("internal")


async def operators_request(
    request: Asker, role: Role, *, in_query: bool = False
) -> tuple[Bidder, SellerRequest, Operator | None]:
    """A request as read, and the operator whose key it has if that may do what needs this role."""
    bidder: Bidder = request.app.state.bidder
    raw = await raw_request(request)
    raw = _with_key_of_query(raw) if in_query else raw
    asked = read_request(raw, FEEDBACK, bidder.catalogue.seller_by_key, operators=bidder.operator_by_key)
    operator = asked.operator
    if operator is None:
        bidder.metrics.count("keyless_refusals_total", asked.keyless_fault)
    return bidder, asked, operator if operator is not None and operator.may(role) else None


async def anybodys_request(request: Asker) -> tuple[Bidder, SellerRequest, Operator | Seller | None]:
    """A request as read, and the operator or else the seller whose key it has."""
    bidder: Bidder = request.app.state.bidder
    raw = await raw_request(request)
    asked = read_request(raw, FEEDBACK, bidder.catalogue.seller_by_key, operators=bidder.operator_by_key)
    if asked.operator is None:
        asked = read_request(raw, FEEDBACK, bidder.catalogue.seller_by_key)
    who = asked.operator or asked.seller
    if who is None:
        bidder.metrics.count("keyless_refusals_total", asked.keyless_fault)
    return bidder, asked, who


def denial(asked: SellerRequest, role: Role) -> HttpAnswer:
    """The no to whoever has no key (401), or one whose role is too low (403)."""
    operator = asked.operator
    if operator is None or operator.may(role):
        return http_refusal(asked, asked.refusal or Refusal("auth_failed"))
    reason = f"this needs the role {role}, and the key of {operator.name} has the role {operator.role}"
    return http_receipt(
        replace(asked, status=403), Receipt(status="rejected", reason=reason, reason_code="auth_failed")
    )


async def raw_request(request: Asker) -> RawRequest:
    """As it came."""
    state = request.app.state
    return RawRequest(request.scope, await request.body(), state.clock(), 0.0)  # type: ignore[arg-type]


async def taken(
    asked: SellerRequest, read: Callable[[dict[str, Scalar]], Reading[T]], take: Callable[[T], Awaitable[Receipt]]
) -> Response[bytes]:
    """The answer to a report: what `take` makes of what `read` finds in its fields."""
    reading = Reading(asked.refusal) if asked.refusal is not None else read(asked.fields)
    value = reading.value
    if isinstance(value, Refusal):
        return response(http_refusal(asked, value))
    try:
        receipt = await take(value)
        if receipt.status == "recorded":
            receipt = replace(receipt, warnings=reading.warnings + receipt.warnings)
        return response(http_receipt(asked, receipt))
    except StoreUnavailable:
        return response(http_refusal(asked, AWAY))


def response(answer: HttpAnswer) -> Response[bytes]:
    """An answer as the framework sends it."""
    headers = {name.decode(): value.decode() for name, value in answer.headers}
    return Response(answer.body, status_code=answer.status, media_type=answer.content_type.decode(), headers=headers)


def _with_key_of_query(raw: RawRequest) -> RawRequest:
    """The same request with the key in its query as if it stood in a header, where none does."""
    scope = raw.scope
    query = read_body(b"", "", scope["query_string"])
    offered = next(keys_in_fields(query), "") if isinstance(query, dict) else ""
    if not (offered and offered.isascii()) or keys_in_headers(dict(scope["headers"])):
        return raw
    return replace(raw, scope={**scope, "headers": [*scope["headers"], (b"x-api-key", offered.encode())]})
