"""How every cap filled up through the day, beside the plan that paces it."""

from collections.abc import Iterable, Iterator
from math import inf, isnan, nan

import msgspec

from app.cli.day.bins import BIN_S
from app.domain.calendar import local_time, window_bounds
from app.domain.campaign import Campaign
from app.domain.caps.caps import Cap, Measure
from app.domain.caps.pacing import plan_share
from app.journal.lines import PingLine

Place = tuple[str, str, str]
"""Seller, ZIP and state: where a lead counts."""


class CapDay(msgspec.Struct, frozen=True, kw_only=True):
    """`used` and `plan` at the end of each bin, in leads or cents as `measure` says; not a number where unknown.

    `part` is the seller or territory that the cap counts apart.
    """

    campaign: str
    cap: str
    part: str
    measure: Measure
    limit: int
    used: tuple[float, ...]
    plan: tuple[float, ...]

    @property
    def most(self) -> float:
        """The most that was used in one window."""
        return max((used for used in self.used if not isnan(used)), default=0.0)

    @property
    def utilisation(self) -> float:
        """The share of the limit that `most` is."""
        return self.most / self.limit


def place_of(line: PingLine) -> Place:
    """Where the lead of this ping would count."""
    return line.seller, line.ping.zip, line.ping.state


class CapBook:
    """The caps of these campaigns as the lines of a day tell of them."""

    def __init__(self, campaigns: Iterable[Campaign], start: float, bins: int) -> None:
        self._campaigns = {campaign.name: campaign for campaign in campaigns}
        self._start = start
        self._bins = bins
        self._counters: dict[str, _Counter] = {}

    def stood(self, line: PingLine, at: int) -> None:
        """A ping met these counters as they stood."""
        place = place_of(line)
        for name, standings in line.standing.caps.items():
            # The caps of the seller follow those of the campaign: they are no plan of the buyer's.
            for (counter, label), standing in zip(self._met(name, place, line.at), standings, strict=False):
                counter.stand(at, label, standing.used)

    def sold(self, campaign: str, place: Place, price_cents: int, now: float, at: int) -> None:
        """A lead of this place was bought: there may be no later ping to tell of it."""
        for counter, label in self._met(campaign, place, now):
            counter.stand(at, label, (counter.used if counter.label == label else 0) + counter.cap.uses(price_cents))

    def fullest(self, most: int) -> tuple[CapDay, ...]:
        """The caps that came closest to their limits, of those that were used at all."""
        used = [(-counter.most / counter.cap.limit, key) for key, counter in self._counters.items() if counter.most]
        return tuple([self._counters[key].day(self._start) for _, key in sorted(used)[:most]])

    def _met(self, name: str, place: Place, now: float) -> Iterator[tuple["_Counter", str]]:
        """Every counter of this campaign's caps that a lead of this place counts in, with the label of its window."""
        campaign = self._campaigns.get(name)
        if campaign is None:
            return
        for cap in campaign.caps:
            key, _, label = cap.counter(local_time(now, cap.zone), *place).rpartition("/")
            counter = self._counters.get(key)
            if counter is None:
                counter = self._counters[key] = _Counter(campaign, cap, key.rpartition("/")[2], self._bins)
            yield counter, label


class _Counter:
    def __init__(self, campaign: Campaign, cap: Cap, part: str, bins: int) -> None:
        self.campaign = campaign
        self.cap = cap
        self.part = part
        self.label = ""
        self.used = self.most = 0
        self.seen = [nan] * bins

    def stand(self, at: int, label: str, used: int) -> None:
        self.label, self.used, self.most = label, used, max(used, self.most)
        self.seen[at] = used

    def day(self, start: float) -> CapDay:
        """What was seen, held until the next time or the end of the window, beside the plan."""
        cap, used, plan = self.cap, [], []
        held, window = nan, -inf
        for at, seen in enumerate(self.seen):
            first, last = window_bounds(start + at * BIN_S, cap.zone, cap.window)
            if first != window:
                # What was used of a longer window before this day nobody knows until a ping tells.
                held, window = 0.0 if first >= start else nan, first
            held = held if isnan(seen) else seen
            used.append(held)
            until = min(start + (at + 1) * BIN_S, last)
            share = plan_share(self.campaign.schedule, cap.zone, first, until, last) if last < inf else nan
            plan.append(cap.limit * share)
        return CapDay(
            campaign=self.campaign.name,
            cap=cap.name,
            part=self.part,
            measure=cap.measure,
            limit=cap.limit,
            used=tuple(used),
            plan=tuple(plan),
        )
