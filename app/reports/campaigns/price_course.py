"""The mean bid through the day by the quarter of an hour, beside what shadow prices took off it."""

from collections.abc import Iterator
from math import floor

import msgspec

from app.reports.campaigns.sample import Sample, SampledBid
from app.reports.tally import QUARTER_S


class PriceQuarter(msgspec.Struct, frozen=True, kw_only=True):
    """A quarter of an hour from `start` (UTC epoch seconds): the mean of its best bids, and of what the shadow prices
    of caps, budgets and territories took off what their leads were worth, both in cents. A credit is less than zero.
    """

    start: float
    bids: int
    price_cents: float
    shadow_cents: float


def price_course(sample: Sample, since: float) -> tuple[PriceQuarter, ...]:
    """The quarters in which something was bid from a time on, over the pings that were sampled."""
    sums: dict[int, list[float]] = {}
    for ping in sample.each():
        for bid in ping.bids[:1] if ping.at >= since else ():
            both = sums.setdefault(floor(ping.at / QUARTER_S), [0.0, 0.0, 0.0])
            both[0] += ping.weight
            both[1] += ping.weight * bid.offer.price_cents
            both[2] += ping.weight * _shadow_cents(bid)
    return tuple(_quarters(sums))


def _quarters(sums: dict[int, list[float]]) -> Iterator[PriceQuarter]:
    for quarter, (bids, price, shadow) in sorted(sums.items()):
        yield PriceQuarter(
            start=quarter * QUARTER_S, bids=round(bids), price_cents=price / bids, shadow_cents=shadow / bids
        )


def _shadow_cents(bid: SampledBid) -> float:
    """What caps, demand and budgets took off the value; a fixed price, which no model made, has none of it."""
    value = bid.offer.valuation
    if value is None:
        return 0.0
    shadows = sum(cents for _, cents in value.shadows)
    left = value.value - shadows
    return shadows + left - left / (1.0 + value.budget)
