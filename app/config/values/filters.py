"""Checks filters and values by field: the field exists, is known at ping time, and fits the value."""

from collections.abc import Sequence
from datetime import date

import msgspec

from app.config.file.problem import Findings, KeyPath, did_you_mean
from app.config.schema import CampaignTable, FilterTable, WorthTable
from app.config.values.kind import shown
from app.config.values.territory import warn_of_unknown_zips
from app.config.values.times import WEEKDAYS
from app.dialects.text import alike_value
from app.dialects.values.states import STATES, state_of
from app.domain.auction.features import PREDICTED_VALUE
from app.domain.filters import Filter, Operator, Value
from app.domain.pricing.pricing import Worth
from app.domain.vertical import Field, Vertical

# What every lead tells beside the fields of its vertical; hours and weekdays are local to the buyer.
_OF_EVERY_LEAD = (
    Field(name="state", type="choice", values=tuple(sorted(STATES))),
    Field(name="zip", type="text"),
    Field(name="zip3", type="text"),
    Field(name="sub_id", type="text"),
    Field(name="local_hour", type="integer", minimum=0, maximum=23),
    Field(name="weekday", type="choice", values=WEEKDAYS),
)


class _Condition(msgspec.Struct, frozen=True):
    """One comparison of a filter, with the keys where it stands."""

    op: Operator
    key: str
    values: tuple[Value, ...]


def build_filters(table: CampaignTable, vertical: Vertical | None, findings: Findings) -> tuple[Filter, ...]:
    """The filters of a campaign, a condition each; nothing where its vertical is not known."""
    if vertical is None:
        return ()
    return tuple(one for rule in table.filters for one in _filters(rule, vertical, findings))


def build_worth(table: CampaignTable, vertical: Vertical | None, findings: Findings) -> Worth:
    """What a conversion is worth."""
    worth = table.conversion_value
    if not isinstance(worth, WorthTable):
        return Worth(base_cents=worth)
    if vertical is not None and worth.field != PREDICTED_VALUE:
        field = _field(worth.field, (*worth.at, "field"), vertical, findings)
        if field is not None and field.type not in ("integer", "number"):
            reason = f"`{worth.field}` is a {field.type}, and only a number has a rate"
            findings.error((*worth.at, "field"), reason, "choose a numeric field")
    if worth.rate > 1.0 and worth.field != PREDICTED_VALUE:
        reason = f"it makes a conversion worth {worth.rate:.0%} of the field"
        findings.warn((*worth.at, "rate"), reason, f'if {worth.rate / 100:.2%} is meant, write "{worth.rate:g}%"')
    if worth.high is not None and worth.low > worth.high:
        findings.error((*worth.at, "low"), "it is above `high`", "swap the two")
    return Worth(
        base_cents=worth.base,
        field=worth.field,
        rate=worth.rate,
        missing_cents=worth.missing,
        low_cents=worth.low,
        high_cents=worth.high,
    )


def _filters(table: FilterTable, vertical: Vertical, findings: Findings) -> list[Filter]:
    field = _field(table.field, (*table.at, "field"), vertical, findings)
    conditions = _conditions(table)
    if not (conditions or findings.blame(table.at)):
        remedy = "add `in`, `not_in`, `at_least`, `at_most`, `is` or `present`"
        findings.error(table.at, "it has no condition and admits everything", remedy)
    if field is None:
        return []
    if table.at_least is not None and table.at_most is not None:
        _refuse_empty_range(table, findings)
    return [one for condition in conditions if (one := _filter(condition, field, table, findings)) is not None]


def _conditions(table: FilterTable) -> list[_Condition]:
    single: tuple[tuple[Operator, str, Value | None], ...] = (
        ("at_least", "at_least", table.at_least),
        ("at_most", "at_most", table.at_most),
        ("is", "is", table.equals),
    )
    found = [_Condition(op, key, (value,)) for op, key, value in single if value is not None]
    found += [_Condition("in", "in", table.is_in)] if table.is_in else []
    found += [_Condition("not_in", "not_in", table.not_in)] if table.not_in else []
    found += [_Condition("present", "present", ())] if table.present else []
    return found


