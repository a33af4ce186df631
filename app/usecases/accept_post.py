"""A post becomes a sale, or gets the one reason why not: gather what is known, judge, commit, and only then say so."""

import hashlib

import msgspec

from app.domain.calendar import local_time
from app.domain.campaign import Campaign
from app.domain.decide import Offer
from app.domain.identity import Person, person
from app.domain.judge import PostCase, judge
from app.domain.keyed import digest
from app.domain.reasons import REASONS, Refusal, disclosed
from app.domain.sale import CapUse, Evidence, KeptAnswer, PostFacts, Sale
from app.domain.seller import Seller
from app.domain.sold_lead import ConsentProof, SoldLead, lead_document
from app.domain.token import NO_CERTIFICATE, BidToken, looks_like_token, read
from app.domain.vertical import Vertical
from app.journal.lines import PostLine
from app.usecases.book import LiveBid
from app.usecases.desk import Desk
from app.usecases.digests import certificate_digests, lead_terms
from app.wire.post import Post, PostAnswer, PostStatus

_STATUS: dict[str, PostStatus] = {
    "ping_expired": "reping",
    "ping_unknown": "reping",
    "duplicate": "duplicate",
    "internal": "error",
}


class Ticket(msgspec.Struct, frozen=True, kw_only=True):
    """A bid of ours as a post names it: `ping_id` is its text, `bid` what it says where it is truly ours."""

    ping_id: str
    bid: BidToken | None = None
    campaign: Campaign | None = None
    vertical: Vertical | None = None


def open_ticket(desk: Desk, ping_id: str) -> Ticket:
    """What stands behind a post's ping_id: nothing, where it is forged, cut, or of a campaign nobody remembers."""
    bid = read(ping_id, desk.keys.signing) if looks_like_token(ping_id) else None
    campaign = desk.catalogue.campaign_of(bid.campaign) if bid is not None else None
    vertical = desk.catalogue.verticals.get(campaign.vertical) if campaign is not None else None
    return Ticket(ping_id=ping_id, bid=bid, campaign=campaign, vertical=vertical)


async def accept_post(
    desk: Desk,
    seller: Seller,
    ticket: Ticket,
    reading: Post | Refusal,
    raw: bytes,
    warnings: tuple[str, ...],
    now: float,
) -> PostAnswer:
    """The answer to one post. `raw` is the body as received, kept as evidence.

    Raises StoreUnavailable where nothing could be committed: then nothing is sold, and the seller may try again.
    """
    if isinstance(reading, Refusal):
        return _say(desk, seller.name, ticket, _refused(seller, ticket, reading, warnings), now, reading)
    if ticket.bid is None or ticket.campaign is None or ticket.vertical is None:
        refusal = Refusal("ping_unknown")
        return _say(desk, seller.name, ticket, _refused(seller, ticket, refusal, warnings), now, refusal)
    post = _located(desk, reading)
    whose = person(desk.keys.index, post.contact.phone, post.contact.email)
    facts = await _facts(desk, seller, ticket.bid, post, whose)

    verdict = judge(_case(desk, seller, ticket.bid, ticket.campaign, ticket.vertical, post, whose, facts), now)

    if isinstance(verdict, KeptAnswer):
        return _say(desk, seller.name, ticket, verdict.answer, now, None, kept=True)
    if isinstance(verdict, Refusal):
        answer = _refused(seller, ticket, verdict, warnings)
        if REASONS[verdict.code].kept:
            await desk.store.keep(
                KeptAnswer(
                    seller=seller.name,
                    nonce=ticket.bid.nonce.hex(),
                    person=whose,
                    answer=answer,
                    kept_at=now,
                    code=verdict.code,
                )
            )
        return _say(desk, seller.name, ticket, answer, now, verdict)
    sale = _sale(desk, seller, ticket.bid, ticket.campaign, post, whose, raw, warnings, now, ticket.ping_id)
    result = await desk.store.sell(sale, lambda refusal: _refused(seller, ticket, refusal, warnings))
    if result.outcome == "sold":
        _remember(desk, seller, ticket.bid, ticket.campaign, sale)
    return _say(desk, seller.name, ticket, result.answer, now, result.refusal, kept=result.outcome == "repeated")


