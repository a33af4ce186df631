"""Accepts a post, or gives the one reason why not: gathers what is known, judges, commits, and only then answers."""

from collections.abc import Callable

import msgspec
from msgspec.structs import replace

from app.domain.answers import refused_post
from app.domain.auction.weighing import Offer
from app.domain.checks.verdict import Consultation, Unsettled, has_opted_out
from app.domain.post.posted_lead import PostedLead, request_digest
from app.domain.post.sale import KeptAnswer, Sale
from app.domain.reasons import REASONS, Refusal
from app.domain.seller import Seller
from app.domain.targets.targets import TargetUse
from app.journal.lines import PostLine
from app.usecases.bid_reference import BidReference, open_reference, posted
from app.usecases.bidder import Bidder
from app.usecases.gather_post import GatheredPost, gather_in_memory, gather_rest
from app.usecases.make_sale import make_sale
from app.usecases.standing.changes import Sold, Suppressed
from app.wire.post import Post, PostAnswer


def _at_once() -> float:
    """The time since a post arrived, if it is not measured."""
    return 0.0


class TakenPost(msgspec.Struct, frozen=True, kw_only=True):
    """A post to one of our bids, with what memory alone says of it."""

    reference: BidReference
    lead: PostedLead
    gathered: GatheredPost


async def accept_post(
    bidder: Bidder,
    seller: Seller,
    reference: BidReference,
    reading: Post | Refusal,
    raw: bytes,
    warnings: tuple[str, ...],
    now: float,
    elapsed_ms: Callable[[], float] = _at_once,
) -> PostAnswer:
    """The answer to one post. `raw` is the body as received, kept as evidence; `elapsed_ms` tells the time since then.

    Raises StoreUnavailable where nothing could be committed: then nothing is sold, and the seller may try again.
    """
    taken = take_post(bidder, seller, reference, reading, raw, warnings, now, elapsed_ms)
    return taken if isinstance(taken, PostAnswer) else await settle_post(bidder, taken, None, elapsed_ms)


def take_post(
    bidder: Bidder,
    seller: Seller,
    reference: BidReference,
    reading: Post | Refusal,
    raw: bytes,
    warnings: tuple[str, ...],
    now: float,
    elapsed_ms: Callable[[], float],
) -> TakenPost | PostAnswer:
    """The first part of `accept_post`, which waits for nothing: a post to be settled, or why it is refused."""
    reference = replace(reference, body=raw)
    if isinstance(reading, Refusal):
        return refuse_post(bidder, seller, reference, reading, now, warnings, elapsed_ms)
    lead = posted(bidder, seller, reference, reading, raw, warnings, now)
    if lead is None:
        return refuse_post(bidder, seller, reference, Refusal("ping_unknown"), now, warnings, elapsed_ms)
    reference = replace(reference, state=lead.post.state, sub_id=lead.post.sub_id)
    return TakenPost(reference=reference, lead=lead, gathered=gather_in_memory(bidder, lead))


def sale_at_once(bidder: Bidder, taken: TakenPost) -> Sale | None:
    """The sale of a post of which nobody has to be asked, for `settle_post`."""
    return make_sale(bidder, taken.lead, taken.gathered) if taken.gathered.whole else None


async def settle_post(
    bidder: Bidder, taken: TakenPost, sale: Sale | None, elapsed_ms: Callable[[], float]
) -> PostAnswer:
    """The second part: ask whom there is to ask, commit the sale, which may have been made already, and then answer."""
    reference, lead = taken.reference, taken.lead
    seller, warnings, now = lead.seller, lead.warnings, lead.now
    gathered = await gather_rest(bidder, lead, taken.gathered)
    verdict = gathered.verdict

    if isinstance(verdict, KeptAnswer):
        refusal = Refusal(verdict.code) if verdict.code else None
        return _say(bidder, seller.name, reference, verdict.answer, now, refusal, elapsed_ms(), kept=True)
    consulted = gathered.case.consultations
    if isinstance(verdict, Unsettled):
        return refuse_post(bidder, seller, reference, verdict.refusal, now, warnings, elapsed_ms, consulted)
    if isinstance(verdict, Refusal):
        if has_opted_out(consulted):
            await _suppress(bidder, lead)
        if REASONS[verdict.code].kept:
            await _keep(bidder, lead, verdict)
        return refuse_post(bidder, seller, reference, verdict, now, warnings, elapsed_ms, consulted)
    sale = sale or make_sale(bidder, lead, gathered)
    sold = None if sale.test else _sold(bidder, lead, sale)
    if bidder.store.is_shared and sold is not None:
        sale = replace(sale, change=msgspec.json.encode(sold))
    result = await bidder.store.sell(sale, lambda refusal: refused_post(refusal, seller, lead.ping_id, warnings))
    if result.outcome == "sold" and sold is not None:
        _remember(bidder, lead, sale, sold)
    kept = result.outcome == "repeated"
    took_ms = elapsed_ms()
    return _say(bidder, seller.name, reference, result.answer, now, result.refusal, took_ms, consulted, kept=kept)


