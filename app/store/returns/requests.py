"""Returns as they are asked for, listed and counted; each lead is given back once at most."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import msgspec
from sqlalchemy import ColumnElement, Connection, Select, func, literal, select, tuple_, update

from app.dialects.text import printable
from app.dialects.values.guard import redacted
from app.domain.delivery.feedback import Feedback
from app.domain.operators.audit import SERVICE, OperatorAct
from app.domain.returns.feedback_wish import FeedbackWish
from app.domain.returns.policy import ReturnPolicy, objection
from app.store.delivery.named_leads import named_leads
from app.store.delivery.outbox import new_delivery
from app.store.engine.portable import add_new, be_alone
from app.store.operators.audit import note
from app.store.schema import delivery, lead, lead_return, outcome
from app.wire.feedback import Outcome
from app.wire.returns import LeadReturn, ReturnReason, ReturnState

LIST_MAX = 1_000
"""So many returns are listed at once."""

RULES_AT_ONCE = 200
"""So many outcomes are looked at in one transaction, so that no sale waits for long."""

OutcomePlace = tuple[float, str, str]
"""Where an outcome stands in the order in which they were recorded: that time, its source, its id."""

ORDER = "returns"
"""Whoever asks or credits is alone until it has committed, so that credits are numbered in the order of commits."""

_OF_LEAD = ("ping_id", "seller_lead_id", "sub_id", "campaign", "vertical", "price_cents", "sold_at")


class SellerTerms(msgspec.Struct, frozen=True, kw_only=True):
    """What of a seller's declaration decides about returns; by default that of one that declares nothing."""

    policy: ReturnPolicy = ReturnPolicy()
    wish: FeedbackWish | None = None


class ReturnWanted(msgspec.Struct, frozen=True, kw_only=True):
    """A return that the buyer asks for. `lead` may be our id, that of the bid, or the CRM's."""

    lead: str
    reason: ReturnReason
    why: str
    by: str


class ReturnResult(msgspec.Struct, frozen=True, kw_only=True):
    """What came of asking or answering; `state` is that of the return now, `remedy` why nothing was taken."""

    status: Literal["recorded", "repeated", "refused"]
    lead_id: str = ""
    state: ReturnState | None = None
    remedy: str = ""


class AskedByRule(msgspec.Struct, frozen=True, kw_only=True):
    """How many returns were asked for, the last outcome that was looked at, and whether that was the last of all."""

    asked: int
    place: OutcomePlace
    is_all: bool


class ReturnCounts(msgspec.Struct, frozen=True, kw_only=True):
    """Leads bought in a span, those of them that were credited, and how many for which reason."""

    leads: int
    returned: int
    reasons: dict[str, int]


class WhichReturns(msgspec.Struct, frozen=True, kw_only=True):
    """Which returns are meant: those that fit everything named here. `since` and `until` bound `requested_at`.

    `after` is the lead of the last one that was listed before.
    """

    seller: str = ""
    state: ReturnState | None = None
    since: float | None = None
    until: float | None = None
    after: str = ""


def request_return(
    connection: Connection, wanted: ReturnWanted, terms: Mapping[str, SellerTerms], now: float
) -> ReturnResult:
    """Ask the seller of a lead to take it back, unless it need not.

    Asked again, nothing happens, unless it was withdrawn.
    """
    be_alone(connection, [ORDER])
    (named,) = named_leads(connection, [Outcome(lead_id=wanted.lead, event="invalid")])
    if isinstance(named, str):
        return ReturnResult(status="refused", remedy=named)
    known = connection.execute(select(lead_return.c.state).where(lead_return.c.lead_id == named.lead_id)).scalar()
    if known not in (None, "withdrawn"):
        return ReturnResult(status="repeated", lead_id=named.lead_id, state=known)
    seller = connection.execute(select(lead.c.seller).where(lead.c.lead_id == named.lead_id)).scalar_one()
    its = terms.get(seller, SellerTerms())
    remedy = objection(its.policy, wanted.reason, named.sold_at, now)
    if remedy:
        return ReturnResult(status="refused", lead_id=named.lead_id, remedy=remedy)
    row = {
        "lead_id": named.lead_id,
        "seller": seller,
        "state": "requested",
        "reason": wanted.reason,
        "why": storable(wanted.why),
        "requested_by": wanted.by,
        "requested_at": now,
        "answer_due_at": now + its.policy.answer_s if its.policy.answer_s else None,
        "unanswered": its.policy.unanswered,
        "settled_by": "",
        "settled_at": None,
        "note": "",
        "credit": None,
    }
    if known is not None:
        connection.execute(update(lead_return).where(lead_return.c.lead_id == named.lead_id).values(row))
    elif not add_new(connection, lead_return, row):
        return ReturnResult(status="repeated", lead_id=named.lead_id, state="requested")
    if its.wish is not None and "return" in its.wish.events:
        _tell(connection, named.lead_id, its.wish, wanted, now)
    detail = f"asked of {seller} for {wanted.reason}"
    note(
        connection,
        now,
        OperatorAct(by=wanted.by, action="return", target=named.lead_id, detail=detail, why=wanted.why),
    )
    return ReturnResult(status="recorded", lead_id=named.lead_id, state="requested")


