"""A post becomes a sale, or gets the one reason why not: gather what is known, judge, commit, and only then say so."""

from collections.abc import Callable

from app.domain.judge import PostCase, judge
from app.domain.reasons import REASONS, Refusal, disclosed, status_of
from app.domain.sale import KeptAnswer, PostFacts, Sale
from app.domain.seller import Seller
from app.domain.token import looks_like_token
from app.journal.lines import PostLine
from app.usecases.desk import Desk
from app.usecases.make_sale import make_sale
from app.usecases.ticket import Posted, Ticket, differing, has_same_certificate, has_same_terms, open_ticket, posted
from app.wire.post import Post, PostAnswer


def _at_once() -> float:
    """The time since a post came, where nobody measures it."""
    return 0.0


async def accept_post(
    desk: Desk,
    seller: Seller,
    ticket: Ticket,
    reading: Post | Refusal,
    raw: bytes,
    warnings: tuple[str, ...],
    now: float,
    elapsed_ms: Callable[[], float] = _at_once,
) -> PostAnswer:
    """The answer to one post. `raw` is the body as received, kept as evidence; `elapsed_ms` tells the time since then.

    Raises StoreUnavailable where nothing could be committed: then nothing is sold, and the seller may try again.
    """
    if isinstance(reading, Refusal):
        return refuse_post(desk, seller, ticket, reading, now, warnings, elapsed_ms)
    lead = posted(desk, seller, ticket, reading, raw, warnings, now)
    if lead is None:
        return refuse_post(desk, seller, ticket, Refusal("ping_unknown"), now, warnings, elapsed_ms)
    facts = await _facts(desk, lead)

    verdict = judge(_case(desk, lead, facts), now)

    if isinstance(verdict, KeptAnswer):
        refusal = Refusal(verdict.code) if verdict.code else None
        return _say(desk, seller.name, ticket, verdict.answer, now, refusal, elapsed_ms(), kept=True)
    if isinstance(verdict, Refusal):
        if REASONS[verdict.code].kept:
            await _keep(desk, lead, verdict)
        return refuse_post(desk, seller, ticket, verdict, now, warnings, elapsed_ms)
    sale = make_sale(desk, lead)
    result = await desk.store.sell(sale, lambda refusal: _refused(seller, lead.ping_id, refusal, warnings))
    if result.outcome == "sold":
        _remember(desk, lead, sale)
    kept = result.outcome == "repeated"
    return _say(desk, seller.name, ticket, result.answer, now, result.refusal, elapsed_ms(), kept=kept)


def refuse_post(
    desk: Desk,
    seller: Seller | None,
    ticket: Ticket,
    refusal: Refusal,
    now: float,
    warnings: tuple[str, ...] = (),
    elapsed_ms: Callable[[], float] = _at_once,
) -> PostAnswer:
    """Refuse a post and say so in the journal; `seller` is `None` where nobody is known."""
    answer = _refused(seller, ticket.ping_id, refusal, warnings)
    return _say(desk, seller.name if seller is not None else "", ticket, answer, now, refusal, elapsed_ms())


async def find_post(desk: Desk, seller: Seller, ping_id: str) -> PostAnswer | None:
    """The answer kept for one of our bids to this seller, also long after the bid expired."""
    ticket = open_ticket(desk, ping_id)
    if ticket.bid is None:
        return None
    kept = await desk.store.kept_answer(seller.name, ticket.bid.nonce.hex())
    return kept.answer if kept is not None else None


async def _facts(desk: Desk, lead: Posted) -> PostFacts:
    certificates = tuple([digest.hex() for digest in lead.certificates])
    facts = await desk.store.gather_post(lead.seller.name, lead.bid.nonce.hex(), certificates, lead.person)
    # A test must have one answer whoever was bought meanwhile; only its own earlier answer counts.
    return PostFacts(kept=facts.kept) if lead.bid.test else facts


def _case(desk: Desk, lead: Posted, facts: PostFacts) -> PostCase:
    same_terms = has_same_terms(desk, lead)
    return PostCase(
        post=lead.post,
        bid=lead.bid,
        campaign=lead.campaign,
        vertical=lead.vertical,
        buyer=desk.catalogue.buyer,
        person=lead.person,
        same_terms=same_terms,
        same_certificate=has_same_certificate(lead),
        facts=facts,
        zip_states=desk.catalogue.zip_states,
        differing=() if same_terms else differing(desk, lead),
    )


async def _keep(desk: Desk, lead: Posted, refusal: Refusal) -> None:
    """A final refusal is this post's answer from now on."""
    await desk.store.keep(
        KeptAnswer(
            seller=lead.seller.name,
            nonce=lead.bid.nonce.hex(),
            person=lead.person,
            answer=_refused(lead.seller, lead.ping_id, refusal, lead.warnings),
            kept_at=lead.now,
            code=refusal.code,
        )
    )


def _remember(desk: Desk, lead: Posted, sale: Sale) -> None:
    """After the commit: what the next ping must know, and delivery at once. A test leaves no trace."""
    if sale.test:
        return
    desk.book.sold(lead.bid.nonce, lead.campaign, lead.seller, sale.zip, sale.state, sale.price_cents, sale.sold_at)
    for name in sale.person.all:
        desk.people.add(name, sale.campaign, sale.vertical, sale.sold_at)
    for certificate in sale.certificates:
        desk.certificates.add(certificate)
    desk.quotas.posted(lead.seller, sale.sold_at)
    desk.metrics.count("sales_total", sale.seller, sale.campaign)
    desk.metrics.count("spend_cents_total", sale.seller, sale.campaign, by=sale.price_cents)
    desk.sold()


def _refused(seller: Seller | None, ping_id: str, refusal: Refusal, warnings: tuple[str, ...]) -> PostAnswer:
    code, sentence = disclosed(refusal, seller.disclosure if seller is not None else "full")
    return PostAnswer(
        status=status_of(refusal.code),
        # Only a text of a bid's form is said back: anything else may hold anything.
        ping_id=ping_id if looks_like_token(ping_id) else "",
        reason=sentence,
        reason_code=code,
        warnings=warnings,
    )


def _say(
    desk: Desk,
    seller: str,
    ticket: Ticket,
    answer: PostAnswer,
    now: float,
    refusal: Refusal | None,
    took_ms: float,
    *,
    kept: bool = False,
) -> PostAnswer:
    """Count and journal an answer on its way out."""
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
            test=ticket.test,
            took_ms=round(took_ms, 3),
        )
    )
    return answer
