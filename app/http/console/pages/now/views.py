"""How things are now: `leadbid status`, the day so far, and caps against their plans."""

import msgspec

from app.domain.calendar import window_bounds
from app.http.console.pages.now.charts import now_charts
from app.http.console.view import ConsoleAct, ConsoleRequest, Download, View
from app.journal.versions import OtherVersion
from app.parquet import ParquetError
from app.reports.now.day_so_far import DaySoFar, day_so_far
from app.reports.now.now import NowView
from app.usecases.campaigns.views import live_caps
from app.usecases.operators.status import status


class NoQuery(msgspec.Struct, frozen=True):
    """Nothing to choose."""


async def _now(asked: ConsoleRequest, _: NoQuery) -> NowView:
    bidder = asked.bidder
    found = await status(bidder.store, None, asked.background.state(), asked.now)
    day = await _day(asked)
    read, unread = (None, day) if isinstance(day, str) else (day, "")
    caps = await live_caps(bidder, asked.now)
    names = tuple(bidder.catalogue.campaigns), tuple(bidder.catalogue.sellers)
    return NowView(status=found, day=read, unread=unread, caps=caps, campaigns=names[0], sellers=names[1])


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
    ),
)
ACTS: tuple[ConsoleAct, ...] = ()
DOWNLOADS: tuple[Download, ...] = ()
