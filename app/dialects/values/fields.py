"""Readers of the contract's own fields: ZIP, state, price, time, certificate, page."""

import re
from functools import lru_cache
from ipaddress import IPv6Address

from app.dialects.text import Scalar, is_absent, text_of
from app.dialects.values.certificates import cleaned_leadid, cleaned_trustedform
from app.dialects.values.guard import DROPPED, is_personal, without_query
from app.dialects.values.kinds import (
    Noted,
    ReadValue,
    Trouble,
    Usual,
    ValueReader,
    boolean,
    integer,
    unread,
)
from app.dialects.values.moments import epoch_of, says_no_moment
from app.dialects.values.numbers import ANY, FieldUnit, number_in
from app.dialects.values.odd_moments import oddity
from app.dialects.values.states import STATES, state_of
from app.domain.consent.certificate import read_leadid
from app.domain.money import cents

_FRACTION = re.compile(r"\.0{1,4}\Z", re.ASCII)
"""What a spreadsheet puts behind a number that it takes for a measurement."""

_ZIP_LENGTHS = frozenset({3, 4, 5, 8, 9})
_PAGE_LENGTH_MAX = 512
_ODD_TIME_MAX = 100
_PROVIDER = "https://cert.trustedform.com/"
_ID_LENGTH = 40
_URL_LENGTH = len(_PROVIDER) + _ID_LENGTH
_LEADID_LENGTH = 36
_HASH_LENGTHS = frozenset({32, 40, 64})
_LEGS: dict[Scalar, ReadValue] = {
    "exclusive": "exclusive",
    "shared": "shared",
    "any": "any",
    "both": "any",
    "either": "any",
}
_NO_FLOOR = frozenset({"-1", "-1.0", "-1.00"})
STAGES: dict[str, bool] = dict.fromkeys(("test", "testing", "sandbox", "staging", "demo"), True)
STAGES |= dict.fromkeys(("live", "production", "prod", "real"), False)
"""Where a request comes from, by whether that makes it a test."""

_cents = lru_cache(maxsize=1024)(cents)
"""A seller's floor is nearly always one of a few."""

_ZIP_LABEL = re.compile(r"(?:zip(?:[ _]?code)?|usa?)[-: ]+(?=\d)", re.IGNORECASE)
_IPV4 = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}", re.ASCII)
_ADDRESS = re.compile(rf"{_IPV4.pattern}|(?=[0-9A-Fa-f.]*:[0-9A-Fa-f.]*:)[0-9A-Fa-f:.]{{2,45}}", re.ASCII)

_NO_ADDRESS = Noted(None, "not an IP address; it was ignored")


def zip_code(raw: Scalar) -> ReadValue:
    """Five digits; the four after them are cut, zeros that a spreadsheet ate are put back."""
    if isinstance(raw, str) and len(raw) == 5 and raw.isdecimal() and raw.isascii() and raw != "00000":
        return raw
    text = text_of(raw)
    head, _, tail = _FRACTION.sub("", text.strip("'\"= ")).replace(" ", "-").partition("-")
    digits = head + tail
    if not (digits.isdecimal() and digits.isascii()) or len(digits) not in _ZIP_LENGTHS or len(tail) not in (0, 4):
        labeled = _ZIP_LABEL.match(text)
        return zip_code(text[labeled.end() :]) if labeled else unread(text, "five digits")
    padded = digits.zfill(9 if len(digits) > 5 else 5)
    if padded.startswith("00000"):
        return Trouble("five digits")
    five = padded[:5]
    return five if len(padded) == len(digits) else Noted(five, "too few digits; leading zeros were added")


def _state(raw: Scalar) -> ReadValue:
    text = text_of(raw)
    return state_of(text) or unread(text, "two letters of a US state")


state: ValueReader = Usual({code: code for code in STATES}, _state).__getitem__
"""Two letters of a state, from its letters or its name."""


def _lead_type(raw: Scalar) -> ReadValue:
    text = text_of(raw)
    return _LEGS.get(text.lower()) or unread(text, "exclusive, shared or any")


lead_type: ValueReader = Usual(_LEGS, _lead_type).__getitem__
"""Which legs the seller offers."""


def min_price(raw: Scalar) -> ReadValue:
    """Dollars as cents. Where -1 stands there is no floor."""
    text = text_of(raw)
    amount = None if isinstance(raw, bool) else _cents(text)
    if amount is not None:
        return amount
    found = number_in(text, ANY) if isinstance(raw, str) else None
    if text in _NO_FLOOR or (found is not None and found.value == -1.0):
        return None
    amount = _cents(str(found.value)) if found is not None and not found.warning else None
    return unread(text, "dollars, as in 12.50") if amount is None else amount


