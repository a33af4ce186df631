"""Makes text from outside comparable: no unprintable characters, case, separators or placeholders."""

import re
from collections.abc import Mapping

from app.wire.ping import Value

Scalar = Value | None
"""One value as it stood in a body."""

_ABSENT = frozenset({"", "na", "n/a", "null", "undefined"})
_SEPARATORS = str.maketrans("", "", "_- ")
_YES = frozenset({"1", "true", "yes", "y", "on"})
_MEANT = re.compile(r"(?<=\d)[-_ ]+(?=\d)|^[_ ]*-[-_ ]*(?=[\d.])")
_WHOLE_MAX = 1e15


def text_of(raw: Scalar) -> str:
    """The value as one line of text, whatever type the seller chose for it; every unprintable character is a space."""
    if isinstance(raw, str):
        return (raw if raw.isprintable() else printable(raw)).strip()
    if raw is None:
        return ""
    if isinstance(raw, bool):
        return "true" if raw else "false"
    if isinstance(raw, float) and raw.is_integer() and abs(raw) < _WHOLE_MAX:
        return str(int(raw))
    return str(raw)


def printable(text: str) -> str:
    """The text with a space for each control character, lone surrogate and line break."""
    return "".join([letter if letter.isprintable() else " " for letter in text])


def is_absent(text: str) -> bool:
    """Whether a text only says that there is no value."""
    return len(text) <= 9 and text.lower() in _ABSENT


def words(text: str) -> frozenset[str]:
    """A table of words, written as one text."""
    return frozenset(text.split())


def flagged(fields: Mapping[str, Scalar], name: str) -> bool:
    """Whether a field of this name, in any spelling, says yes."""
    return any(alike(key.rpartition(".")[2]) == name and alike(text_of(fields[key])) in _YES for key in fields)


def alike(text: str) -> str:
    """What two spellings of one name have in common: neither case nor `_`, `-` and spaces count."""
    return text.casefold().translate(_SEPARATORS)


def alike_value(text: str) -> str:
    """The same of one value. In "-1", "1-5" and "-" those signs say something: they count."""
    return alike(_MEANT.sub("–", text)) or text
