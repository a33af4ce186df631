"""What is known of alerts, what is muted, and the messages that wait to be sent: so that a restart repeats nothing."""

from collections.abc import Callable, Iterable, Sequence

import msgspec
from sqlalchemy import Connection, delete, func, insert, or_, select, update

from app.domain.alerts.notices import AlertState, Mute
from app.domain.operators.audit import OperatorAct
from app.store.engine.portable import be_alone, replace
from app.store.operators.audit import note
from app.store.schema import alert_message, alert_mute, alert_state

KEPT_S = 7 * 86_400.0
"""How long it is known what became of a message."""


class OutgoingAlert(msgspec.Struct, frozen=True, kw_only=True):
    """A message for one address, which only its reference names. `body` is the JSON of an AlertMessage."""

    message_id: str
    address: str
    body: str
    made_at: float
    due_at: float
    attempts: int = 0
    settled_at: float | None = None
    note: str = ""


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """What a look comes to: what is known after it, and what is to be sent."""

    states: list[AlertState]
    messages: list[OutgoingAlert]


class AlertRows(msgspec.Struct, frozen=True, kw_only=True):
    """All that is known: alerts, what is muted, and the latest messages."""

    states: list[AlertState]
    mutes: list[Mute]
    messages: list[OutgoingAlert]


Look = Callable[[list[AlertState], tuple[Mute, ...]], Told]
"""What follows from what is known and muted."""


def look(connection: Connection, plan: Look, now: float) -> None:
    """Put in force what a look comes to. Replicas look one after the other, so that one of them tells."""
    be_alone(connection, ["alerts"])
    before = alert_states(connection)
    told = plan(before, tuple(mutes(connection, now)))
    known = {(each.cause, each.target): each for each in before}
    for state in told.states:
        if known.pop((state.cause, state.target), None) != state:
            replace(connection, alert_state, msgspec.structs.asdict(state))
    for cause, target in known:
        connection.execute(delete(alert_state).where(alert_state.c.cause == cause, alert_state.c.target == target))
    add_messages(connection, told.messages)
    connection.execute(delete(alert_message).where(alert_message.c.settled_at < now - KEPT_S))


def alert_states(connection: Connection) -> list[AlertState]:
    """What is known of each alert."""
    rows = connection.execute(select(alert_state).order_by(alert_state.c.cause, alert_state.c.target))
    return [AlertState(**row._mapping) for row in rows]


def mutes(connection: Connection, now: float) -> list[Mute]:
    """What is muted now."""
    holds = or_(alert_mute.c.ends_at.is_(None), alert_mute.c.ends_at > now)
    return [Mute(**row._mapping) for row in connection.execute(select(alert_mute).where(holds))]


def alert_rows(connection: Connection, now: float, limit: int) -> AlertRows:
    """All that is known, as of one moment."""
    latest = select(alert_message).order_by(alert_message.c.made_at.desc(), alert_message.c.message_id).limit(limit)
    return AlertRows(
        states=alert_states(connection),
        mutes=mutes(connection, now),
        messages=[OutgoingAlert(**row._mapping) for row in connection.execute(latest)],
    )


def mute(connection: Connection, wanted: Mute, detail: str) -> None:
    """Have nobody told of a cause."""
    replace(connection, alert_mute, msgspec.structs.asdict(wanted))
    act = OperatorAct(by=wanted.told_by, action="mute alert", target=wanted.cause, detail=detail, why=wanted.why)
    note(connection, wanted.told_at, act)


def unmute(connection: Connection, cause: str, by: str, why: str, now: float) -> bool:
    """Take it back; False where it was not muted."""
    if not connection.execute(delete(alert_mute).where(alert_mute.c.cause == cause)).rowcount:
        return False
    note(connection, now, OperatorAct(by=by, action="unmute alert", target=cause, why=why))
    return True


def try_alerts(connection: Connection, messages: Sequence[OutgoingAlert], by: str, now: float) -> None:
    """Have a test sent."""
    add_messages(connection, messages)
    note(
        connection, now, OperatorAct(by=by, action="test alerts", target="alerts", detail=f"{len(messages)} addresses")
    )


def add_messages(connection: Connection, messages: Iterable[OutgoingAlert]) -> None:
    """Have these sent."""
    for message in messages:
        connection.execute(insert(alert_message).values(msgspec.structs.asdict(message)))


def waiting_messages(connection: Connection, now: float) -> int:
    """How many are due."""
    return connection.execute(
        select(func.count()).where(alert_message.c.settled_at.is_(None), alert_message.c.due_at <= now)
    ).scalar_one()


def claim_messages(connection: Connection, now: float, until: float) -> list[OutgoingAlert]:
    """Those that are due, which are nobody else's until then."""
    be_alone(connection, ["alerts"])
    is_due = (alert_message.c.settled_at.is_(None)) & (alert_message.c.due_at <= now)
    rows = connection.execute(select(alert_message).where(is_due).order_by(alert_message.c.made_at).limit(50)).all()
    ids = [row.message_id for row in rows]
    if ids:
        connection.execute(update(alert_message).where(alert_message.c.message_id.in_(ids)).values(due_at=until))
    return [OutgoingAlert(**row._mapping) for row in rows]


def settle_message(connection: Connection, message: OutgoingAlert) -> None:
    """Write down what came of sending it."""
    values = {name: getattr(message, name) for name in ("due_at", "attempts", "settled_at", "note")}
    connection.execute(update(alert_message).where(alert_message.c.message_id == message.message_id).values(values))
