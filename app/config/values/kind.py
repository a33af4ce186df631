"""One kind of configuration value: its name, its reader, and the problem of a value that cannot be read."""

from collections.abc import Callable
from typing import Any

import msgspec


class UnreadableValue(Exception):
    """A value that is none of its kind; the reason continues "`KEY` ..."."""

    def __init__(self, reason: str, remedy: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.remedy = remedy


class Kind(msgspec.Struct, frozen=True):
    """How one kind of value is read. `words` name it in the reference: a unit, or a form."""

    words: str
    read: Callable[[Any], Any]


def shown(raw: object) -> str:
    """A value for a message: shortened, and without the content of tables."""
    if isinstance(raw, dict):
        return "a table"
    if isinstance(raw, list):
        return "a list"
    if isinstance(raw, bool):
        return str(raw).lower()
    text = f'"{raw}"' if isinstance(raw, str) else str(raw)
    return text if len(text) <= 60 else f"{text[:57]}..."
