"""Reads who is meant: a phone or an email in any form, a hash of one, or a lead's id."""

import re
from collections.abc import Callable, Mapping
from unicodedata import normalize

import msgspec

from app.dialects.values import people
from app.dialects.values.kinds import Noted, ReadValue
from app.domain.delivery.record_id import plain_id
from app.domain.identity import ALGORITHMS, Person, hash_digest, normal_email, normal_phone, person
from app.store.store import Store

REMEDIES: Mapping[str, str] = {
    "phone": "ten digits of a North American number, such as 512-867-5309",
    "email": "an address such as jane@example.com",
    "hash": "64, 40 or 32 hex digits: the sha256, sha1 or md5 of ten digits or of a lower-case address",
}
"""What to write where nobody is named by a text."""

_LEAD_ID = re.compile(r"[0-9a-fA-F]{24}")
_HASH = re.compile(r"[0-9a-fA-F]{32}|[0-9a-fA-F]{40}|[0-9a-fA-F]{64}")


class Who(msgspec.Struct, frozen=True, kw_only=True):
    """Whoever is meant: the lead of this id, or a person by digests. The audit log is told the `kind` alone."""

    kind: str
    lead_id: str = ""
    person: Person = Person()


class NobodyNamed(Exception):
    """The text names nobody; the message says what would."""


def read_who(text: str, key: bytes) -> Who:
    """Whoever is meant by a text. NobodyNamed where it can be no phone, no email, no hash and no lead's id."""
    text = normalize("NFKC", text)
    plain = plain_id(text)
    if _LEAD_ID.fullmatch(plain):
        return Who(kind="lead id", lead_id=plain.lower())
    if _HASH.fullmatch(plain):
        return _by_hash(plain, key)
    if not any(letter.isdigit() or letter == "@" for letter in text):
        raise NobodyNamed(f"{text!r} names nobody: write a lead_id, a phone number, an email address, or a hash of one")
    return read_email(text, key) if "@" in text else read_phone(text, key)


def read_phone(text: str, key: bytes) -> Who:
    """The person with this phone, in whatever form, or with one of this hash."""
    if _HASH.fullmatch(text.strip()):
        return _by_hash(text.strip(), key)
    digits = normal_phone(_text(people.phone(text)))
    if not digits:
        raise NobodyNamed(f"{text!r} is not a North American phone number: write ten digits, in any form")
    return Who(kind="phone", person=person(key, digits, ""))


def read_email(text: str, key: bytes) -> Who:
    """The person with this email, in whatever case, or with one of this hash."""
    if _HASH.fullmatch(text.strip()):
        return _by_hash(text.strip(), key)
    # As a spreadsheet quotes it, or a keyboard of East Asia writes the sign.
    address = normal_email(_text(people.email(plain_id(normalize("NFKC", text)))))
    if not all(address.partition("@")):
        raise NobodyNamed(f"{text!r} is not an email address: write name@example.com")
    return Who(kind="email", person=person(key, "", address))


def read_hash(text: str, key: bytes) -> Who:
    """Whoever's phone or email has this hash."""
    if not _HASH.fullmatch(text.strip()):
        raise NobodyNamed(f"{text!r} is not a hash: write {REMEDIES['hash']}")
    return _by_hash(text.strip(), key)


async def leads_of(store: Store, who: Who) -> list[str]:
    """The leads of whoever is meant, the newest first."""
    return [*await (store.leads_by_id("lead", who.lead_id) if who.lead_id else store.leads_of(who.person.all))]


def _text(read: ReadValue) -> str:
    value = read.value if isinstance(read, Noted) else read
    return value if isinstance(value, str) else ""


READERS: Mapping[str, Callable[[str, bytes], Who]] = {"phone": read_phone, "email": read_email, "hash": read_hash}
"""By what people are named, where it is said by what."""


def _by_hash(text: str, key: bytes) -> Who:
    """Nobody can tell from a hash whether it is of a phone or an email: it is looked for as either."""
    digests = tuple([found for name in ALGORITHMS if (found := hash_digest(key, name, text))])
    return Who(kind="hash", person=Person(phone=digests))
