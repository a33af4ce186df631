"""Typed readers: convert one value of a body, of whatever type, to the declared kind."""

import math
import re
from collections.abc import Callable, Mapping

import msgspec

from app.dialects.text import Scalar, alike_value, is_absent, says_nothing, text_of
from app.dialects.values.guard import DROPPED, is_personal, is_personal_cached
from app.dialects.values.moments import day_of, says_no_moment
from app.dialects.values.numbers import ANY, FieldUnit, number_in, unit_of
from app.dialects.values.yes_no import in_words, names_own, says_own
from app.domain.consent.certificate import DROPPED_MARK
from app.domain.consent.unfilled import is_unfilled
from app.domain.vertical import Field
from app.wire.ping import Value


class Trouble(msgspec.Struct, frozen=True, array_like=True):
    """A value that is there and cannot be read, with what would be; never with the value.

    `unlisted` is the value where nothing is wrong with it but that nobody has listed it.
    """

    remedy: str = ""
    unlisted: str = ""


class Noted(msgspec.Struct, frozen=True, array_like=True):
    """A value (or none) that was read with a reservation, which becomes a warning to the seller."""

    value: Value | None
    warning: str


ReadValue = Value | Trouble | Noted | None
"""What a reader makes of a value; `None` is an absent one: empty, null or a placeholder."""

ValueReader = Callable[[Scalar], ReadValue]

TEXT_LENGTH_MAX = 256
TRUE = frozenset({"1", "true", "t", "yes", "y", "on"})
FALSE = frozenset({"0", "2", "false", "f", "no", "n", "off"})
"""One platform's forms write 1 for yes and 2 for no."""

BOOLEANS: dict[Scalar, ReadValue] = (
    dict.fromkeys(TRUE, True) | dict.fromkeys(FALSE, False) | {1: True, 0: False, 2: False}
)
_NUMBER_LENGTH_MAX = 24
_THOUSANDS = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d*)?", re.ASCII)
_ABSENT_LENGTH_MAX = 9
_COMMON = 1_000_000_000
_COMMON_DIGITS_MAX = 9
_UNFILLED = Noted(None, "a variable that was left unfilled; read as missing")
_UNLISTED_LENGTH_MAX = 64
_WORD_MAX = 24


def unread(text: str, remedy: str) -> "ReadValue":
    """What a text is in which no reader found a value: absent, a variable that was left unfilled, or in trouble."""
    if is_unfilled(text):
        return _UNFILLED
    return None if says_nothing(text) else Trouble(remedy)


def anything(raw: Scalar) -> ReadValue:
    """The value as it came."""
    return raw


class Usual(dict[Scalar, ReadValue]):
    """A reader that finds usual values without a line of Python, and asks another for the rest."""

    def __init__(self, usual: Mapping[Scalar, ReadValue], read: ValueReader) -> None:
        super().__init__(usual)
        self._read = read

    def __missing__(self, raw: Scalar) -> ReadValue:
        return self._read(raw)


def _boolean(raw: Scalar) -> ReadValue:
    content = text_of(raw)
    known = BOOLEANS.get(content.lower())
    if known is None:
        known = in_words(content)
    return unread(content, "yes or no") if known is None else known


boolean: ValueReader = Usual(BOOLEANS, _boolean).__getitem__
"""Yes or no in any of the usual spellings."""


def ownership(*, is_yes: bool) -> ValueReader:
    """A reader of yes and no for a field about a home that somebody owns, or with `is_yes` False rents."""

    def read(raw: Scalar) -> ReadValue:
        value, content = boolean(raw), text_of(raw)[:_UNLISTED_LENGTH_MAX]
        if isinstance(value, bool):
            # "Yes, I rent" says both.
            owns = says_own(content.partition(",")[2])
            return value if owns in (None, value == is_yes) else Trouble("yes or no")
        owns = says_own(content) if isinstance(value, Trouble) else None
        return value if owns is None else owns == is_yes

    return Usual(BOOLEANS, read).__getitem__


def text(length_max: int, *, cut: bool = True) -> ValueReader:
    """A reader of any text; what is too long is cut with a warning, or else refused."""

    def read(raw: Scalar) -> ReadValue:
        content = text_of(raw)
        if _ABSENT_LENGTH_MAX < len(content) <= length_max and content[0].isalnum():
            return content
        if len(content) > length_max:
            limit = f"at most {length_max} characters"
            return Noted(content[:length_max], f"{limit}; the rest was cut") if cut else Trouble(limit)
        if not is_absent(content):
            return content
        return _UNFILLED if is_unfilled(content) else None

    return read


def identifier(length_max: int) -> ValueReader:
    """A reader of a lead's own id, which no word for nothing can be: all leads without one would be the same."""
    plain = text(length_max, cut=False)

    def read(raw: Scalar) -> ReadValue:
        # Nearly all are one run of letters and digits, as no word for nothing is.
        if isinstance(raw, str) and raw.isalnum() and not raw.isalpha() and len(raw) <= length_max:
            return raw
        value = plain(raw)
        return None if isinstance(value, str) and len(value) <= _WORD_MAX and says_nothing(value) else value

    return read


def guarded(read: ValueReader) -> ValueReader:
    """The same reader for a text that must not say who the consumer is."""

    def read_guarded(raw: Scalar) -> ReadValue:
        value = read(raw)
        if value is None:
            return None
        personal = is_personal_cached(value) if isinstance(value, str) else is_personal(text_of(raw))
        return Noted(None, DROPPED) if personal else value

    return read_guarded


