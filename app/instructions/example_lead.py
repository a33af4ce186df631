"""The made-up lead of the samples: everything that this buyer asks for, in our own names and in the seller's."""

from collections.abc import Mapping
from math import ceil
from typing import Any

from msgspec.structs import replace

from app.dialects.dialect import Dialect
from app.dialects.layout import layout_of
from app.dialects.sending import Sending
from app.dialects.values.kinds import reader_of
from app.domain.buyer import Buyer
from app.domain.campaign import Campaign
from app.domain.seller import Seller
from app.domain.vertical import Field, Vertical
from app.wire.ping import Value

DEADLINE_MS = 5_000
"""As long as the samples wait, which is the least that platforms do."""


def example_lead(buyer: Buyer, vertical: Vertical, campaigns: tuple[Campaign, ...], number: int) -> dict[str, Value]:
    """A lead that these campaigns could buy, `number` telling it from others; its ZIP asks a test for a bid."""
    policies = [campaign.consent for campaign in campaigns]
    pages = sorted(page for policy in policies for page in policy.landing_domains) or ["quotes.example"]
    topic = (*vertical.consent_words, vertical.title)[0]
    token = {"leadid_token": f"4F0C2D1A-93B7-4E58-A6C1-{number:012X}"}
    return {
        "vertical": vertical.name,
        "zip": "00001",
        "state": "TX",
        "seller_lead_id": f"T-{1000 + number}",
        "sub_id": "search-7",
        "deadline_ms": DEADLINE_MS,
        "ip_address": "203.0.113.7",
        "landing_page": f"https://{pages[0]}/start",
        "tcpa_consent": True,
        "trustedform_cert_url": f"https://cert.trustedform.com/{number:040x}",
        **(token if any(policy.certificate == "leadid" for policy in policies) else {}),
        **{field.name: value_of(field) for field in vertical.fields},
        "first_name": "Maria",
        "last_name": "Lopez",
        "phone": "5124612234",
        "email": "maria.lopez@mail-fairmont.net",
        "tcpa_text": f"I agree that {buyer.brands[0]} may call and text me about {topic} at the number I gave.",
    }


def asked_at_ping(seller: Seller, vertical: Vertical, lead: Mapping[str, Value]) -> dict[str, Value]:
    """The part of a lead that is read of a ping: nothing that says who the consumer is."""
    slots = layout_of(seller, vertical, "ping").slots
    return {
        name: value
        for name, value in lead.items()
        if name == "vertical" or (name in slots and slots[name].part != "contact")
    }


def value_of(field: Field) -> Value:
    """A value that the field admits: its example as it is read, or else the first or least that there is."""
    example = reader_of(field)(field.example)
    if isinstance(example, str | int | float):
        return example
    if field.type == "boolean":
        return True
    if field.type in ("integer", "number"):
        return _least(field)
    if field.type == "choice":
        return field.values[0]
    return "1980-05-05" if field.type == "date" else "as the consumer wrote it"


def _least(field: Field) -> Value:
    least = (
        field.minimum if field.minimum is not None else min(1.0, field.maximum if field.maximum is not None else 1.0)
    )
    return ceil(least) if field.type == "integer" else least


def sending_of(seller: Seller, dialect: Dialect) -> Sending:
    """How this seller sends a lead: as its platform does, but for what it has names of its own for."""
    sends, own = dialect.sends, {ours: theirs for theirs, ours in reversed(seller.aliases.items())}
    return replace(sends, names={**sends.names, **own}, id=own.get("ping_id", seller.bid_id_key or sends.id))


def in_its_words(seller: Seller, vertical: Vertical, lead: Mapping[str, Value]) -> dict[str, Value]:
    """A lead with the seller's own words for values, where it has some."""
    return {name: _value_sent(seller, vertical, name, value) for name, value in lead.items()}


def _value_sent(seller: Seller, vertical: Vertical, name: str, value: Value) -> Value:
    read: Any = next((reader_of(field) for field in vertical.fields if field.name == name), str)
    theirs = [sent for sent, ours in seller.value_maps.get(name, {}).items() if read(ours) == value]
    return theirs[0] if theirs else value
