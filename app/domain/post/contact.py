"""Whether a contact could be a real, reachable person, as far as the data alone shows."""

import re
from functools import lru_cache

from disposable_email_domains import blocklist
from email_validator import SPECIAL_USE_DOMAIN_NAMES, EmailNotValidError, validate_email

from app.domain.calling.phone_kind import phone_kind
from app.domain.identity import normal_phone
from app.domain.reasons import Refusal
from app.domain.territory import ZipStates, possible_states
from app.wire.post import Contact

_RESERVED_DOMAINS = frozenset({"example", "example.com", "example.net", "example.org"})
_FAMOUS_NAMES = ("mickey mouse", "minnie mouse", "donald duck", "bugs bunny", "santa claus", "john doe", "jane doe")
_FORM_NAMES = ("test", "test test", "none", "none none", "na", "n a", "first last", "firstname lastname", "foo bar")
_PLACEHOLDER_NAMES = frozenset({*_FAMOUS_NAMES, *_FORM_NAMES, "abc xyz"})
_KEYBOARD = ("asdf", "qwer", "zxcv", "hjkl")
_ORDINAL = re.compile(r"\b(?:1st|2nd|3rd|[4-9]th)\b")
_TWO_OF_THEM = re.compile(r"(?<=[^\W\d_])\s*/\s*(?=[^\W\d_])")
# What no name holds. Points, any apostrophe and combining marks are in the names of real people.
_NOT_OF_A_NAME = re.compile(r"[\d@#$%^*+=<>{}\[\]|\\/~_!?:;]")
# No longer than any part may be, in letters about which no standard has a second rule.
_PLAIN_EMAIL = re.compile(
    r"(?=[^@]{1,64}@)[a-z0-9_+-]+(?:\.[a-z0-9_+-]+)*@(?:[a-z0-9](?:-?[a-z0-9]){0,31}\.){1,3}([a-z]{2,16})",
    re.IGNORECASE | re.ASCII,
)
_SPECIAL_ENDS = frozenset({name.rpartition(".")[2] for name in SPECIAL_USE_DOMAIN_NAMES})
_TERRITORIES = frozenset({"US", "PR", "VI", "GU", "AS", "MP"})


def implausible(contact: Contact, state: str, zip_code: str, zip_states: ZipStates) -> Refusal | None:
    """Why this contact cannot be a reachable person, naming the field; a ZIP that begins as none does is no reason."""
    if contact.phone and not is_reachable_phone(contact.phone):
        return Refusal("invalid_contact", "phone")
    if contact.email and not is_reachable_email(contact.email):
        return Refusal("invalid_contact", "email")
    if not is_human_name(contact.first_name, contact.last_name):
        return Refusal("invalid_contact", _odd_part(contact.first_name, contact.last_name))
    if state not in (possible_states(zip_code, zip_states) or (state,)):
        return Refusal("invalid_contact", "zip and state disagree")
    return None


def is_reachable_phone(text: str) -> bool:
    """Whether a number of the US numbering plan could ring at a person.

    The library calls 212-555-0100 and 212-911-1234 valid, so fictional, service and repeated ones are ruled out here.
    """
    digits = normal_phone(text)
    if not digits:
        return False
    area, local = digits[:3], digits[3:]
    if local.startswith("555") or local[1:3] == "11" or area[1:] == "11":
        return False
    if local == 7 * local[0] or local in "012345678901234567890":
        return False
    kind = phone_kind(digits)
    return kind.is_persons and kind.region in _TERRITORIES


def is_reachable_email(text: str) -> bool:
    """Whether an address is well-formed, of no reserved domain and of no disposable one. No DNS, no probing."""
    domain = _domain(text.strip())
    return bool(domain) and _is_open(domain)


# Most people have their mail at one of a few.
@lru_cache(maxsize=1024)
def _is_open(domain: str) -> bool:
    """Whether mail is taken in under a domain for longer than a form needs: it is neither reserved nor disposable."""
    labels = domain.split(".")
    domains = {".".join(labels[start:]) for start in range(len(labels))}
    return domains.isdisjoint(_RESERVED_DOMAINS) and domains.isdisjoint(blocklist)


def _domain(address: str) -> str:
    """The domain of a well-formed address in lower case; empty where it is none.

    Nearly all are so plain that a pattern can tell, at a tenth of what the library takes.
    """
    plain = _PLAIN_EMAIL.fullmatch(address)
    if plain is not None and plain[1].lower() not in _SPECIAL_ENDS:
        return address.rpartition("@")[2].lower()
    try:
        return validate_email(address, check_deliverability=False).ascii_domain.lower()
    except EmailNotValidError:
        return ""


def _odd_part(first: str, last: str) -> str:
    """Which part of a name makes it none: the first, unless only the last could be no part of any."""
    return "last_name" if not is_human_name(last, "") and (not first or is_human_name(first, "")) else "first_name"


def is_human_name(first: str, last: str) -> bool:
    """Whether a name is not empty, not a placeholder and not a hand on the keyboard; it is never judged otherwise.

    Smith 3rd is a name, and Tom/Ann are two.
    """
    whole = " ".join(f"{first} {last}".casefold().split())
    letters = whole.replace(" ", "")
    if not letters.isalpha():
        whole = " ".join(_TWO_OF_THEM.sub(" ", _ORDINAL.sub("", whole)).split())
        letters = whole.replace(" ", "")
        if not any(map(str.isalpha, letters)) or _NOT_OF_A_NAME.search(whole):
            return False
    if "http" in letters or "www" in letters:
        return False
    if whole in _PLACEHOLDER_NAMES or (len(letters) > 2 and len(set(letters)) == 1):
        return False
    return not any(part.startswith(_KEYBOARD) for part in whole.split())
