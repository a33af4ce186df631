"""What one seller's ping or post in one vertical may hold: each field's names and its reader, built once."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from operator import attrgetter, itemgetter
from typing import Literal, NamedTuple

import msgspec

from app.dialects.hints import LOST, hint_of
from app.dialects.names import IGNORED, KEY_LENGTH_MAX, UNSETTLED, Names, Route, names_for
from app.dialects.text import Scalar, alike, words
from app.dialects.values import agreement, fields, kinds, people
from app.dialects.values.guard import IDENTITY
from app.dialects.values.kinds import Usual, ValueReader
from app.domain.seller import Seller
from app.domain.vertical import Vertical

Part = Literal["lead", "contact", "fields", "unsettled"]
PARTS: tuple[Part, ...] = ("lead", "contact", "fields", "unsettled")

CERTIFICATES = ("trustedform_cert_url", "trustedform_ping_url", "leadid_token")

_URL_MAX = 2_048
_ID_MAX = 128
DEADLINE_MS_MAX = 60_000
LEGS_MAX = 100


class Slot(NamedTuple):
    """A canonical field: where its value goes (part of the request and attribute there) and how it is read."""

    name: str
    part: Part
    attribute: str
    read: ValueReader


_PLANS_MAX = 512
"""Sets of keys whose plans are remembered. A seller that leaves out what it does not know has some seventy, and each
costs as much to find as three pings."""


class PlanPart(msgspec.Struct, frozen=True, array_like=True):
    """The fields of one part of a request: their attributes, and their place among all that are read."""

    part: Part
    attributes: tuple[str, ...]
    place: slice


class ReadingPlan(msgspec.Struct, frozen=True, kw_only=True):
    """How a request with certain keys is read: found once, since a seller sends the same keys with every lead.

    `slots` are the fields that stand there under one name, `said_of` gets them from it and `readers` read them, all in
    order of their part, of which `parts` tells. So the loop over the fields of every request runs in C. `contested`
    are those that stand there under several names, with their keys, first what counts first. `named` are the keys of
    every known name, in that order too. `strays` are the unknown keys, with what each may mean. `objects` are known
    fields in whose place stands an object of which no name is known, with the keys of what is in it.
    """

    slots: tuple[Slot, ...]
    said_of: Callable[[Mapping[str, Scalar]], Iterable[Scalar]]
    readers: tuple[ValueReader, ...]
    parts: tuple[PlanPart, ...]
    contested: tuple[tuple[Slot, tuple[str, ...]], ...]
    named: dict[str, tuple[str, ...]]
    strays: tuple[tuple[str, str], ...]
    objects: tuple[tuple[Slot, tuple[str, ...]], ...]

    def keys_of(self, name: str) -> tuple[str, ...]:
        """The keys that mean this field, those first that count first."""
        return self.named.get(name, ())


class Layout(msgspec.Struct, frozen=True, kw_only=True):
    """Everything needed to read one kind of request of one seller.

    `slots` are in the order in which their faults are reported. `required` names fields of the vertical, `needed` every
    field of which a value that cannot be read refuses the request; any other such value is left out. `texts` names
    the fields into which a seller may write what it likes, `choices` those of which it should know the values.
    """

    seller: Seller
    vertical: Vertical | None
    names: Names
    slots: dict[str, Slot]
    required: tuple[str, ...]
    needed: frozenset[str]
    texts: tuple[str, ...]
    choices: tuple[str, ...]
    plans: dict[tuple[str, ...], ReadingPlan]

    def plan_of(self, keys: tuple[str, ...]) -> ReadingPlan:
        """The plan for a request with these keys."""
        plan = self.plans.get(keys)
        if plan is None:
            if len(self.plans) >= _PLANS_MAX:
                self.plans.clear()
            plan = self.plans[keys] = self._planned(keys)
        return plan

    def _planned(self, keys: tuple[str, ...]) -> ReadingPlan:
        meant: dict[str, list[str]] = {}
        strays = []
        for key in keys:
            name = self.names.name_of(key)
            hint = self._hint_of(key, name)
            if name is None or hint:
                strays.append((key, hint))
            if name is not None:
                meant.setdefault(name, []).append(key)
        named = {name: tuple(self.names.ranked(same_field)) for name, same_field in meant.items()}
        plain: dict[str, Slot] = {}
        contested = []
        for name, same_field in named.items():
            slot = self.slots.get(name)
            if slot is None:
                continue
            if len(same_field) > 1:
                contested.append((slot, same_field))
            else:
                plain[same_field[0]] = slot
        plain = dict(sorted(plain.items(), key=lambda each: PARTS.index(each[1].part)))
        return ReadingPlan(
            slots=tuple(plain.values()),
            said_of=_getter(tuple(plain)),
            readers=tuple([slot.read for slot in plain.values()]),
            parts=tuple(_parts(list(plain.values()))),
            contested=tuple(contested),
            named=named,
            strays=tuple(strays),
            objects=tuple(self._objects(keys, strays)),
        )

    def _objects(
        self, keys: Iterable[str], strays: Iterable[tuple[str, str]]
    ) -> Iterator[tuple[Slot, tuple[str, ...]]]:
        """Known fields that are objects here, but for those in which anything is known: they only group it."""
        unknown = {key: hint for key, hint in strays if "." in key}
        grouping = {above for key in keys if key not in unknown for above in (key, *_above(key))}
        inside: dict[str, list[str]] = {}
        for key, hint in unknown.items():
            above = next((above for above in _above(key) if self._is_one_value(above)), "")
            # A name within a time may seem to speak of consent where the time's own name does.
            if hint and not (hint == "tcpa_text" and self.names.name_of(above) in _TIMES):
                grouping.update(_above(key))
            elif above and alike(key.rpartition(".")[2]) not in _REMARKS:
                inside.setdefault(above, []).append(key)
        for above, within in inside.items():
            if above not in grouping:
                yield self.slots[self.names.name_of(above) or ""], tuple(within)

    def _is_one_value(self, key: str) -> bool:
        """Whether a key is that of a field whose values have no parts, as most of a contact's have."""
        slot = self.slots.get(self.names.name_of(key) or "")
        return slot is not None and (slot.part in ("lead", "fields") or slot.name == "city")

    def _hint_of(self, key: str, name: str | None) -> str:
        """What an unknown key may mean, or one that is of no use but where it stands in an object."""
        is_inside = name == IGNORED and ("." in key or "[" in key)
        if len(key) > KEY_LENGTH_MAX or not (name is None or is_inside):
            return ""
        hint = hint_of(key, self.names.name_of)
        return hint if name is None or hint.startswith(LOST) else ""