def refuse_post(desk: Desk, seller: Seller | None, ticket: Ticket, refusal: Refusal, now: float) -> PostAnswer:
    """The answer to a post that is not judged: no key, not readable, or the store is away. It is never kept."""
    code, sentence = disclosed(refusal, "full")
    answer = PostAnswer(
        status=_STATUS.get(refusal.code, "rejected"), ping_id=ticket.ping_id, reason=sentence, reason_code=code
    )
    return _say(desk, seller.name if seller is not None else "", ticket, answer, now, refusal)


async def find_post(desk: Desk, seller: Seller, ping_id: str) -> PostAnswer | None:
    """The answer kept for one of our bids to this seller, also long after the bid expired."""
    ticket = open_ticket(desk, ping_id)
    if ticket.bid is None:
        return None
    kept = await desk.store.kept_answer(seller.name, ticket.bid.nonce.hex())
    return kept.answer if kept is not None else None


def _located(desk: Desk, post: Post) -> Post:
    """With the state of its ZIP where the seller named none, as with its ping."""
    if post.state:
        return post
    return msgspec.structs.replace(post, state=desk.catalogue.zip_states.get(post.zip, ""))


async def _facts(desk: Desk, seller: Seller, bid: BidToken, post: Post, whose: Person) -> PostFacts:
    certificates = tuple([raw.hex() for raw in certificate_digests(desk.keys, post)])
    facts = await desk.store.gather_post(seller.name, bid.nonce.hex(), certificates, whose)
    # A test must have one answer whoever was bought meanwhile; only its own earlier answer counts.
    return PostFacts(kept=facts.kept) if bid.test else facts


def _case(
    desk: Desk,
    seller: Seller,
    bid: BidToken,
    campaign: Campaign,
    vertical: Vertical,
    post: Post,
    whose: Person,
    facts: PostFacts,
) -> PostCase:
    certificates = [raw[:6] for raw in certificate_digests(desk.keys, post)]
    return PostCase(
        post=post,
        bid=bid,
        campaign=campaign,
        vertical=vertical,
        buyer=desk.catalogue.buyer,
        person=whose,
        same_terms=_same_terms(desk, seller, bid, vertical, post),
        same_certificate=bid.certificate == NO_CERTIFICATE or bid.certificate in certificates,
        facts=facts,
        zip_states=desk.catalogue.zip_states,
    )


def _same_terms(desk: Desk, seller: Seller, bid: BidToken, vertical: Vertical, post: Post) -> bool:
    """Whether the post repeats its ping, under today's locked fields or those its bid was made under."""
    if post.vertical and post.vertical != vertical.name:
        return False
    locks = (vertical.locked, *desk.catalogue.former_locks.get(vertical.name, ()))
    return any(lead_terms(desk.keys, seller.name, vertical.name, post, locked) == bid.terms for locked in locks)


def _sale(
    desk: Desk,
    seller: Seller,
    bid: BidToken,
    campaign: Campaign,
    post: Post,
    whose: Person,
    raw: bytes,
    warnings: tuple[str, ...],
    now: float,
    ping_id: str,
) -> Sale:
    lead_id = digest(desk.keys.index, b"leadbid.lead", seller.name, bid.nonce.hex(), size=12).hex()
    live = desk.book.live(bid.nonce, now)
    offer = _offer(live, campaign, bid)
    lead = SoldLead(
        lead_id=lead_id,
        ping_id=ping_id,
        seller=seller.name,
        campaign=campaign.name,
        vertical=campaign.vertical,
        leg=bid.leg,
        price_cents=bid.price_cents,
        sold_at=now,
        test=bid.test,
        contact=msgspec.structs.replace(
            post.contact, zip=post.contact.zip or post.zip, state=post.contact.state or post.state
        ),
        consent=ConsentProof(
            trustedform_cert_url=post.trustedform_cert_url,
            leadid_token=post.leadid_token,
            tcpa_text=post.tcpa_text,
            consent_at=post.consent_at if post.consent_at is not None else post.created_at,
            ip_address=post.ip_address,
            landing_page=post.landing_page,
            user_agent=post.user_agent,
        ),
        fields=post.fields,
    )
    return Sale(
        lead_id=lead_id,
        seller=seller.name,
        nonce=bid.nonce.hex(),
        ping_id=ping_id,
        campaign=campaign.name,
        vertical=campaign.vertical,
        leg=bid.leg,
        price_cents=bid.price_cents,
        test=bid.test,
        sold_at=now,
        zip=post.zip,
        state=post.state,
        person=whose,
        certificates=tuple([item.hex() for item in certificate_digests(desk.keys, post)]),
        duplicate_since=now - campaign.duplicate_s,
        duplicate_scope=campaign.duplicate_scope,
        cap_uses=_cap_uses(campaign, seller, post, bid.price_cents, now),
        identity=desk.vault.seal(msgspec.json.encode(lead_document(lead)), lead_id),
        evidence=_evidence(desk, lead_id, raw, live, lead.consent),
        decision=msgspec.json.encode(offer) if offer is not None else None,
        config_hash=desk.catalogue.config_hash,
        model_version=offer.model if offer is not None else "",
        destinations=campaign.destinations,
        answer=PostAnswer(
            status="accepted", ping_id=ping_id, lead_id=lead_id, price_cents=bid.price_cents, warnings=warnings
        ),
    )


