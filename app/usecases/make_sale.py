"""Builds the value that is committed for an accepted post: lead, evidence, caps, deliveries, answer."""

import hashlib

import msgspec
from msgspec.structs import replace

from app.certificates.evidence import ProviderExchange
from app.certificates.trustedform.answer import claim_by
from app.dialects.values.guard import is_personal
from app.domain.answers import sale_answer
from app.domain.auction.weighing import Offer
from app.domain.calling.window import CallingWindow, calling_window
from app.domain.catalogue import counted_caps
from app.domain.checks.check import Check
from app.domain.checks.retain import DueRetain, deadline_of
from app.domain.consent.certificate import holds_id_of, read_leadid, read_trustedform
from app.domain.delivery.sold_lead import ConsentProof, LeadDocument, SoldLead, lead_document
from app.domain.identity import normal_phone
from app.domain.post.posted_lead import PostedLead
from app.domain.post.sale import CapUse, Evidence, Sale
from app.usecases.bidder import Bidder
from app.usecases.gather_post import GatheredPost
from app.usecases.standing.changes import BidLine
from app.wire.ping import Ping
from app.wire.post import Contact


def make_sale(bidder: Bidder, lead: PostedLead, gathered: GatheredPost) -> Sale:
    """Everything of one sale, its people sealed."""
    bid, campaign = lead.bid, lead.campaign
    lead_id = lead.lead_id(bidder.keys.index)
    live = bidder.standing.live(bid.nonce, lead.now)
    line = live.bid_line() if live is not None else None
    ping = live.ping_of(line) if live is not None and line is not None else None
    offer = offer_of(line, campaign.name, bid.leg)
    sold = _document(bidder, lead, lead_id, ping)
    document = lead_document(sold)
    return Sale(
        lead_id=lead_id,
        seller=lead.seller.name,
        nonce=bid.nonce.hex(),
        ping_id=lead.ping_id,
        campaign=campaign.name,
        vertical=campaign.vertical,
        leg=bid.leg,
        price_cents=bid.price_cents,
        test=bid.test,
        sold_at=lead.now,
        zip=lead.post.zip,
        state=lead.post.state,
        seller_lead_id=_told_openly(sold.seller_lead_id, lead),
        sub_id=_told_openly(sold.sub_id, lead),
        person=lead.person,
        certificates=tuple([certificate.hex() for certificate in lead.certificates]),
        duplicate_since=lead.now - campaign.duplicate_s,
        duplicate_scope=campaign.duplicate_scope,
        cap_uses=_cap_uses(lead),
        identity=bidder.vault.seal(msgspec.json.encode(document), lead_id),
        evidence=_evidence(bidder, lead, lead_id, ping, sold.consent, gathered.exchanges),
        decision=msgspec.json.encode(offer) if offer is not None else None,
        config_hash=lead.configuration.config_hash,
        model_version=line.model if line is not None else "",
        destinations=_destinations(bidder, campaign.destinations, document),
        answer=sale_answer(lead.ping_id, lead_id, bid.price_cents, lead.warnings),
        retains=_retains(bidder, lead, gathered),
    )


def _destinations(bidder: Bidder, declared: tuple[str, ...], lead: LeadDocument) -> tuple[str, ...]:
    """Those of a campaign that want this lead; the first where none does, for no lead may be left lying."""
    known = bidder.catalogue.destinations
    wanting = tuple([name for name in declared if name not in known or known[name].wants(lead)])
    return wanting or declared[:1]


def offer_of(line: BidLine | None, campaign: str, leg: str) -> Offer | None:
    """The decision behind the bid; `None` where a restart lost it, or another replica has it."""
    offers = line.decision.bids if line is not None else ()
    return next((offer for offer in offers if offer.campaign == campaign and offer.leg == leg), None)


def _told_openly(text: str, lead: PostedLead) -> str:
    """A seller's own word for a lead, unless it is the person's phone, email or certificate: those are kept sealed."""
    post = lead.post
    says_who = is_personal(text) or holds_id_of(text, post.trustedform_cert_url, "", post.leadid_token)
    return "" if says_who else text


