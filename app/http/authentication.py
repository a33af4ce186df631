"""Authenticates sellers and operators by their keys, in any of the places where platforms put one."""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from ipaddress import ip_address, ip_network
from typing import Protocol, TypeVar

from app.dialects.aliases import KEY_FIELDS


class Keyed(Protocol):
    """A seller or an operator."""

    @property
    def key_sha256(self) -> tuple[str, ...]: ...


Who = TypeVar("Who", bound=Keyed)

_KEY_LENGTH_MAX = 512
"""Nobody's key is longer, so a longer one need not be hashed to be refused."""


def keys_in_headers(headers: Mapping[bytes, bytes]) -> list[str]:
    """Every key a request's headers offer: `X-API-Key`, or `Authorization` as Bearer, Token or Basic."""
    keys = []
    if b"x-api-key" in headers:
        keys.append(headers[b"x-api-key"].decode("latin-1").strip())
    if b"authorization" in headers:
        keys += _authorization(headers[b"authorization"].decode("latin-1"))
    return [key for key in keys if key]


def keys_in_fields(fields: Mapping[str, object]) -> Iterator[str]:
    """Every key that a body or query offers; it nearly always stands first, and then nothing else is looked at."""
    for name, value in fields.items():
        if isinstance(value, str) and name.rpartition(".")[2].lower() in KEY_FIELDS:
            yield value


def whose_key(offered: Iterable[str], known: Mapping[str, Who]) -> Who | None:
    """Whose key is among the offered ones. Only hashes are compared, and those in constant time."""
    for key in offered:
        digest = sha256_of(key) if len(key) <= _KEY_LENGTH_MAX else ""
        who = known.get(digest)
        if who is not None and any(hmac.compare_digest(digest, own) for own in who.key_sha256):
            return who
    return None


@lru_cache(maxsize=256)
def sha256_of(key: str) -> str:
    """How keys are declared: in hex."""
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()


def comes_from(peer: str, allowed: tuple[str, ...]) -> bool:
    """Whether an address is within one of these networks; an empty list admits all."""
    if not allowed:
        return True
    try:
        address = ip_address(peer)
    except ValueError:
        return False
    return any(address in ip_network(network, strict=False) for network in allowed)


def _authorization(text: str) -> list[str]:
    scheme, _, rest = text.strip().partition(" ")
    rest = rest.strip()
    if scheme.lower() == "basic":
        return _basic(rest)
    return [rest] if scheme.lower() in ("bearer", "token") else []


def _basic(text: str) -> list[str]:
    """A key as the password or, where platforms leave one of the two empty, as the user."""
    try:
        user, _, password = base64.b64decode(text, validate=True).decode("utf-8").partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return []
    return [password, user]