_LEAD: dict[str, ValueReader] = {
    "zip": fields.zip_code,
    "state": fields.state,
    "created_at": fields.moment,
    "seller_lead_id": kinds.identifier(_ID_MAX),
    "sub_id": kinds.text(_ID_MAX),
    "ip_address": fields.ip_address,
    "landing_page": kinds.text(_URL_MAX),
    "tcpa_consent": Usual(kinds.BOOLEANS, agreement.agreement).__getitem__,
    "trustedform_cert_url": fields.trustedform,
    "leadid_token": fields.leadid,
    "test": fields.test_flag,
}
PING_READERS = _LEAD | {
    "lead_type": fields.lead_type,
    "max_legs": kinds.integer(0, LEGS_MAX),
    "min_price": fields.min_price,
    "deadline_ms": fields.deadline_ms(DEADLINE_MS_MAX),
    "sub_id": kinds.guarded(kinds.text(_ID_MAX)),
    "ip_address": fields.network,
    "landing_page": fields.landing_page,
    "trustedform_cert_url": kinds.guarded_id(fields.trustedform, fields.is_trustedform),
    "consent_at": fields.moment_if_any,
    "trustedform_ping_url": kinds.guarded_id(fields.trustedform, fields.is_trustedform),
    "leadid_token": kinds.guarded_id(fields.leadid, fields.is_leadid),
    "phone_hash": fields.hashed,
    "email_hash": fields.hashed,
    "hash_type": kinds.text(_ID_MAX),
}
POST_READERS = _LEAD | {
    "consent_at": fields.moment,
    "user_agent": kinds.text(512),
    "tcpa_text": agreement.consent_text,
}
CONTACT_READERS: dict[str, ValueReader] = {
    "first_name": people.name(100),
    "last_name": people.name(100),
    "name": people.name(200),
    "phone": people.phone,
    "email": people.email,
    "address": people.name(200),
    "city": people.name(100),
    "birth_date": people.birth_date,
}

