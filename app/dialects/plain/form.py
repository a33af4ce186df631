"""What plain pings and posts in one vertical look like, as types by which JSON is checked while it is decoded."""

from collections.abc import Callable, Mapping
from functools import reduce
from math import ceil, floor
from operator import attrgetter, or_
from types import NoneType
from typing import Annotated, Any, Generic, Literal, TypeVar, cast

import msgspec
from msgspec import UNSET, Meta, UnsetType

from app.dialects.layout import DEADLINE_MS_MAX, LEGS_MAX, Layout, Slot, layout_of
from app.dialects.names import Route
from app.dialects.text import is_absent
from app.dialects.values.kinds import Noted, Trouble, ValueReader
from app.domain.seller import Seller
from app.domain.vertical import Field, Vertical
from app.wire.ping import USUAL_DEADLINE_MS, LeadType

ODD = frozenset({Noted, Trouble, NoneType})
"""What no plain value is read as."""

_LENGTH_MAX = 4_096
_LARGEST = 10**9

_BACKSLASH, _LESS = b"\\<"
"""What a document within a field cannot do without; as numbers, which bytes are searched for more quickly."""

_UNREAD: dict[Route, frozenset[str]] = {
    "ping": frozenset({"user_agent", "tcpa_text"}),
    "post": frozenset({"ping_id", "bid_id"}),
}
"""Fields of a post that many send with the ping as well, and those of a post that name its bid."""

Sent = str | int | float | bool | UnsetType
Said = str | int | UnsetType
"""Of a post no more: a long fraction is read in two ways, by what stands beside it."""


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
    deadline_ms: Annotated[int, Meta(ge=1, le=DEADLINE_MS_MAX)] = USUAL_DEADLINE_MS
    user_agent: str | UnsetType = UNSET
    tcpa_text: str | UnsetType = UNSET


class PlainPost(msgspec.Struct, kw_only=True, gc=False):
    """The same of a post. One that says no text of consent or a whole name may say them anywhere, and is not plain."""

    ping_id: str | UnsetType = UNSET
    bid_id: str | UnsetType = UNSET
    zip: str | int
    state: str | UnsetType = UNSET
    created_at: Said = UNSET
    seller_lead_id: Said = UNSET
    sub_id: Said = UNSET
    ip_address: str | UnsetType = UNSET
    user_agent: str | UnsetType = UNSET
    landing_page: str | UnsetType = UNSET
    tcpa_consent: bool | UnsetType = UNSET
    tcpa_text: str
    consent_at: Said = UNSET
    trustedform_cert_url: str | UnsetType = UNSET
    leadid_token: str | UnsetType = UNSET
    first_name: str | UnsetType = UNSET
    last_name: str | UnsetType = UNSET
    phone: Said = UNSET
    email: str | UnsetType = UNSET
    address: str | UnsetType = UNSET
    city: str | UnsetType = UNSET
    birth_date: str | UnsetType = UNSET


class _Unnamed(msgspec.Struct, tag_field="vertical", tag=""):
    """One more form, which nobody fills in: of several the JSON must name its own, as it must of a single one."""


_SAID_BY_TYPE = frozenset({"lead_type", "max_legs", "deadline_ms", *_UNREAD["ping"]})
READ = tuple([name for name in PlainLead.__struct_fields__ if name not in _SAID_BY_TYPE])
"""The fields of a plain ping that a reader has to look at, beside its vertical's own."""


_Said = TypeVar("_Said", PlainLead, PlainPost)


class PlainForm(msgspec.Struct, frozen=True, kw_only=True):
    """A plain ping or post in one vertical, of this seller.

    Of the vertical's own fields those `checked` need no reading, all others have their `readers` by name. `checked_of`
    and `read_of` are what a lead says in both.
    """

    seller: Seller
    vertical: Vertical
    required: frozenset[str]
    texts: tuple[str, ...]
    checked: tuple[str, ...]
    checked_of: Callable[[Any], tuple[Any, ...]]
    readers: Mapping[str, ValueReader]
    read_of: Callable[[Any], tuple[Any, ...]]

    def fields_of(self, said: PlainLead | PlainPost) -> dict[str, Any] | None:
        """The fields of the vertical, where each is plain and all are there that are required."""
        fields = {
            name: value for name, value in zip(self.checked, self.checked_of(said), strict=True) if value is not UNSET
        }
        others = zip(self.readers.items(), self.read_of(said), strict=True) if self.readers else ()
        for (name, reader), raw in others:
            if raw is UNSET:
                continue
            fields[name] = value = reader(raw)
            if value.__class__ in ODD:
                return None
        return fields if self.required <= fields.keys() else None


