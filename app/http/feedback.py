"""Endpoints for what others tell us: notices, outcomes, demand, signals; and what became of a post, or of all of them."""

import re
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import msgspec
from litestar import Request, Response, get, post, put
from litestar.datastructures import State
from litestar.params import FromPath

from app.dialects import feedback
from app.dialects.answers import write_post_answer, write_receipt
from app.dialects.body import Unreadable, read_body
from app.dialects.formats import answer_format
from app.dialects.reading import Reading
from app.dialects.scorecard import write_scorecard
from app.dialects.text import Scalar, text_of
from app.dialects.written import CONTENT_TYPES, Format
from app.domain.buyer import Operator
from app.domain.reasons import Refusal, sentence
from app.domain.seller import Seller
from app.http.authentication import comes_from, keys_in_fields, keys_in_headers, whose_key
from app.store.errors import StoreUnavailable
from app.usecases.accept_post import find_post
from app.usecases.bidder import Bidder
from app.usecases.feedback import set_demand, record_notice, record_outcome, set_signal, refused
from app.wire.feedback import Receipt
from app.wire.post import PostAnswer
from app.wire.scorecard import DAYS_MAX

T = TypeVar("T")

_TERRITORY = re.compile(r"[A-Z]{2}|[0-9]{1,5}")
_AWAY = Receipt(status="error", reason=sentence(Refusal("internal")), reason_code="internal")


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """One request as these endpoints read it."""

    bidder: Bidder
    now: float
    fields: dict[str, Scalar] | Unreadable
    format: Format
    seller: Seller | None
    operator: Operator | None


@post("/v1/notices", status_code=200)
async def notices(request: Request[Any, Any, State]) -> Response[bytes]:
    """Whether a bid of ours won, from the seller that held the auction."""
    said = await _said(request)
    if said.seller is None:
        return _receipt(said, refused(Refusal("auth_failed")))
    seller = said.seller
    return await _hear(
        said,
        lambda fields: feedback.read_notice(fields, seller),
        lambda notice: record_notice(said.bidder, seller, notice, said.now),
    )


@post("/v1/outcomes", status_code=200)
async def outcomes(request: Request[Any, Any, State]) -> Response[bytes]:
    """What became of a lead, from the buyer's CRM."""
    said = await _said(request)
    if said.operator is None:
        return _receipt(said, refused(Refusal("auth_failed")))
    return await _hear(said, feedback.read_outcome, lambda outcome: record_outcome(said.bidder, outcome, said.now))


@put("/v1/demand/{territory:str}")
async def demand(request: Request[Any, Any, State], territory: FromPath[str]) -> Response[bytes]:
    """How many leads a territory can still work, from an operator."""
    return await _hear_of(request, territory.upper(), feedback.read_demand, set_demand)


@put("/v1/signals/{territory:str}")
async def signals(request: Request[Any, Any, State], territory: FromPath[str]) -> Response[bytes]:
    """A timed premium on a territory, from an operator."""
    return await _hear_of(request, territory.upper(), feedback.read_signal, set_signal)


@get("/v1/posts/{ping_id:str}")
async def posts(request: Request[Any, Any, State], ping_id: FromPath[str]) -> Response[bytes]:
    """The answer kept for a bid, for the seller that lost it."""
    said = await _said(request)
    if said.seller is None:
        return _answer(said, 401, PostAnswer(status="rejected", ping_id="", reason_code="auth_failed", reason=_NO_KEY))
    try:
        kept = await find_post(said.bidder, said.seller, ping_id)
    except StoreUnavailable:
        away = PostAnswer(status="error", ping_id="", reason_code="internal", reason=_AWAY.reason)
        return _answer(said, 503, away)
    if kept is None:
        unknown = PostAnswer(status="reping", ping_id="", reason_code="ping_unknown", reason="no post is kept for it")
        return _answer(said, 404, unknown)
    return _answer(said, 200, kept)


