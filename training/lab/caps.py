"""Ways to spend a cap over days of more leads than it allows, against the best fixed shadow price in hindsight."""

from collections.abc import Callable
from math import exp
from typing import Literal

import msgspec
import numpy as np
from msgspec.structs import asdict, replace
from scipy.optimize import minimize_scalar

from app.domain.caps.caps import Cap, CapStanding
from app.domain.caps.pacing import next_dual, plan_delta
from training.bootstrap import DAY_S
from training.lab import policies
from training.lab.buyer import ZONE, HouseBuyer
from training.lab.compare import PacedResult, earned, result_of
from training.lab.market import HouseMarket
from training.statistics import Array

Kind = Literal["caps", "budget"]
Traffic = Literal["flat", "afternoon", "outage", "burst"]

DAYS = 10
MINUTE_S = 60.0
CAPPED = 0.15
"""A day's cap, as a share of its pings."""
BUDGET = 0.35
"""A day's budget, as a share of what would be spent without one."""
CEILING_CENTS = 12_000
THROTTLE = 0.1
SCALE_STEP = 0.05
_SEARCHES = 12
_CAP = Cap(name="daily", owner="house", measure="count", limit=0, window="day", scope="campaign", zone=ZONE)
_DUAL_MAX = 1.5

_HOURS: dict[Traffic, Callable[[int], float]] = {
    "flat": lambda _: 1.0,
    "afternoon": lambda hour: 2.0 if hour >= 12 else 1.0,
    "outage": lambda hour: 0.0 if 10 <= hour < 14 else 1.0,
    "burst": lambda hour: 5.0 if hour == 14 else 1.0,
}
"""How many leads come in each hour of a day, of which the plan knows nothing."""


