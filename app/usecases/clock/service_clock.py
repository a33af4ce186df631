"""The wall clock that everything of a process reads: it goes by the steady clock, and is never set back."""

from collections.abc import Callable
from typing import Literal

STEP_S = 1.0
"""A difference that appears at once and is at least this much was set; less is drift."""

HOLD_S = 10.0
"""How long a forward step must last before it is believed: bids then keep what they had left of their lives."""

SLEW = 0.01
"""By which share of the time that passes a difference is made up for. A bid of two minutes lives a second more or less;
an hour back takes four days, or a restart."""

_AGREE_S = 0.01

Direction = Literal["back", "forward"]


class ServiceClock:
    """UTC epoch seconds that never go back, unlike those of the `system`, which anybody may set.

    `steady` measures seconds and is never set. Whoever keeps this clock calls `look` several times a second.
    """

    def __init__(self, system: Callable[[], float], steady: Callable[[], float]) -> None:
        self._system = system
        self._steady = steady
        self._steady_at = steady()
        self._at = system()
        self._rate = 1.0
        self._apart_since: float | None = None
        self.behind_s = 0.0
        """By how much the system's clock is ahead of this one; negative where this one is ahead."""

    def now(self) -> float:
        """The time."""
        return self._at + (self._steady() - self._steady_at) * self._rate

    @property
    def is_apart(self) -> bool:
        """Whether the system's clock was set and the two do not agree yet."""
        return self._apart_since is not None

    @property
    def leap_s(self) -> int:
        """By how many whole seconds to put this clock forward now, the rest being drift.

        The system's clock was, and has stayed there; 0 where it was not, or may yet be put back.
        """
        if self._apart_since is None or self.behind_s < STEP_S:
            return 0
        return int(self.behind_s) if self._steady() - self._apart_since >= HOLD_S else 0

    def look(self) -> Direction | None:
        """Compare both clocks, and go on at the rate that brings this one nearer; whether the system's was set."""
        steady = self._steady()
        self._at += (steady - self._steady_at) * self._rate
        self._steady_at = steady
        before, self.behind_s = self.behind_s, self._system() - self._at
        moved = self.behind_s - before
        if abs(moved) >= STEP_S:
            # A step begins the wait anew, since who sets a clock twice in a minute may do so again.
            self._apart_since = steady
        if abs(self.behind_s) < _AGREE_S or (abs(self.behind_s) < STEP_S and abs(moved) >= STEP_S):
            self._apart_since = None
        self._rate = self._next_rate()
        if abs(moved) < STEP_S:
            return None
        return "forward" if moved > 0.0 else "back"

    def leap(self, seconds: int) -> None:
        """Put this clock forward."""
        self._at += seconds
        self.behind_s -= seconds
        self._apart_since = None

    def _next_rate(self) -> float:
        if abs(self.behind_s) < _AGREE_S or (self._apart_since is not None and self.behind_s >= STEP_S):
            return 1.0
        return 1.0 + SLEW if self.behind_s > 0.0 else 1.0 - SLEW
