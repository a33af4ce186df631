"""A seller's answer, and what it gives back: caps, spend and balance in the transaction that accepts, and only once."""

import msgspec
from sqlalchemy import Connection, func, select, update

from app.domain.operators.audit import SERVICE, OperatorAct
from app.domain.returns.settling import may_become
from app.store.caps import add_usage, cap_usage
from app.store.change_feed.feed import NewChanges, changes_since
from app.store.delivery.named_leads import NamedLead, named_leads
from app.store.engine.portable import be_alone
from app.store.engine.prepared import Prepared
from app.store.operators.audit import note
from app.store.operators.requested import SoldByDemand, sold_by_demand
from app.store.returns.requests import ORDER, ReturnResult, storable
from app.store.schema import lead, lead_return
from app.wire.feedback import Outcome
from app.wire.returns import ReturnReply, ReturnState

_FINAL: dict[ReturnState, str] = {
    "accepted": "this return is credited, which cannot be undone",
    "withdrawn": "this return was withdrawn; the buyer may ask for it again",
    "refused": "this return was refused",
    "expired": "this return was not answered in time",
}
"""Why a return does not change any more."""
_LAST = Prepared(select(func.max(lead_return.c.credit)))


class Credit(msgspec.Struct, frozen=True, kw_only=True):
    """What one lead gave back: its `number` in the order of commits, the amount by counter, and facts of its sale."""

    number: int
    uses: dict[str, int]
    campaign: str
    seller: str
    zip: str
    state: str
    sold_at: float


class Counted(msgspec.Struct, frozen=True, kw_only=True):
    """What is used by counter at one moment, and the number of the last credit that is in it.

    `sold` is what was sold since each demand was told, `news` what the change feed had told by then.
    """

    used: dict[str, int]
    credit: int
    sold: SoldByDemand
    news: NewChanges


def answer_return(
    connection: Connection, reply: ReturnReply, by: str, now: float, seller: str | None = None
) -> ReturnResult:
    """Take an answer; an accepted return is credited with it. `seller` answers for its own leads only."""
    return _settle(connection, reply.lead_id, reply.answer, by, reply.note, now, seller)


def withdraw_return(connection: Connection, lead_named: str, by: str, why: str, now: float) -> ReturnResult:
    """Ask for a return no longer, unless it is credited; it may be asked for again."""
    return _settle(connection, lead_named, "withdrawn", by, why, now, None)


def settle_unanswered(connection: Connection, now: float, limit: int = 500) -> list[ReturnResult]:
    """Have those that nobody answered in time accepted or expired, as their sellers agreed."""
    its = lead_return.c
    late = connection.execute(
        select(its.lead_id, its.unanswered)
        .where(its.state == "requested", its.answer_due_at <= now)
        .order_by(its.answer_due_at, its.lead_id)
        .limit(limit)
    ).fetchall()
    return [_settle(connection, row.lead_id, row.unanswered, SERVICE, "no answer in time", now, None) for row in late]


def has_unanswered(connection: Connection, now: float) -> bool:
    """Whether somebody should have answered by now."""
    its = lead_return.c
    late = select(its.lead_id).where(its.state == "requested", its.answer_due_at <= now).limit(1)
    return connection.execute(late).first() is not None


def credits_after(connection: Connection, number: int) -> list[Credit]:
    """What was credited after this one, in order."""
    its = lead_return.c
    sale = [lead.c[name] for name in ("campaign", "seller", "zip", "state", "sold_at")]
    rows = connection.execute(
        select(its.credit.label("number"), lead.c.cap_uses.label("uses"), *sale)
        .join(lead, lead.c.lead_id == its.lead_id)
        .where(its.credit > number)
        .order_by(its.credit)
    )
    return [Credit(**{**row._mapping, "uses": _uses(row.uses)}) for row in rows]


def counted(connection: Connection, since: float, position: str = "") -> Counted:
    """The use of each counter whose window ends after `since`, with all that was credited by then.

    Together with what the change feed tells behind `position`.
    """
    return Counted(
        used=cap_usage(connection, since),
        credit=last_credit(connection),
        sold=sold_by_demand(connection, since),
        news=changes_since(connection, position),
    )


def _settle(
    connection: Connection,
    name: str,
    wanted: ReturnState,
    by: str,
    words: str,
    now: float,
    seller: str | None,
) -> ReturnResult:
    be_alone(connection, [ORDER])
    (named,) = named_leads(connection, [Outcome(lead_id=name, event="invalid")])
    its = lead_return.c
    row = connection.execute(
        select(its.lead_id, its.seller, its.state, lead.c.cap_uses, lead.c.price_cents)
        .join(lead, lead.c.lead_id == its.lead_id)
        .where(its.lead_id == (named.lead_id if isinstance(named, NamedLead) else ""))
    ).one_or_none()
    if row is None or (seller is not None and row.seller != seller):
        return ReturnResult(status="refused", remedy="lead_id: no return was asked for under it")
    if row.state == wanted:
        return ReturnResult(status="repeated", lead_id=row.lead_id, state=row.state)
    if not may_become(row.state, wanted):
        # No word in it may be taken for a sale by who looks for words.
        remedy = f"{'lead_id' if wanted == 'withdrawn' else 'answer'}: {_FINAL[row.state]}"
        return ReturnResult(status="refused", lead_id=row.lead_id, state=row.state, remedy=remedy)
    is_credited = wanted == "accepted"
    values = {
        "state": wanted,
        "settled_by": by,
        "settled_at": now,
        "note": storable(words),
        "credit": last_credit(connection) + 1 if is_credited else None,
    }
    connection.execute(update(lead_return).where(its.lead_id == row.lead_id).values(values))
    if is_credited:
        add_usage(connection, {counter: -amount for counter, amount in _uses(row.cap_uses).items()})
    detail = f"{row.price_cents} cents are credited" if is_credited else "nothing is credited"
    act = OperatorAct(by=by, action=f"return {wanted}", target=row.lead_id, detail=detail, why=words)
    note(connection, now, act)
    return ReturnResult(status="recorded", lead_id=row.lead_id, state=wanted)


def last_credit(connection: Connection) -> int:
    """The number of the last one, 0 where there is none."""
    last: int | None = _LAST.run(connection, {}).fetchall()[0][0]
    return last or 0


def _uses(text: str) -> dict[str, int]:
    return msgspec.json.decode(text, type=dict[str, int])
