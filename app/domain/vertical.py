"""A vertical: a kind of lead with its fields, read once and used by requests, models and instructions."""

from functools import cached_property
from typing import Literal

import msgspec

FieldType = Literal["choice", "text", "integer", "number", "boolean", "date"]
Value = str | int | float | bool


class Field(msgspec.Struct, frozen=True, kw_only=True):
    """One declared field. `minimum` and `maximum` bound numbers; `values` lists all that a choice may be.

    A field `known_at_ping` may be read by filters and models. A `locked` one must be repeated unchanged on the post.
    """

    name: str
    type: FieldType
    title: str = ""
    values: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    required: bool = False
    known_at_ping: bool = True
    locked: bool = True
    minimum: float | None = None
    maximum: float | None = None
    example: str = ""


class Vertical(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """A kind of lead. Consent must hold one of `consent_words`, and a name of the buyer or one of `buyer_types`.

    `read_by_rules` names the fields that a campaign's own rules read: of these and of required ones a value that cannot
    be read refuses the lead, while any other is left out. `provider_facts` are what providers tell of a ping of it.
    """

    name: str
    title: str
    fields: tuple[Field, ...] = ()
    consent_words: tuple[str, ...] = ()
    buyer_types: tuple[str, ...] = ()
    read_by_rules: tuple[str, ...] = ()
    provider_facts: tuple[Field, ...] = ()

    @cached_property
    def locked(self) -> tuple[str, ...]:
        """Names of the fields that ping and post must share, in declared order."""
        return tuple(field.name for field in self.fields if field.locked and field.known_at_ping)
