"""The service's answers to a test, simulated by the code that answers live: read, decided or judged."""

from collections.abc import Mapping
from typing import TypeVar

import msgspec
from msgspec.structs import replace

from app.dialects import generic
from app.dialects.dialect import Dialect
from app.dialects.reading import Reading
from app.dialects.text import Scalar
from app.domain.answers import bids_answer, note_of_test, refused_ping, refused_post, sale_answer
from app.domain.auction.decide import decide
from app.domain.auction.snapshot import Snapshot
from app.domain.campaign import Campaign
from app.domain.catalogue import Catalogue
from app.domain.identity import Person
from app.domain.post.judge import PostCase, judge
from app.domain.post.sale import PostFacts
from app.domain.pricing.exploration import Draw
from app.domain.reasons import Refusal
from app.domain.seller import Seller
from app.domain.token import NO_CERTIFICATE, BidToken
from app.wire.ping import Leg, PingAnswer
from app.wire.post import Post, PostAnswer

T = TypeVar("T")

NOW = 1_795_273_260
"""When the samples were answered; times in them are placeholders."""

LINE_ID = "5f0c3a9b1e7d2468ace02b4d"
LEAD_ID = "9d41c0a7e5b32f6880aa1c24"
"""Placeholders for ids, which differ in every answer."""


class SampleBid(msgspec.Struct, frozen=True, kw_only=True):
    """A bid as its post needs it."""

    ping_id: str
    price_cents: int
    campaign: str
    leg: Leg


def answer_ping(
    catalogue: Catalogue, seller: Seller, dialect: Dialect, fields: Mapping[str, Scalar], ping_id: str
) -> tuple[PingAnswer, SampleBid | None]:
    """The answer to a test ping of this seller, whose bid would be named `ping_id`."""
    reading = _noted(seller, generic.read_ping(fields, seller, catalogue.verticals, lambda _, hashed: hashed[:16]))
    if isinstance(reading.value, Refusal):
        return replace(refused_ping(reading.value, seller, LINE_ID, reading.warnings), test=True), None
    ping = replace(reading.value, test=True, scenario=dialect.requested_outcome(fields))
    decision = decide(ping, Snapshot(catalogue=catalogue, seller=seller), float(NOW), Draw(0.5, 0.5))
    if decision.refusal is not None:
        return replace(refused_ping(decision.refusal, seller, LINE_ID, reading.warnings), test=True), None
    best, lifetime_s = decision.bids[0], catalogue.buyer.bid_lifetime_s
    ids = [ping_id for _ in decision.bids]
    answer = bids_answer(decision.bids, ids, float(NOW), NOW + lifetime_s, reading.warnings)
    return replace(answer, test=True), SampleBid(
        ping_id=ping_id, price_cents=best.price_cents, campaign=best.campaign, leg=best.leg
    )


def answer_post(catalogue: Catalogue, seller: Seller, fields: Mapping[str, Scalar], bid: SampleBid) -> PostAnswer:
    """The answer to the test post that a seller sends to this bid while it lives."""
    campaign = catalogue.campaigns[bid.campaign]
    vertical = catalogue.verticals[campaign.vertical]
    reading = _noted(seller, generic.read_post(fields, seller, catalogue.verticals, vertical))
    refusal = reading.value if isinstance(reading.value, Refusal) else _judged(catalogue, campaign, reading.value, bid)
    if refusal is not None:
        return replace(refused_post(refusal, seller, bid.ping_id, reading.warnings), test=True)
    return replace(sale_answer(bid.ping_id, LEAD_ID, bid.price_cents, reading.warnings), test=True)


def _noted(seller: Seller, reading: Reading[T]) -> Reading[T]:
    """With what every answer to a test of a seller says that has not certified itself."""
    note = note_of_test(seller, is_live=seller.is_live(()))
    return replace(reading, warnings=(*reading.warnings, note), test=True)


def _judged(catalogue: Catalogue, campaign: Campaign, post: Post, bid: SampleBid) -> Refusal | None:
    """What speaks against the post of a lead that nobody has seen before, by the person whom its ping was about."""
    token = BidToken(
        expires_at=NOW + catalogue.buyer.bid_lifetime_s,
        price_cents=bid.price_cents,
        campaign=b"",
        leg=bid.leg,
        test=True,
        nonce=b"",
        terms=b"",
        certificate=NO_CERTIFICATE,
    )
    case = PostCase(
        post=replace(post, test=True),
        bid=token,
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