def _filter(condition: _Condition, field: Field, table: FilterTable, findings: Findings) -> Filter | None:
    """The domain's rule; `None` where operator or value does not fit the field."""
    op, at = condition.op, (*table.at, condition.key)
    if op in ("at_least", "at_most") and field.type not in ("integer", "number", "date"):
        findings.error(at, f"`{field.name}` is a {field.type}, which cannot be compared", "use `in` or `is`")
        return None
    many = op in ("in", "not_in")
    values = []
    for position, raw in enumerate(condition.values):
        value = _fitting(raw, field, (*at, position) if many else at, findings)
        if value is None:
            return None
        values.append(value)
    missing = "refuse" if op == "present" else table.missing
    if many:
        return Filter(field=field.name, op=op, values=frozenset(values), missing=missing)
    return Filter(field=field.name, op=op, value=values[0] if values else None, missing=missing)


def _fitting(raw: Value, field: Field, at: KeyPath, findings: Findings) -> Value | None:
    """The value as a lead of this field would hold it; `None`, and reported, where none ever would."""
    if field.type == "choice":
        return _choice(raw, field, at, findings)
    if field.type in ("integer", "number"):
        return _number(raw, field, at, findings)
    if field.type == "boolean" and not isinstance(raw, bool):
        findings.error(at, f"{shown(raw)} is neither true nor false, as `{field.name}` is", "write true or false")
        return None
    if field.type in ("text", "date") and not isinstance(raw, str):
        findings.error(at, f"{shown(raw)} is not text, as `{field.name}` is", "write it in quotes")
        return None
    if field.type == "date" and not _is_date(str(raw)):
        findings.error(at, f"{shown(raw)} is not a calendar date", 'write it as "2026-12-25"')
        return None
    digits = {"zip": 5, "zip3": 3}.get(field.name)
    if digits and not (len(str(raw)) == digits and str(raw).isdigit() and str(raw).isascii()):
        findings.error(at, f"{shown(raw)} is not a valid `{field.name}`", f"write its {digits} digits in quotes")
        return None
    if digits:
        warn_of_unknown_zips((str(raw),), at, findings)
    return raw


def _choice(raw: Value, field: Field, at: KeyPath, findings: Findings) -> Value | None:
    known = {alike_value(value): value for value in field.values}
    value = known.get(alike_value(str(raw))) or (state_of(str(raw)) if field.name == "state" else None)
    if value is None:
        remedy = did_you_mean(str(raw), field.values) or "write one of those that the field is declared with"
        remedy = "write its two letters, as TX" if field.name == "state" else remedy
        findings.error(at, f"{shown(raw)} is not a value of `{field.name}`", remedy)
        return None
    # Weekdays have names in the file and numbers among the facts, Monday first.
    return WEEKDAYS.index(value) if field.name == "weekday" else value


def _number(raw: Value, field: Field, at: KeyPath, findings: Findings) -> Value | None:
    if isinstance(raw, (bool, str)):
        findings.error(at, f"{shown(raw)} is not a number, as `{field.name}` is", "write it in digits, without quotes")
        return None
    low, high = field.minimum, field.maximum
    if (low is not None and raw < low) or (high is not None and raw > high):
        bounds = f"{'any' if low is None else f'{low:g}'} to {'any' if high is None else f'{high:g}'}"
        findings.warn(at, f"{raw} is outside the range of `{field.name}`, {bounds}")
    return raw


def _refuse_empty_range(table: FilterTable, findings: Findings) -> None:
    low, high = table.at_least, table.at_most
    unlike = isinstance(low, str) != isinstance(high, str)
    if not unlike and low > high:  # type: ignore[operator]
        findings.error((*table.at, "at_least"), "it is above `at_most`: no lead passes", "swap the two")


def _field(name: str, at: KeyPath, vertical: Vertical, findings: Findings) -> Field | None:
    """The field of this name; `None`, and reported, where a ping of this vertical has none."""
    known: Sequence[Field] = (*vertical.fields, *vertical.provider_facts, *_OF_EVERY_LEAD)
    field = next((field for field in known if field.name == name), None)
    if field is None:
        findings.error(at, f"`{vertical.name}` has no field `{name}`", did_you_mean(name, [one.name for one in known]))
        return None
    if not field.known_at_ping:
        findings.error(at, f"`{name}` is not known at ping time", "choose a field that the ping brings")
        return None
    return field


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
