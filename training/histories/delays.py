"""How long leads take to convert, from leads of which many are too young to tell, and what that says of the young.

A lead that has not converted yet may still do so: it is right-censored at its age. The share that has converted by
each age is estimated after Kaplan and Meier; where the curve ends level, what is left never converts (Maller and Zhou,
1996).
"""

from collections.abc import Iterator

import msgspec
import numpy as np

from app.scoring.card import DelayCurve
from training.statistics import Array

DAY_S = 86_400.0

CONVERSIONS_MIN = 50
"""Of fewer conversions with a time the point by which 95 % are in is known to some weeks at best."""

OWN_MIN = 200
"""So many make a curve of a seller's own."""

AT_RISK_MIN, AT_RISK_SHARE = 30, 0.05
"""The curve ends at the age that so many leads, and this share of them, have reached: of fewer, one more is a leap."""

MATURE_SHARE = 0.95
SETTLED_BY = 0.75
"""A curve that has all but 5 % of its conversions by three quarters of its length has come to its end."""

SEEN_MIN = 0.25
"""Of younger leads less than a quarter of the conversions is known: each would stand for four and more."""

SLACK_S = DAY_S
"""A conversion told up to a day before its lead: a date beside a time, or another clock."""

_POINTS = 60
ALL = ""
"""The name of the curve of all leads."""


class OutcomeTimes(msgspec.Struct, frozen=True):
    """By lead: whether it has converted, after how many days (NaN where nobody knows), and its age when last looked at.

    `notes` say what was odd, and how often.
    """

    converted: Array
    delay: Array
    age: Array
    notes: tuple[str, ...] = ()


def outcome_times(at: Array, converted: Array, converted_at: Array, until: float) -> OutcomeTimes:
    """What times say of leads of which everything is known `until` then; all are epoch seconds, NaN where missing.

    A time that cannot be meant says nothing; the outcome stays as it is told.
    """
    hit, told = np.asarray(converted, dtype=bool), ~np.isnan(converted_at)
    before, after = converted_at < at - SLACK_S, converted_at > until
    believed = hit & told & ~before & ~after
    odd = {
        "conversions without a time": hit & ~told,
        "conversions before their lead": hit & told & before,
        "conversions after the end of the data": hit & told & after,
        "times of a conversion at leads that did not convert": ~hit & told,
    }
    notes = (f"{int(rows.sum()):,} {name}: the time is not used" for name, rows in odd.items() if rows.any())
    delay = np.where(believed, np.maximum(converted_at - at, 0.0) / DAY_S, np.nan)
    return OutcomeTimes(hit, delay, np.maximum(until - at, 0.0) / DAY_S, tuple(notes))


class JudgedLeads(msgspec.Struct, frozen=True):
    """By lead: whether it converted within its time, the share of conversions `seen` at its age, and if it is `kept`.

    The `curves` say how long conversions take, and a lead is mature after `matures` days (`None` where nobody knows).
    """

    converted: Array
    seen: Array
    kept: Array
    curves: dict[str, DelayCurve]
    matures: float | None
    notes: tuple[str, ...]


def judged_leads(
    times: OutcomeTimes, matures: float | None, by: Array | None = None, *, with_young: bool = True
) -> JudgedLeads:
    """The labels of leads that each have `matures` days to convert; where nobody says, as many as the curve proposes.

    A conversion that comes later is none, or old leads would convert better for being old. A younger lead is kept
    `with_young` where the curve says how many conversions of its age are known by now.
    """
    curves = delay_curves(times, by)
    if matures is None and curves:
        matures = max(map(maturity_days, curves.values()))
    if matures is None:
        whole = np.ones(len(times.age))
        return JudgedLeads(times.converted, whole, whole == 1.0, {}, None, times.notes)
    late = times.converted & (times.delay > matures)
    young = times.age < matures
    seen = share_known(curves, times.age, matures, by) if curves else np.where(young, 0.0, 1.0)
    kept = ~young | ((seen >= SEEN_MIN) & with_young)
    notes = [*times.notes, *curve_lines(curves, matures)]
    if late.any():
        notes.append(f"{int(late.sum()):,} leads converted after {matures:g} days, and count as not converted")
    if gone := int(np.sum(~kept)):
        notes.append(f"{gone:,} leads younger than {matures:g} days before the end of the data were left out")
    if staying := int(np.sum(kept & (seen < 1.0))):
        notes.append(
            f"{staying:,} leads are younger than {matures:g} days, and weighed by what is still to come of them"
        )
    return JudgedLeads(times.converted & ~late, seen, kept, curves, matures, tuple(notes))


