"""The moment of which a command tells: now, or where the service has ended, when it did."""

import time
from pathlib import Path

from app.service_notes import service_state


def as_of(data: Path) -> float:
    """UTC epoch seconds. A demo's service, for one, lived through a day of its own."""
    now, state = time.time(), service_state(data)
    return now if state is None or state.is_running(now) else state.at
