"""What one business day left behind, as one value: read once from the journal, binned by the quarter of an hour."""

from collections.abc import Collection, Iterable, Sequence
from math import ceil

import msgspec

from app.domain.campaign import Campaign
from app.domain.pricing.pricing import Valuation
from app.journal.lines import AnyLine, NoticeLine, PingLine, PostLine, RefusedLine, RepeatLine, RetainLine
from app.reports.caps import CapRecords, Place, place_of
from app.reports.counter import LineCounter
from app.reports.day.bins import AnswerTimes, Band, Bands, times
from app.reports.day.campaign_days import CampaignBook, CampaignDay, DayTrade, Push
from app.reports.day.cap_days import CapDay, fullest
from app.reports.day.check_days import CheckBook, CheckDay
from app.reports.day.territory_days import TerritoryBook, TerritoryDay
from app.reports.day.win_bands import LegWins, WinBook
from app.reports.fold import fold
from app.reports.tally import QUARTER_S, CampaignTrade, Flow
from app.reports.trading import trading

CAPS = 6
"""Of how many caps the story tells: those that came closest to their limits."""

PARTS = 10
"""Into how many parts leads are cut by predicted probability."""


_PLACE = 3
"""The digits of a ZIP code by which places are told apart: a signal is for a state or for such an area."""


class BoughtLead(msgspec.Struct, frozen=True, kw_only=True):
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
    """The day from `start` to `end` (UTC epoch seconds) as clocks in `zone` show it, in bins of QUARTER_S.

    `pings`, `bids` and `leads` are counts of each bin; `repeats` of the bids were asked for again. `reasons` are those
    of pings without a bid, `unbought` those of posts that were not taken, by their codes. `calibration` are the leads
    bought by the probability that their bids went by, against the true one.
    """

    zone: str
    start: float
    end: float
    pings: tuple[int, ...]
    bids: tuple[int, ...]
    leads: tuple[int, ...]
    repeats: int
    reasons: dict[str, int]
    unbought: dict[str, int]
    campaigns: tuple[CampaignDay, ...]
    caps: tuple[CapDay, ...]
    territories: tuple[TerritoryDay, ...]
    checks: tuple[CheckDay, ...]
    wins: tuple[LegWins, ...]
    calibration: tuple[Band, ...]
    attempts: Attempts
    ping_times: AnswerTimes
    post_times: AnswerTimes
    explained: tuple[tuple[str, str], ...]

    @property
    def total(self) -> DayTrade:
        """All campaigns together; a ping that two of them bid on is one bid."""
        trades = [campaign.trade for campaign in self.campaigns]
        return DayTrade(
            bids=sum(self.bids),
            repeats=self.repeats,
            won=sum(trade.won for trade in trades),
            leads=sum(self.leads),
            handling_cents=sum(trade.handling_cents for trade in trades),
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
    sold: Iterable[BoughtLead],
    attempts: Attempts,
    ping_ms: Sequence[float],
    post_ms: Sequence[float],
    explained: Sequence[tuple[str, str]],
    start: float,
    end: float,
    zone: str,
    learned: Collection[str] = (),
) -> Story:
    """The story of the lines from `start` up to `end`, oldest first; of them only leads bought are held meanwhile.

    `learned` are the verticals whose win model was learned from auctions.
    """
    day = _Day(campaigns, sold, start, ceil((end - start) / QUARTER_S))
    fold((line for line in lines if start <= line.at < end), day)
    trade = trading(day.counter.tally)
    flows = day.flows()
    return Story(
        zone=zone,
        start=start,
        end=end,
        # A ping that was answered before is answered with a bid again.
        pings=tuple([flow.pings + flow.repeats for flow in flows]),
        bids=tuple([flow.bids + flow.repeats for flow in flows]),
        leads=tuple([flow.leads for flow in flows]),
        repeats=sum(flow.repeats for flow in flows),
        reasons=dict(trade.reasons.most_common()),
        unbought={code: count for code, count in trade.posts_by_code.most_common() if code != "accepted"},
        campaigns=_by_spend([day.of_campaign(name) for name in day.campaigns]),
        caps=fullest(day.caps, CAPS, start, len(flows)),
        territories=day.territories.contrast(),
        checks=day.checks.days(),
        wins=day.wins.by_leg(learned),
        calibration=day.calibration.cut(PARTS),
        attempts=attempts,
        ping_times=times(ping_ms),
        post_times=times(post_ms),
        explained=tuple(explained),
    )


