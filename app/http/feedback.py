"""Endpoints for notices, outcomes, stored posts and scorecards."""

import asyncio
import re
from collections.abc import Sequence

from litestar import HttpMethod, Response, get, post, route
from litestar.params import FromPath
from msgspec.structs import replace

from app.dialects import feedback
from app.dialects.answers import OUTBOUND_MESSAGE, OUTBOUND_MESSAGE_TAKEN, write_receipt
from app.dialects.body.batch import Batch, read_batch
from app.dialects.body.unreadable import UnreadableBody
from app.dialects.feedback import IgnoredEvent
from app.dialects.scorecard import write_scorecard
from app.dialects.text import Scalar, text_of
from app.domain.answers import refused_post, refused_receipt
from app.domain.buyer import Operator
from app.domain.reasons import Refusal
from app.domain.seller import Seller
from app.http.answer import HttpAnswer, http_answer, http_post_answer, http_receipt, http_receipts, http_refusal
from app.http.operators.crm_webhooks import is_authentic, reports_of
from app.http.operators.operator_request import AWAY, Asker, denial, operators_request, raw_request, response, taken
from app.http.request import FEEDBACK, NOTICE, Route, SellerRequest, read_request
from app.store.errors import StoreUnavailable
from app.usecases.accept_post import find_post
from app.usecases.appetite.tell_appetite import tell_appetite
from app.usecases.bidder import Bidder
from app.usecases.feedback import record_notice, record_outcome
from app.wire.feedback import Receipt
from app.wire.scorecard import DAYS_MAX

_DAYS = "7"
_NO_DAYS = Refusal("invalid_field", f"days: a whole number from 1 to {DAYS_MAX}")
_NO_APPETITE = write_receipt(replace(refused_receipt(Refusal("invalid_field")), reason="no such endpoint"), "json")
_UNSIGNED = Receipt(
    status="rejected",
    reason="the signature does not match what is declared as this operator's secret",
    reason_code="auth_failed",
)
_NO_REPORT = Refusal("invalid_field", "report: send an object")


NOTICES = "/v1/notices"


@route(NOTICES, http_method=[HttpMethod.GET, HttpMethod.POST], status_code=200)
async def notices(request: Asker) -> Response[bytes]:
    """Whether a bid of ours won, from the seller that held the auction."""
    bidder, asked, seller = await _sellers(request, NOTICE)
    if seller is None:
        return response(http_refusal(asked, asked.refusal or Refusal("auth_failed")))
    return await taken(
        asked,
        lambda fields: feedback.read_notice(fields, seller),
        lambda notice: record_notice(bidder, seller, notice, asked.now),
    )


@post("/v1/outcomes", status_code=200)
async def outcomes(request: Asker) -> Response[bytes]:
    """What became of leads, from the buyer's CRM, whose webhooks may only know a key in their address."""
    bidder, asked, operator = await operators_request(request, "operator", in_query=True)
    if operator is None or asked.status == 413:
        return response(denial(asked, "operator"))
    content_type = dict(asked.scope["headers"]).get(b"content-type", b"").decode("latin-1")
    batch = read_batch(asked.body, content_type, asked.scope["query_string"])
    refusal = asked.refusal if batch is None else batch.refusal if isinstance(batch, UnreadableBody) else None
    if refusal is not None:
        return response(http_refusal(asked, refusal))
    reports: Sequence[dict[str, Scalar] | None] = batch.reports if isinstance(batch, Batch) else [asked.fields]
    if operator.preset:
        if not is_authentic(request, asked, operator, reports[0] or {}, bidder):
            return response(http_receipt(replace(asked, status=401), _UNSIGNED))
        reports = reports_of(operator, reports, asked.body)
        batch = batch if len(reports) == 1 else Batch([*reports])
    if not reports:
        return response(_acknowledged(asked, http_receipt(asked, Receipt(status="ignored"))))
    try:
        receipts = await asyncio.gather(*[_outcome(bidder, operator, report, asked.now) for report in reports])
    except StoreUnavailable:
        return response(http_refusal(asked, AWAY))
    if batch is None:
        return response(_acknowledged(asked, http_receipt(asked, receipts[0])))
    return response(_acknowledged(asked, http_receipts(replace(asked, refusal=None, status=200), receipts)))


