"""Heads of requests that came before: a seller sends the same bytes with every lead, and they mean the same.

Only the length of the body differs, so a head is known by its bytes without those digits.
"""

import msgspec

from app.domain.catalogue import Catalogue
from app.http.asgi_request import KEYLESS_BODY_MAX, Scope

HEADS_MAX = 1_024
HEAD_ENDS = b"\r\n\r\n"
_HEAD_END = len(HEAD_ENDS)
_LINE_ENDS = b"\r\n"
_LENGTH = b"ength: "
"""How the name of the header ends, in either usual case."""
_LENGTH_END = len(_LENGTH)
_NAME = b"\r\ncontent-length: "
_DIGITS_MAX = 5


class Parted(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """A request in some bytes: its head without the length of its body, and where that begins and ends."""

    head: bytes
    body_at: int
    ends_at: int


class KnownHead(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """What a head says, whoever's connection it comes on; but for the length, of which its scope has another's."""

    scope: Scope
    is_forwarded: bool


class KnownHeads:
    """Those that held a seller's key, as long as the same configuration is in force."""

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


def parted(data: bytes, at: int) -> Parted | None:
    """The request that may begin there, as far as its length can be told without a parser.

    That it is one is told by its head, if that is known.
    """
    digits_at = data.find(_LENGTH, at) + _LENGTH_END
    line_ends = data.find(_LINE_ENDS, digits_at)
    body_at = data.find(HEAD_ENDS, line_ends) + _HEAD_END
    digits = data[digits_at:line_ends]
    if not 0 < line_ends <= digits_at + _DIGITS_MAX or body_at < line_ends or not digits.isdigit():
        return None
    ends_at = body_at + int(digits)
    if ends_at > len(data) or ends_at - body_at > KEYLESS_BODY_MAX:
        return None
    return Parted(data[at:digits_at] + data[line_ends:body_at], body_at, ends_at)


def knowable(data: bytes, body: bytes) -> bytes | None:
    """The head of a request that is all of this data, as it is known by; nothing where another length may stand in it.

    A parser has read it, and found this body.
    """
    parts = parted(data, 0)
    if parts is None or parts.ends_at != len(data) or data[parts.body_at :] != body:
        return None
    # The first header whose name ends so, and not another's.
    digits_at = data.find(_LENGTH) + _LENGTH_END
    is_length = data[digits_at - len(_NAME) : digits_at].lower() == _NAME
    return parts.head if is_length and data.find(HEAD_ENDS) + _HEAD_END == parts.body_at else None
