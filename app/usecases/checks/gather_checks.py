"""Which providers are asked about a ping or a post, and what they are asked about it."""

import asyncio
from collections.abc import Sequence
from functools import partial

from msgspec.structs import replace

from app.certificates.provider import Subject
from app.certificates.provider_client import Consulted
from app.domain.auction.decide import Decision
from app.domain.checks.check import Check
from app.domain.checks.verdict import Consultation
from app.domain.consent.certificate import read_leadid, read_trustedform
from app.domain.identity import normal_email, normal_phone
from app.domain.post.posted_lead import PostedLead
from app.usecases.answer_ping import Asked, preview
from app.usecases.bidder import Bidder
from app.usecases.post_collectors import PostCollector, PostCollectors
from app.wire.post import Contact

ANSWER_S = 0.03
"""What is left of a ping's deadline when its providers are given up: to decide again, and to answer."""

WAIT_MAX_S = 5.0


def post_collectors(bidder: Bidder) -> PostCollectors:
    """The checks that are declared today, whatever they were when a bid was made: they protect consumers."""

    def of(lead: PostedLead) -> Sequence[PostCollector]:
        campaign, seller = lead.campaign, lead.seller.name
        checks = [
            check
            for check in bidder.catalogue.checks
            if "post" in check.on and check.covers(campaign.name, campaign.vertical, seller)
        ]
        if not checks:
            return ()
        subject = _of_post(lead, lead.lead_id(bidder.keys.index))
        return [
            PostCollector(
                unknown=bidder.providers.unknown(check, subject),
                collect=partial(_collect, bidder, check, subject, lead.now),
            )
            for check in checks
            if bidder.providers.has_questions(check, subject)
        ]

    return PostCollectors(of=of)


def checks_of_ping(bidder: Bidder, asked: Asked) -> tuple[Asked, tuple[Check, ...]]:
    """The checks to put a ping to before it is answered, and what is still to be decided of it then.

    There are none where we would not bid enough to make them worthwhile.
    """
    ping = asked.ping
    if not bidder.catalogue.ping_checks or ping.test:
        return asked, ()
    subject = _of_ping(asked)
    checks = [check for check in bidder.catalogue.ping_checks if bidder.providers.has_questions(check, subject)]
    if not checks:
        return asked, ()
    asked, decision = preview(bidder, asked)
    return asked, tuple([check for check in checks if _is_worth_it(check, asked, decision)])


async def consult_on_ping(bidder: Bidder, asked: Asked, checks: Sequence[Check], within_s: float) -> Asked:
    """The same ping with what its providers said until then."""
    subject = _of_ping(asked)
    tasks = [asyncio.create_task(_said_of_ping(bidder, check, subject, within_s, asked.now)) for check in checks]
    try:
        await asyncio.wait(tasks, timeout=max(within_s, 0.0))
        consultations = [
            task.result()
            if task.done() and not task.cancelled()
            else bidder.providers.unknown(check, subject).consultation
            for check, task in zip(checks, tasks, strict=True)
        ]
    finally:
        for task in tasks:
            task.cancel()
    return replace(asked, consultations=tuple(consultations))


def left_s(bidder: Bidder, asked: Asked) -> float:
    """How long a ping may still wait, in seconds: not for ever, though its seller would."""
    longest_s = min(asked.ping.deadline_ms / 1000.0, WAIT_MAX_S)
    return longest_s - (bidder.steady() - asked.started) - ANSWER_S


def _is_worth_it(check: Check, asked: Asked, decision: Decision) -> bool:
    """Whether one of the bids that the check speaks of is high enough."""
    return any(
        bid.price_cents >= check.min_bid_cents and check.covers(bid.campaign, asked.ping.vertical, asked.seller.name)
        for bid in decision.bids
    )


async def _said_of_ping(bidder: Bidder, check: Check, subject: Subject, within_s: float, now: float) -> Consultation:
    return (await _collect(bidder, check, subject, now, within_s)).consultation


async def _collect(bidder: Bidder, check: Check, subject: Subject, now: float, within_s: float) -> Consulted:
    return await bidder.providers.consult(check, subject, within_s, now)


def _of_ping(asked: Asked) -> Subject:
    ping = asked.ping
    return Subject(
        stage="ping",
        seller=asked.seller.name,
        trustedform=read_trustedform(ping.trustedform_cert_url),
        leadid=read_leadid(ping.leadid_token),
        contact=Contact(state=ping.state, zip=ping.zip),
        consent_at=ping.created_at,
        ip_address=asked.traces.ip_address,
        hashes=asked.traces.hashes,
    )


def _of_post(lead: PostedLead, lead_id: str) -> Subject:
    post = lead.post
    return Subject(
        stage="post",
        seller=lead.seller.name,
        trustedform=read_trustedform(post.trustedform_cert_url),
        leadid=read_leadid(post.leadid_token),
        contact=replace(post.contact, state=post.contact.state or post.state, zip=post.contact.zip or post.zip),
        phone=normal_phone(post.contact.phone),
        email=normal_email(post.contact.email),
        reference=lead_id,
        consent_at=post.consent_at if post.consent_at is not None else post.created_at,
        ip_address=post.ip_address,
    )
