"""Keyed digests: for comparing what we may not store, and for tokens that nobody else can forge."""

from collections.abc import Sequence
from functools import lru_cache
from hashlib import blake2b

import msgspec

Part = str | int | float | bool | None

_pack = msgspec.msgpack.Encoder().encode


def digest(key: bytes, purpose: bytes, parts: Sequence[Part], *, size: int) -> bytes:
    """`size` bytes (up to 64) that stand for `parts` under `key`, apart from every other `purpose` (up to 16 bytes).

    Each part keeps its kind and length, so that ("ab", "c") and ("a", "bc") differ, and 1 and "1" do.
    """
    try:
        message = _pack(parts)
    except UnicodeEncodeError:
        # A lone surrogate. No packed list begins with the parenthesis that this begins with.
        message = ascii(tuple(parts)).encode()
    keyed = _keyed(key, purpose, size).copy()
    keyed.update(message)
    return keyed.digest()


def mac(key: bytes, purpose: bytes, message: bytes, *, size: int) -> bytes:
    """The same for one piece of bytes."""
    keyed = _keyed(key, purpose, size).copy()
    keyed.update(message)
    return keyed.digest()


@lru_cache(maxsize=64)
def _keyed(key: bytes, purpose: bytes, size: int) -> "blake2b":
    """Taking in a key costs as much as a short message: it is done once."""
    return blake2b(key=key, person=purpose, digest_size=size)
