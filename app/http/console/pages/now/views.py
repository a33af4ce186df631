"""How things are now, as `leadbid status` has it."""

import msgspec

from app.http.console.view import ConsoleAct, ConsoleRequest, Download, View
from app.reports.status import Status
from app.usecases.operators.status import status


class NoQuery(msgspec.Struct, frozen=True):
    """Nothing to choose."""


async def _now(asked: ConsoleRequest, _: NoQuery) -> Status:
    return await status(asked.bidder.store, None, asked.background.state(), asked.now)


VIEWS = (
    View(
        path="",
        title="Now",
        label="Now",
        says="What needs attention, what was bought against its caps, what is in force, and how CRMs are",
        template="app/http/console/pages/now/now.html",
        shows=Status,
        show=_now,
        query=NoQuery,
    ),
)
ACTS: tuple[ConsoleAct, ...] = ()
DOWNLOADS: tuple[Download, ...] = ()
