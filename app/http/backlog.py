"""Requests that wait for their answer: answered in rounds as long as there is time for them, refused at once where not.

Requests of one turn of the event loop are answered together, because the code and tables that one has used are then
still in the processor's caches for the next (decision 0005). What is refused under load, and why, is decision 0017.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Sequence

from app.http.answer import FAULT, HttpAnswer, lines_of
from app.http.asgi_request import ALWAYS
from app.http.auction.intake import Later
from app.http.call import Call, Connection
from app.http.request import RawRequest
from app.telemetry.trouble import where

ROUND_MAX = 32
"""Requests of one round; with more, the first would wait too long for the last."""

TURN_S = 0.02
LOADED_TURN_S = 0.05
"""How long rounds may follow each other before connections are read again; the second under load, where a read then
finds several requests, and several answers share a write: both cost more than to refuse a request."""

WAIT_S = 0.06
"""The work that may wait: a little more than a turn has time for under load, so that none ends early. What comes during
one turn is then answered by the end of the next, after 120 ms, and a hiccup of as long makes no answer late."""

AGE_MAX_S = 0.25
"""Pings that have waited longer are refused while there are others: they would be late with the usual 300 ms."""

ALWAYS_READ = 2 * ROUND_MAX
"""So many are answered whatever they waited: they may have a longer deadline, and are no load."""

STRANGERS_MAX = 256
"""Waiting pings that came without a valid key in their headers."""

REQUESTS_MAX = 8_192
BYTES_MAX = 32 * 1_024 * 1_024
"""All that waits or is on its way in, of all connections; those without a key may have half of it."""
CROWDED_BYTES = BYTES_MAX // 2

_IDLE_S = 0.002
"""A pause of the event loop that is shorter was none: what comes after it may have come before."""
_GUESSED_COST_S = 0.000_2
_SMOOTHING = 0.2

_log = logging.getLogger(__name__)


class Backlog:
    """All waiting requests of one process, by rank: posts, pings, and what came without a key in its headers.

    `steady` is the clock by which requests count their time. `requests` and `bytes` are what waits or is on its way in,
    also behind an answer that is not there yet.
    """

    def __init__(self, steady: Callable[[], float]) -> None:
        self._steady = steady
        self._posts: deque[Call] = deque()
        self._pings: deque[Call] = deque()
        self._strangers: deque[Call] = deque()
        self._strange_posts: deque[Call] = deque()
        self._scheduled = False
        self._cost_s = _GUESSED_COST_S
        self._tick = self._heard_at = self._began = self._until = self._ended = 0.0
        self._touched: dict[Connection, None] = {}
        self._room = ALWAYS_READ
        self._always: Sequence[tuple[bytes, bytes]] = ()
        self._header_lines = b""
        self.requests = 0
        self.bytes = 0

    def is_crowded(self, *, keyed: bool) -> bool:
        """Whether there is no memory for more on a connection that has shown a key, or on another."""
        if keyed:
            return self.requests >= REQUESTS_MAX or self.bytes >= BYTES_MAX
        return self.requests >= REQUESTS_MAX // 2 or self.bytes >= CROWDED_BYTES

    def heard_at(self, tick: float) -> float:
        """The earliest moment at which bytes may have come that are read now; `tick` is the time of the loop's turn.

        While the loop was at work they lay in the kernel, unread, since any moment after it had last looked.
        """
        if tick != self._tick:
            self._tick, now = tick, self._steady()
            self._heard_at = self._began if now - self._ended < _IDLE_S else now
        return self._heard_at

    @property
    def is_behind(self) -> bool:
        """Whether as many pings wait as can be answered in time."""
        return len(self._pings) >= self._room

    def headers(self, always: Sequence[tuple[bytes, bytes]]) -> bytes:
        """The headers that are `always` sent, as bytes; uvicorn has new ones every second."""
        if always is not self._always:
            self._always, self._header_lines = always, lines_of([*always, *ALWAYS])
        return self._header_lines

    def advance(self, connection: Connection, loop: asyncio.AbstractEventLoop) -> None:
        """Have a connection write its answers at the end of this turn."""
        self._touched[connection] = None
        self._schedule(loop)

    def add(self, call: Call, loop: asyncio.AbstractEventLoop) -> None:
        """Answer a request in this turn of the loop or a later one."""
        is_post = call.takes == "post"
        if call.known:
            (self._posts if is_post else self._pings).append(call)
        else:
            (self._strange_posts if is_post else self._strangers).append(call)
        if not self._scheduled:
            self._schedule(loop)

    def _schedule(self, loop: asyncio.AbstractEventLoop) -> None:
        if not self._scheduled:
            self._scheduled = True
            loop.call_soon(self._turn, loop)

    def _turn(self, loop: asyncio.AbstractEventLoop) -> None:
        """Refuse what there is no time for, then answer round by round."""
        self._began = self._steady()
        self._until = self._began + (LOADED_TURN_S if self.is_behind else TURN_S)
        self._scheduled = False
        self._room = max(ALWAYS_READ, int(min(WAIT_S / max(self._cost_s, 1e-6), REQUESTS_MAX)))
        self._shed(self._pings, self._room, self._posts)
        room = min(self._room, STRANGERS_MAX) if self._pings else self._room
        self._shed(self._strangers, room, self._strange_posts)
        self._rounds(lambda: self._posts or self._pings)
        # However many others there are: a key that stands in the body is not known before it is read.
        self._round(self._strange_posts)
        self._round(self._strangers)
        self._rounds(lambda: self._strange_posts or self._strangers)
        touched, self._touched = self._touched, {}
        for connection in touched:
            connection.advance()
        self._ended = self._steady()
        if self._posts or self._pings or self._strangers or self._strange_posts:
            self._schedule(loop)

    def _shed(self, waiting: deque[Call], room: int, posts: deque[Call]) -> None:
        """Refuse the oldest of those that are too many, and the old among the rest where they are no few.

        The oldest are the first to be answered on their connections, and what is left has waited the least.
        """
        while len(waiting) > room or (len(waiting) > ALWAYS_READ and self._began - waiting[0].started > AGE_MAX_S):
            call = waiting.popleft()
            call.answer = call.refusal()
            if call.answer is None:
                posts.append(call)
            else:
                self._touched[call.connection] = None

    def _rounds(self, waiting: Callable[[], deque[Call]]) -> None:
        """Round after round while this turn has time for it."""
        while waiting() and self._steady() < self._until:
            self._round(waiting())

    def _round(self, waiting: deque[Call]) -> None:
        """Answer the first of these together; those that must wait are set aside."""
        together = [waiting.popleft() for _ in range(min(len(waiting), ROUND_MAX))]
        if not together:
            return
        began = self._steady()
        intake = together[0].intake
        now = intake.clock()
        answers: Sequence[HttpAnswer | Later]
        try:
            answers = intake.answers([RawRequest(call.scope, call.body, now, call.started) for call in together])
        except Exception as error:  # noqa: BLE001 - each request fails alone within a round; this is the round's own
            _log.error("a round of %d requests could not be answered: %s", len(together), where(error))
            answers = [FAULT] * len(together)
        for call, answer in zip(together, answers, strict=True):
            if isinstance(answer, HttpAnswer):
                call.answer = answer
                self._touched[call.connection] = None
            else:
                call.connection.set_aside(call, answer)
        if len(together) == ROUND_MAX and together[0].takes != "post":
            self._cost_s += _SMOOTHING * ((self._steady() - began) / ROUND_MAX - self._cost_s)
