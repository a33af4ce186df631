"""What has been kept as long as it should be: leads, evidence, answers and counters, but for what is held."""

from typing import Literal

from sqlalchemy import ColumnElement, Connection, and_, delete, func, or_, select, tuple_

from app.domain.calendar import local_time
from app.store.people.erase import unname
from app.store.people.holds import on_hold
from app.store.schema import answer, cap_counter, evidence, lead

AgedKind = Literal["leads", "evidence", "answers", "counters"]

_DAY_S = 86_400.0


def purge(connection: Connection, kind: AgedKind, before: float, now: float, limit: int, *, is_real: bool) -> int:
    """Remove up to `limit` of what is older than `before` (UTC epoch seconds); how many. Else only count."""
    if kind == "leads":
        return _leads(connection, before, now, limit, is_real=is_real)
    if kind == "evidence":
        return _evidence(connection, before, limit, is_real=is_real)
    if kind == "answers":
        return _answers(connection, before, limit, is_real=is_real)
    return _counters(connection, before, limit, is_real=is_real)


def _leads(connection: Connection, before: float, now: float, limit: int, *, is_real: bool) -> int:
    old = (lead.c.sold_at < before) & lead.c.forgotten_at.is_(None) & lead.c.lead_id.not_in(on_hold(connection).leads)
    ids = connection.execute(select(lead.c.lead_id).where(old).order_by(lead.c.sold_at).limit(limit)).scalars().all()
    if is_real and ids:
        unname(connection, ids, now)
    return len(ids)


def _evidence(connection: Connection, before: float, limit: int, *, is_real: bool) -> int:
    old = (lead.c.sold_at < before) & lead.c.lead_id.not_in(on_hold(connection).leads)
    wanted = select(evidence.c.lead_id, evidence.c.kind).join(lead).where(old).order_by(evidence.c.lead_id).limit(limit)
    pieces = connection.execute(wanted).all()
    if is_real and pieces:
        connection.execute(
            delete(evidence).where(tuple_(evidence.c.lead_id, evidence.c.kind).in_([tuple(piece) for piece in pieces]))
        )
    return len(pieces)


def _answers(connection: Connection, before: float, limit: int, *, is_real: bool) -> int:
    kept = select(lead.c.seller, lead.c.nonce).where(lead.c.lead_id.in_(on_hold(connection).leads))
    key = tuple_(answer.c.seller, answer.c.nonce)
    wanted = select(answer.c.seller, answer.c.nonce).where(answer.c.kept_at < before, key.not_in(kept)).limit(limit)
    found = connection.execute(wanted).all()
    if is_real and found:
        connection.execute(delete(answer).where(key.in_([tuple(each) for each in found])))
    return len(found)


def _counters(connection: Connection, before: float, limit: int, *, is_real: bool) -> int:
    """Those of windows that ended by then, in whichever zone; one of all time never does."""
    # No zone is a day ahead of UTC.
    labels = local_time(max(before - _DAY_S, 0.0), "UTC").labels
    ended = or_(*[_is_before(label) for kind, label in labels.items() if kind != "total"])
    names = connection.execute(select(cap_counter.c.counter).where(ended).limit(limit)).scalars().all()
    if is_real and names:
        connection.execute(delete(cap_counter).where(cap_counter.c.counter.in_(names)))
    return len(names)


def _is_before(label: str) -> ColumnElement[bool]:
    """Whether a counter's window came before this one of its kind: labels of a kind have one form and order."""
    counter = cap_counter.c.counter
    before = func.length(counter) - len(label)
    told = func.substr(counter, before + 1)
    # A year of four digits and the same signs at the same places: "2026-W47" is no month, and a territory no window.
    form = "".join("_" if letter.isalnum() or letter == "+" else letter for letter in label)
    return and_(
        func.substr(counter, before, 1) == "/", told.like(form), told.like("2%"), told.not_like("%/%"), told < label
    )
