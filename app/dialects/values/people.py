"""Readers of who a consumer is: names, phones and emails as people and forms write them, so that a CRM can use them.

What cannot be read stays as it came: whether it could be a reachable person is judged elsewhere.
"""

import re
from string import ascii_lowercase
from unicodedata import normalize

import phonenumbers

from app.dialects.text import Scalar, text_of, words
from app.dialects.values.kinds import Noted, ReadValue, Trouble, ValueReader, unread
from app.dialects.values.shown import shown_name, unescaped, without_zero_width
from app.domain.consent.unfilled import is_unfilled
from app.domain.identity import normal_phone

PHONE_LENGTH_MAX = 40
EMAIL_LENGTH_MAX = 254
_BIRTH_DATE_LENGTH_MAX = 40
_ODD_LENGTH_MAX = 320
_BETWEEN = " \t`,;"
_TWICE = '"“”«»'
_QUOTES = _BETWEEN + _TWICE
_NOBODY = frozenset(
    [
        "",
        "n/a",
        "n.a.",
        "n\\a",
        "none",
        "(none)",
        "undefined",
        "unknown",
        "not provided",
        "not available",
        "notprovided",
    ]
)
"""What a name may not be. "Null", "Na" and "Nan" are people."""

_NO_CONTACT = _NOBODY | frozenset(["na", "null", "nil", "nan", "0", "-1", "no", "false", "no phone", "no email", "tbd"])
_SUFFIXES = frozenset(["jr", "sr", "ii", "iii", "iv", "v", "md", "phd", "esq", "dds", "2nd", "3rd", "4th"])
_TITLES = frozenset(["mr", "mrs", "ms", "miss", "mx", "dr", "prof", "rev"])

_USUAL_PHONE = re.compile(r"\+?[0-9(). -]{10,20}", re.ASCII)
_FLOAT = re.compile(r"([0-9]{10,11})\.0*", re.ASCII)
_SCIENTIFIC = re.compile(r"([0-9])\.([0-9]{8,10})e\+?0?(9|10)", re.ASCII | re.IGNORECASE)
_ABROAD_DIALED = re.compile(r"(?:00|011)[-. ]*(?=\+?1[-. (]*[2-9])")
_EXTENSION_CUT = "the extension was cut; ten digits can be dialed"
FIRST_KEPT = "of several the first was kept"

_PLAIN_EMAIL = re.compile(r"[a-z0-9][a-z0-9._-]*@[a-z0-9-]+(?:\.[a-z0-9-]+)+")
"""An address in lower case that is wrapped in nothing, as most are."""

_ADDRESS = re.compile(r"[\w.%+'-]{1,64}@[\w.-]{1,255}\.[^\W\d]{2,}")
_WRAPS = frozenset("<>()[]:")
"""Signs that stand around an address, and never in one."""

_NOT_SMALL_LETTERS = re.compile(r"[^a-z]+")
_BRACKETED = re.compile(r"<\s*([^<>\s]+@[^<>\s]+)\s*>")
_NO_MAILBOX = words("no none na nomail noemail noemailaddress noaddress null nil unknown nothing nobody refused")
_OTHER_LETTERS = frozenset(ascii_lowercase) - {word[0] for word in _NO_MAILBOX}
"""With one of these begin most addresses, and none of those words."""

_NO_DOMAIN = _NO_MAILBOX | words("email mail nowhere example")
_PROVIDERS = words("gmail yahoo hotmail outlook aol icloud")
_NO_TLD = words("con cmo ocm comm vom xom cpm coom cim ner nte ogr")
_MISSPELLED = words(
    "gmial gmai gmal gmil gnail gmaill gamil gmali yaho yahooo yhoo yahho hotmial hotmal hotmai homail outlok outloo "
    "iclod icoud aoll"
)
_CUT_SHORT = frozenset(f"{name}.{tld}" for name in _PROVIDERS for tld in ("co", "cm", "om", "c"))


def name(length_max: int) -> ValueReader:
    """A reader of a person's name, as a browser would show it."""

    def read(raw: Scalar) -> ReadValue:
        content = _unwrapped(shown_name(raw))
        if len(content) > length_max:
            return Trouble(f"at most {length_max} characters")
        return None if is_nobody(content) else content

    return read


def _unwrapped(text: str) -> str:
    """A name without the quotes around it; those around a nickname at its end are its own."""
    plain = text.strip(_QUOTES)
    return text.strip(_BETWEEN) if any(plain.count(quote) % 2 for quote in _TWICE) else plain


def is_nobody(text: str) -> bool:
    """Whether a text in the place of a name only says that there is none."""
    return text.strip("-. ").lower() in _NOBODY or text.lower() in _NOBODY or is_unfilled(text)


def split_name(whole: str) -> tuple[str, str]:
    """First and last name of a whole one, also of "Last, First"."""
    last, comma, first = whole.partition(",")
    if comma and first.strip() and first.strip(" .").lower() not in _SUFFIXES:
        return first.strip(), last.strip()
    first, _, last = whole.partition(" ")
    given, _, family = last.strip().partition(" ")
    if first.lower().rstrip(".") in _TITLES and family and family.lower().strip(" .") not in _SUFFIXES:
        first, last = f"{first} {given}", family
    return first, "" if is_nobody(last.strip()) else last.strip()


