"""How a vertical's pings spread over the hours of a week, as counted beside a model: what plans of caps follow."""

from hashlib import sha256
from math import isfinite
from pathlib import Path

import msgspec

from app.domain.schedule import HOURS_OF_WEEK
from app.scoring.artefact import Unusable, read_bytes

TRAFFIC = "traffic.json"


def read_traffic(path: Path, digest: str | None) -> tuple[float, ...]:
    """The 168 hours, Monday first, of a file with this checksum; empty where a model has none. Raises `Unusable`."""
    if digest is None:
        return ()
    body = read_bytes(path)
    if sha256(body).hexdigest() != digest:
        raise Unusable(f"{path.name} does not have the checksum in card.json: restore or retrain it")
    try:
        hours = msgspec.json.decode(body, type=tuple[float, ...])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Unusable(f"{path.name} is no list of numbers: {error}") from None
    if len(hours) != HOURS_OF_WEEK or not all(isfinite(hour) and hour >= 0.0 for hour in hours) or not sum(hours):
        raise Unusable(f"{path.name} must hold {HOURS_OF_WEEK} numbers, none below 0 and not all of them 0")
    return hours