def last_known(at: Array, converted_at: Array) -> float:
    """Until when a file seems to know outcomes: the newest lead, or the third-newest conversion; two may be slips."""
    told = np.sort(converted_at[~np.isnan(converted_at)])
    newest = float(np.max(at, initial=-np.inf))
    return max(newest, float(told[-3])) if len(told) >= 3 else newest


def delay_curves(times: OutcomeTimes, by: Array | None = None) -> dict[str, DelayCurve]:
    """The curve of all leads, and those of the sellers (or whatever `by` tells) with enough conversions of their own.

    None at all where there are too few.
    """
    usual = _curve(times, np.ones(len(times.age), dtype=bool), CONVERSIONS_MIN)
    if usual is None:
        return {}
    names = sorted({*by} - {None, ALL}) if by is not None else []
    own = ((name, _curve(times, by == name, OWN_MIN)) for name in names)
    return {ALL: usual, **{str(name): curve for name, curve in own if curve is not None}}


def maturity_days(curve: DelayCurve) -> float:
    """The whole days by which nearly all conversions are in."""
    return max(float(np.ceil(curve.quantile(MATURE_SHARE) - 1e-9)), 1.0)


def share_known(curves: dict[str, DelayCurve], age: Array, matures: float, by: Array | None = None) -> Array:
    """Of the conversions that leads of this age will have had when mature, the share that has come by now."""
    seen = np.empty(len(age))
    for name, rows in _rows_by(curves, age, by):
        curve = curves[name]
        whole = curve.share_by(matures)
        known = np.interp(age[rows], (0.0, *curve.days), (0.0, *curve.shares))
        seen[rows] = np.minimum(known / whole, 1.0) if whole > 0.0 else 1.0
    return np.where(age >= matures, 1.0, seen)


def curve_lines(curves: dict[str, DelayCurve], matures: float | None) -> Iterator[str]:
    """The curves in words, and the maturity that they propose or that was asked for."""
    for name, curve in curves.items():
        half, most, nearly = (f"{curve.quantile(share):.1f}" for share in (0.5, 0.9, MATURE_SHARE))
        open_end = "" if curve.settled else "; they still come at the end of that, so these are lower bounds"
        yield (
            f"{f'{name}: ' if name else ''}half of conversions come within {half} days, 90 % within {most}, 95 % "
            f"within {nearly} ({curve.conversions:,} of {curve.leads:,} leads, followed for {curve.horizon_days:.0f} "
            f"days{open_end})"
        )
    if curves and matures is not None:
        proposed = max(map(maturity_days, curves.values()))
        yield f"a lead counts as mature after {matures:g} days" + (
            ", by which 95 % of conversions are in" if matures == proposed else f"; {proposed:g} days are proposed"
        )


def _curve(times: OutcomeTimes, rows: Array, least: int) -> DelayCurve | None:
    """What share of the leads that ever convert has done so by each age; `None` where too few have a time."""
    # Of a conversion without a time nobody knows until when it was open.
    rows = rows & ~(times.converted & np.isnan(times.delay))
    delay, age = times.delay[rows], times.age[rows]
    ends = np.where(np.isnan(delay), age, delay)
    hits = np.sort(delay[~np.isnan(delay)])
    if len(hits) < least:
        return None
    at_risk = max(AT_RISK_MIN, AT_RISK_SHARE * len(ends))
    horizon = float(np.sort(age)[-min(int(np.ceil(at_risk)), len(age))])
    hits = hits[hits <= horizon]
    if len(hits) < least:
        return None
    days, events = np.unique(hits, return_counts=True)
    waiting = len(ends) - np.searchsorted(np.sort(ends), days, side="left")
    converted = 1.0 - np.cumprod(1.0 - events / waiting)
    shares = converted / converted[-1]
    settled = bool(shares[max(np.searchsorted(days, SETTLED_BY * horizon, side="right") - 1, 0)] >= MATURE_SHARE)
    kept = np.unique(np.searchsorted(shares, np.linspace(shares[0], 1.0, _POINTS)).clip(0, len(days) - 1))
    return DelayCurve(
        leads=int(rows.sum()),
        conversions=len(hits),
        horizon_days=horizon,
        rate=float(converted[-1]),
        settled=settled,
        days=tuple(days[kept].tolist()),
        shares=tuple(shares[kept].tolist()),
    )


def _rows_by(curves: dict[str, DelayCurve], age: Array, by: Array | None) -> Iterator[tuple[str, Array]]:
    """The rows that each curve speaks of; those without one of their own are in the curve of all."""
    own = np.full(len(age), ALL, dtype=object) if by is None else np.array([n if n in curves else ALL for n in by])
    for name in {*own.tolist()}:
        yield name, np.flatnonzero(own == name)
