"""Keyed digests: what we must compare but may not keep, and what nobody but us may forge."""

from functools import lru_cache
from hashlib import blake2b


def digest(key: bytes, purpose: bytes, *parts: str, size: int) -> bytes:
    """`size` bytes (up to 64) that stand for `parts` under `key`, apart from every other `purpose` (up to 16 bytes).

    Parts are quoted before they are joined, so that ("ab", "c") and ("a", "bc") differ.
    """
    return mac(key, purpose, ascii(parts).encode(), size=size)


def mac(key: bytes, purpose: bytes, message: bytes, *, size: int) -> bytes:
    """The same for one piece of bytes."""
    keyed = _keyed(key, purpose, size).copy()
    keyed.update(message)
    return keyed.digest()


@lru_cache(maxsize=64)
def _keyed(key: bytes, purpose: bytes, size: int) -> "blake2b":
    """Taking in a key costs as much as a short message: it is done once."""
    return blake2b(key=key, person=purpose, digest_size=size)
