"""Partial dependence: what a model says of the same leads where one field has another value."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence

import msgspec
import numpy as np

from app.wire.ping import Value

LEADS_MAX = 200
FIELDS_MAX = 12
"""Those of which the prediction depends most."""

VALUES_MAX = 12
POINTS = 15
_NUMBERS_MIN = 7
"""A number with fewer different values is shown value by value."""

Probability = Callable[[Mapping[str, Value]], float]


class Dependence(msgspec.Struct, frozen=True, kw_only=True):
    """The mean P(conversion) of the same leads, were they all to have each value of a field.

    `numbers` are places of an axis, `values` the names of categories, the most usual first; one of them is empty.
    """

    field: str
    numbers: tuple[float, ...] = ()
    values: tuple[str, ...] = ()
    predicted: tuple[float, ...]

    @property
    def span(self) -> float:
        """How far apart its lowest and highest lie."""
        return max(self.predicted) - min(self.predicted)


def dependences(
    probability: Probability, fields: Sequence[str], leads: Sequence[Mapping[str, Value]]
) -> tuple[Dependence, ...]:
    """Of the fields on which it depends most, the first first. One that has the same value in all leads is left out."""
    some = [leads[int(at)] for at in np.unique(np.linspace(0, len(leads) - 1, LEADS_MAX).astype(int))] if leads else []
    found = [each for field in fields if (each := _dependence(probability, field, some)) is not None]
    return tuple(sorted((each for each in found if each.span > 0.0), key=lambda each: -each.span)[:FIELDS_MAX])


def _dependence(probability: Probability, field: str, leads: Sequence[Mapping[str, Value]]) -> Dependence | None:
    known = [lead[field] for lead in leads if field in lead]
    numbers = [float(value) for value in known if isinstance(value, int | float) and not isinstance(value, bool)]
    if len(numbers) == len(known) and len(set(numbers)) >= _NUMBERS_MIN:
        shares = np.linspace(0.02, 0.98, POINTS)
        places = tuple(np.unique(np.quantile(numbers, shares)).tolist())
        return Dependence(
            field=field, numbers=places, predicted=tuple(_mean(probability, field, at, leads) for at in places)
        )
    told = [value for value, _ in Counter(known).most_common(VALUES_MAX)]
    if len(told) < 2:
        return None
    predicted = tuple(_mean(probability, field, value, leads) for value in told)
    return Dependence(field=field, values=tuple(_name(value) for value in told), predicted=predicted)


def _mean(probability: Probability, field: str, value: Value, leads: Sequence[Mapping[str, Value]]) -> float:
    return float(np.mean([probability({**lead, field: value}) for lead in leads]))


def _name(value: Value) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else str(value)
