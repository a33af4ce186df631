"""Which field of ours a name means: by the seller's own aliases, then the vertical's, then the built-in ones."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Literal

import msgspec

from app.dialects.aliases import (
    BY_VALUE,
    CONTACT,
    ENVELOPE,
    GROUPS,
    LEAD,
    PING,
    PING_NUMBER,
    PLATFORM_ALIASES,
    POST,
    SHARED_FLAGS,
    TEST_FLAGS,
    VERTICAL,
)
from app.dialects.text import alike
from app.domain.seller import Seller
from app.domain.vertical import Vertical

Route = Literal["ping", "post"]

UNSETTLED = frozenset({*BY_VALUE, PING_NUMBER, *TEST_FLAGS, *SHARED_FLAGS})
"""Names whose meaning depends on the value; in a table they have a question mark before them."""

_GROUPS = frozenset(GROUPS.split())

IGNORED = "-"
KEY_LENGTH_MAX = 128

CANONICAL = frozenset({*VERTICAL, *LEAD, *PING, *CONTACT, *POST})
"""Every field name of the contract, which no alias may take away."""


class Names(msgspec.Struct, frozen=True, kw_only=True):
    """`table` leads from a name, as written or as `forms_of` spells it, to the canonical one.

    `ranks` says which of two names for one field counts first.
    """

    table: dict[str, str]
    ranks: dict[str, int]

    def name_of(self, key: str) -> str | None:
        """The canonical name, `IGNORED` for a known field of no use, `None` for an unknown one."""
        name = self.table.get(key)
        if name is not None or len(key) > KEY_LENGTH_MAX:
            return name
        name = next((self.table[form] for form in forms_of(key) if form in self.table), None)
        # The time in an object about consent is when that was given.
        return "consent_at" if name == "created_at" and _is_about_consent(key) else name

    def ranked(self, keys: Iterable[str]) -> list[str]:
        """Keys that mean one field, those first that count first."""
        return sorted(keys, key=self._rank)

    def _rank(self, key: str) -> int:
        return min([self.ranks[form] for form in forms_of(key) if form in self.ranks], default=0)


def names_for(seller: Seller, vertical: Vertical | None, route: Route) -> Names:
    """The names this seller may use for a ping or a post in this vertical. Costs much; build it once."""
    meanings: dict[str, str] = {}
    written: dict[str, str] = {}

    def mean(name: str, spellings: Iterable[str]) -> None:
        """What is said first stands."""
        for spelling in spellings:
            written[spelling] = normal = _normal(spelling)
            meanings.setdefault(normal, name)

    identity = CONTACT if route == "ping" else {}
    fields = vertical.fields if vertical is not None else ()
    known = {*_built_in(route), *(field.name for field in fields)}
    for theirs, ours in {**seller.aliases, **_own_bid_name(seller)}.items():
        mean(ours if ours in known else IGNORED, [theirs])
    for name in (*CANONICAL.intersection(known), *(field.name for field in fields)):
        mean(name, [name])
    for name, aliases in identity.items():
        mean(name, aliases.split())
    for field in fields:
        mean(field.name, field.aliases)
    for name, aliases in _built_in(route).items():
        mean(name, aliases.split())
    for name in (*BY_VALUE, PING_NUMBER, *TEST_FLAGS, *SHARED_FLAGS):
        mean(name, [name.removeprefix("?")])
    for aliases in (ENVELOPE, *(POST if route == "ping" else PING).values()):
        mean(IGNORED, aliases.split())
    for name, spellings in PLATFORM_ALIASES.items():
        mean(name if name in known else IGNORED, spellings)
    ranks = {spelling: rank for rank, spelling in enumerate(meanings)}
    return Names(table=meanings | {spelling: meanings[normal] for spelling, normal in written.items()}, ranks=ranks)


def _own_bid_name(seller: Seller) -> dict[str, str]:
    return {seller.bid_id_key: "ping_id"} if seller.bid_id_key else {}


def _built_in(route: Route) -> dict[str, str]:
    return VERTICAL | LEAD | CONTACT | (PING if route == "ping" else POST)


@lru_cache(maxsize=4096)
def forms_of(key: str) -> tuple[str, ...]:
    """A key's comparable spellings, the longest first: as it is, then without each group before it.

    The first of a list is as good as the only one, so `drivers.0.age` is `drivers.age`; a field's value is the field.
    Some frameworks write `contact__zip` or `contact/zip`.
    """
    spellings = dict.fromkeys((key, key.replace("__", ".").replace("/", ".")))
    return tuple(dict.fromkeys(form for spelling in spellings for form in _ungrouped(_normal(spelling))))


def _ungrouped(name: str) -> list[str]:
    parts = [part for part in name.split(".") if part not in ("0", "")]
    if len(parts) > 1 and parts[-1] == "value":
        del parts[-1]
    forms = [".".join(parts)]
    while len(parts) > 1 and parts[0] in _GROUPS:
        parts = parts[1:]
        forms.append(".".join(parts))
    return forms


def _is_about_consent(key: str) -> bool:
    group = alike(key.replace("[", ".").rpartition(".")[0])
    return any(word in group for word in ("consent", "tcpa", "complian", "optin"))


# Each seller has six hundred names in each vertical, most of which are everybody's.
@lru_cache(maxsize=4096)
def _normal(key: str) -> str:
    """A key without case and separators; `contact[zip]` is `contact.zip`."""
    return alike(key.replace("[", ".").replace("]", "") if "[" in key else key)
