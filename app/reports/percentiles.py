"""Where the values of a count lie: the middle one, and those that few lie below or above."""

from collections.abc import Mapping
from math import ceil

PERCENTS = (5, 25, 50, 75, 95)


def percentiles(cents: Mapping[int, int]) -> dict[str, int]:
    """As "p5": 1_240; of nothing there are none."""
    return {f"p{percent}": round(percentile(cents, percent)) for percent in PERCENTS} if cents else {}


def quantile(counts: Mapping[float, int], share: float) -> float | None:
    """The value that this share of all does not exceed; of nothing there is none."""
    left = ceil(share * sum(counts.values()))
    for value, count in sorted(counts.items()):
        left -= count
        if left <= 0:
            return value
    return None


def percentile(counts: Mapping[int, int], percent: int) -> float:
    """The value below which this percentage of all lies, between two of them in proportion; of nothing it is 0."""
    steps = sum(counts.values()) - 1
    if steps < 0:
        return 0.0
    place, part = divmod(steps * percent, 100)
    low, high = _at(counts, place), _at(counts, min(place + 1, steps))
    return (low * (100 - part) + high * part) / 100


def _at(counts: Mapping[int, int], place: int) -> int:
    """The value at this place, were they all laid out in order."""
    for value, count in sorted(counts.items()):
        place -= count
        if place < 0:
            return value
    raise IndexError(place)
