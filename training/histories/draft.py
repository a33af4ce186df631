"""Drafts the specification of a file: what each column seems to be, in TOML, with the doubts where they belong."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Literal

import msgspec
import numpy as np

from app.dialects.text import did_you_mean
from training.histories.columns.contents import DAY_FIRST
from training.histories.columns.spellings import is_filled, listed, plain
from training.histories.columns.words import words_of
from training.histories.guess import Guess, Positive, guess, order_of, positive_of
from training.histories.joining import OWN
from training.histories.spec import BY_ROW, FILLED, Spec, SpecField, ValueOf, spec_of_bought
from training.histories.tables import LeadTable

_FACT = "fact_"
_CONVERTED = re.compile(
    r"(^|_)(convert(ed)?|conversion|sold|sale|closed?|closing|won|bought|purchased?|enroll?ed|funded|bound|issued|signed)(_|$)"
)
FILLED_MIN, STRAY_MAX = 0.5, 0.1
"""The time of a conversion stands beside most conversions, and beside hardly any other lead."""

NOT_FOR_MODELS = {"zip": "a model reads zip3 and state instead", "sub_id": "a seller may rename it at will"}
_VALUE = re.compile(r"(^|_)(value|revenue|amount_won|commission|premium_sold|profit)(_|$)")


class SpecDraft(msgspec.Struct, frozen=True, kw_only=True):
    """A specification, with a comment to some of its keys, by name; what is to be said of a field is its reason."""

    spec: Spec
    comments: Mapping[str, str]


def draft(table: LeadTable, *, label: str, vertical: str) -> SpecDraft:
    """What this file seems to be. It removes the rows that the draft leaves out. Raises NoData.

    The leads that a service has bought are known by their columns, and need no `label`. Of several verticals in them
    one must be named.
    """
    if {*OWN} <= {*table.names}:
        return _of_the_service(table, vertical)
    if not label:
        raise table.bad(f"say which column is the outcome, with --label; there are: {listed(table.names)}")
    positive = positive_of(table, label)
    if len(table.names) == 1:
        raise table.bad(f"{label!r} is its only column: add what was known of each lead at its ping")
    guesses = [guess(table, name) for name in table.names if name != label]
    order = order_of(table, guesses)
    decimal: Literal[".", ","] = "," if any(each.decimal == "," for each in guesses) else "."
    spec = Spec(
        vertical=vertical or words_of(Path(table.source).name.split(".")[0])[:64] or "leads",
        label=label,
        positive=positive.value,
        order=order.name if order else BY_ROW,
        time_format=order.time_format if order else "",
        converted_at=_converted_at(table, label, positive, guesses, order) if order else "",
        decimal=decimal,
        values_seen_once="unknown" if any(each.once and not each.why_not for each in guesses) else "refuse",
        fields=tuple(_fields(guesses, order, decimal)),
    )
    return SpecDraft(spec=spec, comments=_comments(positive, order, guesses))


def written(draft: SpecDraft, header: Sequence[str]) -> str:
    """The draft as TOML."""
    return "\n".join([*(f"# {_printable(line)}" for line in header), "", *_lines(draft)]) + "\n"


def _of_the_service(table: LeadTable, vertical: str) -> SpecDraft:
    verticals = [name for name, _ in table.commonest("vertical", 100)]
    if not vertical and len(verticals) != 1:
        raise table.bad(f"leads of {listed(verticals)}: say which, with --vertical")
    chosen = vertical or verticals[0]
    if chosen not in verticals:
        raise table.bad(f"no lead of vertical {chosen!r}{did_you_mean(chosen, verticals)}")
    # A shared lead is sold to others as well and converts less; the model speaks of exclusive ones.
    where: dict[str, str | bool | int | float] = {"vertical": chosen, "leg": "exclusive"}
    table.keep(where)
    fields = []
    for each in (guess(table, name) for name in table.names if name not in OWN):
        name = each.name.removeprefix(_FACT) if each.name.removeprefix(_FACT) in OWN else each.name
        why_not = NOT_FOR_MODELS.get(name) or each.why_not
        # Facts of other verticals are empty in these rows.
        if each.why_not.startswith("empty"):
            continue
        column = each.name if each.name != name else ""
        fields.append(SpecField(name=name, type=each.type, known_at_ping=not why_not, column=column, reason=why_not))
    days = next((value for value, _ in table.commonest("maturity_days", 1)), 0.0)
    spec = msgspec.structs.replace(
        spec_of_bought(chosen, fields), where=where, values_seen_once="unknown", maturity_days=float(days)
    )
    comments = {
        "label": "within the time that the dataset gives every lead to mature",
        "missing_label": "leads that have not matured have none",
        "value": "in dollars",
    }
    return SpecDraft(spec=spec, comments=comments)


def _converted_at(table: LeadTable, label: str, positive: Positive, guesses: Sequence[Guess], order: Guess) -> str:
    """The column with the time of each conversion, by its name and by where it is filled; empty where none is."""
    words = {plain(each) for each in (positive.value if isinstance(positive.value, tuple) else (positive.value,))}
    every = positive.value == FILLED
    told = (is_filled(text) if every else text is not None and plain(text) in words for text in table.texts(label))
    converted = np.array([*told])
    for each in guesses:
        if each.is_time and each is not order and _CONVERTED.search(words_of(each.name)):
            filled = table.texts(each.name) != None  # noqa: E711 - of each
            if np.mean(filled[converted]) >= FILLED_MIN and np.mean(filled[~converted]) <= STRAY_MAX:
                return each.name
    return ""


def _fields(guesses: Sequence[Guess], order: Guess | None, decimal: str) -> Iterator[SpecField]:
    taken = {each.name for each in guesses}
    for each in guesses:
        why_not = "the order of the leads" if each is order else each.why_not
        yield SpecField(
            name=each.name,
            type=each.type,
            known_at_ping=not each.why_not,
            decimal=each.decimal if each.decimal != decimal else "",
            unreadable="missing" if each.unread else "refuse",
            reason="; ".join(filter(None, [why_not, each.said])),
        )
    if order is not None:
        told = f"read from {order.name}, on the clock of time_zone"
        if order.has_hours and "local_hour" not in taken:
            yield SpecField(name="local_hour", type="hour", column=order.name, reason=told)
        if "weekday" not in taken:
            yield SpecField(name="weekday", type="weekday", column=order.name, reason=told)


def _comments(positive: Positive, order: Guess | None, guesses: Sequence[Guess]) -> dict[str, str]:
    values = ", ".join(f"{value} in {rows:,} rows" for value, rows in positive.values)
    comments = {"positive": f"{positive.doubt} {values}".strip()}
    if positive.missing:
        comments["missing_label"] = f'{positive.missing:,} rows have none; "leave_out" if it is not known yet'
    if order is None:
        gaps = "".join(f" ({each.name}: {each.said})" for each in guesses if each.is_time and each.said)
        comments["order"] = f"no column of times was found{gaps}: the rows must stand oldest first"
    elif order.open_days:
        comments["order"] = f'read as month and day; if the day stands first, say time_format = "{DAY_FIRST}"'
    once = [f"{each.name} {value!r}" for each in guesses if not each.why_not for value in each.once]
    if once:
        comments["values_seen_once"] = f"in one row only: {listed(once)}"
    values_of = [each.name for each in guesses if _VALUE.search(words_of(each.name)) and each.type != "choice"]
    comments["value"] = f"{listed(values_of)}, perhaps" if values_of else "a column, where there is one"
    return comments


def _lines(draft: SpecDraft) -> Iterator[str]:
    spec, said = draft.spec, draft.comments
    keys = (
        ("vertical", True, "the name under which models of it are kept"),
        *((key, True, "") for key in ("label", "positive", "missing_label", "order")),
        ("time_format", spec.time_format != "", ""),
        ("time_zone", spec.timed, "the clock of hours, weekdays and times without an offset"),
        ("converted_at", spec.converted_at != "", "when each conversion came: how long that takes is estimated"),
        ("known_until", spec.known_until != "", "outcomes are known until then"),
        ("delays_by", spec.delays_by != "", "each with enough conversions has delays of its own"),
        ("maturity_days", spec.timed, "how long a lead may take to convert"),
        ("decimal", spec.decimal != ".", "numbers are written 1.234,5"),
        ("values_seen_once", True, '"refuse" or "unknown"'),
    )
    yield from (_line(key, getattr(spec, key), said.get(key, usual)) for key, shown, usual in keys if shown)
    value = _line("value", spec.value_column, f"what a conversion brought: {said.get('value', '')}")
    if isinstance(spec.value, ValueOf):
        value = f"value = {{ field = {json.dumps(spec.value.field)}, rate = {spec.value.rate} }}  # {said['value']}"
    yield value if spec.value else f"# {value}"
    if spec.where:
        yield from ("", "[where]", *(_line(name, value) for name, value in spec.where.items()))
    for field in spec.fields:
        yield from ("", "[[fields]]", _line("name", field.name, field.reason))
        told = {"column": field.column, "type": field.type, "known_at_ping": field.known_at_ping}
        told |= {"decimal": field.decimal, "unreadable": field.unreadable.removeprefix("refuse")}
        yield from (_line(key, value) for key, value in told.items() if value != "")
        if field.values:
            yield _line("values", field.values)


def _line(key: str, value: object, comment: str = "") -> str:
    # TOML writes text, numbers and booleans as JSON does.
    word = key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else json.dumps(key)
    told = f"{word} = {json.dumps(value, ensure_ascii=False)}"
    return f"{told}  # {_printable(comment)}" if comment else told


def _printable(comment: str) -> str:
    # A control character of a file's would end a comment, or the draft.
    return re.sub(r"[^ -~]", "?", comment)
