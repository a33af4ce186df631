"""Values as a page was asked with them or a form sent them: text by name, made into the struct that a view wants."""

from collections.abc import Mapping
from typing import TypeVar

import msgspec

T = TypeVar("T", bound=msgspec.Struct)


class Unreadable(Exception):
    """A value cannot be read: the text names its field and the remedy."""


def read_fields(given: Mapping[str, object], wanted: type[T]) -> T:
    """The struct with these values; what a form left empty is as if it had not been sent. Raises Unreadable."""
    sent = {name: value for name, value in given.items() if value not in ("", b"")}
    try:
        return msgspec.convert(sent, wanted, strict=False)
    except msgspec.ValidationError as fault:
        raise Unreadable(_said(str(fault))) from None


def _said(fault: str) -> str:
    """msgspec's words, the field first: "Expected `int`, got `str` - at `$.limit`"."""
    text, _, place = fault.partition(" - at ")
    field = place.strip("`").removeprefix("$.").removeprefix("$")
    if text.startswith("Object missing required field"):
        return f"{text.rpartition('field ')[2].strip('`')}: fill it in"
    return f"{field}: {text}" if field else text
