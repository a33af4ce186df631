"""Ways to spend a cap over days of more leads than it allows, against the best fixed shadow price in hindsight."""

from collections.abc import Callable
from math import exp
from typing import Literal

import msgspec
import numpy as np

from app.domain.caps.caps import Cap, CapStanding
from app.domain.caps.pacing import next_dual, plan_delta
from training.leadsim import policies
from training.leadsim.buyer import ZONE, HouseBuyer
from training.leadsim.market import Market
from training.leadsim.truth import Array

Tell = Callable[[str], None]
Kind = Literal["caps", "budget"]

DAYS = 10
DAY_S = 86_400.0
MINUTE_S = 60.0
CAPPED = 0.15
"""A day's cap, as a share of its pings."""
BUDGET = 0.35
"""A day's budget, as a share of what would be spent without one."""
CEILING_CENTS = 12_000
THROTTLE = 0.1
SCALE_STEP = 0.05
_SEARCHES = 10
_GOLDEN = 0.618


class Paced(msgspec.Struct, frozen=True, kw_only=True):
    """One way on one seed. Money in dollars a ping; surplus by the model's values, realised by conversions."""

    policy: str
    win_share: float
    share_of_best_fixed: float
    share_of_clairvoyant: float
    realised_share: float
    surplus_per_ping: float


class _Day(msgspec.Struct, kw_only=True):
    """What a way to pace knows in the course of a day; `dual` and `rate` go on from one to the next."""

    limit: int
    used: float = 0.0
    dual: float = 0.0
    rate: float = 1.0


class _Outcome(msgspec.Struct, frozen=True, kw_only=True):
    won: Array
    bids: Array


def pace(market: Market, kind: Kind, tell: Tell) -> list[Paced]:
    """Every way, with our landscape and the real decision, on the same auctions in the same order."""
    tell("learning the landscape")
    landscape = policies.ours(market)
    days = np.array_split(market.evaluated, DAYS)
    limits = [int(CAPPED * len(day)) for day in days]
    if kind == "budget":
        free = HouseBuyer(market, landscape, ceiling_cents=CEILING_CENTS)
        limits = [int(BUDGET * _spent(market, free.bids(day), day)) for day in days]
    cap = Cap(
        name="daily",
        owner="house",
        measure="count" if kind == "caps" else "spend",
        limit=limits[0],
        window="day",
        scope="campaign",
        zone=ZONE,
    )
    buyer = HouseBuyer(market, landscape, cap=cap, ceiling_cents=CEILING_CENTS)
    track = _Track(market, buyer, cap, days, limits)
    outcomes = {}
    for name, way in (
        ("greedy", track.greedy),
        ("throttle", track.throttle),
        ("scaling", track.scaling),
        ("ours", track.ours),
    ):
        tell(name)
        outcomes[name] = way()
    tell("best_fixed")
    outcomes["best_fixed"] = track.best_fixed()
    best = track.surplus(outcomes["best_fixed"])
    return [_paced(name, market, track, outcome, best) for name, outcome in outcomes.items()]


def _spent(market: Market, bids: Array, leads: Array) -> float:
    return float(np.sum(bids[market.won(bids, leads)]))


