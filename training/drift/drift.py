"""Compares a recent window of bids with the window that a model was trained on, allowing for chance."""

from math import exp, log, sqrt

import msgspec

from training.drift.psi import Level, Shift, shift
from training.drift.window import Window

PINGS_MIN = 200
"""Fewer in either window can show no drift that chance could not."""

ROWS_MIN = 50
"""Of one thing among them, as the prices of one seller."""

FALSE_ALARMS = 0.01
"""How often a world that has not changed may be called changed, over everything that is compared."""

_SPANS_S = {"field local_hour": 3 * 86_400.0, "field weekday": 21 * 86_400.0}
"""How long both windows must be for what the clock tells."""

LEVEL = (0.8, 1.25)
_CONVERSIONS_MIN = 20
_LEVEL_Z = 3.0


class LevelShift(msgspec.Struct, frozen=True, kw_only=True):
    """Predicted over observed conversions, before and now; `moved` where they differ by more than chance would."""

    before: float
    now: float
    conversions: int
    moved: bool


class Drift(msgspec.Struct, frozen=True, kw_only=True):
    """What has moved in one vertical, the furthest first. `why_not` says why nothing can be said."""

    vertical: str
    before: Window
    now: Window
    shifts: tuple[Shift, ...] = ()
    level: LevelShift | None = None
    why_not: str = ""

    @property
    def found(self) -> Level:
        """The worst of it; a level that moved is major."""
        if self.level is not None and self.level.moved:
            return "major"
        return max((each.level for each in self.shifts), key=("none", "moderate", "major").index, default="none")


def drift(before: Window, now: Window) -> Drift:
    """Compare everything that both windows hold enough of."""
    few = min((before, now), key=lambda window: window.pings)
    if few.pings < PINGS_MIN:
        which = "recent" if few is now else "earlier"
        why_not = f"{few.pings} pings in the {which} window, at least {PINGS_MIN}"
        return Drift(vertical=now.vertical, before=before, now=now, why_not=why_not)
    names = [name for name in now.histograms if _is_comparable(name, before, now)]
    shifts = [shift(before.histograms[name], now.histograms[name], FALSE_ALARMS / len(names)) for name in names]
    return Drift(
        vertical=now.vertical,
        before=before,
        now=now,
        shifts=tuple(sorted(shifts, key=lambda each: -each.psi)),
        level=_level(before, now),
    )


def _is_comparable(name: str, before: Window, now: Window) -> bool:
    """Whether both windows hold enough of it. Mornings differ from evenings, and that is no drift."""
    span = min(before.until - before.since, now.until - now.since)
    if name not in before.histograms or span < _SPANS_S.get(name, 0.0):
        return False
    return min(before.histograms[name].rows, now.histograms[name].rows) >= ROWS_MIN


def _level(before: Window, now: Window) -> LevelShift | None:
    """Leads that are won are worse than they look, so it is compared with what it was, and with 1 where nothing was."""
    if now.converted < _CONVERSIONS_MIN:
        return None
    ratio, noise, usual = now.predicted / now.converted, 1.0 / now.converted, 1.0
    if before.converted >= _CONVERSIONS_MIN:
        usual = before.predicted / before.converted
        noise += 1.0 / before.converted
    moved = log(ratio / usual) if ratio > 0.0 and usual > 0.0 else -float("inf")
    low, high = LEVEL
    return LevelShift(
        before=usual,
        now=ratio,
        conversions=now.converted,
        moved=not low <= exp(moved) <= high and abs(moved) > _LEVEL_Z * sqrt(noise),
    )
