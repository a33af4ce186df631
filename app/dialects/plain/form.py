"""What a plain ping in one vertical looks like, as a type by which JSON is checked while it is decoded."""

from collections.abc import Callable, Mapping
from math import ceil, floor
from operator import attrgetter
from typing import Annotated, Any, Literal, cast

import msgspec
from msgspec import UNSET, Meta, UnsetType

from app.dialects.layout import DEADLINE_MS_MAX, LEGS_MAX, Layout, Slot
from app.dialects.text import is_absent
from app.dialects.values.kinds import ValueReader
from app.domain.vertical import Field, Vertical
from app.wire.ping import LeadType

_LARGEST = 10**9
_UNUSED = ("user_agent", "tcpa_text")
"""Fields of a post that many send with the ping as well."""

Sent = str | int | float | bool | UnsetType


class PlainLead(msgspec.Struct, kw_only=True, gc=False):
    """What a plain ping may say beside its vertical's own fields, checked by a type where one says all.

    What else is not sent is unset, as nothing in JSON is: who sends a null is not plain. Fields that are not done with
    when they are read are none of these, as the hash of a phone.
    """

    zip: str | int
    state: Sent = UNSET
    created_at: Sent = UNSET
    seller_lead_id: Sent = UNSET
    sub_id: Sent = UNSET
    ip_address: Sent = UNSET
    landing_page: Sent = UNSET
    tcpa_consent: Sent = UNSET
    trustedform_cert_url: Sent = UNSET
    trustedform_ping_url: Sent = UNSET
    leadid_token: Sent = UNSET
    lead_type: LeadType = "any"
    max_legs: Annotated[int, Meta(ge=0, le=LEGS_MAX)] = 0
    min_price: Sent = UNSET
    deadline_ms: Annotated[int, Meta(ge=1, le=DEADLINE_MS_MAX)] = 300
    user_agent: str | UnsetType = UNSET
    tcpa_text: str | UnsetType = UNSET


_SAID_BY_TYPE = frozenset({"lead_type", "max_legs", "deadline_ms", *_UNUSED})
READ = tuple([name for name in PlainLead.__struct_fields__ if name not in _SAID_BY_TYPE])
"""The fields of a plain ping that a reader has to look at, beside its vertical's own."""


class PlainForm(msgspec.Struct, frozen=True, kw_only=True):
    """A plain ping in one vertical.

    Of the vertical's own fields those `checked` need no reading, all others have their `readers` by name. `checked_of`
    and `read_of` are what a ping says in both.
    """

    vertical: str
    required: frozenset[str]
    texts: tuple[str, ...]
    checked: tuple[str, ...]
    checked_of: Callable[[PlainLead], tuple[Any, ...]]
    readers: Mapping[str, ValueReader]
    read_of: Callable[[PlainLead], tuple[Any, ...]]


def form_of(layout: Layout, vertical: Vertical) -> tuple[type[PlainLead], PlainForm] | None:
    """A type that holds such a ping and no other field, and how it is read; none where other names are ours too."""
    if not all(_is_usual(layout, name) for name in PlainLead.__struct_fields__):
        return None
    ours = [slot for slot in layout.slots.values() if slot.part == "fields" and _is_ours(layout, slot)]
    types = {field.name: kind for field in vertical.fields if (kind := _type_of(field)) is not None}
    checked = tuple(slot.name for slot in ours if slot.name in types)
    readers = {slot.name: slot.read for slot in ours if slot.name not in types}
    attributes = {name: f"field_{number}" for number, name in enumerate((*checked, *readers))}
    said = msgspec.defstruct(
        "PlainPing",
        [(attribute, types.get(name, Sent) | UnsetType, UNSET) for name, attribute in attributes.items()],
        bases=(PlainLead,),
        tag_field="vertical",
        tag=vertical.name,
        rename={attribute: name for name, attribute in attributes.items()},
        forbid_unknown_fields=True,
        kw_only=True,
        gc=False,
    )
    return cast("type[PlainLead]", said), PlainForm(
        vertical=vertical.name,
        required=frozenset(layout.required),
        texts=layout.texts,
        checked=checked,
        checked_of=_all_of([attributes[name] for name in checked]),
        readers=readers,
        read_of=_all_of([attributes[name] for name in readers]),
    )


def _is_usual(layout: Layout, name: str) -> bool:
    """Whether a field of every ping means with this seller, and in this vertical, what it means by itself."""
    if name in _UNUSED:
        return layout.names.name_of(name) not in (None, *layout.slots)
    return layout.slots[name].part == "lead" and _is_ours(layout, layout.slots[name])


def _is_ours(layout: Layout, slot: Slot) -> bool:
    """Whether a field bears our name with this seller too."""
    return layout.names.name_of(slot.name) == slot.name


def _type_of(field: Field) -> Any:
    """What any value of a field is as it stands in JSON, if a type can say so; a word for nothing is no value."""
    least = -_LARGEST if field.minimum is None else max(field.minimum, -_LARGEST)
    most = _LARGEST if field.maximum is None else min(field.maximum, _LARGEST)
    if field.type == "boolean":
        return bool
    if field.type == "integer":
        return Annotated[int, Meta(ge=ceil(least), le=floor(most))]
    if field.type == "number":
        return Annotated[float, Meta(ge=least, le=most)]
    values = tuple(value for value in field.values if not is_absent(value))
    return Literal[values] if field.type == "choice" and values else None


def _all_of(attributes: list[str]) -> Callable[[Any], tuple[Any, ...]]:
    """What several attributes hold, also where they are one or none."""
    if len(attributes) > 1:
        return attrgetter(*attributes)
    return lambda said: tuple([getattr(said, name) for name in attributes])
