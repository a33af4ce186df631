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


def is_text(value: object) -> bool:
    """Whether a fact says something as a category; an empty text says nothing."""
    return isinstance(value, str) and value != ""
