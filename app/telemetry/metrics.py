"""What a running service counts: plain numbers on the hot path, Prometheus text when asked."""

import asyncio
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from typing import TypeVar

from app.telemetry.declared import METRICS, QUICK_S
from app.telemetry.exposition import Labels, Observed, head, histogram, samples

LabelsT = TypeVar("LabelsT", bound=Labels)

LINES_AT_ONCE = 200
"""After so many lines, which take some 200 microseconds, requests have their turn."""


class Metrics:
    """Counters and gauges by name and labels, and histograms of how long things took; all declared in `METRICS`."""

    def __init__(self) -> None:
        self._counts: dict[str, dict[Labels, int]] = {name: {} for name in _named("counter")}
        self._gauges: dict[str, dict[Labels, float]] = {name: {} for name in _named("gauge")}
        self._observed: dict[str, dict[Labels, Observed]] = {name: {} for name in _named("histogram")}
        # One histogram has a way of its own, as every ping takes it.
        self._pings = self._observed["ping_duration_seconds"][()] = Observed(len(QUICK_S) + 1)
        self._observed["post_duration_seconds"][()] = Observed(len(METRICS["post_duration_seconds"].bounds) + 1)
        for name in _named("counter", labeled=False):
            self._counts[name][()] = 0
        for name in _named("gauge", labeled=False):
            self._gauges[name][()] = 0.0

    def count(self, name: str, *labels: str, by: int = 1) -> None:
        """Add 1 (or `by`) to a declared counter, with its labels in the declared order."""
        counts = self._counts[name]
        counts[labels] = counts.get(labels, 0) + by

    def begin(self, name: str, labels: Iterable[Labels]) -> None:
        """Have a counter stand at zero under these labels, so that its first step shows as one."""
        counts = self._counts[name]
        for each in labels:
            counts.setdefault(each, 0)

    def counted_elsewhere(self, name: str, count: int) -> None:
        """What a counter without labels has come to that another part of the service keeps."""
        self._counts[name][()] = count

    def gauge(self, name: str, value: float, *labels: str) -> None:
        """Set a declared gauge."""
        self._gauges[name][labels] = value

    def gauges(self, name: str, values: Mapping[LabelsT, float]) -> None:
        """Set a declared gauge for all of its labels at once."""
        if name not in self._gauges:
            raise KeyError(name)
        self._gauges[name] = {labels: value for labels, value in values.items()}  # noqa: C416 - of the wider type

    def pings_took(self, seconds: Iterable[float]) -> None:
        """So many pings more in their histogram."""
        for each in seconds:
            self._pings.buckets[bisect_left(QUICK_S, each)] += 1
            self._pings.total += each

    def took(self, name: str, seconds: float, *labels: str) -> None:
        """One more in a declared histogram."""
        bounds, of = METRICS[name].bounds, self._observed[name]
        observed = of.get(labels)
        if observed is None:
            observed = of[labels] = Observed(len(bounds) + 1)
        observed.buckets[bisect_left(bounds, seconds)] += 1
        observed.total += seconds

    def counted(self, name: str) -> dict[Labels, int]:
        """A counter's values by labels, as they were counted."""
        return dict(self._counts[name])

    @property
    def total(self) -> int:
        """All counts added up: it grows with whatever happens."""
        return sum(sum(counts.values()) for counts in self._counts.values())

    def shown(self, name: str) -> dict[Labels, float]:
        """A gauge's values by labels, as they were set."""
        return dict(self._gauges[name])

    async def text(self) -> bytes:
        """All of it in the Prometheus text format, each name with the prefix `leadbid_`."""
        lines: list[str] = []
        for number, line in enumerate(self._lines(), start=1):
            lines.append(line)
            if not number % LINES_AT_ONCE:
                await asyncio.sleep(0)
        return "".join(lines).encode()

    def _lines(self) -> Iterator[str]:
        for name, metric in METRICS.items():
            shown = f"leadbid_{name}"
            yield from head(shown, metric)
            if metric.kind == "histogram":
                yield from histogram(shown, metric, self._observed[name])
            else:
                yield from samples(shown, metric, (self._counts if metric.kind == "counter" else self._gauges)[name])


def _named(kind: str, *, labeled: bool | None = None) -> list[str]:
    """The metrics of a kind; with `labeled` those alone that have labels, or have none."""
    return [
        name
        for name, metric in METRICS.items()
        if metric.kind == kind and (labeled is None or bool(metric.labels) is labeled)
    ]
