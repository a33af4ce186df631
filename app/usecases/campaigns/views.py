"""Gathers what is shown of campaigns: beside a running service from its bidder, else from database and journal."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TypeVar

from app.config.values.zip_table import zip_states
from app.domain.calendar import window_bounds
from app.domain.campaign import Campaign
from app.domain.catalogue import Catalogue, Model, with_limits
from app.domain.configuration import Configuration
from app.domain.territory import ZipStates
from app.reports.campaigns.cap_plans import CapAgainstPlan, CapsNow, all_caps_against_plans
from app.reports.campaigns.facts import CampaignFacts
from app.reports.campaigns.price_course import PriceQuarter, price_course
from app.reports.campaigns.recent import SPAN_S, RecentPings
from app.reports.campaigns.sample import JournalSample, LiveCurves, Sample
from app.scoring.fit import unfit
from app.store.store import Store
from app.usecases.bidder import Bidder
from app.usecases.former import configuration_in_force
from app.usecases.operators.requests import declared_caps
from app.usecases.reload.reload_catalogue import planned

T = TypeVar("T")


async def campaign_facts(
    store: Store,
    configuration: Configuration,
    campaigns: Iterable[Campaign],
    models: Mapping[str, Model],
    zips: ZipStates,
    sample: Sample,
    now: float,
) -> CampaignFacts:
    """How campaigns stand, in the buyer's day. `configuration` is as it was declared, `campaigns` are planned."""
    day = window_bounds(now, configuration.buyer.zone, "day")[0]
    return CampaignFacts(
        now=now,
        configuration=configuration,
        campaigns=tuple(campaigns),
        models=models,
        requests=await store.requests(now),
        used=await store.cap_usage(now),
        duals={resource: price.dual for resource, price in (await store.shadow_prices()).items()},
        today=(await store.sales(day, now + 1.0)).sales,
        sample=sample.from_time(day),
        zip_states=zips,
    )


async def campaigns_beside(
    store: Store, configuration: Configuration, models: Mapping[str, Model], journal: Path, now: float
) -> CampaignFacts:
    """How campaigns stand at a service that only its database and its journal tell of."""
    sample = JournalSample(journal).between(now - SPAN_S, now, curves_beside(configuration, models))
    zone = configuration.buyer.zone
    campaigns = [planned(campaign, zone, models) for campaign in configuration.campaigns]
    return await campaign_facts(store, configuration, campaigns, models, zip_states(), sample, now)


def curves_beside(configuration: Configuration, models: Mapping[str, Model]) -> LiveCurves:
    """What these models know of rivals, as far as they fit what is declared."""
    verticals = {vertical.name: vertical for vertical in configuration.verticals}
    fitting = {name: each for name, each in models.items() if name in verticals and not unfit(each, verticals[name])}
    sellers = {seller.name: seller for seller in configuration.sellers}
    return LiveCurves(models=fitting, sellers=sellers, zone=configuration.buyer.zone)


async def live_campaigns(bidder: Bidder, recent: RecentPings, view: Callable[[CampaignFacts], T], now: float) -> T:
    """What a view makes of the campaigns of a running bidder, in a thread: it goes through thousands of pings."""
    catalogue, configuration = await _as_declared(bidder)
    campaigns = catalogue.campaigns.values()
    sample = await recent.sample(curves_of(bidder), now)
    facts = await campaign_facts(
        bidder.store, configuration, campaigns, catalogue.models, catalogue.zip_states, sample, now
    )
    return await asyncio.to_thread(view, facts)


async def live_price_course(bidder: Bidder, recent: RecentPings, since: float, now: float) -> tuple[PriceQuarter, ...]:
    """How prices went from a time of the last day on, in a thread as above."""
    sample = await recent.sample(curves_of(bidder), now)
    return await asyncio.to_thread(price_course, sample, since)


async def live_caps(bidder: Bidder, now: float) -> tuple[CapAgainstPlan, ...]:
    """Every cap of a running bidder beside its plan, in a thread: there may be a counter for each ZIP."""
    catalogue, _ = await _as_declared(bidder)
    switches = await bidder.store.switches(now)
    facts = CapsNow(
        now=now,
        limits={each.target: each.amount for each in switches if each.kind == "cap" and each.amount},
        used=await bidder.store.cap_usage(now),
        duals=bidder.standing.duals(),
    )
    return await asyncio.to_thread(
        all_caps_against_plans, catalogue.campaigns.values(), catalogue.sellers.values(), facts
    )


async def _as_declared(bidder: Bidder) -> tuple[Catalogue, Configuration]:
    """What is in force without the limits that operators set, which pages tell apart from what was declared."""
    catalogue = bidder.catalogue
    configuration = await configuration_in_force(bidder.store) or catalogue.configuration
    declared = {cap.title: cap.limit for cap in declared_caps(configuration)}
    return with_limits(catalogue, declared), configuration


def curves_of(bidder: Bidder) -> LiveCurves:
    """What a bidder knows of rivals, by the models that are live."""
    catalogue = bidder.catalogue
    return LiveCurves(models=catalogue.models, sellers=catalogue.sellers, zone=catalogue.buyer.zone)
