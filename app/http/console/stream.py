"""Tells open pages that something has changed, so that they fetch themselves again."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from litestar import Response, get
from litestar.response import ServerSentEvent, ServerSentEventMessage

from app.http.console import session
from app.http.console.session import Opened
from app.store.errors import StoreUnavailable
from app.usecases.bidder import Bidder

LOOK_S = 2.0
ALIVE_S = 15.0
"""Time changes pages, too; and proxies close a stream that says nothing for a minute."""

STREAMS_MAX = 64
"""Pages that are kept up to date at once; others show what was when they were opened."""

_LIFE_S = 600.0
"""A stream ends after so long; the browser opens it again, if its session still holds."""


@get("/console/stream")
async def stream(request: Opened) -> Response[Any]:
    """The event `changed`, at most every two seconds."""
    state = request.app.state
    try:
        visit = await session.visit(request)
    except StoreUnavailable:
        visit = None
    if visit is None:
        # A browser does not ask again after 204.
        return Response(None, status_code=204)
    if state.streams >= STREAMS_MAX:
        return Response(b"too many pages are open\n", status_code=503, media_type="text/plain")
    return ServerSentEvent(_events(state), status_code=200)


async def _events(state: Any) -> AsyncIterator[ServerSentEventMessage]:
    """Until the service stops or the page is closed."""
    state.streams = state.streams + 1
    try:
        bidder: Bidder = state.bidder
        told, quiet_s = _signature(bidder), 0.0
        for _ in range(int(_LIFE_S / LOOK_S)):
            await asyncio.sleep(LOOK_S)
            if state.is_stopping():
                break
            now, quiet_s = _signature(bidder), quiet_s + LOOK_S
            if now != told or quiet_s >= ALIVE_S:
                told, quiet_s = now, 0.0
                yield ServerSentEventMessage(event="changed", data="changed")
    finally:
        state.streams -= 1


def _signature(bidder: Bidder) -> object:
    """What changes whenever a page may: what was counted, and what operators asked for."""
    standing = bidder.standing
    return bidder.metrics.total, standing.paused, tuple(bidder.limits.items())
