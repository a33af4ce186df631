"""Writes a value of the lead as the CRM wants it."""

from datetime import UTC, datetime

import phonenumbers

from app.domain.delivery.destination import Source, Style
from app.domain.delivery.sold_lead import LeadDocument
from app.wire.ping import Value

_YES = frozenset(("true", "yes", "y", "1", "on"))
_NO = frozenset(("false", "no", "n", "0", "off"))


def value_of(source: str | Source, lead: LeadDocument) -> Value | None:
    """What this source says of the lead; `None` where it says nothing, and the target is left out.

    A value that a transform cannot read passes it unchanged: the CRM is the judge of it.
    """
    if isinstance(source, str):
        return at_path(source, lead)
    value = source.constant if source.constant is not None else _joined(source.paths, lead)
    if value is None:
        return source.default
    if source.values:
        value = source.values.get(as_text(value), value if source.default is None else source.default)
    if source.words is not None:
        value = _in_words(value, *source.words)
    if source.date:
        value = _dated(value, source.date)
    return value if source.style is None else _styled(value, source.style)


def at_path(path: str, lead: LeadDocument) -> Value | None:
    """The scalar at a dot path; `None` where it is absent or empty."""
    head, _, rest = path.partition(".")
    value = lead.get(head)
    if rest:
        value = value.get(rest) if isinstance(value, dict) else None
    return value if isinstance(value, (str, int, float)) and value != "" else None


def _joined(paths: tuple[str, ...], lead: LeadDocument) -> Value | None:
    """The value of a path as it is; of several, those that say something as one text."""
    found = [value for path in paths if (value := at_path(path, lead)) is not None]
    return " ".join(map(as_text, found)) if len(found) > 1 else next(iter(found), None)


def as_text(value: Value) -> str:
    """A scalar as forms, addresses and XML carry it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _in_words(value: Value, yes: str, no: str) -> Value:
    word = as_text(value).strip().lower()
    if word in _YES:
        return yes
    return no if word in _NO else value


def _dated(value: Value, pattern: str) -> Value:
    try:
        at = datetime.fromisoformat(value) if isinstance(value, str) else datetime.fromtimestamp(value, UTC)
        return (at if at.tzinfo is None else at.astimezone(UTC)).strftime(pattern)
    except (ValueError, OverflowError, OSError):
        return value


def _styled(value: Value, style: Style) -> Value:
    text = as_text(value)
    if style == "upper":
        return text.upper()
    if style == "lower":
        return text.lower()
    if style == "money":
        return _money(value)
    return _phone(text, style)


def _money(value: Value) -> Value:
    try:
        return f"{float(value):.2f}"
    except ValueError:
        return value


def _phone(text: str, style: Style) -> str:
    try:
        number = phonenumbers.parse(text, "US")
    except phonenumbers.NumberParseException:
        return text
    if style == "digits10" and number.country_code == 1:
        return f"{number.national_number:010d}"
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
