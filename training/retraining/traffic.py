"""How a vertical's pings spread over the hours of a week: what the plans of caps follow."""

from collections.abc import Sequence

import numpy as np

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
    # A row a day.
    told, seen = np.reshape(counts, (7, 24)), np.reshape(_seen(since, until, zone), (7, 24))
    every = np.sum(told) / np.sum(seen)
    by_hour = (told.sum(axis=0) + _WEEKS_PRIOR * every) / (seen.sum(axis=0) + _WEEKS_PRIOR)
    rates = (told + _WEEKS_PRIOR * by_hour) / (seen + _WEEKS_PRIOR)
    return tuple((rates / np.sum(rates)).ravel().tolist())


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
