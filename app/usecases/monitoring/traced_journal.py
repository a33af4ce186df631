"""A journal that makes a span of each decision: a line holds all that may be told of it, and nothing of a person."""

from collections.abc import Callable

from app.domain.delivery.delivery import AttemptReport
from app.journal.lines import Line, PingLine, PostLine, RefusedLine, RepeatLine
from app.journal.writer import KeptLine
from app.telemetry.tracing import TRACED_REQUEST, TracedRequest, Tracing
from app.usecases.bidder import Journal

Attributes = dict[str, str | bool | int]


class TracedJournal:
    """`clock` is UTC epoch seconds, `steady` the clock by which requests count their time."""

    def __init__(
        self, journal: Journal, tracing: Tracing, clock: Callable[[], float], steady: Callable[[], float]
    ) -> None:
        self._journal = journal
        self._tracing = tracing
        self._clock = clock
        self._steady = steady

    def append(self, line: Line) -> KeptLine:
        """Append it; where it is of a request, its span ends now."""
        kept = self._journal.append(line)
        request = TRACED_REQUEST.get()
        if request is not None:
            self._trace(line, request)
        return kept

    def _trace(self, line: Line, request: TracedRequest) -> None:
        name = "post" if isinstance(line, PostLine) else "ping"
        told = told_of(line)
        if told is None:
            return
        took_s = max(self._steady() - request.started, 0.0)
        self._tracing.span(
            name,
            "server",
            self._clock() - took_s,
            took_s,
            {"seller": line.seller, "request_id": request.request_id, **told},
            parent=request.parent,
            failed=told["reason"] == "internal",
        )


def told_of(line: Line) -> Attributes | None:
    """What a span tells of a line beside its seller; nothing of a line that is no decision.

    Of a reason its code alone: what stands beside it was written by the seller.
    """
    match line:
        case PingLine():
            refusal = line.withdrawn or line.decision.refusal
            code = refusal.code if refusal is not None else ""
            bid = line.decision.bids[0] if not code else None
            return {
                "ping_id": line.id,
                # A vertical that is none of ours is any text.
                "vertical": line.ping.vertical if code != "unsupported_vertical" else "",
                "decision": "no_bid" if bid is None else "bid",
                "reason": code,
                "campaign": bid.campaign if bid is not None else "",
                "model": line.model,
                "test": line.ping.test,
            }
        case RepeatLine():
            return {"ping_id": line.repeat_of, "decision": "bid", "reason": "", "repeat": True, "test": line.test}
        case RefusedLine():
            return {"ping_id": line.id, "decision": "no_bid", "reason": line.refusal.code, "test": line.test}
        case PostLine():
            return {
                "vertical": line.vertical,
                "campaign": line.campaign,
                "decision": line.status,
                "reason": line.reason_code,
                "lead_id": line.lead_id,
                "repeat": line.kept,
                "test": line.test,
            }
    return None


def trace_attempt(tracing: Tracing, report: AttemptReport) -> None:
    """A span of one attempt to deliver; what the receiver said stays with the attempt."""
    tracing.span(
        "delivery",
        "client",
        report.started_at,
        report.took_ms / 1000.0,
        {
            "destination": report.destination,
            "delivery_id": report.delivery_id,
            "attempt": report.attempt,
            "decision": report.status,
            "reason": str(report.http_status) if report.http_status is not None else report.failure,
        },
        failed=report.status != "delivered" and report.status != "duplicate",
    )
