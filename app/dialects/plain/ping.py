"""The quick first reading of a ping: what is plain is read at once, by the types of its fields.

Whatever is written otherwise, be it in one field, is undecided here and read by `generic`, which reads what is plain
just so.
"""

from collections.abc import Mapping
from functools import reduce
from operator import or_
from types import NoneType
from typing import Any

import msgspec

from app.dialects.layout import CERTIFICATES, layout_of
from app.dialects.plain.form import form_of
from app.dialects.values.guard import is_personal
from app.dialects.values.kinds import Noted, Trouble
from app.domain.consent.certificate import CERTIFICATE_ID_MIN, holds_id_of
from app.domain.seller import Seller
from app.domain.vertical import Vertical
from app.wire.ping import Ping

_LENGTH_MAX = 4_096
_ODD = frozenset({Noted, Trouble, NoneType})

_BACKSLASH, _LESS = b"\\<"
"""What a document within a field cannot do without; as numbers, which bytes are searched for more quickly."""


class PlainPings:
    """Reads the plain pings of one seller."""

    def __init__(self, seller: Seller, verticals: Mapping[str, Vertical]) -> None:
        self.seller = seller
        self.verticals = verticals
        forms = [form_of(layout_of(seller, each, "ping"), each) for each in _named_plainly(seller, verticals)]
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
