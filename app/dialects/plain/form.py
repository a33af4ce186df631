"""What a plain ping in one vertical looks like, as a type by which JSON is checked while it is decoded."""

from collections.abc import Callable
from math import ceil, floor
from operator import attrgetter
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from app.dialects.layout import Layout, Slot
from app.dialects.text import is_absent
from app.dialects.values.kinds import ValueReader
from app.domain.vertical import Field, Vertical

_LARGEST = 10**9
_SETTLED = frozenset({"consent_at", "phone_hash", "email_hash", "hash_type", "test"})
"""Fields of a lead that are not done with when they are read."""
_UNUSED = ("user_agent", "tcpa_text")
"""Fields of a post that many send with the ping as well."""

_Scalar = str | int | float | bool


class PlainForm(msgspec.Struct, frozen=True, kw_only=True):
    """A plain ping in one vertical: the `checked` fields need no reading, all other `names` have their `readers`.

    `fields` are those among these that are the vertical's. `said` and `said_checked` tell what a body holds of both.
    """

    vertical: str
    required: frozenset[str]
    texts: tuple[str, ...]
    names: tuple[str, ...]
    readers: tuple[ValueReader, ...]
    fields: tuple[str, ...]
    said: Callable[[Any], tuple[Any, ...]]
    checked: tuple[str, ...]
    said_checked: Callable[[Any], tuple[Any, ...]]


def form_of(layout: Layout, vertical: Vertical) -> tuple[type, PlainForm]:
    """A type that holds such a ping and no other field, and how it is read."""
    ours = [slot for slot in layout.slots.values() if _is_ours(layout, slot)]
    types = {field.name: kind for field in vertical.fields if (kind := _type_of(field)) is not None}
    checked = [slot.name for slot in ours if slot.part == "fields" and slot.name in types]
    slots = [slot for slot in ours if slot.name not in checked]
    unused = [name for name in _UNUSED if layout.names.name_of(name) not in (None, *layout.slots)]
    names = [*checked, *(slot.name for slot in slots), *unused]
    kinds: list[Any] = [*map(types.__getitem__, checked), *(_Scalar for _ in slots), *(str for _ in unused)]
    attributes = [f"field_{number}" for number in range(len(names))]
    said = msgspec.defstruct(
        "PlainPing",
        # What is not sent is `None`, which no type admits: who sends a null is not plain.
        [(name, kind, None) for name, kind in zip(attributes, kinds, strict=True)],
        tag_field="vertical",
        tag=vertical.name,
        rename=dict(zip(attributes, names, strict=True)),
        forbid_unknown_fields=True,
        kw_only=True,
        gc=False,
    )
    return said, PlainForm(
        vertical=vertical.name,
        required=frozenset(layout.required),
        texts=layout.texts,
        names=tuple(slot.attribute for slot in slots),
        readers=tuple(slot.read for slot in slots),
        fields=tuple(slot.attribute for slot in slots if slot.part == "fields"),
        said=_all_of(attributes[len(checked) : len(checked) + len(slots)]),
        checked=tuple(checked),
        said_checked=_all_of(attributes[: len(checked)]),
    )


def _is_ours(layout: Layout, slot: Slot) -> bool:
    """Whether a field is read alone, and bears our name with this seller too."""
    is_alone = slot.part in ("lead", "fields") and slot.name not in _SETTLED
    return is_alone and layout.names.name_of(slot.name) == slot.name


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
    return lambda said: tuple(getattr(said, name) for name in attributes)
