"""What was measured of a vertical's sellers and of the week's traffic, in plain numbers, checked before use."""

from math import isfinite

import msgspec

from app.domain.schedule import HOURS_OF_WEEK
from app.domain.seller import Habits
from app.scoring.artefact import Unusable

SCHEMA = 1
FILE = "habits.json"

KAPPA = (0.2, 3.0)
RETURN_RATE_MAX = 0.9


class HabitsArtefact(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What `habits.json` holds: by seller, and how much comes in each of the 168 hours of the buyer's week."""

    schema: int
    vertical: str
    sellers: dict[str, Habits] = {}
    traffic: tuple[float, ...] = ()


def parse_habits(body: bytes, vertical: str) -> HabitsArtefact:
    """The habits written in these bytes; raises Unusable."""
    try:
        habits = msgspec.json.decode(body, type=HabitsArtefact)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Unusable(f"{FILE} holds no habits: {error}") from None
    if habits.schema != SCHEMA:
        raise Unusable(f"{FILE} has schema {habits.schema}, this service reads {SCHEMA}: measure them again or upgrade")
    if habits.vertical != vertical:
        raise Unusable(f"{FILE} is of {habits.vertical!r}")
    low, high = KAPPA
    for seller, each in habits.sellers.items():
        if not low <= each.kappa <= high:
            raise Unusable(f"{FILE}: kappa of {seller} is not between {low:g} and {high:g}")
        if not 0.0 <= each.return_rate <= RETURN_RATE_MAX:
            raise Unusable(f"{FILE}: the return rate of {seller} is not between 0 and {RETURN_RATE_MAX:g}")
    if habits.traffic and len(habits.traffic) != HOURS_OF_WEEK:
        raise Unusable(f"{FILE}: traffic has {len(habits.traffic)} hours, a week has {HOURS_OF_WEEK}")
    if not all(isfinite(share) and share >= 0.0 for share in habits.traffic):
        raise Unusable(f"{FILE}: traffic is not a number above zero in each hour")
    return habits
