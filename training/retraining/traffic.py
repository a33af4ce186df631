"""How a vertical's pings spread over the hours of a week: what the plans of caps follow."""

from collections.abc import Sequence

from app.domain.calendar import local_time
from app.domain.schedule import HOURS_OF_WEEK

_HOUR_S = 3_600.0
_WEEKS_PRIOR = 1.0
"""An hour of the week counts for itself once it has been seen for some weeks; before, for its hour of any day."""


def shape(counts: Sequence[int], since: float, until: float, zone: str) -> tuple[float, ...]:
    """The share of a week's pings in each of its hours, Monday first, from counts between two times.

    An hour that was seen seldom is drawn to the mean of its hour of the day, and that to the mean of all. Empty where
    there was no ping.
    """
    if not sum(counts):
        return ()
    seen = _seen(since, until, zone)
    every = sum(counts) / sum(seen)
    by_hour = [_rate(sum(counts[hour::24]), sum(seen[hour::24]), every) for hour in range(24)]
    rates = [_rate(counts[at], seen[at], by_hour[at % 24]) for at in range(HOURS_OF_WEEK)]
    whole = sum(rates)
    return tuple(rate / whole for rate in rates)


def _rate(count: float, weeks: float, usual: float) -> float:
    return (count + _WEEKS_PRIOR * usual) / (weeks + _WEEKS_PRIOR)


def _seen(since: float, until: float, zone: str) -> list[float]:
    """How often each hour of the week lay between two times, parts of one included."""
    seen = [0.0] * HOURS_OF_WEEK
    at, until = since, max(until, since + _HOUR_S)
    while at < until:
        ends = min((at // _HOUR_S + 1.0) * _HOUR_S, until)
        local = local_time(at, zone)
        seen[local.weekday * 24 + local.minute // 60] += (ends - at) / _HOUR_S
        at = ends
    return seen
