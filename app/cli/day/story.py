"""What one business day left behind, as one value: read once from the journal, binned by the quarter of an hour."""

from collections import Counter
from collections.abc import Iterable, Sequence
from math import ceil

import msgspec

from app.cli.day.bins import BIN_S, Grade, Grades, Times, times
from app.cli.day.campaign_days import CampaignBook, CampaignDay, Push, Trade
from app.cli.day.cap_days import CapBook, CapDay, Place, place_of
from app.cli.day.territory_days import TerritoryBook, TerritoryDay
from app.domain.campaign import Campaign
from app.domain.pricing.pricing import Valuation
from app.journal.lines import AnyLine, PingLine, PostLine, RefusedLine, RepeatLine

CAPS = 6
"""Of how many caps the story tells: those that came closest to their limits."""

PARTS = 10
"""Into how many parts bids are cut by price, and leads by predicted probability."""


class SoldLead(msgspec.Struct, frozen=True, kw_only=True):
    """What the exchange knows of a lead that we bought: `ping_id` is the bid's, a conversion is worth `value_cents`."""

    ping_id: str
    at: float
    campaign: str
    price_cents: int
    true_probability: float
    converted: bool
    value_cents: int


class Attempts(msgspec.Struct, frozen=True, kw_only=True):
    """Deliveries that arrived and that did not, and what every attempt came to, as in "retry: HTTP 503"."""

    delivered: int
    undelivered: int
    attempts: int
    by_outcome: dict[str, int]


class Story(msgspec.Struct, frozen=True, kw_only=True):
    """The day from `start` to `end` (UTC epoch seconds) as clocks in `zone` show it; a bin lasts BIN_S.

    `pings`, `bids` and `leads` are counts of each bin. `reasons` are those of pings without a bid, `unbought` those of
    posts that were not taken, by their codes. `wins` grades the best bid of each ping by its price in cents, by
    vertical; `calibration` the leads bought by the probability that their bids went by, against the true one.
    """

    zone: str
    start: float
    end: float
    pings: tuple[int, ...]
    bids: tuple[int, ...]
    leads: tuple[int, ...]
    reasons: dict[str, int]
    unbought: dict[str, int]
    campaigns: tuple[CampaignDay, ...]
    caps: tuple[CapDay, ...]
    territories: tuple[TerritoryDay, ...]
    wins: dict[str, tuple[Grade, ...]]
    calibration: tuple[Grade, ...]
    attempts: Attempts
    ping_times: Times
    post_times: Times
    explained: tuple[tuple[str, str], ...]

    @property
    def total(self) -> Trade:
        """All campaigns together; a ping that two of them bid on is one bid."""
        trades = [campaign.trade for campaign in self.campaigns]
        return Trade(
            bids=sum(self.bids),
            leads=sum(self.leads),
            spend_cents=sum(trade.spend_cents for trade in trades),
            conversions=sum(trade.conversions for trade in trades),
            value_cents=sum(trade.value_cents for trade in trades),
        )

    @property
    def pushes(self) -> list[Push]:
        """Those of all campaigns, the ones that touched most leads first."""
        pushes = [push for campaign in self.campaigns for push in campaign.pushes]
        return sorted(pushes, key=lambda push: -push.cents.count)


def tell(
    lines: Iterable[AnyLine],
    campaigns: Iterable[Campaign],
    sold: Iterable[SoldLead],
    attempts: Attempts,
    ping_ms: Sequence[float],
    post_ms: Sequence[float],
    explained: Sequence[tuple[str, str]],
    start: float,
    end: float,
    zone: str,
) -> Story:
    """The story of the lines from `start` up to `end`, oldest first; of them only leads bought are held meanwhile."""
    day = _Day(campaigns, sold, start, ceil((end - start) / BIN_S))
    for line in lines:
        if start <= line.at < end:
            day.hear(line)
    return Story(
        zone=zone,
        start=start,
        end=end,
        pings=tuple(day.pings),
        bids=tuple(day.bids),
        leads=tuple(day.leads),
        reasons=dict(day.reasons.most_common()),
        unbought=dict(day.unbought.most_common()),
        campaigns=_by_spend([book.day() for book in day.campaigns.values()]),
        caps=day.caps.fullest(CAPS),
        territories=day.territories.contrast(),
        wins={name: grades.cut(PARTS) for name, grades in sorted(day.wins.items())},
        calibration=day.calibration.cut(PARTS),
        attempts=attempts,
        ping_times=times(ping_ms),
        post_times=times(post_ms),
        explained=tuple(explained),
    )