def phone(raw: Scalar) -> ReadValue:
    """A phone: as it came where it can be dialed like that, or else its ten digits."""
    text = without_zero_width(raw)
    if _USUAL_PHONE.fullmatch(text) and normal_phone(text):
        return text
    if _says_nothing(text):
        return None
    number, warning = _found_number(text) if len(text) <= _ODD_LENGTH_MAX else ("", "")
    if number:
        return Noted(number, warning) if warning else number
    return Trouble(f"at most {PHONE_LENGTH_MAX} characters") if len(text) > PHONE_LENGTH_MAX else text


def email(raw: Scalar) -> ReadValue:
    """An email address, without what it was wrapped in; with a warning where it may not be what was typed."""
    text = without_zero_width(raw)
    is_plain = text.isascii() and _PLAIN_EMAIL.fullmatch(text.lower()) and len(text) <= EMAIL_LENGTH_MAX
    if not is_plain and _says_nothing(text):
        return None
    address, warning = (text, "") if is_plain else _found_address(text) if len(text) <= _ODD_LENGTH_MAX else (text, "")
    if len(address) > EMAIL_LENGTH_MAX:
        return Trouble(f"at most {EMAIL_LENGTH_MAX} characters")
    if _is_no_mailbox(address.lower()):
        return None
    if not warning and _is_misspelled(address.lower()):
        warning = "its domain looks misspelled"
    return Noted(address, warning) if warning else address


def birth_date(raw: Scalar) -> ReadValue:
    """A day of birth, as it came: a CRM knows better than we what its forms call a month."""
    text = text_of(raw)
    if len(text) > _BIRTH_DATE_LENGTH_MAX:
        return Trouble(f"at most {_BIRTH_DATE_LENGTH_MAX} characters")
    if not text.strip("0-/.: TZ"):
        return None
    value = unread(text, "")
    return text if isinstance(value, Trouble) else value


def _says_nothing(text: str) -> bool:
    return text.strip(" -.").lower() in _NO_CONTACT or is_unfilled(text)


def _found_number(text: str) -> tuple[str, str]:
    """The ten digits of the first number in a text, and what its sender should know of it."""
    text = normalize("NFKC", unescaped(text))
    whole = _FLOAT.fullmatch(text)
    if whole:
        return normal_phone(whole[1]), ""
    scientific = _SCIENTIFIC.fullmatch(text)
    if scientific:
        return normal_phone((scientific[1] + scientific[2]).ljust(int(scientific[3]) + 1, "0")), ""
    numbers = _numbers_in(_ABROAD_DIALED.sub("", text, count=1))
    if not numbers:
        return normal_phone(text), ""
    number, extension = next(iter(numbers.items()))
    return number, FIRST_KEPT if len(numbers) > 1 else _EXTENSION_CUT if extension else ""


def _numbers_in(text: str) -> dict[str, bool]:
    """Each number of ten digits that the library finds, and whether it has an extension."""
    try:
        found = [phonenumbers.parse(text, "US")]
    except phonenumbers.NumberParseException:
        found = []
    found += [match.number for match in phonenumbers.PhoneNumberMatcher(text, "US", max_tries=4)]
    numbers: dict[str, bool] = {}
    for number in found:
        digits = str(number.national_number)
        if number.country_code == 1 and len(digits) == 10:
            numbers[digits] = numbers.get(digits, False) or bool(number.extension)
    return numbers


def _found_address(text: str) -> tuple[str, str]:
    """The address in a text, and what its sender should know of it."""
    text = unescaped(text)
    bracketed = _BRACKETED.search(text)
    text = bracketed[1] if bracketed else text.strip(" \t<>\"'`“”‘’()[]{},;:.")
    if text[:7].lower() == "mailto:":
        text = text[7:].partition("?")[0].strip(" <>")
    pieces = [piece for piece in re.split(r"[,;|]| / ", text) if "@" in piece]
    text, warning = (pieces[0].strip(), FIRST_KEPT) if len(pieces) > 1 else (text, "")
    if not _WRAPS.isdisjoint(text):
        return _address_within(text) or (text, warning)
    local, sign, domain = text.rpartition("@")
    if not sign or "@" in local:
        return text, warning
    local, domain = local.strip(), "".join(domain.split()).strip(".")
    if local.count(" ") == 1:
        local, warning = local.replace(" ", "+"), "a space was read as the plus that forms make one of"
    return f"{local}@{domain}", warning


def _address_within(text: str) -> tuple[str, str] | None:
    """The first address among labels, links and remarks: "e-mail: emma@example.net (work)"."""
    found = list(dict.fromkeys(_ADDRESS.findall(text)))
    return (found[0], FIRST_KEPT if len(found) > 1 else "") if found else None


def _is_no_mailbox(address: str) -> bool:
    """Whether an address only says that there is none, as "noemail@noemail.com" does."""
    if address[:1] in _OTHER_LETTERS:
        return False
    local, _, domain = address.partition("@")
    local = _NOT_SMALL_LETTERS.sub("", local)
    if local not in _NO_MAILBOX:
        return False
    host = _NOT_SMALL_LETTERS.sub("", domain.partition(".")[0])
    return host in _NO_DOMAIN or (host in _PROVIDERS and local != "unknown")


def _is_misspelled(address: str) -> bool:
    domain = address.rpartition("@")[2]
    return domain.rpartition(".")[2] in _NO_TLD or domain.partition(".")[0] in _MISSPELLED or domain in _CUT_SHORT
