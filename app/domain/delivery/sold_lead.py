"""A bought lead as the buyer's CRM receives it: one document, whose keys are always all there."""

from typing import Any

import msgspec
from msgspec.structs import asdict

from app.domain.calendar import utc_text
from app.domain.calling.window import CallingWindow
from app.wire.ping import Leg, Value
from app.wire.post import Contact


class ConsentProof(msgspec.Struct, frozen=True, kw_only=True):
    """What shows that the consumer asked to be called; `consent_at` is UTC epoch seconds."""

    trustedform_cert_url: str = ""
    leadid_token: str = ""
    tcpa_text: str = ""
    consent_at: float | None = None
    ip_address: str = ""
    landing_page: str = ""
    user_agent: str = ""


class SoldLead(msgspec.Struct, frozen=True, kw_only=True):
    """A lead that a seller sold us; `fields` are those of its vertical, `sold_at` is UTC epoch seconds.

    `seller_lead_id` and `sub_id` are the seller's own words for it and for its source. `calling` says when it may be
    called.
    """

    lead_id: str
    ping_id: str
    seller: str
    campaign: str
    vertical: str
    leg: Leg
    price_cents: int
    sold_at: float
    test: bool
    seller_lead_id: str = ""
    sub_id: str = ""
    contact: Contact
    consent: ConsentProof
    calling: CallingWindow = CallingWindow()
    fields: dict[str, Value] = {}

    def __repr__(self) -> str:
        return f"SoldLead(lead_id={self.lead_id!r}, ***)"

    __str__ = __repr__


LeadDocument = dict[str, Any]
"""What `lead_document` makes: JSON values only, so that it can be stored and read back unchanged."""

LEAD_PATHS = frozenset(
    [name for name in SoldLead.__struct_fields__ if name not in ("contact", "consent", "calling", "fields")]
    + ["price"]
    + [f"contact.{name}" for name in Contact.__struct_fields__]
    + [f"consent.{name}" for name in ConsentProof.__struct_fields__]
    + [f"calling.{name}" for name in CallingWindow.__struct_fields__]
)
"""Every dot path of the document, but for `fields.*`, whose names belong to the vertical."""


def lead_document(lead: SoldLead) -> LeadDocument:
    """The document of this lead: times are ISO 8601 in UTC, `price` is in dollars, absent text is empty."""
    document = asdict(lead)
    document["price"] = lead.price_cents / 100
    document["sold_at"] = utc_text(lead.sold_at)
    document["contact"] = asdict(lead.contact)
    document["consent"] = asdict(lead.consent)
    document["consent"]["consent_at"] = "" if lead.consent.consent_at is None else utc_text(lead.consent.consent_at)
    document["calling"] = asdict(lead.calling)
    document["fields"] = dict(lead.fields)
    return document
