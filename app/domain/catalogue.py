"""The whole configuration as one value with its indexes: campaigns, sellers, verticals and models."""

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from typing import Literal, Protocol

import msgspec
from msgspec.structs import replace

from app.domain.access.openid import OpenIdTerms
from app.domain.alerts.terms import AlertTerms
from app.domain.buyer import Buyer, Operator
from app.domain.calendar import local_minute
from app.domain.calling.rules import CallingTable
from app.domain.campaign import Campaign
from app.domain.caps.caps import Cap
from app.domain.checks.check import Check
from app.domain.configuration import Configuration
from app.domain.delivery.destination import Destination
from app.domain.pairing import Pairing, paired
from app.domain.pricing.disposition_value import DispositionCurve
from app.domain.pricing.pricing import Curve
from app.domain.schedule import ALL_DAY, Schedule
from app.domain.seller import Habits, Seller
from app.domain.territory import ZipStates
from app.domain.token import campaign_tag
from app.domain.vertical import Vertical
from app.wire.ping import Leg, Value

CountedCap = tuple[str, Cap, Schedule]
"""The key of one counter, the cap that it counts for, and the hours over which that cap is paced."""

PAIRINGS_MAX = 20_000
"""So many are kept, some thirteen megabytes: few sellers meet every campaign."""


class Landscape(Protocol):
    """How rivals bid, learned from auctions won and lost."""

    def curve(self, seller: str, leg: Leg, facts: Mapping[str, Value], worth_cents: float) -> Curve | None:
        """Of one lead, whose p V on this leg is `worth_cents`; `None` of a seller unknown to it."""


class FactRead(msgspec.Struct, frozen=True, kw_only=True):
    """One fact that a model reads. `values` are those it has seen, of a category told apart as it is."""

    name: str
    kind: Literal["category", "number"]
    values: tuple[str, ...] = ()


class Model(msgspec.Struct, frozen=True, kw_only=True):
    """All that was learned of one vertical, under one version.

    `probability` is verified: facts of a lead in, calibrated P(conversion) of an exclusive lead out; so is `value`,
    in dollars what a conversion of it brings, where a history told that. `landscape` and
    `habits` (by seller) stand in for what is declared of a seller, where they know it. `traffic` is how much comes in
    each hour of the week by the buyer's clock, Monday first, for the plans of caps; empty where nobody has counted.
    `reads` are the facts that it or its landscape looks at.
    """

    vertical: str
    version: str
    probability: Callable[[Mapping[str, Value]], float]
    value: Callable[[Mapping[str, Value]], float] | None = None
    landscape: Landscape | None = None
    habits: Mapping[str, Habits] = {}
    dispositions: Mapping[str, DispositionCurve] = {}
    traffic: tuple[float, ...] = ()
    reads: tuple[FactRead, ...] = ()


class Challenger(msgspec.Struct, frozen=True, kw_only=True):
    """A model on trial beside the live one: it bids for the leads that `canary` takes, and shadows the rest.

    It has done so `since` then, UTC epoch seconds, 0 where nobody says; what it bought is judged after `matures_s`.
    """

    model: Model
    canary: float = 0.0
    since: float = 0.0
    matures_s: float = 0.0


