"""Rarer words for yes and no, and those of the trade for a home that is owned or rented."""

import re
from collections.abc import Iterable

from app.dialects.text import alike

_PARTS_MAX = 8

IN_WORDS = {
    "yes": True,
    "no": False,
    "si": True,
    "sí": True,
    "checked": True,
    "unchecked": False,
    "1.0": True,
    "0.0": False,
}
"""What may stand before a comma or an exclamation mark, as in "Yes, I do"."""

_OWNS = frozenset({"own", "owns", "owner", "owned", "owning", "homeowner", "homeowners"})
_RENTS = frozenset({"rent", "rents", "renter", "renting", "rented", "rental", "lease", "leasing", "leased", "tenant"})
_TURNS = frozenset({"not", "don", "dont", "never", "neither", "by", "parents", "family", "to", "or"})
"""With one of these it may be another home, or the contrary."""

_OWNING = frozenset({"own", "owns", "owner", "owned", "homeowner", "homeowners", "ownership"})
_RENTING = frozenset({"rent", "rents", "renter", "renting", "tenant"})


def in_words(text: str) -> bool | None:
    """The yes or no with which a text begins; `None` where there is none, or what follows takes it back."""
    first, *more = [IN_WORDS.get(alike(part.strip("!. "))) for part in text.split(",", _PARTS_MAX)]
    return None if first is not None and (not first) in more else first


def names_own(names: Iterable[str]) -> bool | None:
    """Whether yes to a field of these names says that somebody owns, or (False) rents; `None` where it says neither."""
    words = {word for name in names for word in re.split(r"[^a-z]+", name.lower())}
    if not words.isdisjoint(_OWNING):
        return True
    return None if words.isdisjoint(_RENTING) else False


def says_own(text: str) -> bool | None:
    """Whether a text says that somebody owns a home, or (False) rents it; `None` where it says neither, or both."""
    words = {*re.findall(r"[a-z]+", text.lower())}
    owns, rents = not words.isdisjoint(_OWNS), not words.isdisjoint(_RENTS)
    if owns == rents or not words.isdisjoint(_TURNS) or ("yes" if rents else "no") in words:
        return None
    return owns
