"""Authenticates sellers and operators by their keys, in any of the places where platforms put one."""

import base64
import binascii
import hashlib
import re
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


KEY_HEADERS = (
    b"x-api-key",
    b"authorization",
    b"api-key",
    b"apikey",
    b"x-apikey",
    b"x-auth-token",
    b"x-api-token",
    b"x-auth-key",
    b"x-access-token",
)
"""Headers that hold a key, the most usual first."""

_SCHEMES = frozenset({"bearer", "token", "apikey", "api-key", "api_key", "key", "x-api-key"})
_TOKEN = re.compile(r"""(?:(?:token|key|api[_-]?key)\s*=)?\s*["']?([^"']*)["']?""", re.IGNORECASE)
"""As Rails writes it too: `Token token="abc"`."""


def keys_in_headers(headers: Mapping[bytes, bytes]) -> list[str]:
    """Every key a request's headers offer: as their value or, in `Authorization`, behind a scheme or alone."""
    return [key for name in filter(headers.__contains__, KEY_HEADERS) for key in _keys_in(name, headers[name])]


def keys_in_fields(fields: Mapping[str, object]) -> Iterator[str]:
    """Every key that a body or query offers; it nearly always stands first, and then nothing else is looked at."""
    for name, value in fields.items():
        if isinstance(value, str) and name.rpartition(".")[2].lower() in KEY_FIELDS:
            yield value.strip()


def whose_key(offered: Iterable[str], known: Mapping[str, Who]) -> Who | None:
    """Whose key is among the offered ones. Only hashes are compared: how long that takes tells nothing of a key."""
    for key in offered:
        who = known.get(sha256_of(key)) if len(key) <= _KEY_LENGTH_MAX else None
        if who is not None:
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


@lru_cache(maxsize=256)
def _keys_in(name: bytes, value: bytes) -> tuple[str, ...]:
    text = value.decode("latin-1").strip()
    keys = [text] if name != b"authorization" else []
    keys += _authorization(text) if name == b"authorization" or " " in text else []
    return tuple([key for key in keys if key])


def _authorization(text: str) -> list[str]:
    scheme, _, rest = text.partition(" ")
    name, rest = scheme.lower().rstrip(":"), rest.strip()
    if name == "basic":
        return _basic(rest)
    if not rest:
        # A key without a scheme; a scheme without a key is none.
        return [] if name in _SCHEMES else [text.strip("\"'")]
    if name not in _SCHEMES:
        return []
    token = _TOKEN.fullmatch(rest)
    return [token[1].strip() if token is not None else rest]


def _basic(text: str) -> list[str]:
    """A key as the password or, where platforms leave one of the two empty, as the user."""
    try:
        user, _, password = base64.b64decode(text, validate=True).decode("utf-8").partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return []
    return [password, user]
