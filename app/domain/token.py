"""A bid as a signed token: everything that its post is checked against, in 64 URL-safe characters."""

import hmac
import struct
from binascii import a2b_base64, b2a_base64
from collections.abc import Callable, Iterable, Mapping, Sequence

import msgspec

from app.domain.keyed import Part, begun, digest, digests, mac
from app.wire.ping import Leg

LENGTH = 64
CONFIG_BYTES = 4
"""So many bytes of a configuration's hash stand in a bid."""
CAMPAIGNS_MAX = 2**16
"""So many campaigns of one configuration can be named by their place."""
NO_CERTIFICATE = bytes(6)

_VERSION = 2
_LEGS: tuple[Leg, ...] = ("exclusive", "shared")
# version and flags (bit 0: shared, bit 1: test, the version above them), key id, expiry, price, campaign, nonce, terms,
# certificate. The nonce has eight bytes, since it must differ among all leads of a seller; terms and certificate are
# compared with one post only.
_FACTS = struct.Struct(">BBII6s8s6s6s")
_URL_SAFE, _PLAIN = bytes.maketrans(b"+/", b"-_"), bytes.maketrans(b"-_", b"+/")
# 48 bytes are 64 characters of base64 without padding. The signature gets what the facts leave, 12 bytes.
_MAC_BYTES = 48 - _FACTS.size
_PURPOSE = b"leadbid.bid"
BEGINNING = "ABCDEFGHIJKLMNOP"[_VERSION]
"""The first letter stands for six bits: the version alone, with the two flags still to come."""

_HEX = "0123456789ABCDEF"


class BidToken(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """What a `ping_id` says. `expires_at` is UTC epoch seconds; digests are keyed, see the functions below.

    `campaign` names the campaign and the configuration that bid, as `campaign_tag` makes it.
    """

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
    lead = token.nonce, token.terms, token.certificate
    return signer(key_id, key, token.expires_at, *lead, test=token.test)(token.price_cents, token.campaign, token.leg)


def signer(
    key_id: int, key: bytes, expires_at: int, nonce: bytes, terms: bytes, certificate: bytes, *, test: bool
) -> Callable[[int, bytes, Leg], str]:
    """What makes the texts of the bids of one ping, which differ in price, campaign and leg alone."""
    head, keyed = _VERSION << 2 | test << 1, begun(key, _PURPOSE, _MAC_BYTES)

    def signed(price_cents: int, campaign: bytes, leg: Leg) -> str:
        flags = head | (leg == "shared")
        facts = _FACTS.pack(flags, key_id, expires_at, price_cents, campaign, nonce, terms, certificate)
        signature = keyed.copy()
        signature.update(facts)
        return b2a_base64(facts + signature.digest(), newline=False).translate(_URL_SAFE).decode()

    return signed


def read(text: str, keys: Mapping[int, bytes]) -> BidToken | None:
    """The token in a `ping_id`; `None` if it is not ours: forged, truncated, of another version or a retired key."""
    if not looks_like_token(text):
        return None
    raw = _bytes_of(text)
    facts, signature = raw[: _FACTS.size], raw[_FACTS.size :]
    key = keys.get(facts[1])
    if key is None or not hmac.compare_digest(signature, mac(key, _PURPOSE, facts, size=_MAC_BYTES)):
        return None
    return _token(facts)


def read_on_trust(text: str) -> BidToken | None:
    """Read a `ping_id` of our own journal without keys; its signature is not verified."""
    return _token(_bytes_of(text)[: _FACTS.size]) if looks_like_token(text) else None


def looks_like_token(text: str) -> bool:
    """Whether a text has the form of a token; its signature is not checked. A SHA-256 in hex has as many letters."""
    return (
        len(text) == LENGTH
        and text[0] == BEGINNING
        and text.isascii()
        and text.replace("-", "a").replace("_", "a").isalnum()
        and text.strip(_HEX) != ""
    )


def campaign_tag(config_hash: str, position: int) -> bytes:
    """Six bytes: four of the configuration's hash, and the place of the campaign among those it declares, from 0."""
    return config_tag(config_hash) + position.to_bytes(2)


def config_tag(config_hash: str) -> bytes:
    """How the tags of all its campaigns begin."""
    return bytes.fromhex(config_hash[: 2 * CONFIG_BYTES])


def config_name(tag: bytes) -> str:
    """How the hash of the configuration begins that a campaign's tag names."""
    return tag[:CONFIG_BYTES].hex()


def nonce_of(key: bytes, seller: str, *identity: str, test: bool) -> bytes:
    """Eight bytes that stand for one lead of one seller, so that a repeated ping is known as such."""
    return digest(key, b"leadbid.nonce", [seller, "test" if test else "", *identity], size=8)


def terms_of(key: bytes, terms: Sequence[Part]) -> bytes:
    """Six bytes that stand for what ping and post must share: seller, vertical, ZIP, state, locked fields."""
    return digest(key, b"leadbid.terms", terms, size=6)


def certificates_of(key: bytes, certificates: Iterable[tuple[str, str]]) -> tuple[bytes, ...]:
    """Sixteen bytes that stand for each of these, by provider and id; a token holds the first six of its ping's."""
    return tuple(digests(key, b"leadbid.cert", certificates, size=16))


def _bytes_of(text: str) -> bytes:
    return a2b_base64(text.encode().translate(_PLAIN))


def _token(facts: bytes) -> BidToken | None:
    head, _, expires_at, price, campaign, nonce, terms, certificate = _FACTS.unpack(facts)
    if head >> 2 != _VERSION:
        return None
    return BidToken(
        expires_at=expires_at,
        price_cents=price,
        campaign=campaign,
        leg=_LEGS[head & 1],
        test=bool(head & 2),
        nonce=nonce,
        terms=terms,
        certificate=certificate,
    )
