"""Values as a page was asked with them or a form sent them: text by name, made into the struct that a view wants."""

from collections.abc import Mapping
from typing import TypeVar

import msgspec

T = TypeVar("T", bound=msgspec.Struct)

TEXT_MAX = 4_000
"""Characters: no id, reason or list of changes has more, and what acts answer must fit into a cookie."""


class Unreadable(Exception):
    """A value cannot be read: the text names its field and the remedy."""


def read_fields(given: Mapping[str, object], wanted: type[T]) -> T:
    """The struct with these values; what a form left empty is as if it had not been sent. Raises Unreadable.

    A name that nobody knows is refused: misspelled, it would silently give another answer.
    """
    known = wanted.__struct_fields__
    for name, value in given.items():
        if name not in known:
            remedy = (
                f"not known here; there are {', '.join(known)}" if known else "leave it out; nothing is chosen here"
            )
            raise Unreadable(f"{name[:40]}: {remedy}")
        if isinstance(value, str) and (fault := _text_fault(value)):
            raise Unreadable(f"{name}: {fault}")
    sent = {name: value for name, value in given.items() if value not in ("", b"")}
    try:
        return msgspec.convert(sent, wanted, strict=False)
    except msgspec.ValidationError as fault:
        raise Unreadable(_said(str(fault))) from None


def _text_fault(text: str) -> str:
    """Why this is no text that can be looked for, kept or answered; empty where it is."""
    if len(text) > TEXT_MAX:
        return f"at most {TEXT_MAX:,} characters"
    # PostgreSQL takes no NUL; half a pair of UTF-16 cannot be sent.
    if "\0" in text or any("\ud800" <= each <= "\udfff" for each in text if not each.isascii()):
        return "it holds a character that is no text; write it anew"
    return ""


def _said(fault: str) -> str:
    """msgspec's words, the field first: "Expected `int`, got `str` - at `$.limit`"."""
    text, _, place = fault.partition(" - at ")
    field = place.strip("`").removeprefix("$.").removeprefix("$")
    if text.startswith("Object missing required field"):
        return f"{text.rpartition('field ')[2].strip('`')}: fill it in"
    return f"{field}: {text}" if field else text