class _Day:
    """The day in the making."""

    def __init__(self, campaigns: Iterable[Campaign], sold: Iterable[SoldLead], start: float, bins: int) -> None:
        self._start = start
        self._bins = bins
        self._sold = {lead.ping_id: lead for lead in sold}
        self._places: dict[str, Place] = {}
        self.pings, self.bids, self.leads = [0] * bins, [0] * bins, [0] * bins
        self.reasons: Counter[str] = Counter()
        self.unbought: Counter[str] = Counter()
        self.campaigns: dict[str, CampaignBook] = {}
        self.caps = CapBook(campaigns, start, bins)
        self.territories = TerritoryBook(bins)
        self.wins: dict[str, Grades] = {}
        self.calibration = Grades()

    def hear(self, line: AnyLine) -> None:
        """Count one line."""
        at = int((line.at - self._start) // BIN_S)
        if isinstance(line, PingLine):
            self._ping(line, at)
        elif isinstance(line, RefusedLine):
            self.pings[at] += 1
            self.reasons[line.refusal.code] += 1
        elif isinstance(line, RepeatLine):
            self.pings[at] += 1
            self.bids[at] += 1
        elif isinstance(line, PostLine) and not line.kept:
            self._post(line, at)

    def _ping(self, line: PingLine, at: int) -> None:
        self.pings[at] += 1
        self.caps.stood(line, at)
        decision = line.decision
        # Every campaign that put a value on this lead, whether it then bid or not, once for each leg.
        for offer in decision.bids + decision.outbid:
            self._value(line, offer.campaign, offer.valuation, at)
        for refused in decision.refused:
            self._value(line, refused.campaign, refused.valuation, at)
        refusal = line.withdrawn or decision.refusal
        if refusal is not None:
            self.reasons[refusal.code] += 1
            return
        self.bids[at] += 1
        self._bid(line, at)

    def _value(self, line: PingLine, campaign: str, valuation: Valuation | None, at: int) -> None:
        if valuation is None:
            return
        caps = valuation.shadows
        if campaign in line.standing.demand:
            # The territory's shadow price stands behind those of the caps.
            (territory, cents), caps = caps[-1], caps[:-1]
            self.territories.value(campaign, territory, at, cents)
        self._campaign(campaign).value(at, valuation, caps)

    def _bid(self, line: PingLine, at: int) -> None:
        bids, demand = line.decision.bids, line.standing.demand
        for name in {offer.campaign for offer in bids}:
            self._campaign(name).trade.bids += 1
        for offer, bid_id in zip(bids, line.bid_ids, strict=True):
            self._campaign(offer.campaign).price.add(at, offer.price_cents)
            if offer.campaign in demand:
                self.territories.bid(offer.campaign, demand[offer.campaign].name, at, offer.price_cents)
            lead = self._sold.get(bid_id)
            if lead is not None:
                self._places[bid_id] = place_of(line)
                if offer.valuation is not None:
                    self.calibration.add(offer.valuation.probability, lead.true_probability, hit=lead.converted)
        # A seller holds our best bid against what others offer; the others it takes or leaves.
        best, won = bids[0], line.bid_ids[0] in self._sold
        self.wins.setdefault(line.ping.vertical, Grades()).add(best.price_cents, best.win_probability, hit=won)

    def _post(self, line: PostLine, at: int) -> None:
        if line.status != "accepted":
            self.unbought[line.reason_code or line.status] += 1
            return
        self.leads[at] += 1
        trade, lead = self._campaign(line.campaign).trade, self._sold.get(line.ping_id)
        trade.leads += 1
        trade.spend_cents += line.price_cents
        if lead is not None and lead.converted:
            trade.conversions += 1
            trade.value_cents += lead.value_cents
        if line.ping_id in self._places:
            self.caps.sold(line.campaign, self._places[line.ping_id], line.price_cents, line.at, at)

    def _campaign(self, name: str) -> CampaignBook:
        if name not in self.campaigns:
            self.campaigns[name] = CampaignBook(name, self._bins)
        return self.campaigns[name]


def _by_spend(days: Iterable[CampaignDay]) -> tuple[CampaignDay, ...]:
    return tuple(sorted(days, key=lambda day: (-day.trade.spend_cents, day.name)))
