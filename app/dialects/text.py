"""Makes text from outside comparable: no unprintable characters, case, separators or placeholders."""

import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches

from app.domain.consent.unfilled import is_unfilled
from app.wire.ping import Value

Scalar = Value | None
"""One value as it stood in a body."""

ABSENT = frozenset(
    [
        *("", "na", "n/a", "n.a", "n.a.", "null", "undefined", "nan", "nil", "nat", "\\n", "[]", "{}", "()", "-", "--"),
        *("(blank)", "(null)", "<na>", "#n/a", "#na", "#ref!", "#value!", "#div/0!", "#name?", "#null!", "#num!"),
        *("#error!", "#spill!", "#calc!"),
    ]
)
"""What machines write for no value, into a field or a cell of any type, in lower case. "None" may be an answer."""

ABSENT_SPELLINGS: frozenset[Scalar] = frozenset(
    [None, " ", *(spelling for word in ABSENT for spelling in (word, word.upper(), word.capitalize()))]
)
"""The same as they stand in most bodies, with a null."""

_NOTHING = """
blank empty missing pending tbd tobedetermined unavailable unspecified unknown unanswered undisclosed notavailable
notapplicable notprovided notgiven notspecified notset notstated notsure notcollected notdisclosed noanswer nodata
noresponse novalue noinfo noneprovided nonegiven nonespecified unsure idk dontknow idontknow donotknow idonotknow
prefernottosay prefernottoanswer prefernot declinedtoanswer declinetoanswer declinedtostate skip skipped select
selectone pleaseselect pleasechoose choose chooseone selectanoption chooseanoption null none nan na n/a undefined array
"""
_SAYS_NOTHING = frozenset(_NOTHING.split())
"""What people and forms write for no value where a number, a date, a price, a yes or a listed value belongs."""

_ABSENT_LENGTH_MAX, _SAYS_NOTHING_LENGTH_MAX = 9, 40
_NO_WORD = re.compile(r"[-–—_.?*#$/\\ ]{1,12}")
_SEPARATORS = str.maketrans("", "", "_- ")
_YES = frozenset({"1", "true", "yes", "y", "on"})
_MEANT = re.compile(r"(?<=\d)[-_ ]+(?=\d)|^[_ ]*-[-_ ]*(?=[\d.])")
_WHOLE_MAX = 1e15
_CONTROLS = dict.fromkeys((*range(32), 127), " ")


def text_of(raw: Scalar) -> str:
    """The value as one line of text, whatever type the seller chose for it; every unprintable character is a space."""
    if isinstance(raw, str):
        return (raw if raw.isprintable() else printable(raw)).strip()
    if raw is None:
        return ""
    if isinstance(raw, bool):
        return "true" if raw else "false"
    if isinstance(raw, float) and raw.is_integer() and abs(raw) < _WHOLE_MAX:
        return str(int(raw))
    return str(raw)


def printable(text: str) -> str:
    """The text with a space for each control character, lone surrogate and line break."""
    if text.isascii():
        return text.translate(_CONTROLS)
    return "".join([letter if letter.isprintable() else " " for letter in text])


def is_absent(text: str) -> bool:
    """Whether a text of any kind only says that there is no value."""
    if text[:1].isalnum():
        return len(text) <= _ABSENT_LENGTH_MAX and text.lower() in ABSENT
    return text.lower() in ABSENT or _NO_WORD.fullmatch(text) is not None or is_unfilled(text)


def says_nothing(text: str) -> bool:
    """Whether a text says in any words that there is no value, where a number, a date or a yes belongs."""
    # No word for nothing ends in a digit, as most values do.
    if text[-1:].isdecimal():
        return False
    if len(text) > _SAYS_NOTHING_LENGTH_MAX:
        return is_absent(text)
    return is_absent(text) or alike(text.strip("-–—.…*'\"()[]<> ")).replace("'", "").replace("’", "") in _SAYS_NOTHING


def words(text: str) -> frozenset[str]:
    """A table of words, written as one text."""
    return frozenset(text.split())


def flagged(fields: Mapping[str, Scalar], name: str) -> bool:
    """Whether a field of this name, in any spelling, says yes."""
    return any(alike(key.rpartition(".")[2]) == name and alike(text_of(fields[key])) in _YES for key in fields)


def alike(text: str) -> str:
    """What two spellings of one name have in common: neither case nor `_`, `-` and spaces count."""
    return text.casefold().translate(_SEPARATORS)


def alike_value(text: str) -> str:
    """The same of one value. In "-1", "1-5" and "-" those signs say something: they count."""
    return alike(_MEANT.sub("–", text)) or text


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """What may have been meant by a name that nobody knows, behind a message that says so."""
    there = list(known)
    spelled = {name.lower(): name for name in there}
    found = get_close_matches(word.lower(), list(spelled), n=1)
    return f"; did you mean {spelled[found[0]]!r}?" if found else f"; there are: {', '.join(there[:30])}"
