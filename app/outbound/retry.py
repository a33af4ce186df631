"""When to send again what failed: by the schedule, and never before the other side said it wants to be asked."""

from email.utils import parsedate_to_datetime

from app.domain.delivery.retry import next_due
from app.outbound.message import OutboundAnswer


def next_attempt_at(attempt: int, answer: OutboundAnswer, answered_at: float, jitter_draw: float) -> float | None:
    """The time of the next attempt after `attempt` of them, the last with this answer; `None` where all are used up."""
    return next_due(attempt, answered_at, jitter_draw, retry_after_s(answer, answered_at))


def retry_after_s(answer: OutboundAnswer, now: float) -> float | None:
    """How long the answer asks us to wait, in seconds or as a date; `None` where it does not, or not readably."""
    text = answer.headers.get("retry-after", "").strip()
    if text.isdecimal() and text.isascii():
        return float(text[:9])
    try:
        return max(parsedate_to_datetime(text).timestamp() - now, 0.0)
    except (ValueError, TypeError, OverflowError):
        return None