def guarded_id(read: ValueReader, is_id: Callable[[str], bool]) -> ValueReader:
    """The same for an id, which needs neither reading nor a search where it has the form of one.

    What is dropped leaves a mark that is not an id: something was sent, and it cannot be one.
    """

    def read_guarded(raw: Scalar) -> ReadValue:
        if isinstance(raw, str) and is_id(raw):
            return raw
        value = read(raw)
        content = value.value if isinstance(value, Noted) else value
        if not isinstance(content, str) or is_id(content):
            return value
        return Noted(DROPPED_MARK, DROPPED) if is_personal(content) else value

    return read_guarded


def integer(minimum: float | None = None, maximum: float | None = None, unit: FieldUnit = ANY) -> ValueReader:
    """A reader of whole numbers, also where they came as text; of the middle of a range its whole part."""
    least = -_COMMON if minimum is None else minimum
    most = _COMMON if maximum is None else maximum

    def read(raw: Scalar) -> ReadValue:
        # `bool` is another class; large numbers take the way of those that came as odd text.
        if raw.__class__ is int:
            if least <= raw <= most:
                return raw
        # Forms hold nothing but text.
        elif raw.__class__ is str and len(raw) <= _COMMON_DIGITS_MAX and raw.isdecimal() and raw.isascii():
            raw = int(raw)
            if least <= raw <= most:
                return raw
        content = text_of(raw)
        if not content:
            return None
        value = None if isinstance(raw, bool) else _number(content)
        if value is not None:
            return Trouble("a whole number") if value % 1 else _within(int(value), minimum, maximum)
        found = number_in(content, unit) if isinstance(raw, str) else None
        if found is None or (found.value % 1 and not found.warning):
            return unread(content, "a whole number")
        return _noted(_within(int(found.value), minimum, maximum), found.warning)

    return read


def number(minimum: float | None = None, maximum: float | None = None, unit: FieldUnit = ANY) -> ValueReader:
    """A reader of numbers, also where they came as text."""

    def read(raw: Scalar) -> ReadValue:
        content = text_of(raw)
        if not content:
            return None
        value = None if isinstance(raw, bool) else _number(content)
        if value is not None:
            return _within(value, minimum, maximum)
        found = number_in(content, unit) if isinstance(raw, str) else None
        if found is None:
            return unread(content, "a number")
        return _noted(_within(found.value, minimum, maximum), found.warning)

    return read


def _noted(value: Value | Trouble, warning: str) -> ReadValue:
    return Noted(value, warning) if warning and not isinstance(value, Trouble) else value


def day(raw: Scalar) -> ReadValue:
    """A date as "2026-11-21"."""
    if says_no_moment(raw):
        return None
    return day_of(raw) or unread(text_of(raw), "a date, as in 2026-11-21")


def choice(values: tuple[str, ...]) -> ValueReader:
    """A reader of one of these values, whatever their case and separators."""
    loose: dict[str, str] = {}
    for value in values:
        loose.setdefault(alike_value(value), value)

    def read(raw: Scalar) -> ReadValue:
        content = text_of(raw)
        known = loose.get(alike_value(content))
        if known is None and isinstance(raw, bool):
            known = loose.get("yes" if raw else "no")
        if known is not None:
            return known
        value = unread(content, "one of its listed values")
        return _unlisted(value, content) if isinstance(value, Trouble) else value

    return Usual(dict(zip(values, values, strict=True)), read).__getitem__


def _unlisted(trouble: Trouble, content: str) -> Trouble:
    """With its value, unless that is too long for one or says who somebody is."""
    if len(content) > _UNLISTED_LENGTH_MAX or is_personal(content):
        return trouble
    return Trouble(trouble.remedy, content)


def mapped(read: ValueReader, values: Mapping[str, str]) -> ValueReader:
    """The same reader behind a seller's own names for values."""
    ours = {alike_value(theirs): value for theirs, value in values.items()}

    def read_mapped(raw: Scalar) -> ReadValue:
        return read(ours.get(alike_value(text_of(raw)), raw))

    return read_mapped


def reader_of(field: Field) -> ValueReader:
    """The reader of a vertical's field, as declared. Texts are guarded: they are what sellers abuse."""
    if field.type == "choice":
        return choice(field.values)
    names = (field.name, *field.aliases)
    if field.type == "integer":
        return integer(field.minimum, field.maximum, unit_of(names))
    if field.type == "number":
        return number(field.minimum, field.maximum, unit_of(names))
    if field.type == "boolean":
        owns = names_own(names)
        return boolean if owns is None else ownership(is_yes=owns)
    return day if field.type == "date" else guarded(text(TEXT_LENGTH_MAX))


def _number(text: str) -> float | None:
    """A number with an optional dollar sign; a comma stands between thousands, so "12,50" is none."""
    digits = text.removeprefix("$")
    if len(digits) > _NUMBER_LENGTH_MAX or not digits.isascii() or "_" in digits:
        return None
    if "," in digits:
        if not _THOUSANDS.fullmatch(digits):
            return None
        digits = digits.replace(",", "")
    try:
        value = float(digits)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _within(value: float, minimum: float | None, maximum: float | None) -> Value | Trouble:
    if (minimum is not None and value < minimum) or (maximum is not None and value > maximum):
        return Trouble(_range(minimum, maximum))
    return value


def _range(minimum: float | None, maximum: float | None) -> str:
    if minimum is None:
        return f"at most {maximum:.15g}"
    return f"at least {minimum:.15g}" if maximum is None else f"from {minimum:.15g} to {maximum:.15g}"