def _document(bidder: Bidder, lead: PostedLead, lead_id: str, ping: Ping | None) -> SoldLead:
    """The lead as the CRM will have it."""
    post, bid, campaign = lead.post, lead.bid, lead.campaign
    contact = post.contact
    if not (contact.zip and contact.state):
        contact = replace(contact, zip=contact.zip or post.zip, state=contact.state or post.state)
    return SoldLead(
        lead_id=lead_id,
        ping_id=lead.ping_id,
        seller=lead.seller.name,
        campaign=campaign.name,
        vertical=campaign.vertical,
        leg=bid.leg,
        price_cents=bid.price_cents,
        sold_at=lead.now,
        test=bid.test,
        seller_lead_id=post.seller_lead_id or (ping.seller_lead_id if ping is not None else ""),
        sub_id=post.sub_id or (ping.sub_id if ping is not None else ""),
        contact=contact,
        consent=ConsentProof(
            # A broken proof beside a good one is none: the CRM is told of what can be looked up alone.
            trustedform_cert_url=post.trustedform_cert_url if read_trustedform(post.trustedform_cert_url) else "",
            leadid_token=post.leadid_token if read_leadid(post.leadid_token) else "",
            tcpa_text=post.tcpa_text,
            consent_at=post.consent_at if post.consent_at is not None else post.created_at,
            ip_address=post.ip_address,
            landing_page=post.landing_page,
            user_agent=post.user_agent,
        ),
        calling=_calling(bidder, contact, lead.now),
        fields=post.fields,
    )


def _calling(bidder: Bidder, contact: Contact, now: float) -> CallingWindow:
    """When the consumer may be called. Nothing of it refuses a lead: who calls must know, and may wait."""
    catalogue, zip_code = bidder.catalogue, contact.zip[:5]
    states = catalogue.zip_states.get(zip_code) or ((contact.state,) if contact.state else ())
    return calling_window(catalogue.calling, normal_phone(contact.phone), zip_code, states, now)


def _retains(bidder: Bidder, lead: PostedLead, gathered: GatheredPost) -> tuple[DueRetain, ...]:
    """The certificates that are to be stored after the sale, or were not before for want of an answer."""
    checks = bidder.catalogue.checks
    post = lead.post
    certificate = read_trustedform(post.trustedform_cert_url) if checks else None
    if lead.bid.test or certificate is None or certificate.provider != "trustedform":
        return ()
    consent_at = post.consent_at if post.consent_at is not None else post.created_at
    deadline_at = deadline_of(claim_by(gathered.exchanges), consent_at, lead.now)
    open_checks = {
        each.check
        for each in gathered.case.consultations
        if any(verdict.question == "retain" and verdict.outcome == "unknown" for verdict in each.verdicts)
    }
    return tuple(
        [
            DueRetain(check=check.name, deadline_at=deadline_at)
            for check in checks
            if check.name in open_checks or _is_stored_later(check, lead)
        ]
    )


def _is_stored_later(check: Check, lead: PostedLead) -> bool:
    return (
        check.provider == "trustedform"
        and "post" in check.on
        and check.trustedform.retain == "after_sale"
        and check.covers(lead.campaign.name, lead.campaign.vertical, lead.seller.name)
    )


def _cap_uses(lead: PostedLead) -> tuple[CapUse, ...]:
    """Every counter that the sale takes something of."""
    counted = counted_caps(lead.campaign, lead.seller, lead.post.zip, lead.post.state, lead.now)
    return tuple(
        [CapUse(key, cap.name, cap.reason, cap.limit, cap.uses(lead.bid.price_cents)) for key, cap, _ in counted]
    )


def _evidence(
    bidder: Bidder,
    lead: PostedLead,
    lead_id: str,
    ping: Ping | None,
    consent: ConsentProof,
    exchanges: tuple[ProviderExchange, ...],
) -> tuple[Evidence, ...]:
    """The post as received, its consent as understood, the ping where it is remembered, and what providers said."""
    pieces = [("post", lead.raw), ("consent", msgspec.json.encode(consent))]
    if ping is not None:
        pieces.append(("ping", msgspec.json.encode(ping)))
    pieces += [
        (f"check {each.check} {number}", msgspec.json.encode(each)) for number, each in enumerate(exchanges, start=1)
    ]
    return tuple([sealed_piece(bidder, lead_id, kind, piece) for kind, piece in pieces])


def sealed_piece(bidder: Bidder, lead_id: str, kind: str, piece: bytes) -> Evidence:
    """One piece of a lead's evidence."""
    return Evidence(kind, hashlib.sha256(piece).hexdigest(), bidder.vault.seal(piece, f"{lead_id}/{kind}"))