class _Day(msgspec.Struct, kw_only=True):
    """What a way to pace knows in the course of a day; `dual` and `rate` go on from one to the next.

    `share` of the day has passed, `before` was used a minute ago. `bids` add up to `bid_cents`.
    """

    measure: str
    limit: int = 0
    share: float = 0.0
    used: float = 0.0
    before: float = 0.0
    dual: float = 0.0
    rate: float = 1.0
    bids: int = 0
    bid_cents: float = 0.0

    def usual_price(self) -> int:
        """What a lead takes of a budget, as the service knows it: what its bids do."""
        if self.measure == "count":
            return 0
        return int(self.bid_cents / self.bids) if self.bids else max(self.limit // 50, 1)

    def wanted(self) -> float:
        """What the plan wanted of the last minute."""
        return plan_delta(self.limit, self.before, self.share - MINUTE_S / DAY_S, self.share)


def _throttle(day: _Day) -> None:
    ahead = day.used > day.share * day.limit
    day.rate = min(max(day.rate * (1.0 - THROTTLE if ahead else 1.0 + THROTTLE), 0.01), 1.0)


def _scale(day: _Day) -> None:
    ahead = day.used - day.before - day.wanted()
    leads = ahead / max(day.limit / 300.0, 1.0) if day.measure == "spend" else ahead
    day.rate = min(max(day.rate * exp(-SCALE_STEP * leads), 0.05), 1.0)


def _move_dual(day: _Day) -> None:
    day.dual = next_dual(day.dual, day.used - day.before, day.wanted(), day.limit, day.usual_price())


class _Way(msgspec.Struct, frozen=True, kw_only=True):
    """A way to pace: what it adjusts each minute, and whether its rate skips pings at random or scales bids."""

    adjust: Callable[[_Day], None] = lambda _: None
    skips: bool = False
    scales: bool = False
    dual: float = 0.0


_WAYS = {
    # As if there were no cap, until it is reached.
    "greedy": _Way(),
    # Skips pings at random, so many more or fewer each minute (Agarwal and others, KDD 2014).
    "throttle": _Way(adjust=_throttle, skips=True),
    # Scales every bid down while it is ahead of the plan, and up while it is behind.
    "scaling": _Way(adjust=_scale, scales=True),
    # The shadow price of the domain, moved once a minute as the service does.
    "ours": _Way(adjust=_move_dual),
}


def arrivals(traffic: Traffic, leads: int) -> Array:
    """When in a day, in seconds, so many leads come."""
    came = np.cumsum([0.0, *(_HOURS[traffic](hour) for hour in range(24))])
    share = np.arange(leads) / leads * came[-1]
    # An hour without leads is passed over in no time: the first lead after it comes at its end.
    hour = np.searchsorted(came, share, side="right") - 1
    return np.asarray(DAY_S / 24.0 * (hour + (share - came[hour]) / (came[hour + 1] - came[hour])))


def pace(market: HouseMarket, kind: Kind, tell: Callable[[str], None], traffic: Traffic = "flat") -> list[PacedResult]:
    """Every way, with our landscape and the real decision, on the same auctions in the same order."""
    tell("learning the landscape")
    landscape = policies.ours(market)
    days = np.array_split(market.evaluated, DAYS)
    limits = [int(CAPPED * len(day)) for day in days]
    if kind == "budget":
        free = HouseBuyer(market, landscape, ceiling_cents=CEILING_CENTS)
        limits = [int(BUDGET * np.sum(bids[market.won(bids, day)])) for day in days for bids in [free.bids(day)]]
    cap = replace(_CAP, measure="count" if kind == "caps" else "spend", limit=limits[0])
    buyer = HouseBuyer(market, landscape, cap=cap, ceiling_cents=CEILING_CENTS)
    track = _Track(market=market, buyer=buyer, cap=cap, days=days, limits=limits, traffic=traffic)
    outcomes = {}
    for name, way in _WAYS.items():
        tell(name)
        outcomes[name] = track.run(way)
    tell("best_fixed")
    outcomes["best_fixed"] = track.best_fixed()
    best = earned(market, *outcomes["best_fixed"])
    share = {name: earned(market, *each) / best for name, each in outcomes.items()}
    told = {name: asdict(result_of(name, market, *each)) for name, each in outcomes.items()}
    return [PacedResult(**told[name], share_of_best_fixed=share[name]) for name in outcomes]


class _Track(msgspec.Struct, frozen=True, kw_only=True):
    """The auctions of all days, run once a way."""

    market: HouseMarket
    buyer: HouseBuyer
    cap: Cap
    days: list[Array]
    limits: list[int]
    traffic: Traffic

    def best_fixed(self) -> tuple[Array, Array]:
        """The one shadow price which, kept all the time, would have earned most."""
        tried: dict[float, tuple[Array, Array]] = {}

        def lost(dual: float) -> float:
            tried[dual] = self.run(_Way(dual=dual))
            return -earned(self.market, *tried[dual])

        minimize_scalar(lost, bounds=(0.0, _DUAL_MAX), method="bounded", options={"maxiter": _SEARCHES})
        return max(tried.values(), key=lambda outcome: earned(self.market, *outcome))

    def run(self, way: _Way) -> tuple[Array, Array]:
        """Ping by ping: what was bid, and whether it won."""
        chance = np.random.default_rng(3)
        bids, won = [], []
        day = _Day(measure=self.cap.measure, dual=way.dual)
        for leads, limit in zip(self.days, self.limits, strict=True):
            day.limit, day.used, day.before, minute = limit, 0.0, 0.0, 0
            for now, lead in zip(arrivals(self.traffic, len(leads)).tolist(), leads, strict=True):
                while minute < int(now / MINUTE_S):
                    minute += 1
                    day.share = minute * MINUTE_S / DAY_S
                    way.adjust(day)
                    day.before = day.used
                skipped = way.skips and chance.random() >= day.rate
                standing = CapStanding(day.limit, int(day.used), 0.0, 0.0, day.dual)
                asked = not skipped and day.used < day.limit
                offer = self.buyer.bid(int(lead), now=now, standing=standing) if asked else None
                bid = float(offer.price_cents) if offer is not None else 0.0
                bid = float(int(bid * day.rate)) if way.scales else bid
                wins = bool(bid) and bool(self.market.won(np.array([bid]), np.array([lead]))[0])
                bids.append(bid)
                won.append(wins)
                day.bids, day.bid_cents = day.bids + bool(bid), day.bid_cents + bid
                day.used += self.cap.uses(int(bid)) if wins else 0
        return np.array(bids), np.array(won)
