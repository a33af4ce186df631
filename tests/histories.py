"""Histories for tests, lead by lead."""

from app.wire.ping import Value
from training.histories.history import History


def facts_in(history: History) -> list[dict[str, Value]]:
    """Every lead's facts: of a few thousand leads, for a million would fill the memory."""
    return history.rows(range(len(history)))
