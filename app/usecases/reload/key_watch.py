"""Takes up keys that are added or retired while the service runs."""

import logging
from collections.abc import Callable, Mapping
from typing import TypeVar

from msgspec.structs import replace

from app.domain.keyed import Keys
from app.store.errors import StoreError
from app.usecases.bidder import Bidder

ADOPT_S = 60.0
"""A new key opens at once, and makes after so long: until then every replica has it, too."""

Name = TypeVar("Name", int, str)

_log = logging.getLogger(__name__)


class KeyWatch:
    """`read` gives the keys as they lie there now, or a sentence about what is wrong with them."""

    def __init__(self, bidder: Bidder, read: Callable[[], Keys | str]) -> None:
        self._bidder = bidder
        self._read = read
        self._lying = bidder.keys
        self._seen_at = dict.fromkeys(_names(bidder.keys), float("-inf"))
        self._trouble = ""

    async def look(self) -> None:
        """Hold what lies there. What cannot be read, or belongs to another installation, changes nothing."""
        found = self._read()
        trouble = found if isinstance(found, str) else await self._refusal(found)
        if trouble and trouble != self._trouble:
            _log.error("the keys in use stay as they are: %s", trouble)
        self._trouble = trouble
        if not (trouble or isinstance(found, str)):
            self._use(found)

    async def _refusal(self, found: Keys) -> str:
        if found == self._lying:
            return ""
        if found.index != self._bidder.keys.index:
            return "index.key is another one"
        try:
            await self._bidder.store.take_keys(found)
        except StoreError as error:
            return str(error)
        self._lying = found
        return ""

    def _use(self, found: Keys) -> None:
        now, bidder = self._bidder.steady(), self._bidder
        self._seen_at = {name: self._seen_at.get(name, now) for name in _names(found)}
        kept = replace(
            found,
            signing_id=max(self._settled("signing", found.signing, now)),
            sealing_id=max(self._settled("sealing", found.sealing, now), key=int),
        )
        if kept == bidder.keys:
            return
        _log.info("signing-%s.key signs and sealing-%s.key seals now", kept.signing_id, kept.sealing_id)
        bidder.keys = kept
        bidder.vault.use(kept.sealing, kept.sealing_id)

    def _settled(self, kind: str, found: Mapping[Name, bytes], now: float) -> list[Name]:
        """Those that have lain there long enough; all of them where none has."""
        old = [name for name in found if now - self._seen_at[f"{kind}-{name}"] >= ADOPT_S]
        return old or list(found)


def _names(keys: Keys) -> list[str]:
    return [*(f"signing-{name}" for name in keys.signing), *(f"sealing-{name}" for name in keys.sealing)]