def deadline_ms(longest: int) -> ValueReader:
    """A reader of milliseconds, of which 0 and -1 mean that none are given."""
    read_number = integer(1, longest, FieldUnit("millisecond"))

    def read(raw: Scalar) -> ReadValue:
        value = read_number(raw)
        return None if isinstance(value, Trouble) and text_of(raw) in ("0", "-1") else value

    return read


def test_flag(raw: Scalar) -> ReadValue:
    """Whether a request calls itself a test, by a yes or by the name of where it comes from."""
    value = boolean(raw)
    known = STAGES.get(text_of(raw).lower()) if isinstance(value, Trouble) else None
    return value if known is None else known


def moment(raw: Scalar) -> ReadValue:
    """A time as UTC epoch seconds."""
    at = epoch_of(raw)
    if at is not None or says_no_moment(raw):
        return at
    text = text_of(raw)
    odd = oddity(text[:_ODD_TIME_MAX])
    return unread(text, f"a time in ISO 8601 or epoch seconds{'; ' if odd else ''}{odd}")


def moment_if_any(raw: Scalar) -> ReadValue:
    """The same of a time that nobody asks for; one that cannot be read is ignored."""
    value = moment(raw)
    return Noted(None, "cannot be read as a time; it was ignored") if isinstance(value, Trouble) else value


def ip_address(raw: Scalar) -> ReadValue:
    """The consumer's address on the network, the first where proxies added theirs; anything else is ignored."""
    text = text_of(raw)
    if _ADDRESS.fullmatch(text):
        return text
    text = text.partition(",")[0].strip()
    if is_absent(text) or text == "0":
        return None
    if _ADDRESS.fullmatch(text):
        return text
    return _NO_ADDRESS


def network(raw: Scalar) -> ReadValue:
    """Of the consumer's address only the network: the /24 of an IPv4 address, the /48 of an IPv6 one."""
    if isinstance(raw, str) and _IPV4.fullmatch(raw):
        return raw.rpartition(".")[0] + ".0"
    address = ip_address(raw)
    if not isinstance(address, str):
        return address
    if ":" not in address:
        return network(address)
    try:
        ipv6 = IPv6Address(address)
    except ValueError:
        return _NO_ADDRESS
    if ipv6.ipv4_mapped is not None:
        return network(str(ipv6.ipv4_mapped))
    return str(IPv6Address(int(ipv6) >> 80 << 80))


def trustedform(raw: Scalar) -> ReadValue:
    """A TrustedForm URL."""
    return raw if isinstance(raw, str) and is_trustedform(raw) else cleaned_trustedform(raw)


def leadid(raw: Scalar) -> ReadValue:
    """A LeadiD token."""
    return raw if isinstance(raw, str) and is_leadid(raw) else cleaned_leadid(raw)


def is_trustedform(text: str) -> bool:
    """Whether a text is a URL as nearly all are, in which no phone fits.

    Whether the id could be one is judged with the proof of consent.
    """
    return len(text) == _URL_LENGTH and text.startswith(_PROVIDER) and text[-_ID_LENGTH:].isalnum()


def is_leadid(text: str) -> bool:
    """Whether a text is a token as a whole: no phone fits between its hyphens."""
    return len(text) == _LEADID_LENGTH and read_leadid(text) is not None


def landing_page(raw: Scalar) -> ReadValue:
    """A page's address without its query, where sellers' forms leave what was typed into them."""
    page = without_query(text_of(raw))
    if len(page) <= _PAGE_LENGTH_MAX:
        return _page(page)
    return None if is_absent(page) else Noted(None, f"at most {_PAGE_LENGTH_MAX} characters; it was ignored")


@lru_cache(maxsize=4096)
def _page(page: str) -> ReadValue:
    """A seller has a few pages, of which one comes with every lead."""
    if is_absent(page):
        return None
    return Noted(None, DROPPED) if is_personal(page) else page


def hashed(raw: Scalar) -> ReadValue:
    """A phone or an email as its hash; who sends it plainly has it dropped."""
    text = text_of(raw)
    if len(text) not in _HASH_LENGTHS and is_personal(text):
        return Noted(None, DROPPED)
    return None if is_absent(text) else text


def personal(_raw: Scalar) -> ReadValue:
    """What a ping must not hold."""
    return Noted(None, DROPPED)
