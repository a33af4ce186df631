"""The measured quality factors and return rates of a vertical's sellers, stored beside a model."""

import msgspec

from app.domain.seller import Habits
from app.scoring.artefact import Unusable

HABITS = "habits.json"

QUALITY_FACTOR = (0.2, 3.0)
SUB_SOURCE_FACTOR = (0.02, 3.0)
"""A sub-source may be worth nothing, where no seller that one trades with is."""
RETURN_RATE_MAX = 0.9


def parse_habits(body: bytes) -> dict[str, Habits]:
    """The habits by seller written in these bytes; raises Unusable."""
    try:
        sellers = msgspec.json.decode(body, type=dict[str, Habits])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Unusable(f"{HABITS} holds no habits: {error}") from None
    low, high = QUALITY_FACTOR
    for seller, each in sellers.items():
        if not low <= each.quality_factor <= high:
            raise Unusable(f"{HABITS}: quality_factor of {seller} is not between {low:g} and {high:g}")
        least, most = SUB_SOURCE_FACTOR
        for source, factor in each.sub_sources.items():
            if not least <= factor <= most:
                raise Unusable(f"{HABITS}: quality_factor of {seller} / {source} is not between {least:g} and {most:g}")
        for rate in (each.return_rate, *each.sub_source_returns.values()):
            if not 0.0 <= rate <= RETURN_RATE_MAX:
                raise Unusable(f"{HABITS}: a return rate of {seller} is not between 0 and {RETURN_RATE_MAX:g}")
    return sellers
