"""A bid as a signed token: everything that its post is checked against, in 64 URL-safe characters."""

import hmac
import struct
from base64 import urlsafe_b64decode
from binascii import b2a_base64
from collections.abc import Mapping
from functools import lru_cache
from hashlib import blake2b

import msgspec

from app.domain.keyed import Part, digest, mac
from app.wire.ping import Leg

LENGTH = 64
NO_CERTIFICATE = bytes(6)

_VERSION = 1
_LEGS: tuple[Leg, ...] = ("exclusive", "shared")
# version, key id, flags (bit 0: shared, bit 1: test), expiry, price, campaign, nonce, terms, certificate. The nonce has
# eight bytes, since it must differ among all leads of a seller; terms and certificate are compared with one post only.
_FACTS = struct.Struct(">BBBII4s8s6s6s")
_URL_SAFE = bytes.maketrans(b"+/", b"-_")
# 48 bytes are 64 characters of base64 without padding. The signature gets what the facts leave, 13 bytes.
_MAC_BYTES = 48 - _FACTS.size
_PURPOSE = b"leadbid.bid"


class BidToken(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """What a `ping_id` says. `expires_at` is UTC epoch seconds; digests are keyed, see the functions below."""

    expires_at: int
    price_cents: int
    campaign: bytes
    leg: Leg
    test: bool
    nonce: bytes
    terms: bytes
    certificate: bytes


def mint(token: BidToken, key_id: int, key: bytes) -> str:
    """The signed text of a token, 64 characters of A-Z a-z 0-9 - and _."""
    flags = _LEGS.index(token.leg) | token.test << 1
    facts = _FACTS.pack(
        _VERSION,
        key_id,
        flags,
        token.expires_at,
        token.price_cents,
        token.campaign,
        token.nonce,
        token.terms,
        token.certificate,
    )
    return b2a_base64(facts + _mac(facts, key), newline=False).translate(_URL_SAFE).decode()


def read(text: str, keys: Mapping[int, bytes]) -> BidToken | None:
    """The token in a `ping_id`; `None` if it is not ours: forged, truncated, of another version or a retired key."""
    if not looks_like_token(text):
        return None
    raw = urlsafe_b64decode(text)
    facts, signature = raw[: _FACTS.size], raw[_FACTS.size :]
    key = keys.get(facts[1])
    if key is None or not hmac.compare_digest(signature, _mac(facts, key)):
        return None
    return _token(facts)


def read_on_trust(text: str) -> BidToken | None:
    """Read a `ping_id` of our own journal without keys; its signature is not verified."""
    return _token(urlsafe_b64decode(text)[: _FACTS.size]) if looks_like_token(text) else None


def looks_like_token(text: str) -> bool:
    """Whether a text has the form of a token; its signature is not checked."""
    return len(text) == LENGTH and text.isascii() and text.replace("-", "a").replace("_", "a").isalnum()


@lru_cache(maxsize=4096)
def campaign_tag(name: str) -> bytes:
    """Four bytes that stand for a campaign's name."""
    return blake2b(name.encode(), digest_size=4).digest()


def nonce_of(key: bytes, seller: str, *identity: str, test: bool) -> bytes:
    """Eight bytes that stand for one lead of one seller, so that a repeated ping is known as such."""
    return digest(key, b"leadbid.nonce", seller, "test" if test else "", *identity, size=8)


def terms_of(key: bytes, *terms: Part) -> bytes:
    """Six bytes that stand for what ping and post must share: seller, vertical, ZIP, state, locked fields."""
    return digest(key, b"leadbid.terms", *terms, size=6)


def certificate_of(key: bytes, provider: str, certificate_id: str) -> bytes:
    """Sixteen bytes that stand for a certificate; a token holds the first six of its ping's."""
    return digest(key, b"leadbid.cert", provider, certificate_id, size=16)


def _mac(facts: bytes, key: bytes) -> bytes:
    return mac(key, _PURPOSE, facts, size=_MAC_BYTES)


def _token(facts: bytes) -> BidToken | None:
    version, _, flags, expires_at, price, campaign, nonce, terms, certificate = _FACTS.unpack(facts)
    if version != _VERSION:
        return None
    return BidToken(
        expires_at=expires_at,
        price_cents=price,
        campaign=campaign,
        leg=_LEGS[flags & 1],
        test=bool(flags & 2),
        nonce=nonce,
        terms=terms,
        certificate=certificate,
    )
