"""Adds up what the stages of a request take, each thread by itself: for `make profile`."""

import threading
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from types import FrameType
from typing import Any
from unittest.mock import patch

Stages = Mapping[str, Sequence[tuple[Any, str]]]
"""The functions that begin each stage, by their owner and name."""


class StageClock:
    """What each stage takes, without the stages that it asks. What belongs to none is `rest`.

    With a `clock` of a thread's own processor time, what one thread waits for another is counted with neither.
    """

    def __init__(self, rest: str, clock: Callable[[], float]) -> None:
        self.calls: dict[str, int] = defaultdict(int)
        self._spent: dict[str, float] = defaultdict(float)
        self._rest = rest
        self._clock = clock
        self._own = threading.local()

    @contextmanager
    def patched(self, stages: Stages) -> Iterator[None]:
        """Count these functions as what begins each stage, as long as this lasts."""
        with ExitStack() as stack:
            for stage, begin in stages.items():
                for owner, name in begin:
                    stack.enter_context(patch.object(owner, name, self._within(stage, getattr(owner, name))))
            yield

    def take(self) -> dict[str, float]:
        """What the stages took since it was asked before, in seconds."""
        self._turn(self._open)
        spent, self._spent = self._spent, defaultdict(float)
        return spent

    def count(self, _: FrameType, event: str, __: object) -> None:
        """One call more, of Python's or of C's."""
        if event in ("call", "c_call"):
            self.calls[self._open[-1]] += 1

    def _within(self, stage: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def timed(*args: Any, **named: Any) -> Any:
            stages = self._open
            self._turn(stages)
            stages.append(stage)
            try:
                return function(*args, **named)
            finally:
                self._turn(stages)
                stages.pop()

        return timed

    @property
    def _open(self) -> list[str]:
        """The stages that this thread is in, the innermost last. Only of the first thread there is a rest."""
        try:
            stages: list[str] = self._own.stages
        except AttributeError:
            is_first = threading.current_thread() is threading.main_thread()
            stages = self._own.stages = [self._rest if is_first else ""]
            self._own.since = self._clock()
        return stages

    def _turn(self, stages: Sequence[str]) -> None:
        now = self._clock()
        if stages[-1]:
            self._spent[stages[-1]] += now - self._own.since
        self._own.since = now
