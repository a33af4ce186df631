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
NONE_ABSENT: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())


def pair_of(pair: Pair, absent: tuple[tuple[str, ...], tuple[str, ...]] = NONE_ABSENT) -> tuple[str, str]:
    """Two facts as the texts that stand for them together; one that says nothing, or is absent, is the empty text."""
    one, other = (
        value if isinstance(value, str) and value not in none else "" for value, none in zip(pair, absent, strict=True)
    )
    return one, other


def is_text(value: object) -> bool:
    """Whether a fact says something as a category; an empty text says nothing."""
    return isinstance(value, str) and value != ""
