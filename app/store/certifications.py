"""Which steps of its certification each seller has shown, and which seller has gone live by itself."""

from collections.abc import Iterable

import msgspec
from sqlalchemy import Connection, delete, select

from app.domain.operators.audit import OperatorAct
from app.store.change_feed.feed import tell
from app.store.engine.portable import replace
from app.store.engine.prepared import Prepared
from app.store.operators.audit import note
from app.store.schema import certification

LIVE = "live"
"""The mark of a seller that has gone live."""

_MARKS = Prepared(select(certification.c.seller, certification.c.step, certification.c.marked_at))


class Mark(msgspec.Struct, frozen=True, array_like=True):
    """A seller has shown a step at this time (UTC epoch seconds)."""

    seller: str
    step: str
    at: float


def add_marks(connection: Connection, marks: Iterable[Mark]) -> None:
    """Keep these; one that is there already moves to its new time."""
    for mark in marks:
        replace(connection, certification, {"seller": mark.seller, "step": mark.step, "marked_at": mark.at})
    tell(connection, "read_again")


def marks(connection: Connection) -> list[Mark]:
    """All that are kept."""
    return [Mark(*row) for row in _MARKS.run(connection, {}).fetchall()]


def forget_marks(connection: Connection, seller: str, by: str, now: float) -> bool:
    """Have a seller begin anew, in test mode; False where nothing was kept of it."""
    if not connection.execute(delete(certification).where(certification.c.seller == seller)).rowcount:
        return False
    note(connection, now, OperatorAct(by=by, action="reset certification", target=seller))
    return True
