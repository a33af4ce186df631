"""Destinations that asked for no more leads: theirs wait until an operator enables them again."""

from sqlalchemy import Connection, delete, select

from app.domain.operators.audit import SERVICE, OperatorAct
from app.store.engine.portable import add_new
from app.store.operators.audit import note
from app.store.schema import destination_state


def disable(connection: Connection, destination: str, reason: str, now: float) -> None:
    """Let a destination's leads wait until an operator enables it."""
    row = {"destination": destination, "disabled_at": now, "reason": reason}
    if add_new(connection, destination_state, row):
        note(connection, now, OperatorAct(by=SERVICE, action="disable", target=destination, detail=reason))


def enable(connection: Connection, destination: str, by: str, now: float) -> bool:
    """Deliver to it again; False where it was not disabled."""
    removed = connection.execute(delete(destination_state).where(destination_state.c.destination == destination))
    if removed.rowcount:
        note(connection, now, OperatorAct(by=by, action="enable", target=destination))
    return removed.rowcount == 1


def disabled(connection: Connection) -> dict[str, str]:
    """Why each disabled destination is."""
    rows = connection.execute(select(destination_state).order_by(destination_state.c.destination))
    return {row.destination: row.reason for row in rows}
