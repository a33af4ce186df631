"""How things are now: `leadbid status`, the day so far, and caps against their plans; and alerts."""

from collections.abc import Iterator

from app.domain.calendar import window_bounds
from app.domain.catalogue import Catalogue
from app.http.console.pages.now.alerts import ALERTS_ACTS, ALERTS_VIEW, open_alerts
from app.http.console.pages.now.charts import now_charts
from app.http.console.pages.now.now_view import CampaignNow, NowView
from app.http.console.view import ConsoleRequest, Download, NoQuery, View
from app.journal.versions import OtherVersion
from app.parquet import ParquetError
from app.reports.campaigns.price_course import PriceQuarter
from app.reports.now.day_so_far import DaySoFar, day_so_far
from app.reports.status import BoughtStatus, Status
from app.usecases.campaigns.views import live_caps, live_price_course
from app.usecases.operators.status import status


async def _now(asked: ConsoleRequest, _: NoQuery) -> NowView:
    bidder = asked.bidder
    catalogue = bidder.catalogue
    found = await status(bidder.store, None, asked.background.state_of_all(), asked.now)
    known = await bidder.store.alert_rows(asked.now, 1)
    day = await _day(asked)
    return NowView(
        status=found,
        alerts=open_alerts(found.attention, known, catalogue.campaigns, catalogue.sellers),
        day=None if isinstance(day, str) else day,
        unread=day if isinstance(day, str) else "",
        campaigns=tuple(_campaigns(catalogue, found)),
        caps=await live_caps(bidder, asked.now),
        prices=await _prices(asked) if not isinstance(day, str) else (),
    )


async def _prices(asked: ConsoleRequest) -> tuple[PriceQuarter, ...]:
    since = window_bounds(asked.now, asked.zone, "day")[0]
    return await live_price_course(asked.bidder, asked.background.recent, since, asked.now)


def _campaigns(catalogue: Catalogue, found: Status) -> Iterator[CampaignNow]:
    """Those that bought most in the month first, then the others as they are declared."""
    bought = {each.campaign: each for each in found.bought}
    paused = {each.target: each.by for each in found.in_force if each.kind == "pause"}
    for name in sorted(catalogue.campaigns, key=lambda name: -bought[name].cents_month if name in bought else 0):
        nothing = BoughtStatus(campaign=name, leads_today=0, cents_today=0, leads_month=0, cents_month=0)
        by_file = "configuration" if catalogue.campaigns[name].paused else ""
        yield CampaignNow(bought=bought.get(name, nothing), paused_by=paused.get(name, by_file))


async def _day(asked: ConsoleRequest) -> DaySoFar | str | None:
    """The day so far, or why the journal cannot be read."""
    since = window_bounds(asked.now, asked.zone, "day")[0]
    try:
        counted = await asked.background.today.from_time(since, asked.now)
        return day_so_far(counted.tally, since, counted.until) if counted is not None else None
    except (ParquetError, OtherVersion, OSError) as error:
        return str(error)


VIEWS = (
    View(
        path="",
        title="Now",
        label="Now",
        says="What needs attention, how the day goes, caps against their plans, providers and CRMs",
        template="app/http/console/pages/now/now.html",
        shows=NowView,
        show=_now,
        query=NoQuery,
        draw=now_charts,
        is_common=True,
    ),
    ALERTS_VIEW,
)
ACTS = ALERTS_ACTS
DOWNLOADS: tuple[Download, ...] = ()
