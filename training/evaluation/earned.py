"""What an estimate says that a policy earned, each figure with its interval."""

import msgspec
import numpy as np

from app.domain.money import money
from training.bootstrap import Interval, Resamples, interval
from training.evaluation.estimators import CONVERSIONS, SPEND, VALUE, WINS, Estimate
from training.statistics import Array


class Earned(msgspec.Struct, frozen=True, kw_only=True):
    """What one method says of one policy. Money in cents; `surplus`, `wins` and `spend` a bid of the log.

    `per_lead` is spend a lead, `per_conversion` spend a conversion, `roi` surplus over spend; NaN of nothing is 0.
    """

    surplus: Interval
    wins: Interval
    spend: Interval
    per_lead: Interval
    per_conversion: Interval
    roi: Interval


def earned(estimate: Estimate, again: Resamples) -> Earned:
    """All figures of an estimate."""
    totals = _totals(estimate, again)
    wins, conversions, spend = totals[:, WINS], totals[:, CONVERSIONS], totals[:, SPEND]
    surplus = totals[:, VALUE] - spend
    figures = {"surplus": surplus, "wins": wins, "spend": spend, "roi": _ratio(surplus, spend)}
    figures |= {"per_lead": _ratio(spend, wins), "per_conversion": _ratio(spend, conversions)}
    return Earned(**{name: interval(draws) for name, draws in figures.items()})


def surplus(estimate: Estimate, again: Resamples, than: Estimate | None = None) -> Interval:
    """Surplus a bid in cents, or how much more it is than that of another estimate on the same days."""
    totals = _totals(estimate, again) - (_totals(than, again) if than is not None else 0.0)
    return interval(totals[:, VALUE] - totals[:, SPEND])


def between(span: Interval, unit: str = "") -> str:
    """Cents as "$1.20 ($0.80 to $1.60)", the unit behind the figure."""
    return f"{money(span.at)}{unit} ({money(span.low)} to {money(span.high)})"


def signed(cents: float) -> str:
    """Cents as "+$1.20"."""
    return f"{'' if round(cents) < 0 else '+'}{money(cents)}"


def _totals(estimate: Estimate, again: Resamples) -> Array:
    """Wins, conversions, value and spend a bid, a row a draw."""
    parts = [_ratio(again.sums(above), again.sums(below[:, None])) for above, below in estimate.parts]
    return np.asarray(np.sum(parts, axis=0) + estimate.error)


def _ratio(above: Array, below: Array) -> Array:
    return np.asarray(np.divide(above, below, out=np.zeros_like(above), where=below > 1e-12))
