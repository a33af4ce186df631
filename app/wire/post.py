"""A post, with the person and the proof of consent, and its answer."""

from typing import Literal

import msgspec

from app.wire.ping import Value

PostStatus = Literal["accepted", "duplicate", "rejected", "reping", "error"]


class Contact(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who the consumer is, as posted; normalized only by the rules that compare it."""

    first_name: str = ""
    last_name: str = ""
    phone: str = ""
    email: str = ""
    address: str = ""
    city: str = ""
    state: str = ""
    zip: str = ""
    birth_date: str = ""

    def __repr__(self) -> str:
        return "Contact(***)"

    __str__ = __repr__


class Post(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A lead with its identity and consent; `ping_id` is any of the ids our bids carried."""

    ping_id: str
    contact: Contact
    vertical: str = ""
    zip: str = ""
    state: str = ""
    created_at: float | None = None
    seller_lead_id: str = ""
    sub_id: str = ""
    ip_address: str = ""
    user_agent: str = ""
    landing_page: str = ""
    tcpa_consent: bool | None = None
    tcpa_text: str = ""
    consent_at: float | None = None
    trustedform_cert_url: str = ""
    leadid_token: str = ""
    test: bool = False
    fields: dict[str, Value] = {}


class PostAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a post. It is stored as a whole, so that a retry gets the same bytes."""

    status: PostStatus
    ping_id: str
    lead_id: str = ""
    price_cents: int = 0
    reason: str = ""
    reason_code: str = ""
    redirect_url: str = ""
    warnings: tuple[str, ...] = ()
    test: bool = False
