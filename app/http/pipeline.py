"""The requests of one connection in the order in which they came, which is the order of their answers.

Several may wait for their answer at once, but behind one that may take long nothing is decided yet: a bid that is made
now and told later would be late.
"""

from collections import deque
from collections.abc import Callable
from typing import Any

from app.http.answer import written
from app.http.backlog import Backlog
from app.http.call import OVERHEAD_BYTES, Call

WAITING_MAX = 512
WAITING_BYTES_MAX = 256 * 1_024
"""What may wait on one connection; pings beyond it are refused, and then no more is read until answers are written."""
STRANGERS_WAITING_MAX = 64
"""The same as long as no key was shown on it."""


class Passed:
    """A request that uvicorn has the application answer, once its turn has come; `cycle` is uvicorn's own."""

    __slots__ = ("cycle", "start")
    size = OVERHEAD_BYTES

    def __init__(self, cycle: Any, start: Callable[[], None] | None) -> None:
        self.cycle = cycle
        self.start = start


class Pipeline:
    """All that is not answered yet. `hand_over` gives a request to the backlog."""

    __slots__ = ("_backlog", "_blocker", "_bytes", "_hand_over", "_held", "_items")

    def __init__(self, backlog: Backlog, hand_over: Callable[[Call], None]) -> None:
        self._backlog = backlog
        self._hand_over = hand_over
        self._items: deque[Call | Passed | bytes] = deque()
        self._held: deque[Call | Passed] = deque()
        self._blocker: Call | Passed | None = None
        self._bytes = 0

    def __len__(self) -> int:
        return len(self._items)

    def is_full(self, *, keyed: bool) -> bool:
        """Whether no more may wait here, or anywhere."""
        return (
            len(self._items) >= (WAITING_MAX if keyed else STRANGERS_WAITING_MAX)
            or self._bytes >= WAITING_BYTES_MAX
            or self._backlog.is_crowded(keyed=keyed)
        )

    def is_half_empty(self, *, keyed: bool) -> bool:
        """Whether there is room for more than the odd request."""
        most = WAITING_MAX if keyed else STRANGERS_WAITING_MAX
        return len(self._items) <= most // 2 and self._bytes <= WAITING_BYTES_MAX // 2

    @property
    def last(self) -> "Call | Passed | bytes | None":
        """What came last."""
        return self._items[-1] if self._items else None

    def add(self, item: Call | Passed, *, may_start: bool) -> None:
        """One request more, to be answered by us; it is held back where it may not start or another must go first."""
        self._items.append(item)
        self._bytes += item.size
        self._backlog.requests += 1
        self._backlog.bytes += item.size
        if may_start and self._blocker is None and not self._held:
            self._start(item)
        else:
            self._held.append(item)

    def say(self, answer: bytes) -> None:
        """One request more, which has its answer."""
        self._items.append(answer)

    def replace_last(self, answer: bytes) -> None:
        """Another answer to the last one, which cannot be answered any more as it was to be."""
        item = self._items.pop()
        if not isinstance(item, bytes):
            self._forget(item)
        if self._held and self._held[-1] is item:
            self._held.pop()
        self._items.append(answer)

    def take_answers(self, always: bytes) -> tuple[list[bytes], bool]:
        """The answers that are ready and whose turn it is, and whether the connection ends after them."""
        answers: list[bytes] = []
        items = self._items
        while items:
            item = items[0]
            if isinstance(item, Call):
                if item.answer is None:
                    break
                answers.append(written(item.answer, always, keep_alive=item.keep_alive))
                self._forget(item)
                if not item.keep_alive:
                    return answers, True
            elif isinstance(item, bytes):
                answers.append(item)
            else:
                break
            items.popleft()
        return answers, False

    def go_on(self, *, may_start: bool) -> None:
        """Start those behind which nothing must wait, up to the first that may take long."""
        while may_start and self._held and self._blocker is None:
            self._start(self._held.popleft())
        item = self._items[0] if self._items else None
        if isinstance(item, Passed) and item.start is not None:
            start, item.start = item.start, None
            start()

    def passed_is_done(self) -> None:
        """The application has answered what stood first."""
        item = self._items[0] if self._items else None
        if isinstance(item, Passed):
            self._items.popleft()
            self._forget(item)

    def break_off(self) -> None:
        """The client has gone: nobody is told anything any more."""
        for item in self._items:
            if isinstance(item, Passed):
                item.cycle.disconnected = True
                item.cycle.message_event.set()
            if not isinstance(item, bytes):
                self._forget(item)
        self._items.clear()
        self._held.clear()
        self._blocker = None
        # Nothing that may still come is decided.
        self._hand_over = _nothing

    def _start(self, item: Call | Passed) -> None:
        if isinstance(item, Passed):
            self._blocker = item
        else:
            if item.takes != "ping":
                self._blocker = item
            self._hand_over(item)

    def _forget(self, item: Call | Passed) -> None:
        self._bytes -= item.size
        self._backlog.requests -= 1
        self._backlog.bytes -= item.size
        if item is self._blocker:
            self._blocker = None


def _nothing(_: Call) -> None:
    """Nobody is answered any more."""
