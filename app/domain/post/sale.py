"""A sale as one value: everything that is committed together before `accepted` is answered."""

from typing import Literal

import msgspec

from app.domain.checks.retain import DueRetain
from app.domain.duplicate import Sighting
from app.domain.identity import Person
from app.wire.ping import Leg
from app.wire.post import PostAnswer


class CapUse(msgspec.Struct, frozen=True, array_like=True):
    """What a sale takes of one counter: refused with `reason` (detail `name`) where it would pass `limit`."""

    counter: str
    name: str
    reason: str
    limit: int
    amount: int


class Evidence(msgspec.Struct, frozen=True, array_like=True):
    """One piece of proof, sealed: `sha256` is that of the plain bytes.

    `kind` is "post", "ping", "consent", or "check NAME NUMBER" for an exchange with a provider.
    """

    kind: str
    sha256: str
    sealed: bytes


class Sale(msgspec.Struct, frozen=True, kw_only=True):
    """A post that every rule admits. Whether it is sold is decided by the transaction that takes it.

    `nonce` is hex. `certificates` are keyed digests (hex). A person sold after `duplicate_since` (UTC epoch seconds)
    within `duplicate_scope` is a duplicate. `identity` and `evidence` are sealed; `seller_lead_id` and `sub_id` are
    not, and say who nobody is. `decision` is the JSON of the ping's decision, `None` where a restart lost it.
    `retains` are certificates that must still be stored. `change` is what other replicas are told, empty where there
    are none.
    """

    lead_id: str
    seller: str
    nonce: str
    ping_id: str
    campaign: str
    vertical: str
    leg: Leg
    price_cents: int
    test: bool
    sold_at: float
    zip: str
    state: str
    person: Person
    certificates: tuple[str, ...]
    duplicate_since: float
    duplicate_scope: Literal["campaign", "vertical", "buyer"]
    cap_uses: tuple[CapUse, ...]
    identity: bytes
    evidence: tuple[Evidence, ...]
    seller_lead_id: str = ""
    sub_id: str = ""
    decision: bytes | None
    config_hash: str
    model_version: str
    destinations: tuple[str, ...]
    answer: PostAnswer
    retains: tuple[DueRetain, ...] = ()
    change: bytes = b""


class KeptAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to a post as it is kept, so that a retry by the same person gets the same bytes.

    `code` is the true reason, which the answer may not disclose; empty for a sale.
    """

    seller: str
    nonce: str
    person: Person
    answer: PostAnswer
    kept_at: float
    code: str = ""


class PostFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What the database knows when a post comes: an earlier answer, the person, and who holds the certificate."""

    kept: KeptAnswer | None = None
    certificate_holders: tuple[Person, ...] = ()
    suppressed: bool = False
    sightings: tuple[Sighting, ...] = ()
