"""What dispositions before a sale add: a buyer may earn by leads that it speaks with or quotes and does not sell to."""

from collections.abc import Mapping
from math import log, tanh
from typing import Literal

import msgspec

EarlierDisposition = Literal["quoted", "qualified", "contacted"]
EARLIER: tuple[EarlierDisposition, ...] = ("quoted", "qualified", "contacted")
"""The dispositions before a sale, the latest first: who comes to one has passed those after it in this list."""


class DispositionCurve(msgspec.Struct, frozen=True):
    """P(a lead comes so far), by a line in the log-odds of its P(conversion)."""

    slope: float
    intercept: float

    def of(self, log_odds: float) -> float:
        """The chance of a lead with these log-odds of a conversion."""
        return 0.5 + 0.5 * tanh(0.5 * (self.slope * log_odds + self.intercept))


class DispositionTerm(msgspec.Struct, frozen=True, gc=False):
    """One disposition in a breakdown: its name, the chance that a lead comes so far, and the cents that this brings."""

    name: str
    probability: float
    cents: int

    def shared(self, share: float) -> "DispositionTerm":
        """The same of a lead that others call as well."""
        return DispositionTerm(self.name, self.probability * share, self.cents)


def disposition_terms(
    values: Mapping[EarlierDisposition, int], curves: Mapping[str, DispositionCurve], probability: float
) -> tuple[DispositionTerm, ...]:
    """The dispositions that bring something and of which something is known. None is less likely than one after it."""
    if not 0.0 < probability < 1.0:
        return ()
    log_odds, chance, found = log(probability / (1.0 - probability)), probability, list[DispositionTerm]()
    for name in EARLIER:
        if name in curves:
            chance = max(curves[name].of(log_odds), chance)
            if name in values:
                found.append(DispositionTerm(name, chance, values[name]))
    return tuple(found)


def per_conversion(terms: tuple[DispositionTerm, ...], probability: float) -> float:
    """What these bring for each conversion, in cents: so they stand in V, beside what the conversion brings."""
    total = 0.0
    for term in terms:
        total += term.probability * term.cents
    return total / probability