def _offer(live: LiveBid | None, campaign: Campaign, bid: BidToken) -> Offer | None:
    """The decision behind a bid; `None` where a restart lost it."""
    offers = live.decision.bids if live is not None else ()
    return next((offer for offer in offers if offer.campaign == campaign.name and offer.leg == bid.leg), None)


def _cap_uses(campaign: Campaign, seller: Seller, post: Post, price_cents: int, now: float) -> tuple[CapUse, ...]:
    return tuple(
        [
            CapUse(
                cap.counter(local_time(now, cap.zone), seller.name, post.zip, post.state),
                cap.name,
                cap.reason,
                cap.limit,
                cap.uses(price_cents),
            )
            for cap in (*campaign.caps, *seller.caps)
        ]
    )


def _evidence(
    desk: Desk, lead_id: str, raw: bytes, live: LiveBid | None, consent: ConsentProof
) -> tuple[Evidence, ...]:
    pieces = [("post", raw), ("consent", msgspec.json.encode(consent))]
    if live is not None:
        pieces.append(("ping", msgspec.json.encode(live.ping)))
    return tuple(
        [
            Evidence(kind, hashlib.sha256(piece).hexdigest(), desk.vault.seal(piece, f"{lead_id}/{kind}"))
            for kind, piece in pieces
        ]
    )


def _refused(seller: Seller, ticket: Ticket, refusal: Refusal, warnings: tuple[str, ...]) -> PostAnswer:
    code, sentence = disclosed(refusal, seller.disclosure)
    return PostAnswer(
        status=_STATUS.get(refusal.code, "rejected"),
        ping_id=ticket.ping_id if looks_like_token(ticket.ping_id) else "",
        reason=sentence,
        reason_code=code,
        warnings=warnings,
    )


def _remember(desk: Desk, seller: Seller, bid: BidToken, campaign: Campaign, sale: Sale) -> None:
    """After the commit: what the next ping must know, and delivery at once."""
    if sale.test:
        return
    desk.book.sold(bid.nonce, campaign, seller, sale.zip, sale.state, sale.price_cents, sale.sold_at)
    for name in sale.person.all:
        desk.people.add(name, sale.campaign, sale.vertical, sale.sold_at)
    for certificate in sale.certificates:
        desk.certificates.add(certificate)
    desk.quotas.posted(seller, sale.sold_at)
    desk.metrics.count("sales_total", seller.name, campaign.name)
    desk.metrics.count("spend_cents_total", seller.name, campaign.name, by=sale.price_cents)
    desk.sold()


def _say(
    desk: Desk,
    seller: str,
    ticket: Ticket,
    answer: PostAnswer,
    now: float,
    refusal: Refusal | None,
    *,
    kept: bool = False,
) -> PostAnswer:
    code = refusal.code if refusal is not None else answer.reason_code
    desk.metrics.count("posts_total", seller, answer.status, code)
    if code in ("cap_reached", "budget_exhausted") and not kept:
        desk.metrics.count("caps_refused_total", seller)
    desk.journal.append(
        PostLine(
            at=now,
            seller=seller,
            ping_id=answer.ping_id,
            status=answer.status,
            reason_code=code,
            detail=refusal.detail if refusal is not None else "",
            lead_id=answer.lead_id,
            campaign=ticket.campaign.name if ticket.campaign is not None else "",
            price_cents=answer.price_cents,
            kept=kept,
        )
    )
    return answer
