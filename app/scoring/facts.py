"""What a fact of a lead says to a model: a number, a text, or nothing."""

from math import nan


def as_number(value: object) -> float:
    """What a fact says as a number: whole numbers and booleans do, text says nothing and is NaN."""
    if not isinstance(value, int | float):
        return nan
    try:
        return float(value)
    except OverflowError:
        return nan


Pair = tuple[object, object]


def pair_of(pair: Pair) -> tuple[str, str]:
    """Two facts as the texts that stand for them together; one that says nothing is the empty text."""
    one, other = pair
    return one if isinstance(one, str) else "", other if isinstance(other, str) else ""


def is_text(value: object) -> bool:
    """Whether a fact says something as a category; an empty text says nothing."""
    return isinstance(value, str) and value != ""
