"""Fits the draft of a history to what a buyer declares: each column gets the name of a ping's field, or a new one."""

import json
import re
from collections.abc import Mapping

import msgspec
from msgspec.structs import replace

from app.dialects.names import names_for
from app.dialects.text import alike_value, says_nothing
from app.domain.auction.features import OF_EVERY_LEAD
from app.domain.seller import Seller
from app.domain.vertical import Field, Vertical
from training.histories.columns.words import words_of
from training.histories.declared import DeclaredVerticals
from training.histories.draft import NOT_FOR_MODELS, SpecDraft
from training.histories.scratch import NoData
from training.histories.spec import Spec, SpecField
from training.histories.specified import JUNK_MAX, TOLD_APART_MAX
from training.histories.tables import LeadTable

_OWN = ("state", "zip", "sub_id", *OF_EVERY_LEAD)
_NUMERIC = ("integer", "number")
_ANY_SELLER = Seller(name="history", title="History", key_sha256=())


class MappedDraft(msgspec.Struct, frozen=True, kw_only=True):
    """A draft in the words of a configuration. `vertical` is what that declares, `None` where it declares none yet."""

    draft: SpecDraft
    vertical: Vertical | None


def chosen_vertical(known: DeclaredVerticals, drafted: str, asked: str) -> str:
    """Which vertical the leads of a file are of: the one asked for, the only one, or what the file is called."""
    if asked or drafted in known.verticals or len(known.verticals) != 1:
        return asked or drafted
    return next(iter(known.verticals))


def mapped(draft: SpecDraft, known: DeclaredVerticals, table: LeadTable) -> MappedDraft:
    """The draft with declared names, types and spellings, each of its columns kept as `column`."""
    vertical = known.verticals.get(draft.spec.vertical)
    names, declared = names_for(_ANY_SELLER, vertical, "ping"), {each.name: each for each in _fields_of(vertical)}
    fields, taken = list[SpecField](), dict[str, str]()
    # Declared fields first: of two columns that may be one, that which is called exactly so.
    for field in sorted(draft.spec.fields, key=lambda each: each.source not in declared):
        if field.type in ("hour", "weekday"):
            fitted = field
        else:
            meant = _own_name(field.source) or names.name_of(field.source) or ""
            fitted = _fitted(field, meant, declared, taken, draft.spec, table)
        fitted = fitted if fitted.name not in taken else _again(fitted, taken)
        taken[fitted.name] = field.source
        fields.append(fitted)
    places = {field.source: place for place, field in enumerate(draft.spec.fields)}
    fields.sort(key=lambda each: places[each.source])
    zone = known.zone if draft.spec.timed else draft.spec.time_zone
    spec = replace(draft.spec, fields=tuple(fields), time_zone=zone)
    return MappedDraft(draft=replace(draft, spec=spec), vertical=vertical)


def lacking(fitted: MappedDraft) -> str:
    """What must be added to `buyer.toml` for a model of this draft to be used, as TOML; empty where nothing is."""
    spec, vertical = fitted.draft.spec, fitted.vertical
    there = {each.name for each in _fields_of(vertical)}
    fresh = [each for each in spec.fields if each.read and each.name not in (*there, *_OWN)]
    if vertical is not None and not fresh:
        return ""
    lines = [f"  {_inline(each)}," for each in fresh]
    if vertical is not None:
        return "\n".join([f"# Add these to the fields of vertical {vertical.name!r} in buyer.toml:", *lines]) + "\n"
    words = spec.vertical.replace("_", " ")
    head = ["# Add this to buyer.toml, and a campaign that buys it:", "[[verticals]]"]
    head += [f"name = {_text(spec.vertical)}", f"title = {_text(words.capitalize())}"]
    head.append(f"consent_words = [{_text(words)}]  # a consent must name one of these")
    return "\n".join([*head, "fields = [", *lines, "]"]) + "\n"


def _fields_of(vertical: Vertical | None) -> tuple[Field, ...]:
    return vertical.fields if vertical is not None else ()


def _own_name(column: str) -> str:
    return next((own for own in OF_EVERY_LEAD if words_of(column) == own), "")