@get("/v1/scorecard")
async def scorecard(request: Request[Any, Any, State]) -> Response[bytes]:
    """How a seller's trade with us went in the last days, for the seller itself; JSON to everybody."""
    said = msgspec.structs.replace(await _said(request), format="json")
    if said.seller is None:
        return _receipt(said, refused(Refusal("auth_failed")))
    days = _DAYS if isinstance(said.fields, Unreadable) else text_of(said.fields.get("days", _DAYS))
    if not re.fullmatch("[0-9]{1,3}", days) or not 1 <= int(days) <= DAYS_MAX:
        return _receipt(said, refused(Refusal("invalid_field", f"days: a whole number from 1 to {DAYS_MAX}")))
    try:
        card = await said.bidder.scorecards.of(said.seller, int(days), said.now)
    except StoreUnavailable:
        return _receipt(said, _AWAY)
    return Response(write_scorecard(card), media_type=CONTENT_TYPES["json"])


TOLD = (notices, outcomes, demand, signals, posts, scorecard)

_NO_KEY = sentence(Refusal("auth_failed"))
_DAYS = "7"
_NO_TERRITORY = Refusal("invalid_field", "territory: a state, a ZIP prefix or a ZIP")


async def _said(request: Request[Any, Any, State]) -> Said:
    bidder: Bidder = request.app.state.bidder
    headers = dict(request.scope["headers"])
    query = request.scope["query_string"]
    fields = read_body(await request.body(), headers.get(b"content-type", b"").decode("latin-1"), query)
    readable = {} if isinstance(fields, Unreadable) else fields
    seller = whose_key(keys_in_headers(headers), bidder.catalogue.seller_by_key)
    seller = seller or whose_key(keys_in_fields(readable), bidder.catalogue.seller_by_key)
    operator = whose_key(keys_in_headers(headers), bidder.catalogue.operator_by_key)
    if seller is not None and not comes_from(request.client.host if request.client else "", seller.allowed_ips):
        seller = None
    usual: Format = seller.format if seller is not None else "json"
    return Said(
        bidder=bidder,
        now=request.app.state.clock(),
        fields=fields,
        format=answer_format(readable, headers.get(b"accept", b"").decode("latin-1"), "", usual),
        seller=seller,
        operator=operator,
    )


async def _hear_of(
    request: Request[Any, Any, State],
    territory: str,
    read: Callable[[dict[str, Scalar]], Reading[T]],
    hear: Callable[[Bidder, str, T, str, float], Awaitable[Receipt]],
) -> Response[bytes]:
    """What an operator says of a territory."""
    said = await _said(request)
    if said.operator is None:
        return _receipt(said, refused(Refusal("auth_failed")))
    by = said.operator.name
    if not _TERRITORY.fullmatch(territory):
        return _receipt(said, refused(_NO_TERRITORY))
    return await _hear(said, read, lambda value: hear(said.bidder, territory, value, by, said.now))


async def _hear(
    said: Said, read: Callable[[dict[str, Scalar]], Reading[T]], hear: Callable[[T], Awaitable[Receipt]]
) -> Response[bytes]:
    if isinstance(said.fields, Unreadable):
        return _receipt(said, refused(said.fields.refusal), 415 if said.fields.unsupported else 400)
    value = read(said.fields).value
    if isinstance(value, Refusal):
        return _receipt(said, refused(value))
    try:
        return _receipt(said, await hear(value))
    except StoreUnavailable:
        return _receipt(said, _AWAY)


def _receipt(said: Said, receipt: Receipt, refused_as: int = 400) -> Response[bytes]:
    statuses = {"auth_failed": 401, "internal": 503, "": 200}
    status = statuses.get(receipt.reason_code, refused_as)
    return Response(write_receipt(receipt, said.format), status_code=status, media_type=CONTENT_TYPES[said.format])


def _answer(said: Said, status: int, answer: PostAnswer) -> Response[bytes]:
    return Response(write_post_answer(answer, said.format), status_code=status, media_type=CONTENT_TYPES[said.format])
