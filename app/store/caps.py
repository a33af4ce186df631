"""What each cap has used up: never one over its limit, however many sales come at once."""

from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, select, update

from app.domain.post.sale import CapUse
from app.domain.reasons import RANK, Refusal
from app.store.engine.portable import add_new
from app.store.engine.prepared import Prepared
from app.store.schema import cap_counter

_TAKE = Prepared(
    update(cap_counter)
    .where(cap_counter.c.counter == bindparam("name"), cap_counter.c.used + bindparam("amount") <= bindparam("limit"))
    .values(used=cap_counter.c.used + bindparam("amount"))
)


def use_caps(connection: Connection, uses: Sequence[CapUse]) -> Refusal | None:
    """Take all of these. With a refusal, that of the full one judged first, the caller rolls back what was taken."""
    # In one order always, so that two sales never hold what the other waits for.
    full = [use for use in sorted(uses, key=lambda use: use.counter) if not _take(connection, use)]
    if not full:
        return None
    first = min(full, key=lambda use: RANK[use.reason])
    return Refusal(first.reason, first.name)


def cap_usage(connection: Connection) -> dict[str, int]:
    """What is used of every counter that a sale ever touched."""
    rows = connection.execute(select(cap_counter.c.counter, cap_counter.c.used))
    return {row.counter: row.used for row in rows}


def _take(connection: Connection, use: CapUse) -> bool:
    wanted = {"name": use.counter, "amount": use.amount, "limit": use.limit}
    if _TAKE.run(connection, wanted).rowcount == 1:
        return True
    # Full, or never used before. Another transaction may be making the counter at this moment, so it is tried anyway.
    if use.amount > use.limit:
        return False
    add_new(connection, cap_counter, {"counter": use.counter, "used": 0})
    return _TAKE.run(connection, wanted).rowcount == 1
