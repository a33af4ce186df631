"""Gathers what is known of a post: from the database, then from all providers at once, under one deadline."""

import asyncio
import logging
from collections.abc import Sequence

import msgspec
from msgspec.structs import replace

from app.certificates.evidence import ProviderExchange
from app.certificates.provider_client import Consulted
from app.domain.checks.verdict import Unsettled
from app.domain.post.judge import PostCase, judge
from app.domain.post.posted_lead import PostedLead
from app.domain.post.sale import KeptAnswer, PostFacts
from app.domain.reasons import Refusal
from app.store.errors import StoreUnavailable
from app.telemetry.trouble import where
from app.usecases.bid_reference import differing, has_same_certificate, has_same_terms
from app.usecases.bidder import Bidder
from app.usecases.post_collectors import PostCollector

_log = logging.getLogger(__name__)


class GatheredPost(msgspec.Struct, frozen=True, kw_only=True):
    """The case of a post, what is judged of it, and the exchanges with providers that it rests on.

    As long as it is not `whole` the database must be asked, and then the `collectors`.
    """

    case: PostCase
    verdict: KeptAnswer | Refusal | Unsettled | None
    exchanges: tuple[ProviderExchange, ...] = ()
    collectors: Sequence[PostCollector] = ()
    whole: bool = True


def gather_in_memory(bidder: Bidder, lead: PostedLead) -> GatheredPost:
    """What is known without asking anybody, which does for most posts.

    A sale looks up in its own transaction what the database knows against it. So that is not asked before, unless it
    seems to be known already, is refused (an earlier answer goes first), or would have a provider asked: providers are
    paid by the question and count them. A test costs nothing: its outcome follows from its own values.
    """
    case = _case(bidder, lead)
    verdict = judge(case, lead.now)
    collectors = () if lead.bid.test or verdict is not None else bidder.post_collectors.of(lead)
    whole = verdict is None and not collectors and not _may_be_answered(bidder, lead)
    return GatheredPost(case=case, verdict=verdict, collectors=collectors, whole=whole)


async def gather_rest(bidder: Bidder, lead: PostedLead, gathered: GatheredPost) -> GatheredPost:
    """All of it no later than the deadline. StoreUnavailable where the database did not answer in it."""
    if gathered.whole:
        return gathered
    deadline = asyncio.get_running_loop().time() + bidder.post_collectors.deadline_s
    case, collectors = gathered.case, gathered.collectors
    case = replace(case, facts=await _facts(bidder, lead, deadline))
    verdict = judge(case, lead.now)
    if verdict is not None or not collectors:
        return GatheredPost(case=case, verdict=verdict)
    consulted = await _consulted(collectors, deadline)
    case = replace(case, consultations=tuple([each.consultation for each in consulted]))
    return GatheredPost(
        case=case,
        verdict=judge(case, lead.now),
        exchanges=tuple([exchange for each in consulted for exchange in each.exchanges]),
    )


def _may_be_answered(bidder: Bidder, lead: PostedLead) -> bool:
    """Whether the post was answered before, as far as memory tells, or only that can be told while nothing is sold."""
    return bidder.standing.is_bought(lead.bid.nonce) or bidder.store.availability.is_troubled


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
    return replace(facts, suppressed=facts.suppressed or _is_suppressed(bidder, lead))


def _is_suppressed(bidder: Bidder, lead: PostedLead) -> bool:
    return not lead.bid.test and bidder.standing.is_suppressed(lead.person.all)


async def _consulted(collectors: Sequence[PostCollector], deadline: float) -> list[Consulted]:
    """What each says by the deadline."""
    loop = asyncio.get_running_loop()
    asked = [(each, asyncio.create_task(_said(each, deadline - loop.time()))) for each in collectors]
    try:
        await asyncio.wait([task for _, task in asked], timeout=max(deadline - loop.time(), 0.0))
        return [task.result() if _has_answered(task) else each.unknown for each, task in asked]
    finally:
        # Nobody waits for these: whatever they do with their cancellation, the post goes on.
        for _, task in asked:
            task.cancel()


async def _said(collector: PostCollector, within_s: float) -> Consulted:
    try:
        return await collector.collect(within_s)
    except Exception as error:  # noqa: BLE001 - what a provider does to its collector must not decide over the post
        _log.warning("check %s went wrong: %s", collector.unknown.consultation.check, where(error))
        return collector.unknown


def _has_answered(task: asyncio.Task[Consulted]) -> bool:
    return task.done() and not task.cancelled()


def _case(bidder: Bidder, lead: PostedLead) -> PostCase:
    """By what is in memory."""
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
        facts=PostFacts(suppressed=_is_suppressed(bidder, lead)),
        moved_s=bidder.standing.moved_s(lead.bid.nonce, lead.bid.expires_at, lead.now),
        zip_states=bidder.catalogue.zip_states,
        differing=() if same_terms else differing(bidder, lead),
    )
