"""What the service answers to a test, found by the code that answers it: read, decided or judged, and written."""

from collections.abc import Mapping
from typing import Literal

import msgspec
from msgspec.structs import replace

from app.dialects import generic
from app.dialects.platforms.dialect import Dialect
from app.dialects.reading import Reading
from app.dialects.text import Scalar
from app.domain.auction.decide import decide
from app.domain.auction.snapshot import Snapshot
from app.domain.campaign import Campaign
from app.domain.catalogue import Catalogue
from app.domain.identity import Person
from app.domain.post.judge import PostCase, judge
from app.domain.post.sale import PostFacts
from app.domain.pricing.exploration import Draw
from app.domain.reasons import Refusal, disclosed, status_of
from app.domain.seller import Seller
from app.domain.token import NO_CERTIFICATE, BidToken
from app.wire.ping import Bid, Leg, PingAnswer
from app.wire.post import Post, PostAnswer

NOW = 1_795_273_260
"""When the samples were answered: times in them are marked."""

LINE_ID = "5f0c3a9b1e7d2468ace02b4d"
LEAD_ID = "9d41c0a7e5b32f6880aa1c24"
"""Stand-ins for what is another one each time."""


class Promise(msgspec.Struct, frozen=True, kw_only=True):
    """A bid as its post needs it."""

    ping_id: str
    price_cents: int
    campaign: str
    leg: Leg


def pinged(
    catalogue: Catalogue, seller: Seller, dialect: Dialect, fields: Mapping[str, Scalar], ping_id: str
) -> tuple[PingAnswer, Promise | None]:
    """The answer to a test ping of this seller, whose bid would be named `ping_id`."""
    reading = generic.read_ping(fields, seller, catalogue.verticals, lambda _algorithm, hashed: hashed[:16])
    if isinstance(reading.value, Refusal):
        return refused_ping(reading.value, seller, reading.warnings), None
    ping = replace(reading.value, test=True, scenario=dialect.requested_outcome(fields))
    decision = decide(ping, Snapshot(catalogue=catalogue, seller=seller), float(NOW), Draw(0.5, 0.5))
    if decision.refusal is not None:
        return refused_ping(decision.refusal, seller, reading.warnings), None
    best, lifetime_s = decision.bids[0], catalogue.buyer.bid_lifetime_s
    bids = tuple(
        Bid(bid_id=ping_id, type=offer.leg, price_cents=offer.price_cents, brand=offer.brand) for offer in decision.bids
    )
    answer = PingAnswer(
        status="accepted",
        ping_id=ping_id,
        bids=bids,
        expires_in=lifetime_s,
        expires_at=NOW + lifetime_s,
        warnings=reading.warnings,
    )
    return answer, Promise(ping_id=ping_id, price_cents=best.price_cents, campaign=best.campaign, leg=best.leg)


def refused_ping(refusal: Refusal, seller: Seller | None, warnings: tuple[str, ...] = ()) -> PingAnswer:
    """A ping's no, as this seller is told it."""
    code, sentence = disclosed(refusal, seller.disclosure if seller is not None else "full")
    status: Literal["rejected", "error"] = "error" if refusal.code == "internal" else "rejected"
    return PingAnswer(status=status, ping_id=LINE_ID, reason=sentence, reason_code=code, warnings=warnings)


def posted(catalogue: Catalogue, seller: Seller, fields: Mapping[str, Scalar], promise: Promise) -> PostAnswer:
    """The answer to the test post that a seller sends to this bid while it lives."""
    campaign = catalogue.campaigns[promise.campaign]
    vertical = catalogue.verticals[campaign.vertical]
    reading = generic.read_post(fields, seller, catalogue.verticals, vertical)
    verdict = reading.value if isinstance(reading.value, Refusal) else _judged(catalogue, campaign, reading, promise)
    if isinstance(verdict, Refusal):
        return refused_post(verdict, seller, promise.ping_id, reading.warnings)
    return PostAnswer(
        status="accepted",
        ping_id=promise.ping_id,
        lead_id=LEAD_ID,
        price_cents=promise.price_cents,
        warnings=reading.warnings,
    )


def refused_post(refusal: Refusal, seller: Seller, ping_id: str, warnings: tuple[str, ...] = ()) -> PostAnswer:
    """A post's no, as this seller is told it."""
    code, sentence = disclosed(refusal, seller.disclosure)
    return PostAnswer(
        status=status_of(refusal.code), ping_id=ping_id, reason=sentence, reason_code=code, warnings=warnings
    )


def _judged(catalogue: Catalogue, campaign: Campaign, reading: Reading[Post], promise: Promise) -> Refusal | None:
    """What speaks against the post of a lead that nobody has seen before, by the person whom its ping was about."""
    assert isinstance(reading.value, Post)
    bid = BidToken(
        expires_at=NOW + catalogue.buyer.bid_lifetime_s,
        price_cents=promise.price_cents,
        campaign=b"",
        leg=promise.leg,
        test=True,
        nonce=b"",
        terms=b"",
        certificate=NO_CERTIFICATE,
    )
    case = PostCase(
        post=replace(reading.value, test=True),
        bid=bid,
        campaign=campaign,
        vertical=catalogue.verticals[campaign.vertical],
        buyer=catalogue.buyer,
        person=Person(),
        same_terms=True,
        same_certificate=True,
        facts=PostFacts(),
        zip_states=catalogue.zip_states,
    )
    verdict = judge(case, float(NOW))
    return verdict if isinstance(verdict, Refusal) else None
