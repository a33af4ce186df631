"""How sure an estimate is: days drawn again, since the bids of one day go well or badly together."""

import msgspec
import numpy as np

from training.evaluation.estimators import CONVERSIONS, SPEND, VALUE, WINS, Estimate
from training.evaluation.ledger import DAY_S, Array

DRAWS = 1_000
LEVEL = (0.05, 0.95)
CLUSTERS_MIN = 10
"""With fewer days hours are drawn instead: some days again and again would say less than nothing."""

_HOUR_S = 3_600.0


class Span(msgspec.Struct, frozen=True):
    """A figure and its 90 % interval."""

    at: float
    low: float
    high: float


class Earned(msgspec.Struct, frozen=True, kw_only=True):
    """What one method says of one policy. Money in cents; `surplus`, `wins` and `spend` a bid of the log.

    `per_lead` is spend a lead, `per_conversion` spend a conversion, `roi` surplus over spend; NaN of nothing is 0.
    """

    surplus: Span
    wins: Span
    spend: Span
    per_lead: Span
    per_conversion: Span
    roi: Span


class Redrawn(msgspec.Struct, frozen=True, kw_only=True):
    """Which clusters each draw has, and how often: a row a draw. The first row is the log itself."""

    cluster: Array
    times: Array
    unit: str

    def totals(self, estimate: Estimate) -> Array:
        """Wins, conversions, value and spend a bid, a row a draw."""
        found = np.zeros((len(self.times), 4))
        for part in estimate.parts:
            above = self.times @ self._summed(part.numerator)
            below = self.times @ self._summed(part.denominator[:, None])
            found += np.divide(above, below, out=np.zeros_like(above), where=below > 0.0)
        return found

    def _summed(self, columns: Array) -> Array:
        size = self.times.shape[1]
        return np.column_stack([np.bincount(self.cluster, column, minlength=size) for column in columns.T])


def redrawn(at: Array, seed: int = 1) -> Redrawn:
    """Days of these times drawn with replacement, or hours where there are too few of them."""
    days = len(np.unique(at // DAY_S))
    length, unit = (DAY_S, "day") if days >= CLUSTERS_MIN else (_HOUR_S, "hour")
    names, cluster = np.unique(at // length, return_inverse=True)
    size = len(names)
    drawn = np.random.default_rng(seed).multinomial(size, np.full(size, 1.0 / size), size=DRAWS)
    return Redrawn(cluster=cluster, times=np.vstack([np.ones(size), drawn]).astype(np.float64), unit=unit)


def earned(estimate: Estimate, again: Redrawn) -> Earned:
    """All figures of an estimate, each with its interval."""
    totals = again.totals(estimate)
    wins, conversions, spend = totals[:, WINS], totals[:, CONVERSIONS], totals[:, SPEND]
    surplus = totals[:, VALUE] - spend
    return Earned(
        surplus=span(surplus),
        wins=span(wins),
        spend=span(spend),
        per_lead=span(_ratio(spend, wins)),
        per_conversion=span(_ratio(spend, conversions)),
        roi=span(_ratio(surplus, spend)),
    )


def gained(new: Estimate, old: Estimate, again: Redrawn) -> Span:
    """How much more surplus a bid one estimate has than another, on the same days."""
    difference = again.totals(new) - again.totals(old)
    return span(difference[:, VALUE] - difference[:, SPEND])


def span(draws: Array) -> Span:
    """The first draw, which is the log itself, between quantiles of the others."""
    low, high = np.quantile(draws[1:], LEVEL)
    return Span(float(draws[0]), float(low), float(high))


def _ratio(above: Array, below: Array) -> Array:
    return np.divide(above, below, out=np.zeros_like(above), where=below > 1e-12)
