"""One person as a cell of a list names them, and nobody in a cell that holds anything else beside."""

import re
from typing import Literal

from app.domain.identity import ALGORITHMS, hash_digest, normal_email, normal_phone, person

Kind = Literal["phone", "email", "hash"]

_PHONE = re.compile(r"[2-9][0-9]{2}[2-9][0-9]{6}")
_USUAL = re.compile(r"[-+0-9(). /\u00a0\u2010-\u2015]{10,24}")
_FLOAT = re.compile(r"(\d{10,11})\.0+")
_EXTENSION = re.compile(r"(.*\d)\s*(?:,|;|x|ext\.?|extension|#)\s*\d{1,6}", re.IGNORECASE)
_LABEL = re.compile(r"(?:tel|phone|mobile|cell|mailto|email|e-mail)\s*[:=]\s*(?://)?", re.IGNORECASE)
_EMAIL = re.compile(r"[^@\s,;<>\"]+@[^@\s,;<>\"]+\.[^@\s,;<>\".]{2,}")
_IN_BRACKETS = re.compile(r".*<([^<>]+)>")
_PLUS_HASH = re.compile(r"(?:sha-?256|sha-?1|md5)\s*[:=$]\s*", re.IGNORECASE)
_HASH_LENGTHS = {64: "sha256", 40: "sha1", 32: "md5"}
_HEX = re.compile(r"[0-9a-fA-F]+")
_WRAPPING = " \t\r\n\u00a0\ufeff\u200b'\"`="


def kind_of(text: str) -> tuple[Kind, str] | None:
    """What a text names, and how that is hashed: ten digits, a lower-case address, or the hash; None where nobody."""
    text = text.strip(_WRAPPING)
    phone = phone_in(text)
    if phone:
        return "phone", phone
    email = email_in(text)
    if email:
        return "email", email
    hashed = hash_in(text)
    return ("hash", hashed) if hashed else None


def phone_in(text: str) -> str:
    """The ten digits of a North American number, also as spreadsheets and people write it; empty where it is none.

    A number that a spreadsheet has shortened (5.12555E+09) is none: its last digits are lost.
    """
    text = _LABEL.sub("", text.strip(_WRAPPING), count=1)
    whole, with_extension = _FLOAT.fullmatch(text), _EXTENSION.fullmatch(text)
    text = whole[1] if whole else with_extension[1] if with_extension else text
    if not _USUAL.fullmatch(text):
        return ""
    phone = normal_phone(text)
    return phone if _PHONE.fullmatch(phone) else ""


def email_in(text: str) -> str:
    """An address in lower case, without a name or label around it; empty where there is none."""
    text = _LABEL.sub("", text.strip(_WRAPPING), count=1)
    bracketed = _IN_BRACKETS.fullmatch(text)
    text = (bracketed[1] if bracketed else text).strip(_WRAPPING)
    return normal_email(text) if _EMAIL.fullmatch(text) else ""


def hash_in(text: str) -> str:
    """The hex digits of a sha256, sha1 or md5 hash in lower case; empty where it is none."""
    text = _PLUS_HASH.sub("", text.strip(_WRAPPING), count=1)
    return text.lower() if len(text) in _HASH_LENGTHS and _HEX.fullmatch(text) else ""


def digests_of(key: bytes, kind: Kind, value: str) -> tuple[str, ...]:
    """The digests by which whoever is named so is known: one of each hash that a seller may send, or of this one."""
    if kind == "phone":
        return person(key, value, "").phone
    if kind == "email":
        return person(key, "", value).email
    return (hash_digest(key, _HASH_LENGTHS[len(value)], value),)


assert set(_HASH_LENGTHS.values()) == set(ALGORITHMS)
