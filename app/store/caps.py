"""What each cap has used: never over its limit, however many sales come at once."""

from collections.abc import Mapping, Sequence

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select, text

from app.domain.calendar import local_time
from app.domain.post.sale import CapUse
from app.domain.reasons import RANK, Refusal
from app.store.engine.prepared import Prepared, Ran
from app.store.engine.trips import Work
from app.store.schema import cap_counter

_TAKE = Prepared(
    text(
        "INSERT INTO cap_counter (counter, used) SELECT :counter, :amount WHERE :amount <= :limit "
        "ON CONFLICT (counter) DO UPDATE SET used = cap_counter.used + :amount "
        "WHERE cap_counter.used + :amount <= :limit"
    )
)

# Past its limit a counter would be null, which its column refuses: the sale's last trip then commits nothing.
_TAKE_OR_FAIL = Prepared(
    text(
        "INSERT INTO cap_counter (counter, used) VALUES (:counter, CASE WHEN :amount <= :limit THEN :amount END) "
        "ON CONFLICT (counter) DO UPDATE SET used = "
        "CASE WHEN cap_counter.used + :amount <= :limit THEN cap_counter.used + :amount END"
    )
)

# What is given back was counted on an earlier day where there is less than that.
_ADD = text(
    "INSERT INTO cap_counter (counter, used) VALUES (:counter, CASE WHEN :amount > 0 THEN :amount ELSE 0 END) "
    "ON CONFLICT (counter) DO UPDATE SET used = "
    "CASE WHEN cap_counter.used + :amount > 0 THEN cap_counter.used + :amount ELSE 0 END"
)


_DAY_S = 86_400.0


def in_order(uses: Sequence[CapUse]) -> list[CapUse]:
    """The order in which counters are taken always, so that two sales never hold what the other waits for."""
    return sorted(uses, key=lambda use: use.counter)


def taking(use: CapUse) -> Work:
    """The statement that takes this: it touches one row, or none where that would pass the limit."""
    return _TAKE, _values(use)


def taking_or_failing(use: CapUse) -> Work:
    """The same, but it raises an IntegrityError where that would pass the limit."""
    return _TAKE_OR_FAIL, _values(use)


def refusal(uses: Sequence[CapUse], taken: Sequence[Ran]) -> Refusal | None:
    """What follows from what came of taking each: the reason of the full cap that is judged first."""
    full = [use for use, ran in zip(uses, taken, strict=True) if ran.rowcount != 1]
    if not full:
        return None
    first = min(full, key=lambda use: RANK[use.reason])
    return Refusal(first.reason, first.name)


def cap_usage(connection: Connection, since: float) -> dict[str, int]:
    """What is used of each counter whose window ends after `since` (UTC epoch seconds), whatever its time zone."""
    wanted = select(cap_counter.c.counter, cap_counter.c.used)
    if since > 0.0:
        # No zone is a day behind UTC.
        first = local_time(max(since - _DAY_S, 0.0), "UTC").labels
        wanted = wanted.where(or_(*map(_is_since, first.values())))
    return {row.counter: row.used for row in connection.execute(wanted)}


def usage_named(connection: Connection, beginning: str) -> dict[str, int]:
    """What was ever used of the counters that begin so, which are none of caps'."""
    counter = cap_counter.c.counter
    wanted = select(counter, cap_counter.c.used).where(counter.startswith(beginning, autoescape=True))
    return {row.counter: row.used for row in connection.execute(wanted)}


def _is_since(label: str) -> ColumnElement[bool]:
    """Whether a counter's window is this one or a later one of its kind: labels of a kind have one length and order."""
    counter = cap_counter.c.counter
    before = func.length(counter) - len(label)
    return and_(func.substr(counter, before, 1) == "/", func.substr(counter, before + 1) >= label)


def add_usage(connection: Connection, amounts: Mapping[str, int]) -> dict[str, int]:
    """Count what has no limit here, and what it comes to: replicas add to the same counters."""
    for counter in sorted(amounts):
        connection.execute(_ADD, {"counter": counter, "amount": amounts[counter]})
    its = cap_counter.c
    rows = connection.execute(select(its.counter, its.used).where(its.counter.in_(sorted(amounts))))
    return {row.counter: row.used for row in rows}


def _values(use: CapUse) -> dict[str, object]:
    return {"counter": use.counter, "amount": use.amount, "limit": use.limit}
