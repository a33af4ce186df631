"""Rarer words for yes and no, and those of the trade for a home that is owned or rented."""

import re
from collections.abc import Iterable

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

_OWNS = "own owns owner owned homeowner iown iownmyhome ownhome ownsahome ownshome ownmyhome"
_RENTS = "rent rents renter renting rented lease leasing tenant irent irentmyhome renthome rentshome donotown"
_OWNING = frozenset({"own", "owns", "owner", "owned", "homeowner", "homeowners", "ownership"})
_RENTING = frozenset({"rent", "rents", "renter", "renting", "tenant"})


def names_own(names: Iterable[str]) -> bool | None:
    """Whether yes to a field of these names says that somebody owns, or (False) rents; `None` where it says neither."""
    words = {word for name in names for word in re.split(r"[^a-z]+", name.lower())}
    if not words.isdisjoint(_OWNING):
        return True
    return None if words.isdisjoint(_RENTING) else False


def ownership_words(*, is_yes: bool) -> dict[str, bool]:
    """What owners and tenants are called, by whether that is a yes to a field; `is_yes` says what an owner is."""
    return dict.fromkeys(_OWNS.split(), is_yes) | dict.fromkeys(_RENTS.split(), not is_yes)
