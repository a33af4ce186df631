"""The moment of which a command tells: now, or where the service has ended, when it last decided anything."""

import time
from pathlib import Path

from app.journal.parts import parts
from app.journal.writer import hour_start
from app.service_notes import service_state

_HOUR_S = 3_600.0


def as_of(data: Path) -> float:
    """UTC epoch seconds. A demo's service, for one, lived through a day of its own, and waited another for its CRM."""
    now, state = time.time(), service_state(data)
    if state is None or state.is_running(now):
        return now
    hours = parts(data / "journal")
    return min(state.at, hour_start(hours[-1].hour) + _HOUR_S - 1.0) if hours else state.at
