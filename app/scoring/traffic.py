"""How a vertical's pings spread over the hours of a week, as counted beside a model: what plans of caps follow."""

from math import isfinite

import msgspec

from app.domain.schedule import HOURS_OF_WEEK
from app.scoring.artefact import Unusable

TRAFFIC = "traffic.json"


def parse_traffic(body: bytes) -> tuple[float, ...]:
    """The 168 hours, Monday first, written in these bytes. Raises `Unusable`."""
    try:
        hours = msgspec.json.decode(body, type=tuple[float, ...])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Unusable(f"{TRAFFIC} is no list of numbers: {error}") from None
    if len(hours) != HOURS_OF_WEEK or not all(isfinite(hour) and hour >= 0.0 for hour in hours) or not sum(hours):
        raise Unusable(f"{TRAFFIC} must hold {HOURS_OF_WEEK} numbers, none below 0 and not all of them 0")
    return hours