def returns(connection: Connection, which: WhichReturns, limit: int = LIST_MAX) -> list[LeadReturn] | None:
    """The first of these in the order in which they were asked for; None where no return of theirs is at `after`."""
    its = lead_return.c
    place = _place(connection, which)
    if which.after and place is None:
        return None
    wanted = _selected().where(*_conditions(which, place)).order_by(its.requested_at, its.lead_id)
    return [LeadReturn(**row._mapping) for row in connection.execute(wanted.limit(min(limit, LIST_MAX)))]


def return_of(connection: Connection, lead_id: str) -> LeadReturn | None:
    """The return of one lead."""
    row = connection.execute(_selected().where(lead_return.c.lead_id == lead_id)).one_or_none()
    return None if row is None else LeadReturn(**row._mapping)


def _selected() -> Select[Any]:
    names = [name for name in LeadReturn.__struct_fields__ if name not in _OF_LEAD]
    columns = [*[lead_return.c[name] for name in names], *[lead.c[name] for name in _OF_LEAD]]
    return select(*columns).join(lead, lead.c.lead_id == lead_return.c.lead_id)


def return_counts(connection: Connection, seller: str, since: float, until: float) -> ReturnCounts:
    """What became of the leads that a seller sold in [since, until), whenever it was credited."""
    sold = (lead.c.seller == seller) & (lead.c.sold_at >= since) & (lead.c.sold_at < until)
    leads = connection.execute(select(func.count()).select_from(lead).where(sold)).scalar_one()
    credited = select(lead_return.c.reason).join(lead).where(sold, lead_return.c.state == "accepted")
    reasons = Counter(connection.execute(credited).scalars())
    return ReturnCounts(leads=leads, returned=reasons.total(), reasons=dict(reasons.most_common()))


def request_by_rule(
    connection: Connection, terms: Mapping[str, SellerTerms], after: OutcomePlace, now: float
) -> AskedByRule:
    """Ask for what outcomes give reason to, and tell sellers of those that they want to hear: of the next few `after`.

    Done again, nothing happens twice.
    """
    # Before the audit, which whoever asks for a return meanwhile would wait for.
    be_alone(connection, [ORDER])
    order = (outcome.c.recorded_at, outcome.c.source, outcome.c.event_id)
    asked, place = 0, after
    rows = connection.execute(
        select(
            outcome.c.lead_id,
            outcome.c.source,
            outcome.c.event_id,
            outcome.c.event,
            outcome.c.value_cents,
            outcome.c.occurred_at,
            outcome.c.recorded_at,
            lead.c.seller,
        )
        .join(lead, lead.c.lead_id == outcome.c.lead_id)
        .where(
            tuple_(*order) > tuple_(*map(literal, after)),
            lead.c.seller.in_(list(terms)),
            outcome.c.event.in_({each for its in terms.values() for each in _events(its)}),
        )
        .order_by(*order)
        .limit(RULES_AT_ONCE)
    ).fetchall()
    for row in rows:
        its, place = terms[row.seller], (row.recorded_at, row.source, row.event_id)
        if its.wish is not None and row.event in its.wish.events:
            told = Feedback(
                type="conversion" if row.event == "sold" else "disposition",
                reason=row.event,
                code=its.wish.code(row.event),
                form=its.wish.form,
                at=row.occurred_at,
                value_cents=row.value_cents,
            )
            subject = f"{row.source}/{row.event_id}"
            add_new(connection, delivery, new_delivery(row.lead_id, its.wish.destination, now, subject, told))
        reason = its.policy.by_outcome.get(row.event)
        if reason is not None:
            why = f"the CRM reports it {row.event}"
            wanted = ReturnWanted(lead=row.lead_id, reason=reason, why=why, by=SERVICE)
            asked += request_return(connection, wanted, terms, now).status == "recorded"
    return AskedByRule(asked=asked, place=place, is_all=len(rows) < RULES_AT_ONCE)


def _events(its: SellerTerms) -> set[str]:
    """The outcomes that a seller's terms speak of."""
    return {*its.policy.by_outcome, *(its.wish.events if its.wish is not None else ())}


def storable(text: str) -> str:
    """What somebody typed, without phones and emails: sellers read it, and it is kept in plain."""
    return printable(redacted(text))


def _tell(connection: Connection, lead_id: str, wish: FeedbackWish, wanted: ReturnWanted, now: float) -> None:
    told = Feedback(
        type="return",
        reason=wanted.reason,
        code=wish.code(wanted.reason),
        form=wish.form,
        at=now,
        text=storable(wanted.why),
    )
    add_new(connection, delivery, new_delivery(lead_id, wish.destination, now, "return", told))


def _place(connection: Connection, which: WhichReturns) -> tuple[float, str] | None:
    """Where the page before ended."""
    its = lead_return.c
    last = select(its.requested_at, its.lead_id, its.seller).where(its.lead_id == which.after)
    row = connection.execute(last).one_or_none() if which.after else None
    return (row.requested_at, row.lead_id) if row is not None and which.seller in ("", row.seller) else None


def _conditions(which: WhichReturns, place: tuple[float, str] | None) -> Sequence[ColumnElement[bool]]:
    its, wanted = lead_return.c, list[ColumnElement[bool]]()
    if which.seller:
        wanted.append(its.seller == which.seller)
    if which.state is not None:
        wanted.append(its.state == which.state)
    if which.since is not None:
        wanted.append(its.requested_at >= which.since)
    if which.until is not None:
        wanted.append(its.requested_at < which.until)
    if place is not None:
        at, lead_id = place
        wanted.append((its.requested_at > at) | ((its.requested_at == at) & (its.lead_id > lead_id)))
    return wanted
