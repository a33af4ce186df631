"""Heads of requests that came before: a seller sends the same bytes with every lead, and they mean the same."""

import msgspec

from app.domain.catalogue import Catalogue
from app.http.asgi_request import Scope

HEADS_MAX = 4_096
"""Sellers' heads differ in the length of their bodies, of which each seller has some two hundred."""
HEAD_ENDS = b"\r\n\r\n"


class KnownHead(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """What a head says, whoever's connection it comes on; `body_bytes` follow it."""

    scope: Scope
    body_bytes: int
    is_forwarded: bool


class KnownHeads:
    """By their bytes those that held a seller's key, as long as the same configuration is in force."""

    def __init__(self) -> None:
        self._by_bytes: dict[bytes, KnownHead] = {}
        self._known_by: Catalogue | None = None

    def find(self, head: bytes, catalogue: Catalogue) -> KnownHead | None:
        """What these bytes say, if they came before."""
        return self._by_bytes.get(head) if self._known_by is catalogue else None

    def remember(self, head: bytes, known: KnownHead, catalogue: Catalogue) -> None:
        """Know these bytes when they come again."""
        if self._known_by is not catalogue or len(self._by_bytes) >= HEADS_MAX:
            self._by_bytes, self._known_by = {}, catalogue
        self._by_bytes[head] = known
