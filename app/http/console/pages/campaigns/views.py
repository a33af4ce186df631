"""How campaigns buy now, and what it takes to win: as `leadbid campaigns` and `leadbid price-to-win` have it."""

from functools import partial
from typing import Literal

import msgspec

from app.http.console.pages.campaigns.acts import ACTS as CAMPAIGN_ACTS
from app.http.console.view import ConsoleAct, ConsoleRequest, Download, NotShown, View
from app.reports.campaigns.campaigns import CampaignList, CampaignPage, campaign_list, campaign_page
from app.reports.campaigns.facts import CampaignFacts
from app.reports.campaigns.price_to_win import Part, PricesToWin
from app.reports.campaigns.territories import Measure
from app.usecases.campaigns.views import curves_of, live_campaigns


class CampaignsQuery(msgspec.Struct, frozen=True):
    """By what the map is shaded."""

    by: Measure = "offered"


class CampaignQuery(msgspec.Struct, frozen=True):
    """Which campaign, and by what its map is shaded."""

    campaign: str = ""
    by: Measure = "offered"


class PricesQuery(msgspec.Struct, frozen=True):
    """What a row is beside seller, vertical and leg, and of which seller and leg alone."""

    by: Part = "seller"
    seller: str = ""
    leg: Literal["", "exclusive", "shared"] = ""


async def _campaigns(asked: ConsoleRequest, query: CampaignsQuery) -> CampaignList:
    return await live_campaigns(
        asked.bidder, asked.background.recent, partial(campaign_list, measure=query.by), asked.now
    )


async def _campaign(asked: ConsoleRequest, query: CampaignQuery) -> CampaignPage:
    def page(facts: CampaignFacts) -> CampaignPage | None:
        return campaign_page(facts, query.campaign, query.by)

    found = await live_campaigns(asked.bidder, asked.background.recent, page, asked.now)
    if found is None:
        names = ", ".join(asked.bidder.catalogue.campaigns)
        raise NotShown(f"No campaign in force is called {query.campaign!r}: there are {names}.")
    return found


async def _prices(asked: ConsoleRequest, query: PricesQuery) -> PricesToWin:
    curves = curves_of(asked.bidder)
    return await asked.background.recent.prices(curves, query.by, query.seller, query.leg, asked.now)


VIEWS = (
    View(
        path="campaigns",
        title="Campaigns",
        label="Campaigns",
        says="Each campaign: what keeps it from bidding now, its caps beside their plans, and where it buys",
        template="app/http/console/pages/campaigns/campaigns.html",
        shows=CampaignList,
        show=_campaigns,
        query=CampaignsQuery,
        is_common=True,
    ),
    View(
        path="campaigns/{campaign}",
        title="Campaign",
        says="One campaign: what makes its prices today, what it did not bid on, and what operators asked of it",
        template="app/http/console/pages/campaigns/campaign.html",
        shows=CampaignPage,
        show=_campaign,
        query=CampaignQuery,
        is_common=True,
    ),
    View(
        path="price-to-win",
        title="Price to win",
        label="Price to win",
        says="By seller, leg, state or sub-source: our price, the price that wins half, and what a dollar more buys",
        template="app/http/console/pages/campaigns/price_to_win.html",
        shows=PricesToWin,
        show=_prices,
        query=PricesQuery,
        is_common=True,
    ),
)
ACTS: tuple[ConsoleAct, ...] = CAMPAIGN_ACTS
DOWNLOADS: tuple[Download, ...] = ()
