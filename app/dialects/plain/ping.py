"""The quick first reading of a ping: what is plain is read at once, by the types of its fields.

Whatever is written otherwise, be it in one field, is undecided here and read by `generic`, which reads what is plain
just so.
"""

from collections.abc import Mapping
from operator import attrgetter
from typing import Any

from msgspec import UNSET

from app.dialects.layout import ATTRIBUTES, CERTIFICATES, PING_READERS
from app.dialects.plain.form import ODD, READ, PlainForms, PlainLead
from app.dialects.values.guard import is_personal
from app.domain.consent.certificate import CERTIFICATE_ID_MIN, holds_id_of
from app.domain.seller import Seller
from app.domain.vertical import Vertical
from app.wire.ping import Ping

_READERS = [(ATTRIBUTES.get(name, name), PING_READERS[name]) for name in READ]
_said = attrgetter(*READ)


class PlainPings:
    """Reads the plain pings of one seller."""

    def __init__(self, seller: Seller, verticals: Mapping[str, Vertical]) -> None:
        self.seller = seller
        self.verticals = verticals
        self._forms = PlainForms(PlainLead, seller, verticals, "ping")

    def read(self, body: bytes) -> Ping | None:
        """The ping, and `None` for whatever is not as plain as that."""
        found = self._forms.said_in(body)
        if found is None:
            return None
        form, said = found
        lead = _lead_of(said)
        if not ODD.isdisjoint(map(type, lead.values())):
            return None
        fields = form.fields_of(said)
        if fields is None or _names_somebody(lead, fields, form.texts):
            return None
        return Ping(
            vertical=form.vertical.name,
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


def _names_somebody(lead: Mapping[str, Any], fields: Mapping[str, Any], texts: tuple[str, ...]) -> bool:
    """Whether a text or a number of the seller's says who the consumer is, or repeats a certificate."""
    for name in texts:
        text = lead.get(name) or fields.get(name, "")
        if len(text) >= CERTIFICATE_ID_MIN and holds_id_of(text, *[lead.get(each, "") for each in CERTIFICATES]):
            return True
    return "seller_lead_id" in lead and is_personal(lead["seller_lead_id"])
