"""Writes an answer as HTTP: status by the seller's setting, headers, and a body in its dialect."""

from collections.abc import Iterable, Sequence
from http import HTTPStatus
from math import ceil

import msgspec

from app.dialects.answers import (
    ping_status,
    post_status,
    receipt_status,
    summed_up,
    told_status,
    write_ping_answer,
    write_post_answer,
    write_receipt,
    write_receipts,
)
from app.dialects.dialect import Price
from app.dialects.written import CONTENT_TYPES, price, quoted_price
from app.domain.answers import refused_ping, refused_receipt
from app.domain.reasons import Refusal
from app.http.request import SellerRequest
from app.telemetry.request_id import HEADER
from app.wire.feedback import Receipt
from app.wire.ping import PingAnswer
from app.wire.post import PostAnswer

_STATUS_LINES = {each.value: f"HTTP/1.1 {each.value} {each.phrase}\r\n".encode() for each in HTTPStatus}
_CONTENT_TYPES = {name: value.encode() for name, value in CONTENT_TYPES.items()}


class HttpAnswer(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """`headers` are those beside its length and type."""

    status: int
    content_type: bytes
    body: bytes
    headers: tuple[tuple[bytes, bytes], ...] = ()


FAULT = HttpAnswer(503, _CONTENT_TYPES["json"], write_ping_answer(refused_ping(Refusal("internal"), None, ""), "json"))
"""The answer where not even a refusal could be made: nothing was bid, nothing was sold."""


def lines_of(headers: Iterable[tuple[bytes, bytes]]) -> bytes:
    """Headers as they are sent."""
    return b"".join([b"%b: %b\r\n" % header for header in headers])


def written(answer: HttpAnswer, always: bytes, *, keep_alive: bool) -> bytes:
    """An answer as bytes, with the headers that are `always` sent."""
    more = always + lines_of(answer.headers) if answer.headers else always
    if not keep_alive:
        more += b"connection: close\r\n"
    return b"%bcontent-type: %b\r\ncontent-length: %d\r\n%b\r\n%b" % (
        _STATUS_LINES[answer.status],
        answer.content_type,
        len(answer.body),
        more,
        answer.body,
    )


def named(answer: HttpAnswer, request_id: bytes) -> HttpAnswer:
    """The same with the id of its request."""
    return HttpAnswer(answer.status, answer.content_type, answer.body, (*answer.headers, (HEADER, request_id)))


def http_ping_answer(request: SellerRequest, answer: PingAnswer) -> HttpAnswer:
    """The answer to a ping."""
    id_key = request.seller.bid_id_key if request.seller is not None else ""
    body = write_ping_answer(answer, request.format, request.dialect, _price_of(request), id_key=id_key)
    written = http_answer(request, ping_status(answer) if answer.reason_code else 200, body)
    return _marked(written) if answer.test else written


def http_post_answer(request: SellerRequest, answer: PostAnswer, status: int = 0) -> HttpAnswer:
    """The answer to a post, under this `status` where it is not the answer that tells it."""
    body = write_post_answer(answer, request.format, request.dialect, _price_of(request))
    statuses = request.seller.statuses if request.seller is not None else "usual"
    written = http_answer(request, status or post_status(answer, request.dialect, statuses), body)
    return _marked(written) if answer.test else written


def http_receipt(request: SellerRequest, receipt: Receipt) -> HttpAnswer:
    """The answer to feedback."""
    statuses = request.seller.statuses if request.seller is not None else "usual"
    body = write_receipt(receipt, request.format, to_operator=request.operator is not None)
    return http_answer(request, receipt_status(receipt, statuses), body)


def http_receipts(request: SellerRequest, receipts: Sequence[Receipt]) -> HttpAnswer:
    """The answer to several reports in one body."""
    statuses = request.seller.statuses if request.seller is not None else "usual"
    whole = receipt_status(summed_up(receipts), statuses)
    body = write_receipts(receipts, request.format, to_operator=request.operator is not None)
    return http_answer(request, whole, body)


def http_refusal(request: SellerRequest, refusal: Refusal) -> HttpAnswer:
    """The answer to feedback that was not taken."""
    return http_receipt(request, refused_receipt(refusal))


def http_answer(request: SellerRequest, status: int, body: bytes) -> HttpAnswer:
    """This body with the status code for its seller; errors of the request itself take precedence over the answer."""
    status = request.status if request.status != 200 else status
    seller = request.seller
    headers = request.fault_headers
    if status == 200 or seller is None:
        return HttpAnswer(status, _CONTENT_TYPES[request.format], body, headers)
    if status == 429:
        headers += ((b"retry-after", b"%d" % ceil(1.0 / max(seller.rate_per_s, 1.0))),)
    status, beside = told_status(status, seller.statuses)
    headers += tuple([(name.lower().encode(), value.encode()) for name, value in beside.items()])
    return HttpAnswer(status, _CONTENT_TYPES[request.format], body, headers)


def _marked(answer: HttpAnswer) -> HttpAnswer:
    """With a header that says it of a test, whatever the dialect and the outcome."""
    return HttpAnswer(
        answer.status, answer.content_type, answer.body, (*answer.headers, (b"x-test", b"nothing is bought"))
    )


def _price_of(request: SellerRequest) -> Price:
    """How this seller's parser wants its prices."""
    return quoted_price if request.seller is not None and request.seller.quoted_prices else price