class PlainForms(Generic[_Said]):
    """The forms in which one seller may say the plain leads of all verticals, and which of them a JSON is."""

    def __init__(self, lead: type[_Said], seller: Seller, verticals: Mapping[str, Vertical], route: Route) -> None:
        named = _named_plainly(seller, verticals)
        forms = [_form_of(lead, layout_of(seller, each, route), each, route) for each in named]
        self._forms: dict[type[_Said], PlainForm] = dict(filter(None, forms))
        self._decoder = msgspec.json.Decoder[Any](reduce(or_, self._forms, _Unnamed)) if self._forms else None

    def said_in(self, body: bytes) -> tuple[PlainForm, _Said] | None:
        """The form of a lead, and what it says; `None` for whatever is not as plain as that."""
        if self._decoder is None or len(body) > _LENGTH_MAX or _BACKSLASH in body or _LESS in body:
            return None
        try:
            said = self._decoder.decode(body)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return None
        form = self._forms.get(said.__class__)
        return None if form is None else (form, said)


def _named_plainly(seller: Seller, verticals: Mapping[str, Vertical]) -> list[Vertical]:
    """The verticals in which our names for fields and values are this seller's too."""
    if seller.value_maps or "vertical" in seller.aliases:
        return []
    return list(verticals.values())


def _form_of(
    lead: type[_Said], layout: Layout, vertical: Vertical, route: Route
) -> tuple[type[_Said], PlainForm] | None:
    """A type that holds such a lead and no other field, and how it is read; none where other names are ours too."""
    if not all(_is_usual(layout, name, route) for name in lead.__struct_fields__):
        return None
    ours = [slot for slot in layout.slots.values() if slot.part == "fields" and _is_ours(layout, slot)]
    types = {field.name: kind for field in vertical.fields if (kind := _type_of(field, route)) is not None}
    other = Sent if route == "ping" else Said
    checked: tuple[str, ...] = tuple(slot.name for slot in ours if slot.name in types)
    readers: dict[str, ValueReader] = {slot.name: slot.read for slot in ours if slot.name not in types}
    attributes = {name: f"field_{number}" for number, name in enumerate((*checked, *readers))}
    said = msgspec.defstruct(
        "PlainlySaid",
        [(attribute, types.get(name, other) | UnsetType, UNSET) for name, attribute in attributes.items()],
        bases=(lead,),
        tag_field="vertical",
        tag=vertical.name,
        rename={attribute: name for name, attribute in attributes.items()},
        forbid_unknown_fields=True,
        kw_only=True,
        gc=False,
    )
    return cast("type[_Said]", said), PlainForm(
        seller=layout.seller,
        vertical=vertical,
        required=frozenset(layout.required),
        texts=layout.texts,
        checked=checked,
        checked_of=_all_of([attributes[name] for name in checked]),
        readers=readers,
        read_of=_all_of([attributes[name] for name in readers]),
    )


def _is_usual(layout: Layout, name: str, route: Route) -> bool:
    """Whether a field of every lead means with this seller, and in this vertical, what it means by itself."""
    if layout.names.name_of(name) != name or (name in layout.slots) == (name in _UNREAD[route]):
        return False
    return name in _UNREAD[route] or layout.slots[name].part != "fields"


def _is_ours(layout: Layout, slot: Slot) -> bool:
    """Whether a field bears our name with this seller too."""
    return layout.names.name_of(slot.name) == slot.name


def _type_of(field: Field, route: Route) -> Any:
    """What any value of a field is as it stands in JSON, if a type can say so; a word for nothing is no value."""
    least = -_LARGEST if field.minimum is None else max(field.minimum, -_LARGEST)
    most = _LARGEST if field.maximum is None else min(field.maximum, _LARGEST)
    if field.type == "boolean":
        return bool
    if field.type == "integer":
        return Annotated[int, Meta(ge=ceil(least), le=floor(most))]
    if field.type == "number" and route == "ping":
        return Annotated[float, Meta(ge=least, le=most)]
    values = tuple(value for value in field.values if not is_absent(value))
    return Literal[values] if field.type == "choice" and values else None


def _all_of(attributes: list[str]) -> Callable[[Any], tuple[Any, ...]]:
    """What several attributes hold, also where they are one or none."""
    if len(attributes) > 1:
        return attrgetter(*attributes)
    return lambda said: tuple([getattr(said, name) for name in attributes])
