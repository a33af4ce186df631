"""Reads values that the domain itself declares, such as a destination, and reports their problems in our words."""

import re
from collections.abc import Mapping
from copy import deepcopy
from functools import lru_cache
from typing import Any, TypeVar, get_args, get_origin

import msgspec

from app.config.file.problem import Findings, KeyPath, did_you_mean

T = TypeVar("T", bound=msgspec.Struct)

_TYPES = {
    "array": "a list",
    "bool": "true or false",
    "float": "a number",
    "int": "a whole number",
    "null": "nothing",
    "object": "a table",
    "str": "text",
}
"""msgspec's names for what stands in a file."""

_FORMS = {
    "array": "write it in brackets, as [...]",
    "bool": "write true or false, without quotes",
    "int": "write it in digits, without quotes",
    "object": "write it as { key = value }",
    "str": "write it in quotes",
}
"""How a value of this type is written."""


def read_struct(kind: type[T], raw: object, at: KeyPath, findings: Findings) -> T | None:
    """A value of this kind, or `None`. What is wrong is reported, struck out, and the rest read on."""
    rest, struck = deepcopy(raw), set[str]()
    while True:
        try:
            value = msgspec.convert(rest, kind)
        except msgspec.ValidationError as error:
            if struck.intersection(re.findall(r"`(\w+)`", str(error))):
                # It misses only what was struck out.
                return None
            place = _report(kind, str(error), rest, at, findings)
            if not _strike(kind, rest, place):
                return None
            struck.add(str(place[0]))
        else:
            return value if rest == raw else None


def _report(kind: type[msgspec.Struct], message: str, raw: Any, at: KeyPath, findings: Findings) -> KeyPath:
    """Report a message of msgspec in our words at the key that it names; returns the key's place in the struct."""
    reason, _, text = message.partition(" - at `")
    place = _place(kind, message, text, raw)
    keys, words = _vocabulary(kind)
    if found := re.fullmatch(r"Object contains unknown field `(.*)`", reason):
        place = (*place, found[1])
        reason, remedy = f"there is no key `{found[1]}` here", did_you_mean(found[1], keys)
    elif found := re.fullmatch(r"Object missing required field `(.*)`", reason):
        reason, remedy = f"`{found[1]}` is missing", f"add `{found[1]} = ...`"
    elif found := re.fullmatch(r"Invalid (?:enum )?value '(.*)'", reason):
        reason, remedy = f'"{found[1]}" is not one of the allowed values', did_you_mean(found[1], words)
    elif found := re.fullmatch(r"Expected `(.*)`, got `(.*)`", reason):
        wanted = " or ".join(_TYPES.get(one, one) for one in found[1].split(" | "))
        reason, remedy = f"this is {_TYPES.get(found[2], found[2])}, but must be {wanted}", _FORMS.get(found[1], "")
    else:
        # A rule of several keys names the one to change first; one about a map is broken by one of its entries.
        named = re.match(r"`(\w+)`", reason)
        holder = _at(raw, place)
        if named and isinstance(holder, Mapping) and named[1] in holder:
            place = (*place, named[1])
        elif culprit := _culprit(kind, message, raw, ("fields",)):
            place = ("fields", culprit)
        reason, _, remedy = reason.partition(": ")
    findings.error((*at, *place), reason, remedy or "`leadbid check --reference` lists the keys and their values")
    return place


@lru_cache
def _vocabulary(kind: type[msgspec.Struct]) -> tuple[frozenset[str], frozenset[str]]:
    """The keys of a struct and of all structs within it, and the words among which values are chosen."""
    keys: set[str] = set()
    words: set[str] = set()
    for one in _within(kind):
        if isinstance(one, str):
            words.add(one)
        else:
            config = one.__struct_config__
            keys |= {*one.__struct_encode_fields__, *([config.tag_field] if config.tag_field else [])}
            words |= {str(config.tag)} if config.tag else set()
    return frozenset(keys), frozenset(words)


def _within(kind: Any) -> list[Any]:
    """A struct, all structs that its fields mention, and the words of their literals."""
    if isinstance(kind, str):
        return [kind]
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return [kind, *(one for field in msgspec.structs.fields(kind) for one in _within(field.type))]
    return [one for part in get_args(kind) for one in _within(part)]


def _place(kind: type[msgspec.Struct], message: str, text: str, raw: Any) -> KeyPath:
    """The place in a message of msgspec, as in "$.auth.secrets[0]`"."""
    place: KeyPath = ()
    for name, position, unnamed in re.findall(r"\.(\w+)|\[(\d+)\]|(\[\.\.\.\])", text):
        here = name or (int(position) if position else _culprit(kind, message, raw, place) if unnamed else "")
        if _at(raw, (*place, here)) is None:
            return place
        place = (*place, here)
    return place


def _culprit(kind: type[msgspec.Struct], message: str, raw: Any, place: KeyPath) -> str:
    """The entry of a table at `place` that is meant, since msgspec does not name it: the one that fails alone."""
    entries = _at(raw, place) if place else None
    for name, value in entries.items() if isinstance(entries, Mapping) else ():
        alone = deepcopy(raw)
        _at(alone, place[:-1])[place[-1]] = {name: value}
        try:
            msgspec.convert(alone, kind)
        except msgspec.ValidationError as error:
            if str(error) == message:
                return str(name)
    return ""


def _at(raw: Any, place: KeyPath) -> Any:
    for part in place:
        try:
            raw = raw[part]
        except (KeyError, IndexError, TypeError):
            return None
    return raw


def _strike(kind: type[msgspec.Struct], raw: Any, place: KeyPath) -> bool:
    """Take out the key that was reported, so that the rest can be read; false where nothing can be taken out.

    A key goes as a whole, or what is left of it would lack something; of a map, whose entries stand alone, only one.
    """
    fields = {field.encode_name: field for field in msgspec.structs.fields(kind)}
    field = fields.get(str(place[0])) if place else None
    if not place or (field is not None and field.required):
        return False
    alone = field is not None and get_origin(field.type) is dict
    struck = place[: 2 if alone else 1]
    holder = _at(raw, struck[:-1])
    if not isinstance(holder, dict) or struck[-1] not in holder:
        return False
    del holder[struck[-1]]
    return True
