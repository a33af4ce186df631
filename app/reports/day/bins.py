"""Any number of cases in a few numbers: means by the quarter of an hour, shares by size, and how long answers took."""

from collections import Counter
from collections.abc import Sequence
from math import floor, fsum, isnan, log, log10, nan
from statistics import quantiles

import msgspec

from app.reports.rates import interval

A_HOUR = 4
"""Quarters of one: the mean of fewer leads tells more of the leads than of what moved their prices."""

_STEPS = 50.0
"""Sizes are first counted in steps of 2%, far finer than any part into which they are cut later."""

_LEAST = 12
"""Fewer cases than this say nothing about a share."""

_A_DECADE = 8


class Series(msgspec.Struct, frozen=True, kw_only=True):
    """How many amounts fell into each bin of the day, and what they add up to."""

    counts: tuple[int, ...]
    totals: tuple[float, ...]

    @property
    def count(self) -> int:
        return sum(self.counts)

    @property
    def mean(self) -> float:
        """Of the whole day; 0 where there was nothing."""
        return fsum(self.totals) / self.count if self.count else 0.0

    @property
    def held(self) -> tuple[float, ...]:
        """The mean of each bin, or the last one where there was nothing; not a number before the first."""
        held = [nan]
        for mean in self.means():
            held.append(held[-1] if isnan(mean) else mean)
        return tuple(held[1:])

    def means(self, width: int = 1) -> tuple[float, ...]:
        """The mean of every `width` bins, not a number where there was nothing."""
        means = []
        for first in range(0, len(self.counts), width):
            count = sum(self.counts[first : first + width])
            means.append(fsum(self.totals[first : first + width]) / count if count else nan)
        return tuple(means)


class Sums:
    """A series in the making."""

    def __init__(self, bins: int) -> None:
        self.counts = [0] * bins
        self.totals = [0.0] * bins

    def add(self, at: int, amount: float = 0.0) -> None:
        """One more amount in bin `at`."""
        self.counts[at] += 1
        self.totals[at] += amount

    def series(self) -> Series:
        return Series(counts=tuple(self.counts), totals=tuple(self.totals))


class Band(msgspec.Struct, frozen=True, kw_only=True):
    """Cases of about one size: `at` is the mean size, `hits` how many came true, `expected` the share predicted."""

    at: float
    count: int
    hits: int
    expected: float

    @property
    def share(self) -> float:
        """What came true."""
        return self.hits / self.count

    @property
    def interval(self) -> tuple[float, float]:
        """Between which shares the truth lies, 95% sure."""
        return interval(self.hits, self.count)


class Bands:
    """Collects cases by size; memory does not grow with their number."""

    def __init__(self) -> None:
        self._steps: dict[int, list[float]] = {}

    def add(self, size: float, expected: float, *, hit: bool) -> None:
        """One more case of this size, which must not be negative."""
        step = self._steps.setdefault(_step(size), [0.0] * 4)
        for place, amount in enumerate((1.0, size, float(hit), expected)):
            step[place] += amount

    def hit(self, size: float) -> None:
        """One of the cases of this size, which was added before, came true after all."""
        self._steps[_step(size)][2] += 1.0

    def cut(self, most: int) -> tuple[Band, ...]:
        """About equally many cases in each of at most so many parts, the smallest sizes first."""
        whole = fsum(step[0] for step in self._steps.values())
        parts: dict[int, list[list[float]]] = {}
        passed, most = 0.0, max(min(most, int(whole) // _LEAST), 1)
        for _, step in sorted(self._steps.items()):
            parts.setdefault(int(most * (passed + step[0] / 2) / whole), []).append(step)
            passed += step[0]
        return tuple([_band(steps) for steps in parts.values()])


class AnswerTimes(msgspec.Struct, frozen=True, kw_only=True):
    """How long answers took, in ms. `steps` are (from, to, how many) on a logarithmic scale."""

    count: int = 0
    median: float = 0.0
    p95: float = 0.0
    p99: float = 0.0
    longest: float = 0.0
    steps: tuple[tuple[float, float, int], ...] = ()


def times(took_ms: Sequence[float]) -> AnswerTimes:
    """The quantiles and the shape of these times."""
    if not took_ms:
        return AnswerTimes()
    cuts = quantiles(took_ms, n=100, method="inclusive") if len(took_ms) > 1 else [took_ms[0]] * 99
    places = Counter([floor(_A_DECADE * log10(max(each, 0.01))) for each in took_ms])
    steps = [
        (10 ** (place / _A_DECADE), 10 ** ((place + 1) / _A_DECADE), places[place])
        for place in range(min(places), max(places) + 1)
    ]
    return AnswerTimes(
        count=len(took_ms), median=cuts[49], p95=cuts[94], p99=cuts[98], longest=max(took_ms), steps=tuple(steps)
    )


def _step(size: float) -> int:
    return floor(_STEPS * log(max(size, 1e-9)))


def _band(steps: list[list[float]]) -> Band:
    count, size, hits, expected = (fsum(column) for column in zip(*steps, strict=True))
    return Band(at=size / count, count=int(count), hits=int(hits), expected=expected / count)
