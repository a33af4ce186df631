"""Keyed digests: for comparing what we may not store, and for tokens that nobody else can forge; and their keys."""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from hashlib import blake2b

import msgspec

Part = str | int | float | bool | None

_pack = msgspec.msgpack.Encoder().encode


class Keys(msgspec.Struct, frozen=True, kw_only=True):
    """The secrets of one installation: `signing` makes bids (by key id; `signing_id` is today's), `index` digests of
    people, certificates and terms, `sealing` seals identities (by key name). 32 bytes each.
    """

    signing: Mapping[int, bytes]
    signing_id: int
    index: bytes
    sealing: Mapping[str, bytes]
    sealing_id: str

    def __repr__(self) -> str:
        return "Keys(***)"


def digest(key: bytes, purpose: bytes, parts: Sequence[Part], *, size: int) -> bytes:
    """`size` bytes (up to 64) that stand for `parts` under `key`, apart from every other `purpose` (up to 16 bytes).

    Each part keeps its kind and length, so that ("ab", "c") and ("a", "bc") differ, and 1 and "1" do.
    """
    try:
        message = _pack(parts)
    except UnicodeEncodeError:
        # A lone surrogate. No packed list begins with the parenthesis that this begins with.
        message = ascii(tuple(parts)).encode()
    keyed = begun(key, purpose, size).copy()
    keyed.update(message)
    return keyed.digest()


def digests(key: bytes, purpose: bytes, several: Iterable[Sequence[Part]], *, size: int) -> list[bytes]:
    """The same of several, whose texts are ASCII."""
    begin, made = begun(key, purpose, size), []
    for parts in several:
        keyed = begin.copy()
        keyed.update(_pack(parts))
        made.append(keyed.digest())
    return made


def mac(key: bytes, purpose: bytes, message: bytes, *, size: int) -> bytes:
    """The same for one piece of bytes."""
    keyed = begun(key, purpose, size).copy()
    keyed.update(message)
    return keyed.digest()


@lru_cache(maxsize=64)
def begun(key: bytes, purpose: bytes, size: int) -> "blake2b":
    """What has taken in a key, for others to go on with a copy: that costs as much as a short message, and is done
    once.
    """
    return blake2b(key=key, person=purpose, digest_size=size)
