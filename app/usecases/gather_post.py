"""Gathers what is known of a post: from the database and every collector at once, under one deadline."""

import asyncio
import logging

from msgspec.structs import replace

from app.domain.post.checks import CheckVerdict
from app.domain.post.judge import PostCase
from app.domain.post.posted_lead import PostedLead
from app.domain.post.sale import PostFacts
from app.store.errors import StoreUnavailable
from app.telemetry.trouble import where
from app.usecases.bid_reference import differing, has_same_certificate, has_same_terms
from app.usecases.bidder import Bidder
from app.usecases.post_collectors import PostCollector

_log = logging.getLogger(__name__)


async def gather_post(bidder: Bidder, lead: PostedLead) -> PostCase:
    """The case of this post, no later than the deadline. StoreUnavailable where the database did not answer in it."""
    deadline_s = bidder.post_collectors.deadline_s
    deadline = asyncio.get_running_loop().time() + deadline_s
    # A test costs nothing: its outcome follows from its own values.
    collectors = () if lead.bid.test else bidder.post_collectors.collectors
    asked = [(each, asyncio.create_task(_verdict(each, lead, deadline_s))) for each in collectors]
    try:
        facts = await _facts(bidder, lead, deadline)
        if asked:
            await asyncio.wait([task for _, task in asked], timeout=deadline - asyncio.get_running_loop().time())
        verdicts = tuple([task.result() if _has_answered(task) else _unknown(each) for each, task in asked])
    finally:
        # Nobody waits for these: whatever they do with their cancellation, the post goes on.
        for _, task in asked:
            task.cancel()
    return _case(bidder, lead, facts, verdicts)


async def _facts(bidder: Bidder, lead: PostedLead, deadline: float) -> PostFacts:
    """What the database knows. Without it nothing can be judged, so this has no verdict for "unknown"."""
    certificates = tuple([digest.hex() for digest in lead.certificates])
    try:
        async with asyncio.timeout_at(deadline):
            facts = await bidder.store.gather_post(lead.seller.name, lead.bid.nonce.hex(), certificates, lead.person)
    except TimeoutError:
        raise StoreUnavailable("the database did not answer before the post's deadline") from None
    # A test must get the same answer whatever was bought meanwhile; only its own earlier answer counts.
    if lead.bid.test:
        return PostFacts(kept=facts.kept)
    # Lists of millions stand in memory; who is suppressed one by one is looked up, so that it is never too late.
    return replace(facts, suppressed=facts.suppressed or bidder.standing.is_suppressed(lead.person.all))


async def _verdict(collector: PostCollector, lead: PostedLead, within_s: float) -> CheckVerdict:
    try:
        return await collector.collect(lead, within_s)
    except Exception as error:  # noqa: BLE001 - what a provider does to its collector must not decide over the post
        _log.warning("check %s went wrong: %s", collector.check.name, where(error))
        return _unknown(collector)


def _has_answered(task: asyncio.Task[CheckVerdict]) -> bool:
    return task.done() and not task.cancelled()


def _unknown(collector: PostCollector) -> CheckVerdict:
    return CheckVerdict(check=collector.check, outcome="unknown")


def _case(bidder: Bidder, lead: PostedLead, facts: PostFacts, verdicts: tuple[CheckVerdict, ...]) -> PostCase:
    same_terms = has_same_terms(bidder, lead)
    return PostCase(
        post=lead.post,
        bid=lead.bid,
        campaign=lead.campaign,
        vertical=lead.vertical,
        buyer=lead.configuration.buyer,
        person=lead.person,
        same_terms=same_terms,
        same_certificate=has_same_certificate(lead),
        facts=facts,
        moved_s=bidder.standing.moved_s(lead.bid.nonce, lead.bid.expires_at, lead.now),
        verdicts=verdicts,
        zip_states=bidder.catalogue.zip_states,
        differing=() if same_terms else differing(bidder, lead),
    )