def _fitted(
    field: SpecField,
    meant: str,
    declared: dict[str, Field],
    taken: dict[str, str],
    spec: Spec,
    table: LeadTable,
) -> SpecField:
    if meant in taken and meant in (*declared, *_OWN):
        why = f"{meant!r} is read from {taken[meant]!r} already"
        return _renamed(replace(field, known_at_ping=False, reason=_joined(why, field.reason)), _name_of(field.source))
    if meant in declared:
        return _as_declared(_renamed(field, meant), declared[meant], spec, table)
    if meant in _OWN:
        why = NOT_FOR_MODELS.get(meant, "")
        known = field.known_at_ping and not why
        return _renamed(replace(field, known_at_ping=known, reason=_joined(field.reason, why)), meant)
    name = _name_of(field.source)
    if meant.startswith("?"):
        why = "an id of the request, by its name"
        return _renamed(replace(field, known_at_ping=False, reason=_joined(field.reason, why)), name)
    if meant and field.known_at_ping:
        # A name of the contract's own can be declared by nobody, but any seller may send it under another.
        other = f"lead_{name}"
        told = f"give sellers aliases = {{ {_key(name)} = {_text(other)} }}"
        field, name = (
            replace(field, reason=_joined(field.reason, f"pings have {name!r} for something else: {told}")),
            other,
        )
    field = _renamed(field, name)
    return replace(field, values=_values(table, field.source)) if field.read and field.type == "choice" else field


def _as_declared(field: SpecField, declared: Field, spec: Spec, table: LeadTable) -> SpecField:
    """The field in the type in which pings are read, where the file can be read so too."""
    if not declared.known_at_ping:
        return replace(field, known_at_ping=False, reason=_joined("declared as unknown at ping time", field.reason))
    if not field.known_at_ping or declared.type in ("text", "date"):
        return field
    if declared.type == "choice":
        return replace(field, type="choice", values=declared.values, decimal="", unreadable="refuse")
    if declared.type == "boolean":
        try:
            table.truths(field.source)
        except NoData:
            return _unlike(field, declared)
        return replace(field, type="boolean", decimal="", unreadable="refuse")
    if field.type in _NUMERIC:
        return field if field.type == "number" else replace(field, type=declared.type)
    table.numbers(field.source, decimal=field.decimal or spec.decimal, lenient=True)
    unread = table.unread[field.source]
    if unread > JUNK_MAX * table.rows:
        return _unlike(field, declared)
    return replace(field, type="number", unreadable="missing" if unread else "refuse")


def _unlike(field: SpecField, declared: Field) -> SpecField:
    why = f"declared as {declared.type}, and the file holds something else: convert it, or declare it as it is"
    return replace(field, known_at_ping=False, reason=_joined(why, field.reason))


def _values(table: LeadTable, column: str) -> tuple[str, ...]:
    """What a choice may be, each value in its usual spelling; none where they are too many to be listed, or too few."""
    counted = table.commonest(column, TOLD_APART_MAX + 1)
    if len(counted) > TOLD_APART_MAX:
        return ()
    apart = dict[str, str]()
    for value, rows in counted:
        if rows > 1 and not says_nothing(value):
            apart.setdefault(alike_value(value), value)
    return tuple(sorted(apart.values())) if len(apart) > 1 else ()


def _renamed(field: SpecField, name: str) -> SpecField:
    return replace(field, name=name, column=field.source if field.source != name else "")


def _again(field: SpecField, taken: Mapping[str, str]) -> SpecField:
    """Two columns whose names differ by signs alone."""
    free = next(name for number in range(2, 1_000) if (name := f"{field.name}_{number}") not in taken)
    return _renamed(field, free)


def _name_of(column: str) -> str:
    """A name that a configuration may have."""
    word = words_of(column)
    return word if re.match(r"[a-z]", word) else f"field_{word}".rstrip("_")


def _inline(field: SpecField) -> str:
    kind = "text" if field.type == "choice" and not field.values else field.type
    values = f", values = [{', '.join(map(_text, field.values))}]" if field.values else ""
    return f"{{ name = {_text(field.name)}, type = {_text(kind)}{values} }}"


def _joined(*reasons: str) -> str:
    return "; ".join(filter(None, reasons))


def _key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else _text(name)


def _text(value: str) -> str:
    # TOML writes text as JSON does.
    return json.dumps(value, ensure_ascii=False)