class Catalogue(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """`config_hash` names this configuration in every decision.

    `seller_by_key` and `operator_by_key` go by the SHA-256 of a key in hex, `zip_states` names the states of each ZIP.
    `challengers` by vertical. `calling` says when a consumer may be called.
    """

    config_hash: str
    buyer: Buyer
    verticals: Mapping[str, Vertical]
    campaigns: Mapping[str, Campaign]
    sellers: Mapping[str, Seller]
    seller_by_key: Mapping[str, Seller]
    operator_by_key: Mapping[str, Operator]
    zip_states: ZipStates
    destinations: Mapping[str, Destination]
    models: Mapping[str, Model]
    index: "CampaignIndex"
    challengers: Mapping[str, Challenger] = {}
    checks: tuple[Check, ...] = ()
    alerts: AlertTerms = AlertTerms()
    openid: OpenIdTerms | None = None
    calling: CallingTable = CallingTable()

    @cached_property
    def challenged(self) -> "Catalogue":
        """The same configuration, priced by the challengers where there are any."""
        models = {name: challenger.model for name, challenger in self.challengers.items()}
        return replace(self, models={**self.models, **models}, challengers={})

    @cached_property
    def ping_checks(self) -> tuple[Check, ...]:
        """The checks that a ping may have to wait for."""
        return tuple([check for check in self.checks if "ping" in check.on])

    @cached_property
    def awaited_facts(self) -> frozenset[str]:
        """Names of the facts that these may tell of it."""
        return frozenset(fact.name for check in self.ping_checks for fact in check.facts)

    def pairing(self, campaign: Campaign, seller: Seller) -> Pairing:
        """One of its campaigns with a seller, made when they meet for the first time."""
        kept, names = self._pairings, (campaign.name, seller.name)
        pairing = kept.get(names)
        if pairing is None or pairing.seller is not seller or pairing.campaign is not campaign:
            if len(kept) >= PAIRINGS_MAX:
                kept.clear()
            pairing = kept[names] = self.pair(campaign, seller)
        return pairing

    def pair(self, campaign: Campaign, seller: Seller) -> Pairing:
        """The same of any two, of which nothing is kept."""
        model = self.models.get(campaign.vertical)
        return paired(campaign, seller, model.habits if model is not None else {}, self.checks)

    @cached_property
    def _pairings(self) -> dict[tuple[str, str], Pairing]:
        return {}

    @cached_property
    def has_targets(self) -> bool:
        """Whether a campaign has something to reach."""
        return any(campaign.targets for campaign in self.campaigns.values())

    @cached_property
    def tags(self) -> Mapping[str, bytes]:
        """How bids name each campaign, by its name."""
        return {name: campaign_tag(self.config_hash, position) for position, name in enumerate(self.campaigns)}

    @cached_property
    def configuration(self) -> Configuration:
        """What was declared. Plans of caps are left out, since they come from models and decide nothing."""
        operators = {operator.name: operator for operator in self.operator_by_key.values()}
        return Configuration(
            config_hash=self.config_hash,
            buyer=self.buyer,
            verticals=tuple(self.verticals.values()),
            campaigns=tuple(_unplanned(campaign) for campaign in self.campaigns.values()),
            sellers=tuple(self.sellers.values()),
            operators=tuple(operators.values()),
            destinations=tuple(self.destinations.values()),
            checks=self.checks,
            alerts=self.alerts,
            openid=self.openid,
        )


class CampaignIndex(msgspec.Struct, frozen=True, kw_only=True):
    """Campaigns by where they buy, so that a ping meets its candidates without a scan.

    `states` holds, by (vertical, state), all that buys in the whole state or everywhere, with (vertical, "") for states
    that nobody names; `zips`, by vertical and then by ZIP or prefix, what buys there alone. Both are positions in
    `campaigns`. `lengths` are those of the prefixes, by vertical. `kept` is what was found where no ZIP counts.
    """

    campaigns: tuple[Campaign, ...]
    states: Mapping[tuple[str, str], tuple[int, ...]]
    zips: Mapping[str, Mapping[str, tuple[int, ...]]]
    lengths: Mapping[str, tuple[int, ...]]
    verticals: frozenset[str]
    kept: dict[tuple[str, str], list[Campaign]] = {}

    def candidates(self, vertical: str, zip_code: str, state: str) -> list[Campaign]:
        """Campaigns that may cover this place, in declared order."""
        kept = self.kept.get((vertical, state))
        if kept is not None:
            return kept
        found = self.states.get((vertical, state))
        if found is None:
            found = self.states.get((vertical, ""), ())
        lengths = self.lengths.get(vertical, ())
        zips = self.zips[vertical] if lengths else {}
        local = [at for length in lengths for at in zips.get(zip_code[:length], ())]
        candidates = [self.campaigns[at] for at in (sorted({*found, *local}) if local else found)]
        if not lengths:
            self.kept[vertical, state] = candidates
        return candidates


def counted_caps(campaign: Campaign, seller: Seller, zip_code: str, state: str, now: float) -> list[CountedCap]:
    """Where a sale of this seller to this campaign, there and then, would count: its own caps, then the seller's.

    `now` is UTC epoch seconds. A seller's caps know no hours.
    """
    minute = int(now // 60)
    return [
        (cap.counter(local_minute(minute, cap.zone), seller.name, zip_code, state), cap, schedule)
        for caps, schedule in ((campaign.caps, campaign.schedule), (seller.caps, ALL_DAY))
        for cap in caps
    ]


def counted_cap(catalogue: Catalogue, key: str, now: float) -> CountedCap | None:
    """The cap whose counter has this key in the window of `now`; None where its window is over, or no cap's is."""
    _, _, owner_on = key.partition("/")
    owner, _, _ = owner_on.partition("/")
    minute = int(now // 60)
    for each, schedule in _declaring(catalogue, owner):
        for cap in each.caps:
            label = local_minute(minute, cap.zone).labels[cap.window]
            if cap.counts_in(key) and key.endswith(f"/{label}"):
                return key, cap, schedule
    return None


def _declaring(catalogue: Catalogue, owner: str) -> Iterator[tuple[Campaign | Seller, Schedule]]:
    """Who of this name may declare caps, and by which schedule their windows are paced."""
    if campaign := catalogue.campaigns.get(owner):
        yield campaign, campaign.schedule
    if seller := catalogue.sellers.get(owner):
        yield seller, ALL_DAY


def with_limits(catalogue: Catalogue, limits: Mapping[str, int]) -> Catalogue:
    """The same with other limits of some caps, by OWNER/CAP; what names no cap of it is passed over."""
    if not limits:
        return catalogue
    campaigns = {name: replace(each, caps=_limited(each.caps, limits)) for name, each in catalogue.campaigns.items()}
    sellers = {name: replace(each, caps=_limited(each.caps, limits)) for name, each in catalogue.sellers.items()}
    return replace(
        catalogue,
        campaigns=campaigns,
        sellers=sellers,
        seller_by_key={key: sellers[seller.name] for key, seller in catalogue.seller_by_key.items()},
        index=replace(catalogue.index, campaigns=tuple(campaigns.values()), kept={}),
    )


def _limited(caps: tuple[Cap, ...], limits: Mapping[str, int]) -> tuple[Cap, ...]:
    return tuple([replace(cap, limit=limits[cap.title]) if cap.title in limits else cap for cap in caps])


def index_campaigns(campaigns: tuple[Campaign, ...]) -> CampaignIndex:
    """The index over these campaigns."""
    states: dict[tuple[str, str], list[int]] = {}
    zips: dict[str, dict[str, list[int]]] = {}
    for position, campaign in enumerate(campaigns):
        territory = campaign.territory
        if territory.is_everywhere:
            states.setdefault((campaign.vertical, ""), []).append(position)
        for name in territory.states:
            states.setdefault((campaign.vertical, name), []).append(position)
        for name in {*territory.prefixes, *territory.zips}:
            zips.setdefault(campaign.vertical, {}).setdefault(name, []).append(position)
    return CampaignIndex(
        campaigns=campaigns,
        states={
            (vertical, state): tuple(sorted({*found, *states.get((vertical, ""), ())}))
            for (vertical, state), found in states.items()
        },
        zips={vertical: _sharing(places) for vertical, places in zips.items()},
        lengths={vertical: tuple(sorted({*map(len, places)})) for vertical, places in zips.items()},
        verticals=frozenset(campaign.vertical for campaign in campaigns),
    )


def _sharing(places: Mapping[str, list[int]]) -> dict[str, tuple[int, ...]]:
    """The same, where places with the same campaigns, as most ZIPs of one are, share what says so."""
    shared: dict[tuple[int, ...], tuple[int, ...]] = {}
    return {
        name: shared.setdefault(found, found) for name, found in zip(places, map(tuple, places.values()), strict=True)
    }


def _unplanned(campaign: Campaign) -> Campaign:
    if not campaign.schedule.traffic:
        return campaign
    return replace(campaign, schedule=replace(campaign.schedule, traffic=()))
