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

_TURNS_TO_ASK = 10
"""After so many looks it is asked whether the session still holds: whoever signs out is told nothing more."""

_LIFE_S = 600.0
"""A stream ends after so long; the browser opens it again, if its session still holds."""


@get("/console/stream")
async def stream(request: Opened) -> Response[Any]:
    """The event `changed`, at most every two seconds."""
    state = request.app.state
    if not await _is_signed_in(request):
        # A browser does not ask again after 204.
        return Response(None, status_code=204)
    if state.streams >= STREAMS_MAX:
        return Response(b"too many pages are open\n", status_code=503, media_type="text/plain")
    # As it stands now: whatever changes before the first look is told by it.
    return ServerSentEvent(_events(request, _signature(state.bidder)), status_code=200)


async def _events(request: Opened, told: object) -> AsyncIterator[ServerSentEventMessage]:
    """Until the service stops, the session ends or the page is closed."""
    state = request.app.state
    state.streams = state.streams + 1
    try:
        bidder: Bidder = state.bidder
        quiet_s = 0.0
        for turn in range(1, int(_LIFE_S / LOOK_S) + 1):
            await asyncio.sleep(LOOK_S)
            if state.is_stopping() or (turn % _TURNS_TO_ASK == 0 and not await _is_signed_in(request)):
                break
            now, quiet_s = _signature(bidder), quiet_s + LOOK_S
            if now != told or quiet_s >= ALIVE_S:
                told, quiet_s = now, 0.0
                yield ServerSentEventMessage(event="changed", data="changed")
    finally:
        state.streams -= 1


async def _is_signed_in(request: Opened) -> bool:
    """Whether the session holds. That a page stands open is nothing that its operator does."""
    try:
        return await session.visit(request, by_hand=False) is not None
    except StoreUnavailable:
        return False


def _signature(bidder: Bidder) -> object:
    """What changes whenever a page may: what was counted, and what operators asked for."""
    standing = bidder.standing
    return bidder.metrics.total, standing.paused, tuple(bidder.limits.items())