@get("/v1/posts/{ping_id:str}")
async def posts(request: Asker, ping_id: FromPath[str]) -> Response[bytes]:
    """The answer kept for a bid, for the seller that lost it."""
    bidder, asked, seller = await _sellers(request)
    if seller is None:
        return response(http_post_answer(asked, refused_post(Refusal("auth_failed"), None, "")))
    try:
        kept = await find_post(bidder, seller, ping_id)
    except StoreUnavailable:
        return response(http_post_answer(asked, refused_post(AWAY, seller, "")))
    if kept is None:
        unknown = replace(refused_post(Refusal("ping_unknown"), seller, ""), reason="no post is kept for it")
        return response(http_post_answer(asked, unknown, 404))
    return response(http_post_answer(asked, kept))


@get("/v1/scorecard")
async def scorecard(request: Asker) -> Response[bytes]:
    """How a seller's trade with us went in the last days, for the seller itself; JSON to everybody."""
    bidder, asked, seller = await _sellers(request)
    asked = replace(asked, format="json")
    if seller is None:
        return response(http_refusal(asked, Refusal("auth_failed")))
    days = text_of(asked.fields.get("days", _DAYS))
    if not re.fullmatch("[0-9]{1,3}", days) or not 1 <= int(days) <= DAYS_MAX:
        return response(http_refusal(asked, _NO_DAYS))
    try:
        card = await bidder.scorecards.of(seller, int(days), asked.now)
    except StoreUnavailable:
        return response(http_refusal(asked, AWAY))
    return response(http_answer(asked, 200, write_scorecard(card)))


@get("/v1/appetite")
async def appetite(request: Asker) -> Response[bytes]:
    """What is bought now of a seller, for the seller itself; JSON to everybody."""
    bidder, asked, seller = await _sellers(request)
    asked = replace(asked, format="json")
    if seller is None:
        return response(http_refusal(asked, Refusal("auth_failed")))
    told = await tell_appetite(bidder, seller, asked.now)
    if told is None:
        return response(http_answer(asked, 404, _NO_APPETITE))
    headers = ((b"etag", told.etag.encode()), (b"cache-control", b"private, no-cache"))
    is_known = told.etag in _validators(request.headers.get("if-none-match", ""))
    answer = http_answer(asked, 200, b"" if is_known else told.body)
    return response(replace(answer, status=304 if is_known else answer.status, headers=headers))


FEEDBACK_ROUTES = (notices, outcomes, posts, scorecard, appetite)


def _validators(header: str) -> set[str]:
    """The validators that a client holds; a proxy may have made one of them weak."""
    return {each.strip().removeprefix("W/") for each in header.split(",")}


async def _outcome(bidder: Bidder, operator: Operator, report: dict[str, Scalar] | None, now: float) -> Receipt:
    outcome = feedback.read_outcome(report, operator.events).value if report is not None else _NO_REPORT
    if isinstance(outcome, Refusal):
        if operator.preset and outcome.detail.startswith("event"):
            # A stage that the buyer made and did not declare; the CRM would send it again for days.
            bidder.metrics.count("outcomes_passed_over_total", "unknown_word")
            return Receipt(status="ignored", warnings=(refused_receipt(outcome).reason,))
        return refused_receipt(outcome)
    if isinstance(outcome, IgnoredEvent):
        return Receipt(status="ignored")
    return await record_outcome(bidder, outcome, now, of_any_record=bool(operator.preset))


def _acknowledged(asked: SellerRequest, answer: HttpAnswer) -> HttpAnswer:
    """In the words that Salesforce waits for where all of its message was taken, or it would send it for a day."""
    if answer.status != 200 or OUTBOUND_MESSAGE not in asked.body:
        return answer
    return replace(answer, content_type=b"text/xml", body=OUTBOUND_MESSAGE_TAKEN)


async def _sellers(request: Asker, route: Route = FEEDBACK) -> tuple[Bidder, SellerRequest, Seller | None]:
    bidder: Bidder = request.app.state.bidder
    asked = read_request(await raw_request(request), route, bidder.catalogue.seller_by_key)
    if asked.seller is None:
        bidder.metrics.count("keyless_refusals_total", asked.keyless_fault)
    return bidder, asked, asked.seller