_TIMES = frozenset({"created_at", "consent_at"})
_REMARKS = words("class currency format id label lang nil null precision required type tz unit")
"""Attributes of XML's elements, also of empty ones, as `xsi:nil`: they are no part of a value."""

_WISHES = frozenset({"max_legs", "min_price", "deadline_ms"})
"""What a seller may say of its auction and no rule of a campaign reads."""

ATTRIBUTES = {"min_price": "min_price_cents"}

_built: dict[tuple[str, str, Route], Layout] = {}


def layout_of(seller: Seller, vertical: Vertical | None, route: Route) -> Layout:
    """The layout of these very values; after a reload it is built anew from what then stands declared."""
    key = (seller.name, vertical.name if vertical is not None else "", route)
    layout = _built.get(key)
    if layout is None or layout.seller is not seller or layout.vertical is not vertical:
        layout = _built[key] = _build(seller, vertical, route)
    return layout


def _build(seller: Seller, vertical: Vertical | None, route: Route) -> Layout:
    fields_all = vertical.fields if vertical is not None else ()
    asked = [field for field in fields_all if field.known_at_ping or route == "post"]
    slots = _slots(PING_READERS if route == "ping" else POST_READERS, "lead")
    slots |= _slots(dict.fromkeys(IDENTITY, fields.personal) if route == "ping" else CONTACT_READERS, "contact")
    slots |= _slots({field.name: kinds.reader_of(field) for field in asked}, "fields")
    slots |= _slots(dict.fromkeys(UNSETTLED, kinds.anything), "unsettled")
    for name in seller.value_maps.keys() & slots.keys():
        slots[name] = slots[name]._replace(read=kinds.mapped(slots[name].read, seller.value_maps[name]))
    required = tuple(field.name for field in asked if field.required)
    ruled = vertical.read_by_rules if vertical is not None else ()
    return Layout(
        seller=seller,
        vertical=vertical,
        names=names_for(seller, vertical, route),
        slots=slots,
        required=required,
        needed=frozenset({*slots} - _WISHES - {field.name for field in asked} | {*required, *ruled}),
        texts=("sub_id", *[field.name for field in asked if field.type == "text"]),
        choices=tuple([field.name for field in asked if field.type == "choice"]),
        plans={},
    )


def _above(key: str) -> Iterator[str]:
    """The keys of all objects around a key, the innermost first."""
    while "." in key:
        key = key.rpartition(".")[0]
        yield key


def _getter(keys: tuple[str, ...]) -> Callable[[Mapping[str, Scalar]], Iterable[Scalar]]:
    """What gets the values of these keys, also where they are one or none."""
    if len(keys) > 1:
        return itemgetter(*keys)
    return lambda raw: [raw[key] for key in keys]


def _parts(slots: Sequence[Slot]) -> Iterator[PlanPart]:
    begin = 0
    for part, group in groupby(slots, attrgetter("part")):
        attributes = tuple([slot.attribute for slot in group])
        end = begin + len(attributes)
        yield PlanPart(part, attributes, slice(begin, end))
        begin = end


def _slots(readers: Mapping[str, ValueReader], part: Part) -> dict[str, Slot]:
    return {name: Slot(name, part, ATTRIBUTES.get(name, name), read) for name, read in readers.items()}
