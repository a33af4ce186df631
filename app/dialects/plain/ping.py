"""The quick first reading of a ping: what is plain is read at once, by the types of its fields.

Whatever is written otherwise, be it in one field, is undecided here and read by `generic`, which reads what is plain
just so.
"""

from collections.abc import Mapping
from functools import reduce
from operator import attrgetter, or_
from types import NoneType
from typing import Any

import msgspec
from msgspec import UNSET

from app.dialects.layout import ATTRIBUTES, CERTIFICATES, PING_READERS, layout_of
from app.dialects.plain.form import READ, PlainForm, PlainLead, form_of
from app.dialects.values.guard import is_personal
from app.dialects.values.kinds import Noted, Trouble
from app.domain.consent.certificate import CERTIFICATE_ID_MIN, holds_id_of
from app.domain.seller import Seller
from app.domain.vertical import Vertical
from app.wire.ping import Ping

_LENGTH_MAX = 4_096
_ODD = frozenset({Noted, Trouble, NoneType})

_READERS = [(ATTRIBUTES.get(name, name), PING_READERS[name]) for name in READ]
_said = attrgetter(*READ)

_BACKSLASH, _LESS = b"\\<"
"""What a document within a field cannot do without; as numbers, which bytes are searched for more quickly."""


class PlainPings:
    """Reads the plain pings of one seller."""

    def __init__(self, seller: Seller, verticals: Mapping[str, Vertical]) -> None:
        self.seller = seller
        self.verticals = verticals
        named = _named_plainly(seller, verticals)
        self._forms = dict(filter(None, [form_of(layout_of(seller, each, "ping"), each) for each in named]))
        self._decoder = msgspec.json.Decoder[Any](reduce(or_, self._forms)) if self._forms else None

    def read(self, body: bytes) -> Ping | None:
        """The ping, and `None` for whatever is not as plain as that."""
        if self._decoder is None or len(body) > _LENGTH_MAX or _BACKSLASH in body or _LESS in body:
            return None
        try:
            said = self._decoder.decode(body)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return None
        form = self._forms[said.__class__]
        lead = _lead_of(said)
        if not _ODD.isdisjoint(map(type, lead.values())):
            return None
        fields = {
            name: value for name, value in zip(form.checked, form.checked_of(said), strict=True) if value is not UNSET
        }
        if form.readers and not _add_read(fields, form, said):
            return None
        if not form.required <= fields.keys() or _names_somebody(lead, fields, form.texts):
            return None
        return Ping(
            vertical=form.vertical,
            lead_type=said.lead_type,
            max_legs=said.max_legs,
            deadline_ms=said.deadline_ms,
            fields=fields,
            **lead,
        )


_built: dict[str, PlainPings] = {}


def plain_pings(seller: Seller, verticals: Mapping[str, Vertical]) -> PlainPings:
    """The reader of the plain pings of this very seller."""
    pings = _built.get(seller.name)
    if pings is None or pings.seller is not seller or pings.verticals is not verticals:
        pings = _built[seller.name] = PlainPings(seller, verticals)
    return pings


def _lead_of(said: PlainLead) -> dict[str, Any]:
    """What no type can check, by the readers of the usual way."""
    return {name: reader(raw) for (name, reader), raw in zip(_READERS, _said(said), strict=True) if raw is not UNSET}


def _add_read(fields: dict[str, Any], form: PlainForm, said: PlainLead) -> bool:
    """Add the fields of the vertical that a type cannot check; whether each of them is plain."""
    for (name, reader), raw in zip(form.readers.items(), form.read_of(said), strict=True):
        if raw is UNSET:
            continue
        fields[name] = value = reader(raw)
        if value.__class__ in _ODD:
            return False
    return True


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
