"""The latest list of what is bought of each seller, so that one that asks in a loop has it made once a second."""

import asyncio
from collections.abc import Mapping

import msgspec

from app.domain.auction.reach import BuyingArea
from app.domain.catalogue import Catalogue

KEPT_S = 1.0
"""How old a list may be: so long a command takes at most to be in force."""


class KeptAppetite(msgspec.Struct, frozen=True, kw_only=True):
    """A list as it is sent, with its validator; what was true `at` then under this catalogue and these pauses."""

    at: float
    catalogue: Catalogue
    paused: frozenset[str]
    body: bytes
    etag: str

    def holds(self, catalogue: Catalogue, paused: frozenset[str], now: float) -> bool:
        """Whether it may be told again."""
        return self.catalogue is catalogue and self.paused == paused and 0.0 <= now - self.at < KEPT_S


class KeptAppetites:
    """One list is made at a time."""

    def __init__(self) -> None:
        self.alone = asyncio.Lock()
        self.area: BuyingArea | None = None
        """Of the catalogue for which it was asked last."""
        self._by_seller: dict[str, KeptAppetite] = {}

    def find(self, seller: str, catalogue: Catalogue, paused: frozenset[str], now: float) -> KeptAppetite | None:
        """A seller's list, if it may be told again."""
        kept = self._by_seller.get(seller)
        return kept if kept is not None and kept.holds(catalogue, paused, now) else None

    def keep(self, seller: str, appetite: KeptAppetite, sellers: Mapping[str, object]) -> KeptAppetite:
        """In the place of the one before; those of sellers that are gone go too."""
        self._by_seller = {name: kept for name, kept in self._by_seller.items() if name in sellers}
        self._by_seller[seller] = appetite
        return appetite
