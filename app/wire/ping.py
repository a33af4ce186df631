"""A ping, which holds no identity, and its answer."""

from typing import Literal

import msgspec

Value = str | int | float | bool
"""A scalar as a vertical's field holds it after reading."""

Leg = Literal["exclusive", "shared"]
LeadType = Literal["exclusive", "shared", "any"]
HashType = Literal["sha256", "sha1", "md5"]


USUAL_DEADLINE_MS = 300
"""How long a seller waits that does not say."""


class Ping(msgspec.Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True):
    """A lead without identity, in canonical names.

    Absent text is the empty string, placeholders included. Hashes stand as keyed digests
    only (`phone_digest`, `email_digest`: 16 hex digits), the seller's own hash is dropped on arrival. So are the
    consumer's traces that no decision reads: browser, consent text, and all of `ip_address` but its network.
    `created_at` is UTC epoch seconds, `None` when the seller named no time. `scenario` is the outcome that a test asks
    for by a flag of its platform.
    """

    vertical: str
    zip: str
    state: str = ""
    lead_type: LeadType = "any"
    max_legs: int = 0
    min_price_cents: int = 0
    deadline_ms: int = USUAL_DEADLINE_MS
    created_at: float | None = None
    seller_lead_id: str = ""
    sub_id: str = ""
    ip_address: str = ""
    landing_page: str = ""
    tcpa_consent: bool | None = None
    trustedform_cert_url: str = ""
    trustedform_ping_url: str = ""
    leadid_token: str = ""
    phone_digest: str = ""
    email_digest: str = ""
    test: bool = False
    scenario: str = ""
    fields: dict[str, Value] = {}


class Bid(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """One leg we would buy; `bid_id` is what the post must carry."""

    bid_id: str
    type: Leg
    price_cents: int
    brand: str


class PingAnswer(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """Bids, best first, or one refusal (`bids` empty, `reason_code` set).

    `expires_at` is UTC epoch seconds and 0 on a refusal. `test` where nothing can come of it.
    """

    status: Literal["accepted", "rejected", "error"]
    ping_id: str
    bids: tuple[Bid, ...] = ()
    expires_in: int = 0
    expires_at: int = 0
    reason: str = ""
    reason_code: str = ""
    warnings: tuple[str, ...] = ()
    test: bool = False