class _Track:
    """The auctions of all days, run once a way."""

    def __init__(self, market: Market, buyer: HouseBuyer, cap: Cap, days: list[Array], limits: list[int]) -> None:
        self._market = market
        self._buyer = buyer
        self._cap = cap
        self._days = days
        self._limits = limits

    def greedy(self) -> _Outcome:
        """As if there were no cap, until it is reached."""
        return self._run(lambda _day, _share, _used, _before: None)

    def throttle(self) -> _Outcome:
        """Skips pings at random, so many more or fewer each minute (Agarwal and others, KDD 2014)."""

        def adjust(day: _Day, share: float, _used: float, _before: float) -> None:
            ahead = day.used > share * day.limit
            day.rate = min(max(day.rate * (1.0 - THROTTLE if ahead else 1.0 + THROTTLE), 0.01), 1.0)

        return self._run(adjust, skip=True)

    def scaling(self) -> _Outcome:
        """Scales every bid down while it is ahead of the plan, and up while it is behind."""

        def adjust(day: _Day, share: float, used: float, before: float) -> None:
            wanted = plan_delta(day.limit, before, share - MINUTE_S / DAY_S, share)
            leads = (used - wanted) / max(day.limit / 300.0, 1.0) if self._cap.measure == "spend" else used - wanted
            day.rate = min(max(day.rate * exp(-SCALE_STEP * leads), 0.05), 1.0)

        return self._run(adjust, scale=True)

    def ours(self) -> _Outcome:
        """The shadow price of the domain, moved once a minute as the service does."""

        def adjust(day: _Day, share: float, used: float, before: float) -> None:
            wanted = plan_delta(day.limit, before, share - MINUTE_S / DAY_S, share)
            price = 0 if self._cap.measure == "count" else max(day.limit // 50, 1)
            day.dual = next_dual(day.dual, used, wanted, day.limit, price)

        return self._run(adjust)

    def best_fixed(self) -> _Outcome:
        """The one shadow price which, kept all the time, would have earned most."""
        low, high = 0.0, 1.5
        tried: dict[float, _Outcome] = {}

        def earned(dual: float) -> float:
            tried[dual] = self._run(lambda *_: None, dual=dual)
            return self.surplus(tried[dual])

        left, right = high - _GOLDEN * (high - low), low + _GOLDEN * (high - low)
        at_left, at_right = earned(left), earned(right)
        for _ in range(_SEARCHES):
            if at_left > at_right:
                high, right, at_right = right, left, at_left
                left = high - _GOLDEN * (high - low)
                at_left = earned(left)
            else:
                low, left, at_left = left, right, at_right
                right = low + _GOLDEN * (high - low)
                at_right = earned(right)
        return max(tried.values(), key=self.surplus)

    def surplus(self, outcome: _Outcome) -> float:
        """What the won leads are worth by the model, less what they cost."""
        value = self._market.value[self._market.evaluated]
        return float(np.sum((value - outcome.bids)[outcome.won]))

    def _run(
        self,
        adjust: Callable[[_Day, float, float, float], None],
        *,
        dual: float = 0.0,
        skip: bool = False,
        scale: bool = False,
    ) -> _Outcome:
        """Ping by ping; `adjust` hears each minute which share of the day has passed, and what was used in it."""
        chance = np.random.default_rng(3)
        won, bids = [], []
        state = _Day(limit=0, dual=dual)
        for leads, limit in zip(self._days, self._limits, strict=True):
            state.limit, state.used, minute, before = limit, 0.0, 0, 0.0
            for number, lead in enumerate(leads):
                now = DAY_S * number / len(leads)
                while minute < int(now / MINUTE_S):
                    minute += 1
                    adjust(state, minute * MINUTE_S / DAY_S, state.used - before, before)
                    before = state.used
                bid = self._bid(state, int(lead), now, scale=scale, pass_=not skip or chance.random() < state.rate)
                wins = bool(bid) and bool(self._market.won(np.array([bid]), np.array([lead]))[0])
                won.append(wins)
                bids.append(bid)
                state.used += self._cap.uses(int(bid)) if wins else 0
        return _Outcome(won=np.array(won), bids=np.array(bids))

    def _bid(self, state: _Day, lead: int, now: float, *, scale: bool, pass_: bool) -> float:
        if not pass_ or state.used >= state.limit:
            return 0.0
        standing = CapStanding(state.limit, int(state.used), 0.0, 0.0, state.dual)
        offer = self._buyer.bid(lead, now=now, standing=standing)
        if offer is None:
            return 0.0
        return float(int(offer.price_cents * state.rate)) if scale else float(offer.price_cents)


def _paced(name: str, market: Market, track: _Track, outcome: _Outcome, best: float) -> Paced:
    at = market.evaluated
    known = np.maximum(market.value[at] - market.price[at], 0.0)
    clairvoyant = float(known.sum())
    realised = float(np.sum((market.world.converted[at] * market.world.worth_cents[at] - outcome.bids)[outcome.won]))
    return Paced(
        policy=name,
        win_share=float(outcome.won.mean()),
        share_of_best_fixed=track.surplus(outcome) / best,
        share_of_clairvoyant=track.surplus(outcome) / clairvoyant,
        realised_share=realised / clairvoyant,
        surplus_per_ping=realised / len(at) / 100.0,
    )
