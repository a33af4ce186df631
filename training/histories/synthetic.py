"""A synthetic history of labelled leads: what a buyer would have after half a year, drawn from the hidden truth."""

from collections.abc import Callable

import numpy as np

from app.domain.auction.features import facts_of
from app.domain.calendar import local_time
from app.domain.vertical import Vertical
from app.mock_exchange import truth
from app.mock_exchange.chance import chance_of
from app.mock_exchange.consumers import consumer
from app.wire.ping import Ping, Value
from training.histories.history import History, columns_from

DAY_S = 86_400.0
DAYS = 180
ROWS_MIN = 5_000
"""Fewer have too few conversions among the newest to judge a model by."""
ENDS_AT = 1_793_491_200.0
"""2026-11-01 in UTC: fixed, so that one seed is one history whenever it is drawn."""

# Leads an hour over a day in the buyer's zone: few at night, most after lunch and after dinner.
_HOURS = dict(enumerate((2, 1, 1, 1, 1, 2, 4, 6, 8, 9, 10, 10, 10, 11, 11, 10, 9, 9, 10, 11, 11, 9, 6, 4)))
_SELLERS = {"acme": 0.45, "bluebird": 0.35, "cascade": 0.20}


def synthetic(vertical: Vertical, zone: str, *, rows: int, seed: int, tell: Callable[[int], None]) -> History:
    """`rows` leads of this vertical over half a year. `tell` hears how many are drawn, as often as that is news."""
    drawn = []
    for number in range(1, rows + 1):
        drawn.append(_lead(vertical, zone, seed, number, number / rows))
        if number % 5_000 == 0:
            tell(number)
    drawn.sort(key=lambda lead: lead[0])
    return History(
        vertical=vertical.name,
        source=f"synthetic, seed {seed}",
        columns=columns_from([facts for _, facts, _, _ in drawn]),
        converted=np.array([converted for *_, converted in drawn], dtype=np.int8),
        at=np.array([at for at, *_ in drawn]),
        truth=np.array([chance for _, _, chance, _ in drawn]),
    )


def _lead(
    vertical: Vertical, zone: str, seed: int, number: int, progress: float
) -> tuple[float, dict[str, Value], float, bool]:
    """When a consumer asked, what the ping showed, the true chance, and what came of it."""
    chance = chance_of(seed, "history", vertical.name, number)
    # On this lead's day, more likely by day than by night in the buyer's zone.
    day = ENDS_AT - DAYS * DAY_S + int(progress * (DAYS - 1)) * DAY_S
    midnight = day - local_time(day, zone).minute * 60.0 + DAY_S
    at = midnight + (chance.weighted("hour", _HOURS) + chance.uniform("minute")) * 3600.0
    who = consumer(seed, number, vertical.name)
    known = {field.name for field in vertical.fields if field.known_at_ping}
    fields = {name: value for name, value in who.fields.items() if name in known}
    ping = Ping(vertical=vertical.name, zip=who.zip, state=who.state, fields=fields)
    seller = chance.weighted("seller", _SELLERS)
    probability = truth.probability(who, seller=seller, at=at, call_delay_s=truth.call_delay_s(chance))
    return at, facts_of(ping, local_time(at, zone)), probability, chance.below("converted", probability)
