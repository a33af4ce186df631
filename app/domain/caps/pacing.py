"""How a cap's shadow price moves: up while sales run ahead of plan, down to a small credit while they lag."""

from bisect import bisect_left
from datetime import date
from functools import lru_cache
from itertools import accumulate
from math import sqrt

import msgspec

from app.domain.calendar import utc_offset
from app.domain.schedule import Schedule

STEP = 0.25
"""How much of the ceiling one lead ahead of plan costs, over the root of the limit.

Dual descent wants a step of the order of the value over the root of the number of sales. With a cap of 300 and leads
worth about $70 this is $1 a lead, at which a cap earned .98 of the best fixed price in hindsight; throttling .52.
"""

CREDIT_LEADS = 2.0
"""So many leads of lag a dual remembers, as a credit below zero that the next sales use up before any is charged for.

Leads are whole and the plan is not: where all lag was forgotten, every single sale counted as ahead of the plan, and a
cap of 16 that would have sold 13 a day anyway lost 3 % of its surplus. Where all was remembered, what lagged in an
outage of six hours was sold too cheaply after it, for 2 %.
"""

DUAL_MAX = 2.0
"""A dual of 1 takes the whole ceiling off a lead's value; more only slows the way back."""

_EPOCH_DAY = date(1970, 1, 1).toordinal()


class ShadowPrice(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """The dual of one resource when it was last kept."""

    dual: float
    moved_at: float


def next_dual(dual: float, used_delta: float, plan_delta: float, limit: int, price_cents: int = 0) -> float:
    """The dual after `used_delta` of `limit` went while the plan wanted `plan_delta`; below zero it is a credit.

    For spend caps `price_cents` is a usual price, so that a step counts leads and not cents.
    """
    if limit <= 0:
        return DUAL_MAX
    leads = max(limit / price_cents if price_cents else float(limit), 1.0)
    moved = dual + STEP * sqrt(leads) * (used_delta - plan_delta) / limit
    return min(max(moved, -CREDIT_LEADS * STEP / sqrt(leads)), DUAL_MAX)


def first_dual(used: float, share: float, limit: int, price_cents: int = 0) -> float:
    """The dual for a cap met in the middle of its window, as after a restart: by how far it is ahead of its plan."""
    return next_dual(0.0, used, limit * share, limit, price_cents)


def plan_delta(limit: int, used: float, share_before: float, share_now: float) -> float:
    """How much the plan wants between two shares of the window: of what is left, what passed of the time left."""
    left = 1.0 - share_before
    return max(limit - used, 0.0) * (share_now - share_before) / left if left > 0.0 else 0.0


def plan_share(schedule: Schedule, zone: str, start: float, now: float, end: float) -> float:
    """Which share of the traffic expected in the open minutes of a window [start, end) has passed at `now`.

    Where none is expected at all, of the time.
    """
    first, last = int(start // 60), int(end // 60)
    whole = _expected(schedule, zone, first, last)
    if whole <= 0.0:
        return (now - start) / (end - start)
    return _expected(schedule, zone, first, min(int(now // 60), last)) / whole


@lru_cache(maxsize=4096)
def _expected(schedule: Schedule, zone: str, first: int, last: int) -> float:
    """Traffic expected between two minutes of the UTC epoch: an hour that clocks repeat counts twice, a skipped never.

    No window is longer than a month, so that clocks change at most once in it.
    """
    before, after = utc_offset(first, zone), utc_offset(last, zone)
    change = last
    if before != after:
        change = first + bisect_left(range(first, last), 1, key=lambda minute: utc_offset(minute, zone) == after)
    return _by_the_clock(schedule, first + before, change + before) + _by_the_clock(
        schedule, change + after, last + after
    )


def _by_the_clock(schedule: Schedule, first: int, last: int) -> float:
    """Traffic expected between two minutes of local time, counted from 1970 as if clocks never changed."""
    passed = _passed(schedule.minutes, schedule.traffic)
    expected = 0.0
    while first < last:
        day = first // 1440
        until = min(last, (day + 1) * 1440)
        local = date.fromordinal(_EPOCH_DAY + day)
        if local.isoformat() not in schedule.blackout_dates:
            shift = (local.weekday() - day) * 1440
            expected += passed[until + shift] - passed[first + shift]
        first = until
    return expected


@lru_cache(maxsize=256)
def _passed(minutes: bytes, traffic: tuple[float, ...]) -> tuple[float, ...]:
    """How much of a week's traffic has come in its open minutes, at each of its minutes and at its end."""
    if not traffic:
        return tuple(accumulate(minutes, initial=0.0))
    return tuple(accumulate([is_open * traffic[at // 60] for at, is_open in enumerate(minutes)], initial=0.0))
