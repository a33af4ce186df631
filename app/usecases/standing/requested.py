"""What operators ask for: the demand of territories, timed premiums, pauses, boosts."""

from collections import deque
from collections.abc import Iterable, Iterator
from math import inf
from typing import assert_never

from app.domain.auction.appetite import RequestEnds
from app.domain.pricing.demand import DemandStanding
from app.usecases.standing.changes import DemandSet, RequestedChange, Requests, Returned, SignalSet, Sold
from app.wire.ping import Ping

_RECENT_S = 60.0
"""Sales are remembered so long: a demand that others told is heard of later than it holds."""
_RECENT_MAX = 10_000


class _OpenDemand:
    """How many leads a territory can still work, counted down by sales and by the hours that pass."""

    def __init__(self, asked: DemandSet, recent: Iterable[Sold] = ()) -> None:
        """`recent` are sales that were heard of before the demand."""
        self.asked = asked
        self.sold = asked.sold + sum(map(self._takes, recent))

    def _takes(self, sale: Sold) -> bool:
        asked = self.asked
        is_there = sale.state == asked.territory or sale.zip.startswith(asked.territory)
        return is_there and asked.demand.campaign in ("", sale.campaign) and asked.told_at <= sale.at

    def standing(self, now: float) -> DemandStanding:
        asked = self.asked
        span = asked.ends_at - asked.told_at
        # A demand that was told by a clock ahead of ours has all of its time left, not more.
        left = min((asked.ends_at - now) / span, 1.0) if span > 0 else 0.0
        open_now, expected = float(asked.demand.open - self.sold), asked.demand.expected * left
        return DemandStanding(asked.territory, open_now, expected, asked.demand.limit)


class Requested:
    """What holds now; what has an end, ends by itself."""

    def __init__(self) -> None:
        self.demands: dict[tuple[str, str], _OpenDemand] = {}
        self.signals: dict[tuple[str, str], SignalSet] = {}
        self.paused: frozenset[str] = frozenset()
        self.boosts: dict[str, int] = {}
        self._switched = Requests()
        self._recent: deque[Sold] = deque(maxlen=_RECENT_MAX)

    def apply(self, change: RequestedChange) -> None:
        """What an operator asks for replaces what was asked of the same before."""
        match change:
            case DemandSet():
                self.demands[change.territory, change.demand.campaign] = _OpenDemand(change, self._recent)
            case SignalSet():
                self.signals[change.territory, change.signal.cause] = change
            case Requests():
                self._replace(change)
            case _:
                assert_never(change)

    def sell(self, sale: Sold) -> None:
        """Count a sale down from every demand that covers it, by now or when it will be heard of."""
        while self._recent and self._recent[0].at < sale.at - _RECENT_S:
            self._recent.popleft()
        self._recent.append(sale)
        for demand in self._over(sale.campaign, sale.zip, sale.state, sale.at):
            if demand.asked.told_at <= sale.at:
                demand.sold += 1

    def take_back(self, returned: Returned) -> None:
        """Whoever was to work the lead can work another, if its demand was told before the sale."""
        for demand in self._over(returned.campaign, returned.zip, returned.state, returned.sold_at):
            if demand.sold and demand.asked.told_at <= returned.sold_at:
                demand.sold -= 1

    def end(self, now: float) -> None:
        """Forget what does not hold any more."""
        self.signals = {key: each for key, each in self.signals.items() if now < each.signal.until}
        self.demands = {key: demand for key, demand in self.demands.items() if now < demand.asked.ends_at}
        self._switch(now)

    def boosts_of(self, campaigns: Iterable[str]) -> dict[str, int]:
        """Those of these campaigns that are boosted, with the cents."""
        return {name: self.boosts[name] for name in campaigns if name in self.boosts}

    def _replace(self, asked: Requests) -> None:
        """A demand that is the same as before has been counted down since."""
        former = self.demands
        self.demands = {}
        for each in asked.demands:
            key = each.territory, each.demand.campaign
            known = former.get(key)
            is_same = known is not None and known.asked.told_at == each.told_at
            self.demands[key] = known if known is not None and is_same else _OpenDemand(each, self._recent)
        self.signals = {(each.territory, each.signal.cause): each for each in asked.signals}
        self._switched = asked
        self._switch(0.0)

    def _switch(self, now: float) -> None:
        asked = self._switched
        if not (asked.pauses or asked.boosts or self.paused or self.boosts):
            return
        self.paused = frozenset([name for name, ends_at in asked.pauses if ends_at is None or now < ends_at])
        self.boosts = {name: cents for name, cents, ends_at in asked.boosts if ends_at is None or now < ends_at}

    def demand_by(self, campaigns: Iterable[str], ping: Ping, now: float) -> dict[str, DemandStanding]:
        """By campaign, the narrowest demand that covers a ping."""
        standings: dict[str, DemandStanding] = {}
        for campaign in campaigns:
            demand = next(self._over(campaign, ping.zip, ping.state, now), None)
            if demand is not None:
                standings[campaign] = demand.standing(now)
        return standings

    def signals_over(self, ping: Ping, now: float) -> tuple[tuple[str, int], ...]:
        """Cause and premium in cents of the signals that cover a ping."""
        return tuple(
            [
                (each.signal.cause, each.signal.premium_cents)
                for each in self.signals.values()
                if (each.territory == ping.state or ping.zip.startswith(each.territory))
                and each.signal.vertical in ("", ping.vertical)
                and now < each.signal.until
            ]
        )

    def ends(self, campaign: str, place: Ping, now: float) -> RequestEnds:
        """When what holds ends: pauses by name, and the narrowest demand that covers a place."""
        demand = next(self._over(campaign, place.zip, place.state, now), None)
        return RequestEnds(
            pauses={name: inf if ends_at is None else ends_at for name, ends_at in self._switched.pauses},
            demand=inf if demand is None else demand.asked.ends_at,
        )

    @property
    def digits(self) -> int:
        """How many digits of a ZIP the narrowest territory of a demand or a signal has."""
        return max((len(name) for name, _ in (*self.demands, *self.signals) if name.isdigit()), default=0)

    def _over(self, campaign: str, zip_code: str, state: str, now: float) -> Iterator[_OpenDemand]:
        """Every demand that covers a place, narrowest first: ZIP, prefix, state, and the campaign's own first."""
        if not self.demands:
            return
        for name in (*(zip_code[:length] for length in range(5, 0, -1)), state):
            for whose in (campaign, ""):
                demand = self.demands.get((name, whose))
                if demand is not None and now < demand.asked.ends_at:
                    yield demand