def refuse_post(
    bidder: Bidder,
    seller: Seller | None,
    reference: BidReference,
    refusal: Refusal,
    now: float,
    warnings: tuple[str, ...] = (),
    elapsed_ms: Callable[[], float] = _at_once,
    consulted: tuple[Consultation, ...] = (),
) -> PostAnswer:
    """Refuse a post and write it to the journal; `seller` is `None` if unknown."""
    answer = refused_post(refusal, seller, reference.ping_id, warnings)
    name = seller.name if seller is not None else ""
    return _say(bidder, name, reference, answer, now, refusal, elapsed_ms(), consulted)


async def find_post(bidder: Bidder, seller: Seller, ping_id: str) -> PostAnswer | None:
    """The answer kept for one of our bids to this seller, also long after the bid expired."""
    bid = open_reference(bidder, ping_id).bid
    if bid is None:
        return None
    earlier = await bidder.store.kept_answer(seller.name, bid.nonce.hex())
    return replace(earlier.answer, test=bid.test) if earlier is not None else None


async def _keep(bidder: Bidder, lead: PostedLead, refusal: Refusal) -> None:
    """A final refusal is this post's answer from now on."""
    await bidder.store.keep(
        KeptAnswer(
            seller=lead.seller.name,
            nonce=lead.bid.nonce.hex(),
            person=lead.person,
            answer=refused_post(refusal, lead.seller, lead.ping_id, lead.warnings),
            kept_at=lead.now,
            code=refusal.code,
        )
    )


async def _suppress(bidder: Bidder, lead: PostedLead) -> None:
    """Who opted out with a provider has opted out with us."""
    await bidder.store.suppress(lead.person.all, "opted_out", "a check", lead.now)
    bidder.standing.apply(Suppressed(digests=lead.person.all))


def _sold(bidder: Bidder, lead: PostedLead, sale: Sale) -> Sold:
    """What every replica must know of a sale."""
    return Sold(
        nonce=lead.bid.nonce,
        at=sale.sold_at,
        campaign=sale.campaign,
        vertical=sale.vertical,
        zip=sale.zip,
        state=sale.state,
        uses=tuple([(use.counter, use.amount) for use in sale.cap_uses]),
        targets=_target_uses(bidder, lead, sale) if lead.campaign.targets else (),
        people=tuple(sale.person.all),
        certificates=sale.certificates,
        undecided=None if sale.decision is not None else (sale.lead_id, sale.leg),
    )


def _remember(bidder: Bidder, lead: PostedLead, sale: Sale, sold: Sold) -> None:
    """After the commit: what the next ping must know, and delivery at once. A test leaves no trace."""
    standing = bidder.standing
    # A cap may be met for the first time.
    standing.counters(lead.campaign, lead.seller, sale.zip, sale.state, sale.sold_at)
    standing.apply(sold)
    bidder.quotas.posted(lead.seller, sale.sold_at)
    bidder.metrics.count("sales_total", sale.seller, sale.campaign)
    bidder.metrics.count("spend_dollars_total", sale.seller, sale.campaign, by=sale.price_cents)
    bidder.sold()


def _target_uses(bidder: Bidder, lead: PostedLead, sale: Sale) -> tuple[TargetUse, ...]:
    """What the sale counts for the targets of its campaign, by the terms of its bid."""
    offer = msgspec.json.decode(sale.decision, type=Offer) if sale.decision is not None else None
    return tuple(bidder.standing.targets.uses(lead.campaign, lead.seller.name, offer, sale.price_cents, sale.sold_at))


def _say(
    bidder: Bidder,
    seller: str,
    reference: BidReference,
    answer: PostAnswer,
    now: float,
    refusal: Refusal | None,
    took_ms: float,
    consulted: tuple[Consultation, ...] = (),
    *,
    kept: bool = False,
) -> PostAnswer:
    """Count and journal an answer on its way out; that of a test says so."""
    if reference.test:
        answer = replace(answer, test=True)
    code = refusal.code if refusal is not None else answer.reason_code
    bidder.metrics.count("posts_total", seller, answer.status, code)
    if code in ("cap_reached", "budget_exhausted") and not kept:
        bidder.metrics.count("caps_refused_total", seller)
    if not seller:
        bidder.keyless.add("post", refusal or Refusal(code), now, test=reference.test)
        return answer
    bidder.journal.append(
        PostLine(
            at=now,
            seller=seller,
            ping_id=answer.ping_id,
            status=answer.status,
            reason_code=code,
            detail=refusal.detail if refusal is not None else "",
            lead_id=answer.lead_id,
            campaign=reference.campaign.name if reference.campaign is not None else "",
            vertical=reference.vertical.name if reference.vertical is not None else "",
            leg=reference.bid.leg if reference.bid is not None else "",
            state=reference.state,
            sub_id=reference.sub_id,
            price_cents=answer.price_cents,
            kept=kept,
            test=reference.test,
            took_ms=round(took_ms, 3),
            request=_digest_of_refused(bidder, reference, answer),
            consultations=consulted,
        )
    )
    return answer


def _digest_of_refused(bidder: Bidder, reference: BidReference, answer: PostAnswer) -> str:
    """By which the body of a refused post is known again; what is bought is evidence, with a digest of its own."""
    if reference.body is None or answer.status == "accepted":
        return ""
    return request_digest(bidder.keys.index, reference.body)
