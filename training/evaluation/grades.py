"""What was foretold beside what happened, group by group, with the interval in which the true share lies."""

from collections.abc import Sequence

import msgspec
import numpy as np

from training.evaluation.ledger import Array

_Z = 1.959964


class Grade(msgspec.Struct, frozen=True, kw_only=True):
    """One group: how many, what was predicted of them, what happened, and its 95 % interval (Wilson, 1927)."""

    name: str
    count: int
    at: float
    predicted: float
    observed: float
    low: float
    high: float

    @property
    def ratio(self) -> float:
        """Predicted over observed; 0 where nothing happened."""
        return self.predicted / self.observed if self.observed > 0.0 else 0.0


def by_mass(at: Array, predicted: Array, happened: Array, bins: int) -> tuple[Grade, ...]:
    """Equally many in each group, by `at`, lowest first."""
    parts = np.array_split(np.argsort(at, kind="stable"), min(bins, max(len(at), 1)))
    return tuple(
        _grade(f"{at[rows].min():g} to {at[rows].max():g}", at[rows], predicted[rows], happened[rows])
        for rows in parts
        if len(rows)
    )


def by_name(
    names: Sequence[str], predicted: Array, happened: Array, *, count_min: int = 1, most: int = 12
) -> tuple[Grade, ...]:
    """A group a name, in their order if these are few, or else the largest first."""
    words = np.array(names, dtype=object).astype(str)
    found, counts = np.unique(words, return_counts=True)
    kept = [str(name) for name in found[np.argsort(-counts, kind="stable")][:most]]
    groups = [(name, np.flatnonzero(words == name)) for name in (sorted(kept) if len(found) <= most else kept)]
    return tuple(
        _grade(name, predicted[rows], predicted[rows], happened[rows])
        for name, rows in groups
        if len(rows) >= count_min
    )


def interval(hits: float, count: int) -> tuple[float, float]:
    """Wilson's for `hits` of `count`."""
    if not count:
        return 0.0, 1.0
    share, z2 = hits / count, _Z * _Z / count
    middle, half = share + z2 / 2.0, _Z * np.sqrt(share * (1.0 - share) / count + z2 / (4.0 * count))
    return float(max((middle - half) / (1.0 + z2), 0.0)), float(min((middle + half) / (1.0 + z2), 1.0))


def _grade(name: str, at: Array, predicted: Array, happened: Array) -> Grade:
    low, high = interval(float(happened.sum()), len(happened))
    observed = float(happened.mean())
    return Grade(
        name=name,
        count=len(happened),
        at=float(at.mean()),
        predicted=float(predicted.mean()),
        observed=observed,
        # Of none and of all the bound is the share itself, but for rounding.
        low=min(low, observed),
        high=max(high, observed),
    )
