"""The remaining time of one exchange, enforced in the only way that httpcore survives: as a read that timed out.

A task that is cancelled inside httpcore leaves things behind. Within a TLS handshake it leaves the socket, which
nothing closes any more; between two of the pool's steps it leaves a connection that is never used again and never
closed. So no exchange is ever cancelled: its time ends at one of its look-ups, connects, reads or writes, which fail as
they do where the other side is slow, and httpcore closes what it had open.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from contextvars import ContextVar


class Allowance:
    """The time of one exchange: until `ends_at` by the loop's clock, or until it is ended."""

    def __init__(self, ends_at: float | None = None) -> None:
        self._ends_at = ends_at
        self._limit: asyncio.Timeout | None = None

    def end(self) -> None:
        """Whatever the exchange waits for now, or next, times out at once."""
        self._ends_at = asyncio.get_running_loop().time()
        if self._limit is not None and not self._limit.expired():
            self._limit.reschedule(self._ends_at)

    @asynccontextmanager
    async def wait(self, late: type[Exception], at_most_s: float | None = None) -> AsyncIterator[None]:
        """Spend of it on one step, which raises `late` where it runs out or the step takes longer than it may."""
        try:
            async with asyncio.timeout_at(self._until(at_most_s)) as self._limit:
                yield
        except TimeoutError:
            raise late("out of time") from None
        finally:
            self._limit = None

    def _until(self, at_most_s: float | None) -> float | None:
        if at_most_s is None:
            return self._ends_at
        until = asyncio.get_running_loop().time() + at_most_s
        return until if self._ends_at is None else min(until, self._ends_at)


ALLOWANCE: ContextVar[Allowance] = ContextVar("allowance")
"""That of the exchange which this task makes. httpcore passes nothing of its own on to a connection that it kept."""


def allowance() -> Allowance:
    """The remaining time of this task; unlimited unless it was set."""
    return ALLOWANCE.get(None) or Allowance()
