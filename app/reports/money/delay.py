"""How long conversions take, from the buyer's own leads: what share of them has come by an age."""

from bisect import bisect_right
from collections.abc import Iterable

import msgspec

CONVERSIONS_MIN = 20
"""Fewer say nothing of when the next will come: then they are taken to come evenly until a lead has matured."""


class ConversionDelay(msgspec.Struct, frozen=True, kw_only=True):
    """`ages` are those of conversions of matured leads, rising; all in seconds."""

    matures_s: float
    ages: tuple[float, ...] = ()

    @property
    def is_measured(self) -> bool:
        """Whether there were enough conversions to go by."""
        return len(self.ages) >= CONVERSIONS_MIN

    def share_by(self, age_s: float) -> float:
        """The share of conversions that has come by this age; what comes after maturity counts as never."""
        if age_s >= self.matures_s:
            return 1.0
        if not self.is_measured:
            return max(age_s, 0.0) / self.matures_s
        return bisect_right(self.ages, age_s) / len(self.ages)


def conversion_delay(matures_s: float, ages: Iterable[float]) -> ConversionDelay:
    """From the ages at which matured leads converted."""
    return ConversionDelay(matures_s=matures_s, ages=tuple(sorted(age for age in ages if age <= matures_s)))


def still_to_come(chance: float, share: float) -> float:
    """The chance of what has not come yet, of which `chance` come in all and this share by now: Bayes' rule."""
    return chance * (1.0 - share) / (1.0 - chance * share) if chance < 1.0 else 0.0 if share >= 1.0 else 1.0
