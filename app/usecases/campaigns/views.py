"""Gathers what is shown of campaigns: beside a running service from its bidder, else from database and journal."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TypeVar

from app.config.values.zip_table import zip_states
from app.domain.calendar import window_bounds
from app.domain.campaign import Campaign
from app.domain.catalogue import Model, with_limits
from app.domain.configuration import Configuration
from app.domain.territory import ZipStates
from app.reports.campaigns.facts import CampaignFacts
from app.reports.campaigns.recent import SPAN_S, RecentPings
from app.reports.campaigns.sample import JournalSample, LiveCurves, Sample
from app.scoring.fit import unfit
from app.store.store import Store
from app.usecases.bidder import Bidder
from app.usecases.former import configuration_in_force
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
    catalogue = bidder.catalogue
    configuration = await configuration_in_force(bidder.store) or catalogue.configuration
    # The bidder's own caps have the limits that operators set, which are told apart from what was declared.
    declared = {cap.title: cap.limit for campaign in configuration.campaigns for cap in campaign.caps}
    campaigns = with_limits(catalogue, declared).campaigns.values()
    sample = await recent.sample(curves_of(bidder), now)
    facts = await campaign_facts(
        bidder.store, configuration, campaigns, catalogue.models, catalogue.zip_states, sample, now
    )
    return await asyncio.to_thread(view, facts)


def curves_of(bidder: Bidder) -> LiveCurves:
    """What a bidder knows of rivals, by the models that are live."""
    catalogue = bidder.catalogue
    return LiveCurves(models=catalogue.models, sellers=catalogue.sellers, zone=catalogue.buyer.zone)