class _Day:
    """The day in the making: the trade as it is counted everywhere, and beside it what moved its prices."""

    def __init__(self, campaigns: Iterable[Campaign], sold: Iterable[BoughtLead], start: float, bins: int) -> None:
        self._start = start
        self._bins = bins
        self._declared = {campaign.name: campaign for campaign in campaigns}
        self._sold = {lead.ping_id: lead for lead in sold}
        self._places: dict[str, Place] = {}
        self.counter = LineCounter()
        self.campaigns: dict[str, CampaignBook] = {}
        self.caps = CapRecords()
        self.territories = TerritoryBook(bins)
        self.checks = CheckBook()
        self.wins = WinBook()
        self.calibration = Bands()

    def flows(self) -> list[Flow]:
        """The trade of each bin."""
        first, quarters = int(self._start // QUARTER_S), self.counter.tally.quarters
        return [quarters.get(first + at, Flow()) for at in range(self._bins)]

    def of_campaign(self, name: str) -> CampaignDay:
        """The day of one campaign."""
        traded = self.counter.tally.campaigns.get(name, CampaignTrade())
        handling_cents = self._declared[name].handling_cents if name in self._declared else 0
        return self.campaigns[name].day(traded, handling_cents)

    def ping(self, line: PingLine) -> None:
        self.counter.ping(line)
        self.checks.ping(line.known.consultations)
        at, decision = self._at(line), line.decision
        for name in filter(self._declared.get, line.standing.caps):
            # The caps of the seller follow those of the campaign: they are no plan of the buyer's.
            self.caps.stood(line, self._declared[name])
        # Every campaign that put a value on this lead, whether it then bid or not, once for each leg.
        for offer in decision.bids + decision.outbid:
            self._value(line, offer.campaign, offer.valuation, at)
        for refused in decision.refused:
            self._value(line, refused.campaign, refused.valuation, at)
        if (line.withdrawn or decision.refusal) is None:
            self._bid(line, at)

    def repeat(self, line: RepeatLine) -> None:
        self.counter.repeat(line)

    def refused(self, line: RefusedLine) -> None:
        self.counter.refused(line)

    def post(self, line: PostLine) -> None:
        self.counter.post(line)
        self.checks.post(line.consultations)
        self.wins.win(line.ping_id)
        if line.kept or line.status != "accepted":
            return
        book, lead = self._campaign(line.campaign), self._sold.get(line.ping_id)
        if lead is not None and lead.converted:
            book.conversions += 1
            book.value_cents += lead.value_cents
        if line.ping_id in self._places and line.campaign in self._declared:
            place = self._places[line.ping_id]
            self.caps.sold(self._declared[line.campaign], place, line.price_cents, line.at)

    def notice(self, line: NoticeLine) -> None:
        self.counter.notice(line)

    def retain(self, line: RetainLine) -> None:
        self.counter.retain(line)

    def _at(self, line: PingLine) -> int:
        """Its bin."""
        return int((line.at - self._start) // QUARTER_S)

    def _value(self, line: PingLine, campaign: str, valuation: Valuation | None, at: int) -> None:
        if valuation is None:
            return
        caps = valuation.shadows
        if campaign in line.standing.demand:
            # The territory's shadow price stands behind those of the caps.
            (territory, cents), caps = caps[-1], caps[:-1]
            self.territories.value(campaign, territory, at, cents)
        self._campaign(campaign).value(at, line.ping.zip[:_PLACE], valuation, caps)

    def _bid(self, line: PingLine, at: int) -> None:
        demand = line.standing.demand
        for offer, bid_id in zip(line.decision.bids, line.bid_ids, strict=True):
            self._campaign(offer.campaign).price.add(at, offer.price_cents)
            if offer.campaign in demand:
                self.territories.bid(offer.campaign, demand[offer.campaign].name, at, offer.price_cents)
            lead = self._sold.get(bid_id)
            if lead is not None:
                self._places[bid_id] = place_of(line)
                if offer.valuation is not None:
                    self.calibration.add(offer.valuation.probability, lead.true_probability, hit=lead.converted)
            self.wins.bid(line, offer, bid_id)

    def _campaign(self, name: str) -> CampaignBook:
        if name not in self.campaigns:
            self.campaigns[name] = CampaignBook(name, self._bins)
        return self.campaigns[name]


def _by_spend(days: Iterable[CampaignDay]) -> tuple[CampaignDay, ...]:
    return tuple(sorted(days, key=lambda day: (-day.trade.spend_cents, day.name)))
