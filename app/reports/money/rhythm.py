"""How a seller's leads come: their level, the shape of its week and day, and how far single days stray from it."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from math import exp, log, sqrt
from statistics import NormalDist

import msgspec

from app.reports.money.buying_history import DayTrades

RECENT_DAYS, LEVEL_DAYS = 56, 28
"""The shape of the week is that of eight weeks, the level that of the last four."""
DAYS_MIN = 14
"""Two of each weekday: with fewer nobody can say what a Saturday is like."""

_WEEKDAY_PRIOR = 2.0
"""A weekday's mean is drawn to that of all days as if two average days of it had been seen besides."""
_HOUR_PRIOR = 20.0
"""And a weekday's hours to those of all days by so many leads."""
_DRIFT_PRIOR, _DRIFT_PRIOR_WEEKS, _DRIFT_MAX = 0.06, 16.0, 0.30
"""Levels wander: by six percent a week unless many weeks before say otherwise."""

_LAG_WEEKS = 4.0 / 3.0
"""A mean of four weeks is as far from where a wandering level stands now as that wanders in so many."""
_NORMAL = NormalDist()


class Rhythm(msgspec.Struct, frozen=True, kw_only=True):
    """`level` leads come on an average day, times the factor of its `weekdays` (Monday first), each for `price_cents`.

    `strayed` is, by recent day, by which factors its leads and its cents strayed from that. Every week the level moves
    by a factor of about `drift`.
    """

    level: float
    weekdays: tuple[float, ...]
    price_cents: float
    strayed: tuple[tuple[float, float], ...]
    drift: float

    def on(self, weekday: int) -> float:
        """The leads expected on such a day."""
        return self.level * self.weekdays[weekday]


def rhythm_of(trades: DayTrades, today: int) -> Rhythm | None:
    """The rhythm of days up to this date's ordinal; None of fewer than `DAYS_MIN`, or where nothing comes any more."""
    if trades.days < DAYS_MIN:
        return None
    leads, cents = trades.leads[-RECENT_DAYS:], trades.cents[-RECENT_DAYS:]
    days = [_weekday(today - len(leads) + place) for place in range(len(leads))]
    average = sum(leads) / len(leads)
    recent = sum(leads[-LEVEL_DAYS:])
    if not recent:
        return None
    weekdays = tuple(
        [_factor([n for n, day in zip(leads, days, strict=True) if day == wd], average) for wd in range(7)]
    )
    level = recent / sum(weekdays[day] for day in days[-LEVEL_DAYS:])
    price = sum(cents[-LEVEL_DAYS:]) / recent
    usual = [level * weekdays[day] for day in days]
    strayed = [(n / u, c / (u * price) if price else n / u) for n, c, u in zip(leads, cents, usual, strict=True)]
    return Rhythm(
        level=level,
        weekdays=weekdays,
        price_cents=price,
        strayed=tuple(strayed),
        drift=_drift([n / u for n, u in zip(trades.leads, _usual(trades, level, weekdays, today), strict=True)]),
    )


def rest_of_day(week: Sequence[int], weekday: int, minute: int) -> float:
    """Which share of a day's leads comes after this minute of it, by the hours at which they came before."""
    hour, past = divmod(minute, 60)
    shares = _hours_of_day(week, weekday)
    return shares[hour] * (1.0 - past / 60) + sum(shares[hour + 1 :])


def hours_of_week(week: Sequence[int], rhythm: Rhythm) -> tuple[float, ...]:
    """The leads of each hour of a usual week."""
    return tuple([rhythm.on(day) * share for day in range(7) for share in _hours_of_day(week, day)])


def strayed_days(rhythm: Rhythm, days: int, draw: Iterator[float]) -> list[tuple[float, float]]:
    """By which factors the leads and cents of coming days might stray: weeks of the past, with a level that wanders."""
    past = rhythm.strayed
    recent = past[-LEVEL_DAYS:]
    average = sum(leads for leads, _ in past) / len(past), sum(cents for _, cents in past) / len(past)
    # How well the level is known: as the mean of so many days, drawn a week at a time.
    drawn = [leads for _ in range(max(len(recent) // 7, 1)) for leads, _ in _week(recent, draw)]
    level = (sum(drawn) / len(drawn)) / (sum(leads for leads, _ in recent) / len(recent))
    # And it is that of two weeks ago, in the middle of those days, so that it has moved since.
    level *= _moved(rhythm.drift * sqrt(_LAG_WEEKS), draw)
    coming: list[tuple[float, float]] = []
    while len(coming) < days:
        level *= _moved(rhythm.drift, draw)
        coming += [(level * leads / average[0], level * cents / average[1]) for leads, cents in _week(past, draw)]
    return coming[:days]


def _moved(by: float, draw: Iterator[float]) -> float:
    """A factor that is one on average, and strays from it by about so much."""
    return exp(by * _NORMAL.inv_cdf(next(draw)) - by * by / 2.0)


def _week(past: Sequence[tuple[float, float]], draw: Iterator[float]) -> Sequence[tuple[float, float]]:
    """Seven days in a row, so that a bad day may have a bad neighbor."""
    start = int(next(draw) * (len(past) - 6))
    return past[start : start + 7]


def _factor(of_weekday: Sequence[int], average: float) -> float:
    return (sum(of_weekday) + _WEEKDAY_PRIOR * average) / ((len(of_weekday) + _WEEKDAY_PRIOR) * average)


def _usual(trades: DayTrades, level: float, weekdays: Sequence[float], today: int) -> list[float]:
    return [level * weekdays[_weekday(today - trades.days + place)] for place in range(trades.days)]


def _drift(strayed: Sequence[float]) -> float:
    """By how much the level moves from week to week, apart from how far weeks stray anyway.

    The noise of a week is in two neighboring changes with opposite signs, so that twice their covariance takes it off.
    """
    weeks = [sum(strayed[end - 7 : end]) / 7.0 for end in range(len(strayed), 6, -7)][::-1]
    changes = [log((after + 0.01) / (before + 0.01)) for before, after in pairwise(weeks)]
    prior = _DRIFT_PRIOR**2 * _DRIFT_PRIOR_WEEKS
    if len(changes) < 2:
        return _DRIFT_PRIOR
    neighbors = [one * other for one, other in pairwise(changes)]
    moved = sum(each * each for each in changes) / len(changes) + 2.0 * sum(neighbors) / len(neighbors)
    return min(sqrt((max(moved, 0.0) * len(changes) + prior) / (len(changes) + _DRIFT_PRIOR_WEEKS)), _DRIFT_MAX)


def _hours_of_day(week: Sequence[int], weekday: int) -> list[float]:
    whole, hours = sum(week), week[weekday * 24 : weekday * 24 + 24]
    if not whole:
        return [1.0 / 24] * 24
    usual = [sum(week[hour::24]) / whole for hour in range(24)]
    return [(n + _HOUR_PRIOR * u) / (sum(hours) + _HOUR_PRIOR) for n, u in zip(hours, usual, strict=True)]


def _weekday(day: int) -> int:
    """Monday is 0; ordinals begin with a Monday."""
    return (day - 1) % 7
