"""How things are now: `leadbid status`, the day so far, and caps against their plans."""

import msgspec

from app.domain.calendar import window_bounds
from app.http.console.pages.now.charts import now_charts
from app.http.console.view import ConsoleAct, ConsoleRequest, Download, View
from app.journal.versions import OtherVersion
from app.parquet import ParquetError
from app.reports.now.day_so_far import DaySoFar, day_so_far
from app.reports.now.now import NowView, now_view
from app.usecases.operators.status import status


class NoQuery(msgspec.Struct, frozen=True):
    """Nothing to choose."""


async def _now(asked: ConsoleRequest, _: NoQuery) -> NowView:
    found = await status(asked.bidder.store, None, asked.background.state(), asked.now)
    return now_view(found, await _day(asked), asked.bidder.standing.cap_uses())


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
