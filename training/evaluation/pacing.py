"""How spending went through the day: against a plan shaped as the traffic, and what caps took off the bids."""

import msgspec
import numpy as np

from app.domain.calendar import local_time
from training.evaluation.ledger import Ledger
from training.statistics import Array

HOURS = 24


class CampaignHours(msgspec.Struct, frozen=True, kw_only=True):
    """One campaign on a mean day, hour by hour on the buyer's clock. Money in cents.

    `spend` and `wins` are what had been spent and won by the end of each hour, `planned_spend` and `planned_wins` the
    same totals spread as the bids came. `shadow` is the mean of v less what it was worth to bid, `None` of an hour
    without bids.
    """

    campaign: str
    days: int
    spend: tuple[float, ...]
    planned_spend: tuple[float, ...]
    wins: tuple[float, ...]
    planned_wins: tuple[float, ...]
    shadow: tuple[float | None, ...]
    ahead_most: float


def pacing(log: Ledger, zone: str) -> tuple[CampaignHours, ...]:
    """Every campaign that won something, the one that spent most first."""
    local = [local_time(at, zone) for at in log.at]
    hour, date = np.array([each.minute // 60 for each in local]), np.array([str(each.date) for each in local])
    campaign = np.array([bid.campaign for bid in log.bids])
    rows = {str(name): np.flatnonzero(campaign == name) for name in np.unique(campaign[log.won == 1])}
    found = [_hours(name, log, own, hour[own], len(np.unique(date[own]))) for name, own in rows.items()]
    return tuple(sorted(found, key=lambda each: -each.spend[-1]))


def _hours(name: str, log: Ledger, rows: Array, hour: Array, days: int) -> CampaignHours:
    won = log.won[rows].astype(np.float64)
    paid = won * log.price[rows] * (1 - log.returned[rows])
    counts = np.bincount(hour, minlength=HOURS)
    traffic = np.cumsum(counts) / len(rows)
    spend, wins = (np.cumsum(np.bincount(hour, amounts, minlength=HOURS)) / days for amounts in (paid, won))
    # A return rate takes its part of the price and not of the value, so that a premium of it may show as less than 0.
    taken = np.array([log.bids[int(row)].value for row in rows]) - log.bid_value[rows]
    shadow = np.bincount(hour, taken, minlength=HOURS) / np.maximum(counts, 1)
    return CampaignHours(
        campaign=name,
        days=days,
        spend=tuple(spend.tolist()),
        planned_spend=tuple((traffic * spend[-1]).tolist()),
        wins=tuple(wins.tolist()),
        planned_wins=tuple((traffic * wins[-1]).tolist()),
        shadow=tuple(float(each) if count else None for each, count in zip(shadow, counts, strict=True)),
        ahead_most=float(np.max(spend - traffic * spend[-1])),
    )
