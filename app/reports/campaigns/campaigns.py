"""The campaigns at a glance, and one of them with all that moves its prices: what pages and commands show alike."""

from collections import Counter
from collections.abc import Iterable, Iterator

import msgspec

from app.domain.campaign import Campaign
from app.reports.campaigns.blockers import Blocker, blockers
from app.reports.campaigns.cap_plans import CapAgainstPlan, caps_against_plans
from app.reports.campaigns.facts import CampaignFacts
from app.reports.campaigns.price_terms import PriceTerms, price_terms
from app.reports.campaigns.sample import Sample
from app.reports.campaigns.territories import Measure, TileMap, tile_map
from app.reports.now.day_so_far import ReasonCount, reason_counts
from app.reports.rates import win_rate
from app.reports.status import RequestStatus, in_force

RECENT_S = 3_600.0
"""What was refused of the last hour says what keeps a campaign from bidding now, and not what did this morning."""


class CampaignRow(msgspec.Struct, frozen=True, kw_only=True):
    """One campaign in the buyer's day. Of about `bids` bids `win_rate` were won, at `price_cents` in the mean; both
    `None` where it has not bid. `state` is buying, paused, closed, full, or stopped for another of its `blockers`.

    `boost_cents` is what an operator adds to each lead now.
    """

    name: str
    vertical: str
    brand: str
    state: str
    blockers: tuple[Blocker, ...]
    leads: int
    spend_cents: int
    bids: int
    win_rate: float | None
    price_cents: float | None
    caps: tuple[CapAgainstPlan, ...]
    boost_cents: int | None = None


class CampaignList(msgspec.Struct, frozen=True, kw_only=True):
    """All campaigns in the order of the file, `at` UTC epoch seconds; `zone` is the buyer's. `sampled` pings of the
    journal stand for about `pings`, from `since` on. Where `is_counting`, the journal is still being read.
    """

    at: float
    since: float
    zone: str
    sampled: int
    pings: int
    campaigns: tuple[CampaignRow, ...]
    map: TileMap
    is_counting: bool = False
    unread: int = 0


class CampaignPage(msgspec.Struct, frozen=True, kw_only=True):
    """One campaign: its row, the terms of its prices today, what it did not bid on in the last hour, its map, and what
    operators asked for of it. `models` are the versions that price its vertical.
    """

    at: float
    zone: str
    row: CampaignRow
    legs: tuple[str, ...]
    floor_cents: int
    ceiling_cents: int
    demand_cents: int
    model: str
    terms: PriceTerms
    refusals: tuple[ReasonCount, ...]
    map: TileMap
    in_force: tuple[RequestStatus, ...]
    sampled: int
    pings: int
    is_counting: bool = False
    unread: int = 0


def campaign_list(facts: CampaignFacts, measure: Measure = "offered") -> CampaignList:
    """All of them, with the map of all together."""
    trades = _trades(facts.sample)
    return CampaignList(
        at=facts.now,
        since=facts.sample.since,
        zone=facts.configuration.buyer.zone,
        sampled=len(facts.sample.pings),
        pings=facts.sample.whole,
        campaigns=tuple([_row(campaign, trades.get(campaign.name, _Trade()), facts) for campaign in facts.campaigns]),
        map=tile_map(facts, "", measure),
        is_counting=facts.sample.is_counting,
        unread=facts.sample.unread,
    )


def campaign_page(facts: CampaignFacts, name: str, measure: Measure = "offered") -> CampaignPage | None:
    """The campaign of this name, `None` where none is declared so."""
    campaign = next((each for each in facts.campaigns if each.name == name), None)
    if campaign is None:
        return None
    model = facts.models.get(campaign.vertical)
    row = _row(campaign, _trades(facts.sample).get(name, _Trade()), facts)
    return CampaignPage(
        at=facts.now,
        zone=facts.configuration.buyer.zone,
        row=row,
        legs=campaign.legs,
        floor_cents=campaign.floor_cents,
        ceiling_cents=campaign.ceiling_cents,
        demand_cents=campaign.demand_cents,
        model=model.version if model is not None else "",
        terms=price_terms(facts.sample, name),
        refusals=_refusals(facts.sample.from_time(facts.now - RECENT_S), name),
        map=tile_map(facts, name, measure),
        in_force=tuple(_in_force(campaign, row.caps, facts)),
        sampled=len(facts.sample.pings),
        pings=facts.sample.whole,
        is_counting=facts.sample.is_counting,
        unread=facts.sample.unread,
    )


class _Trade(msgspec.Struct, kw_only=True):
    bids: int = 0
    sampled: int = 0
    won: int = 0
    prices: int = 0
    cents: int = 0

    @property
    def win_rate(self) -> float | None:
        return win_rate(self.won, self.sampled)

    @property
    def price_cents(self) -> float | None:
        return self.cents / self.prices if self.prices else None


def _trades(sample: Sample) -> dict[str, _Trade]:
    """By campaign; its prices on two legs are one bid, won by a post of either."""
    trades: dict[str, _Trade] = {}
    for ping in sample.each():
        for name in ping.campaigns:
            trade, bids = trades.setdefault(name, _Trade()), ping.bids_of(name)
            trade.bids += ping.weight
            trade.sampled += 1
            trade.won += any(bid.id in sample.posted for bid in bids)
            trade.prices += ping.weight * len(bids)
            trade.cents += ping.weight * sum(bid.offer.price_cents for bid in bids)
    return trades


def _row(campaign: Campaign, trade: _Trade, facts: CampaignFacts) -> CampaignRow:
    caps = caps_against_plans(campaign, facts)
    against = blockers(campaign, caps, facts)
    sales = [row for row in facts.today if row.campaign == campaign.name]
    boosts = [each.amount for each in facts.requests.switches if (each.kind, each.target) == ("boost", campaign.name)]
    return CampaignRow(
        name=campaign.name,
        vertical=campaign.vertical,
        brand=campaign.brand,
        state=_state(against),
        blockers=against,
        leads=sum(row.leads for row in sales),
        spend_cents=sum(row.spend_cents for row in sales),
        bids=trade.bids,
        win_rate=trade.win_rate,
        price_cents=trade.price_cents,
        caps=caps,
        boost_cents=boosts[0] if boosts else None,
    )


def _state(against: Iterable[Blocker]) -> str:
    first = next((each for each in against if each.is_whole), None)
    if first is None:
        return "buying"
    return {"paused": "paused", "closed_hours": "closed", "cap": "full"}.get(first.kind, "stopped")


def _refusals(sample: Sample, campaign: str) -> tuple[ReasonCount, ...]:
    """What it did not bid on by reason, the most frequent first; a ping that it refused on both legs counts once."""
    counts: Counter[str] = Counter()
    for ping in sample.each():
        for name, code in ping.refused:
            if name == campaign:
                counts[code] += ping.weight
    return reason_counts(counts)


def _in_force(campaign: Campaign, caps: Iterable[CapAgainstPlan], facts: CampaignFacts) -> Iterator[RequestStatus]:
    """What was asked of it alone, and of territories and verticals that it shares with others."""
    words = {cap.cap: cap.words for cap in caps}
    for each in in_force(facts.requests, words):
        if each.kind == "demand":
            is_its = each.part in ("", campaign.name)
        elif each.kind == "signal":
            is_its = each.words in ("", campaign.vertical)
        else:
            is_its = each.target == campaign.name or each.target in words
        if is_its:
            yield each
