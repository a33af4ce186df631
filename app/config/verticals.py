"""Builds verticals: checks the types of their fields, and that no two names can be confused."""

from app.config.file.problem import Findings
from app.config.schema import FieldTable, VerticalTable
from app.config.values.names import refuse_accept_words, refuse_repeated, taken
from app.dialects.text import alike, alike_value
from app.dialects.values.kinds import Trouble, reader_of
from app.domain.auction.features import PREDICTED_VALUE
from app.domain.vertical import Field, Vertical

_NUMERIC = ("integer", "number")


def build_verticals(tables: tuple[VerticalTable, ...], findings: Findings) -> tuple[Vertical, ...]:
    """The declared verticals."""
    refuse_repeated(((table.name, table.at) for table in tables), findings)
    return tuple(_vertical(table, findings) for table in tables)


def _vertical(table: VerticalTable, findings: Findings) -> Vertical:
    refuse_accept_words(table.name, (*table.at, "name"), findings)
    refuse_repeated(((field.name, field.at) for field in table.fields), findings)
    _refuse_collisions(table, findings)
    if not table.fields:
        findings.warn(
            table.at, "it has no fields, so all of its leads look the same", "declare the fields that its pings carry"
        )
    return Vertical(
        name=table.name,
        title=table.title or table.name.replace("_", " ").capitalize(),
        fields=tuple(_field(field, findings) for field in table.fields),
        consent_words=table.consent_words,
        buyer_types=table.buyer_types,
    )


def _refuse_collisions(table: VerticalTable, findings: Findings) -> None:
    """No two names of one vertical may be the same to an endpoint, nor be one of the contract's own."""
    owner = {alike(field.name): field.name for field in table.fields}
    for field in table.fields:
        if field.name == PREDICTED_VALUE:
            reason = f"`{field.name}` is what a model says that a conversion brings"
            findings.error((*field.at, "name"), reason, "choose another name")
        if taken(field.name):
            reason = f"endpoints already read `{field.name}` as {taken(field.name)}"
            findings.error((*field.at, "name"), reason, "choose another name")
        for position, alias in enumerate(field.aliases):
            at = (*field.at, "aliases", position)
            other = owner.setdefault(alike(alias), field.name)
            if taken(alias):
                findings.error(at, f'"{alias}" means {taken(alias)} already', "remove it")
            elif other != field.name:
                findings.error(at, f'"{alias}" means `{other}` already', "remove it from one of them")


def _field(table: FieldTable, findings: Findings) -> Field:
    refuse_accept_words(table.name, (*table.at, "name"), findings)
    _check_values(table, findings)
    _check_bounds(table, findings)
    field = Field(
        name=table.name,
        type=table.type,
        title=table.title or table.name.replace("_", " ").capitalize(),
        values=table.values,
        aliases=table.aliases,
        required=table.required,
        known_at_ping=table.known_at_ping,
        locked=table.locked,
        minimum=table.minimum,
        maximum=table.maximum,
        example=table.example,
    )
    if isinstance(reader_of(field)(table.example), Trouble):
        reason = f'"{table.example}" is not a valid value of this field'
        findings.error((*table.at, "example"), reason, "choose one, or remove it")
    return field


def _check_values(table: FieldTable, findings: Findings) -> None:
    at = (*table.at, "values")
    if table.type == "choice" and len(table.values) < 2 and not findings.blame(at):
        findings.error(table.at, "a `choice` needs at least two values", "list all of them in `values`")
    if table.type != "choice" and table.values:
        findings.error(at, f'`values` is set, but the type is "{table.type}"', 'use type = "choice"')
    seen: dict[str, str] = {}
    for position, value in enumerate(table.values):
        twin = seen.setdefault(alike_value(value), value)
        if list(table.values).index(twin) != position:
            findings.error((*at, position), f'"{value}" and "{twin}" cannot be told apart', "remove one of them")


def _check_bounds(table: FieldTable, findings: Findings) -> None:
    for key in ("minimum", "maximum"):
        if getattr(table, key) is not None and table.type not in _NUMERIC:
            reason = f'only numbers have bounds, and the type is "{table.type}"'
            findings.error((*table.at, key), reason, "remove it")
    if table.minimum is not None and table.maximum is not None and table.minimum > table.maximum:
        findings.error((*table.at, "minimum"), f"it is above the maximum, {table.maximum:g}", "swap the two")
