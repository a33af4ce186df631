"""The identity of a person: normalized phone and email, and digests of them that cannot be reversed."""

import hashlib
import re

import msgspec

from app.domain.keyed import digest, digests

_MADE_BY = {"sha256": hashlib.sha256, "sha1": hashlib.sha1, "md5": hashlib.md5}
ALGORITHMS = tuple(_MADE_BY)
_HEX_LENGTH = {"sha256": 64, "sha1": 40, "md5": 32}
_PURPOSE, _SIZE = b"leadbid.person", 8
_PHONE_DIGITS = 10
_NOT_DIGIT = re.compile(r"[^0-9]+")


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """Digests (16 hex digits each) of the hashes a seller might send: of the phone, then of the email.

    The first of each is the sha256 form, by which a person is looked up. Empty where there is none.
    """

    phone: tuple[str, ...] = ()
    email: tuple[str, ...] = ()

    def same_as(self, other: "Person") -> bool:
        """Whether phone or email is the same."""
        return bool(set(self.phone) & set(other.phone) or set(self.email) & set(other.email))

    @property
    def all(self) -> tuple[str, ...]:
        return self.phone + self.email


def normal_phone(text: str) -> str:
    """Ten digits of a North American number, or the empty string."""
    # Nearly all come so.
    if len(text) == _PHONE_DIGITS and text.isdecimal() and text.isascii():
        return text
    digits = _NOT_DIGIT.sub("", text)
    if len(digits) == 11 and digits.startswith("1"):
        digits = digits[1:]
    return digits if len(digits) == _PHONE_DIGITS else ""


def normal_email(text: str) -> str:
    """The address in lower case without surrounding space, or the empty string."""
    email = text.strip().lower()
    return email if "@" in email else ""


def hash_digest(key: bytes, algorithm: str, hashed: str) -> str:
    """What we keep of a seller's hash: 16 hex digits under our key; empty where it is no hash of that kind."""
    if not is_hash_of(algorithm, hashed):
        return ""
    return _digest_of(key, algorithm, hashed.lower())


def is_hash_of(algorithm: str, text: str) -> bool:
    """Whether a text is a hash in hex of that kind."""
    return len(text) == _HEX_LENGTH.get(algorithm, -1) and _is_hex(text)


def person(key: bytes, phone: str, email: str) -> Person:
    """Every digest by which this person could be asked for."""
    return Person(phone=_forms(key, normal_phone(phone)), email=_forms(key, normal_email(email)))


def _forms(key: bytes, normal: str) -> tuple[str, ...]:
    if not normal:
        return ()
    text = normal.encode("utf-8", "surrogatepass")
    hashes = [(name, made(text).hexdigest()) for name, made in _MADE_BY.items()]
    return tuple([each.hex() for each in digests(key, _PURPOSE, hashes, size=_SIZE)])


def _digest_of(key: bytes, algorithm: str, hashed: str) -> str:
    return digest(key, _PURPOSE, (algorithm, hashed), size=_SIZE).hex()


def _is_hex(text: str) -> bool:
    # fromhex alone would skip white space.
    if not text.isalnum():
        return False
    try:
        bytes.fromhex(text)
    except ValueError:
        return False
    return True
