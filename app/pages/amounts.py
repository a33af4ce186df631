"""Amounts as people read them on a page, whether a template or a sentence holds them."""

from app.domain.money import money


def each(cents: float, count: int) -> str:
    """What one of so many cost, a dash where there was none."""
    return money(cents / count) if count else "-"


def percent(part: float, whole: float) -> str:
    """ "12%", a dash of nothing."""
    return f"{part / whole:.0%}" if whole else "-"


def number(value: float | None, form: str = ",", missing: str = "-") -> str:
    """A figure in one of Python's formats, a dash where there is none."""
    return missing if value is None else format(value, form)
