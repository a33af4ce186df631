"""The quick first reading of a ping: in JSON, every field under our own name and in our own form.

Types are checked while the body is decoded, so that most values are looked at once. Whatever is written otherwise, be
it in one field, is undecided here and read by `generic`, which reads what is plain just so.
"""

from collections.abc import Callable, Mapping
from functools import reduce
from math import ceil, floor
from operator import attrgetter, or_
from types import NoneType
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from app.dialects.layout import CERTIFICATES, Layout, Slot, layout_of
from app.dialects.text import is_absent
from app.dialects.values.guard import is_personal
from app.dialects.values.kinds import Noted, Trouble, ValueReader
from app.domain.consent.certificate import CERTIFICATE_ID_MIN, holds_id_of
from app.domain.seller import Seller
from app.domain.vertical import Field, Vertical
from app.wire.ping import Ping

_LENGTH_MAX = 4_096
_LARGEST = 10**9
_ODD = frozenset({Noted, Trouble, NoneType})
_SETTLED = frozenset({"consent_at", "phone_hash", "email_hash", "hash_type", "test"})
"""Fields of a lead that are not done with when they are read."""
_UNUSED = ("user_agent", "tcpa_text")
"""Fields of a post that many send with the ping as well."""

_BACKSLASH, _LESS = b"\\<"
"""What a document within a field cannot do without; as numbers, which bytes are searched for more quickly."""

_Scalar = str | int | float | bool


class _Form(msgspec.Struct, frozen=True, kw_only=True):
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


class PlainPings:
    """Reads the plain pings of one seller."""

    def __init__(self, seller: Seller, verticals: Mapping[str, Vertical]) -> None:
        self.seller = seller
        self.verticals = verticals
        forms = [_form(layout_of(seller, each, "ping"), each) for each in _named_plainly(seller, verticals)]
        self._forms = dict(forms)
        self._decoder = msgspec.json.Decoder[Any](reduce(or_, self._forms)) if forms else None

    def read(self, body: bytes) -> Ping | None:
        """The ping, and `None` for whatever is not as plain as that."""
        if self._decoder is None or len(body) > _LENGTH_MAX or _BACKSLASH in body or _LESS in body:
            return None
        try:
            said = self._decoder.decode(body)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return None
        form = self._forms[said.__class__]
        fields = _filled(form.checked, form.said_checked(said))
        read = zip(form.names, form.readers, form.said(said), strict=True)
        lead: dict[str, Any] = {name: reader(raw) for name, reader, raw in read if raw is not None}
        if not _ODD.isdisjoint(map(type, lead.values())):
            return None
        for name in form.fields:
            if name in lead:
                fields[name] = lead.pop(name)
        if "zip" not in lead or not form.required <= fields.keys() or _names_somebody(lead, fields, form.texts):
            return None
        return Ping(vertical=form.vertical, fields=fields, **lead)


_built: dict[str, PlainPings] = {}


def plain_ping(body: bytes, seller: Seller, verticals: Mapping[str, Vertical]) -> Ping | None:
    """A ping of this seller, where it is plain; `None` where it may be anything."""
    pings = _built.get(seller.name)
    if pings is None or pings.seller is not seller or pings.verticals is not verticals:
        pings = _built[seller.name] = PlainPings(seller, verticals)
    return pings.read(body)


def _filled(names: tuple[str, ...], values: tuple[Any, ...]) -> dict[str, Any]:
    named = zip(names, values, strict=True)
    return {name: value for name, value in named if value is not None} if None in values else dict(named)


def _names_somebody(lead: Mapping[str, Any], fields: Mapping[str, Any], texts: tuple[str, ...]) -> bool:
    """Whether a text or a number of the seller's says who the consumer is, or repeats a certificate."""
    for name in texts:
        text = lead.get(name) or fields.get(name, "")
        if len(text) >= CERTIFICATE_ID_MIN and holds_id_of(text, *[lead.get(each, "") for each in CERTIFICATES]):
            return True
    return "seller_lead_id" in lead and is_personal(lead["seller_lead_id"])


def _named_plainly(seller: Seller, verticals: Mapping[str, Vertical]) -> list[Vertical]:
    """The verticals in which our names for fields and values are this seller's too."""
    if seller.value_maps or "vertical" in seller.aliases:
        return []
    return list(verticals.values())


def _form(layout: Layout, vertical: Vertical) -> tuple[type, _Form]:
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
    return said, _Form(
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
