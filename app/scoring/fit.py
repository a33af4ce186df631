"""Whether a vertical declares what its model reads: a fact that no ping carries is always missing, and misprices."""

import re
from collections.abc import Iterable, Iterator

from app.dialects.text import alike, alike_value, did_you_mean
from app.domain.catalogue import FactRead, Model
from app.domain.vertical import Field, Vertical

_TEXTS = ("choice", "text", "date")
_NUMBERS = ("integer", "number", "boolean")

_OWN: dict[str, tuple[str, re.Pattern[str], str]] = {
    "state": ("category", re.compile(r"[A-Z]{2}"), "two letters, as TX"),
    "zip": ("category", re.compile(r"\d{5}"), "five digits"),
    "zip3": ("category", re.compile(r"\d{3}"), "three digits"),
    "sub_id": ("category", re.compile(r"(?s).*"), "text"),
    "local_hour": ("number", re.compile(""), "a number"),
    "weekday": ("number", re.compile(""), "a number"),
}
"""What every lead has beside its vertical's fields: whether it is text, and how it is written."""

_REMEDY = "then train again"


def unfit(model: Model, vertical: Vertical) -> tuple[str, ...]:
    """A sentence for each fact that this model reads and no ping of the vertical can tell it; none where it fits."""
    return tuple(f"model {model.version} reads {why}" for why in untold(model.reads, vertical))


def untold(reads: Iterable[FactRead], vertical: Vertical) -> Iterator[str]:
    """The same of what a model is to read, without the beginning of the sentence."""
    fields = {field.name: field for field in (*vertical.fields, *vertical.provider_facts)}
    for fact in reads:
        yield from _troubles(fact, fields.get(fact.name), vertical)


def _troubles(fact: FactRead, field: Field | None, vertical: Vertical) -> Iterator[str]:
    name = fact.name
    if field is not None:
        yield from _as_declared(fact, field, vertical)
    elif name in _OWN:
        kind, written, words = _OWN[name]
        if fact.kind != kind or (fact.values and not any(map(written.fullmatch, fact.values))):
            held = f" as {', '.join(fact.values[:3])}" if fact.values else f" as a {fact.kind}"
            yield f"{name!r}{held}, and a ping has it as {words}: write it so in the history, {_REMEDY}"
    else:
        yield f"{name!r}, which vertical {vertical.name!r} does not declare{_undeclared(name, vertical)}"


def _undeclared(name: str, vertical: Vertical) -> str:
    """What was probably meant, and how to say so."""
    meant = next(
        (field.name for field in vertical.fields if alike(name) in map(alike, (field.name, *field.aliases))),
        next((own for own in _OWN if alike(own) == alike(name)), ""),
    )
    if meant:
        return (
            f"; it declares {meant!r}: rename it in the specification (name = {_quoted(meant)}, column = "
            f"{_quoted(name)}) and train again. Sellers may send it as {name!r} where that is an alias of {meant!r}"
        )
    there = did_you_mean(name, [field.name for field in vertical.fields]) if vertical.fields else ""
    return (
        f"{there}. Declare it there, or, where a declared field is the same, name that in the specification (name = "
        f"..., column = {_quoted(name)}) and train again; `python -m training describe --config` does either"
    ).replace("?. ", "? ")


def _as_declared(fact: FactRead, field: Field, vertical: Vertical) -> Iterator[str]:
    what = f"which vertical {vertical.name!r}"
    if not field.known_at_ping:
        yield (
            f"{fact.name!r}, {what} declares with known_at_ping = false, so that no ping has it: say the same in the "
            f"specification, {_REMEDY}, or declare it as known"
        )
    elif field.type not in (_TEXTS if fact.kind == "category" else _NUMBERS):
        told = "choice" if fact.kind == "category" else "number"
        yield (
            f"{fact.name!r} as a {told}, {what} declares as type {field.type!r}: it would always be missing. Use one "
            f"type in both, {_REMEDY}"
        )
    elif field.type == "choice":
        yield from _choices(fact, field, what)


def _choices(fact: FactRead, field: Field, what: str) -> Iterator[str]:
    """Values that a ping cannot have: all of them, or some that only are spelled in another way."""
    declared = {alike_value(value): value for value in field.values}
    misspelled = [
        (value, meant)
        for value in fact.values
        if (meant := declared.get(alike_value(value))) not in (None, value) and value not in field.values
    ]
    remedy = f"use the declared spellings (values = [...] of the field in the specification), {_REMEDY}"
    if misspelled:
        told = ", ".join(f"{value!r} for {meant!r}" for value, meant in misspelled[:5])
        yield f"other spellings of {fact.name!r} than those {what.removeprefix('which ')} declares ({told}): {remedy}"
    elif fact.values and not {*fact.values} & {*field.values}:
        told, listed = (", ".join(map(repr, values[:5])) for values in (fact.values, field.values))
        yield (
            f"{fact.name!r} as {told}, {what} declares as {listed}: no ping has any of its values, and it would always "
            f"be missing. Declare them, or {remedy}"
        )


def _quoted(name: str) -> str:
    return f'"{name}"'
