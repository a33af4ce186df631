"""What somebody probably meant who wrote a key or a table where the schema has none."""

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any

from msgspec.structs import FieldInfo

from app.config.file.problem import CALLED, KeyPath, did_you_mean
from app.config.file.shape import example_of, is_list, keys_around, keys_of, tables_of
from app.config.schema import Table

_NEAR = 0.8
"""How much a key must look like one of another table, so that this table is named."""

SMALLEST = """\
  [buyer]
  legal_name = "Harbor Lead Partners LLC"
  brands = ["Harbor Lead Partners"]
  time_zone = "America/New_York"

  [[verticals]]
  name = "solar"
  consent_words = ["solar"]
  fields = [{ name = "homeowner", type = "boolean" }]

  [[campaigns]]
  name = "solar"
  vertical = "solar"
  ceiling = 45.00
  conversion_value = 900.00
  fallback_price = 12.00
"""
"""A file with which the service can start: it bids on every solar lead, once a seller is added."""


def for_unknown_key(name: str, kind: type[Table], at: KeyPath) -> str:
    """The key of this table that it looks like, or the table within it or around it that has such a key."""
    keys = keys_of(kind)
    own, called = did_you_mean(name, keys), CALLED.get(name.lower())
    if called in keys and (example := example_of(keys[called])):
        return f"it is called `{called}` here, as {called} = {example}"
    inside = _inside(name, kind, _NEAR)
    # A key that is one of a table within this one is no misspelling of a key that looks like it.
    is_exact = own.startswith("did you mean") and bool(_inside(name, kind, 1.0))
    if own and not own.startswith("it may be") and not is_exact:
        return own
    if inside:
        return f"it belongs in {' or '.join(inside)}"
    if name in keys_around(at):
        table = next(part for part in reversed(at) if isinstance(part, str))
        return f"it is a key of the table around `{table}`: move it above that table's header"
    return own or "`leadbid check --reference` lists the keys of each table"


def for_no_list(kind: Any, raw: object, at: KeyPath, example: str) -> str:
    """How the list that somebody meant is written."""
    if tables_of(kind):
        header = ".".join(part for part in at if isinstance(part, str))
        keys = ", ".join([f"{key} = ..." for key in [*keys_of(tables_of(kind)[0])][:2]])
        return f"write its header in double brackets, as [[{header}]], or {example or f'[{{ {keys} }}]'} in its place"
    if isinstance(raw, str) and raw.strip() and raw.isprintable() and '"' not in raw:
        return "write it in brackets, as [" + ", ".join([f'"{part.strip()}"' for part in raw.split(",")]) + "]"
    return f"write it in brackets, as {example or '[...]'}"


def for_no_table(kind: type[Table], raw: object, at: KeyPath) -> str:
    """How the table that somebody meant is written."""
    if isinstance(raw, list) and any(isinstance(one, Mapping) for one in raw):
        return f"there can only be one: write its header in single brackets, as [{at[-1]}]"
    keys = ", ".join(f"`{key}`" for key in keys_of(kind))
    return f"write it as {{ key = value }}, where the keys are {keys}"


def for_missing_key(name: str, field: FieldInfo) -> str:
    """The line to add; of a table its header and the least that it must say."""
    if example := example_of(field):
        return f"add `{name} = {example}`"
    required = [(key, one) for key, one in keys_of(tables_of(field.type)[0]).items() if one.required]
    return "\n".join(["add these lines", f"  [{name}]", *[f"  {key} = {example_of(one)}" for key, one in required]])


def _inside(name: str, kind: type[Table], near: float) -> list[str]:
    """The tables directly within this one that have a key so near, each with how it is written there."""
    found = []
    for table, field in keys_of(kind).items():
        known = {key for inner in tables_of(field.type) for key in keys_of(inner)}
        for key in get_close_matches(CALLED.get(name, name), known, 1, near):
            inner = f"{{ {key} = ... }}"
            found.append(f"`{table}`, as {table} = {f'[{inner}]' if is_list(field.type) else inner}")
    return found
