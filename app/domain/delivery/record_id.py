"""A CRM's id of its own record: the same record, in whichever form CRMs and spreadsheets write its id."""

import re

LENGTH_MAX = 200
"""No id is longer, with all that a spreadsheet puts around it."""

_NONE = frozenset({"", "0", "-1", "-", "null", "none", "nil", "undefined", "nan", "n/a", "na", "true", "false", "#n/a"})
"""What an answer says in place of an id where nothing was made."""

_LINK = re.compile(r'=\s*HYPERLINK\((?:[^"]|"[^"]*")*"([^"]*)"\s*\)', re.IGNORECASE)
_PAIRS = ('""', "''", "“”", "‘’", "{}", "[]", "()", "<>")
_WRAPPINGS_MAX = 4
_WHOLE = re.compile(r"(\d[\d, ’']*)\.0*", re.ASCII)
_THOUSANDS = re.compile(r"\d{1,3}(?:[, ’']\d{3})+|\d{1,3}(?:\.\d{3}){2,}", re.ASCII)
_CUT = re.compile(r"\d(?:[.,]\d+)?E\+\d+", re.ASCII | re.IGNORECASE)
_GUID = re.compile(r"[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}", re.IGNORECASE)
_FLAGS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
"""A Salesforce id's last three letters say which of five letters each are capitals, as bits of their places here."""


def as_record_id(text: str) -> str:
    """The id in a CRM's answer as the CRM shows it; empty where the text is none, as an object or a zero is."""
    text = text.strip()
    whole = _WHOLE.fullmatch(text)
    text = whole[1] if whole else text
    return "" if text.lower() in _NONE or text[:1] == "[" or text[:2] in ("{}", '{"') else text


def plain_id(text: str) -> str:
    """An id without what a spreadsheet or a query puts around it, as in `="00123"`, `'00123` and `{6F9619FF-...}`."""
    text = text[:LENGTH_MAX].strip()
    link = _LINK.fullmatch(text)
    text = link[1] if link else text
    for _ in range(_WRAPPINGS_MAX):
        text = text.removeprefix("=").removeprefix("#").strip()
        if len(text) > 2 and text[0] + text[-1] in _PAIRS:
            text = text[1:-1]
        elif text[:1] == "'":
            text = text[1:]
    if text[:9].lower() == "urn:uuid:":
        text = text[9:]
    whole = _WHOLE.fullmatch(text)
    text = whole[1] if whole else text.strip()
    return re.sub(r"\D", "", text) if _THOUSANDS.fullmatch(text) else text


def is_cut_short(text: str) -> bool:
    """Whether a spreadsheet has written a long number in short: its last digits are lost."""
    return _CUT.fullmatch(plain_id(text)) is not None


def key_of(text: str) -> str:
    """What all forms of one id have in common. A few other ids may have it too: `is_same` tells."""
    plain = plain_id(text)
    return spelling_of(_case_sensitive(plain) or plain)


def spelling_of(text: str) -> str:
    """What all spellings of anybody's id have in common, in whatever case; some other ids may have it too."""
    plain = plain_id(text)
    if plain.isdecimal() and plain.isascii():
        return plain.lstrip("0") or "0"
    if _GUID.fullmatch(plain):
        return plain.replace("-", "").lower()
    return plain.casefold()


def is_same(told: str, known: str) -> bool:
    """Whether two ids with one key are of one record: in Salesforce's own 15 letters capitals count."""
    told, known = plain_id(told), plain_id(known)
    if len(told) == len(known) == _LONG:
        return told.casefold() == known.casefold()
    ours, theirs = _case_sensitive(told), _case_sensitive(known)
    return not (ours and theirs) or ours == theirs


_SHORT, _LONG = 15, 18


def _case_sensitive(text: str) -> str:
    """The 15 letters of a Salesforce id in their own case, which the 18-letter form tells; empty for any other id."""
    if not (text.isascii() and text.isalnum()) or text.isdigit() or len(text) not in (_SHORT, _LONG):
        return ""
    if len(text) == _SHORT:
        return text
    flags = [_FLAGS.find(letter) for letter in text[_SHORT:].upper()]
    if -1 in flags:
        return ""
    capitals = [flags[place // 5] >> place % 5 & 1 for place in range(_SHORT)]
    if any(is_capital and letter.isdigit() for is_capital, letter in zip(capitals, text[:_SHORT], strict=True)):
        return ""
    own = "".join(
        [
            letter.upper() if is_capital else letter.lower()
            for letter, is_capital in zip(text[:_SHORT], capitals, strict=True)
        ]
    )
    # In one case alone the text has lost its own; in both it must be the one that its last letters tell of.
    return own if own == text[:_SHORT] or text in (text.upper(), text.lower()) else ""
