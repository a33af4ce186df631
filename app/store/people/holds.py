"""Legal holds: while a dispute lasts, nothing of the leads and people that it is about is erased."""

from collections.abc import Collection, Mapping, Sequence

import msgspec
from sqlalchemy import Connection, delete, func, select

from app.domain.identity import Person
from app.domain.operators.audit import OperatorAct
from app.store.engine.portable import add_new
from app.store.operators.audit import note
from app.store.people.named import leads_of
from app.store.schema import lead, legal_hold


class LegalHold(msgspec.Struct, frozen=True, kw_only=True):
    """One dispute: what it is called, why, who said so and when. `leads` is how many it keeps today."""

    name: str
    why: str
    told_by: str
    held_at: float
    leads: int


class OnHold(msgspec.Struct, frozen=True, kw_only=True):
    """What may not be erased: leads by their ids, and people by digests."""

    leads: frozenset[str] = frozenset()
    digests: frozenset[str] = frozenset()


def add_hold(connection: Connection, name: str, subjects: Collection[str], why: str, by: str, now: float) -> bool:
    """Hold these leads (by id) and people (by digest), on top of what this hold has; False if it had all."""
    row = {"name": name, "why": why, "told_by": by, "held_at": now}
    added = [add_new(connection, legal_hold, {**row, "subject": subject}) for subject in sorted(subjects)]
    if any(added):
        leads = " ".join(sorted(_leads_among(connection, subjects)))
        note(connection, now, OperatorAct(by=by, action="hold", target=name, detail=leads, why=why))
    return any(added)


def end_hold(connection: Connection, name: str, why: str, by: str, now: float) -> bool:
    """End a hold; False where there is none of this name."""
    ended = connection.execute(delete(legal_hold).where(legal_hold.c.name == name)).rowcount > 0
    if ended:
        note(connection, now, OperatorAct(by=by, action="end hold", target=name, why=why))
    return ended


def legal_holds(connection: Connection) -> list[LegalHold]:
    """Every hold, the oldest first."""
    first = func.min(legal_hold.c.held_at)
    rows = connection.execute(
        select(legal_hold.c.name, func.min(legal_hold.c.why), func.min(legal_hold.c.told_by), first)
        .group_by(legal_hold.c.name)
        .order_by(first, legal_hold.c.name)
    ).all()
    return [
        LegalHold(
            name=name, why=why, told_by=by, held_at=at, leads=len(_leads_among(connection, _of(connection, name)))
        )
        for name, why, by, at in rows
    ]


def on_hold(connection: Connection) -> OnHold:
    """All that is under any hold."""
    subjects = set(connection.execute(select(legal_hold.c.subject).distinct()).scalars())
    leads = _leads_among(connection, subjects)
    return OnHold(leads=frozenset(leads), digests=frozenset(subjects - leads))


def holds_on(connection: Connection, people: Mapping[str, Person], others: Collection[str] = ()) -> tuple[str, ...]:
    """The names of the holds on these leads (by id, with whose they are) or on these other digests."""
    subjects = {*people, *others, *[digest for person in people.values() for digest in person.all]}
    wanted = select(legal_hold.c.name).where(legal_hold.c.subject.in_(subjects)).distinct()
    return tuple(sorted(connection.execute(wanted).scalars()))


def _of(connection: Connection, name: str) -> Sequence[str]:
    return connection.execute(select(legal_hold.c.subject).where(legal_hold.c.name == name)).scalars().all()


def _leads_among(connection: Connection, subjects: Collection[str]) -> set[str]:
    """The leads that are meant by these ids and digests."""
    named = connection.execute(select(lead.c.lead_id).where(lead.c.lead_id.in_(set(subjects)))).scalars()
    return {*named, *leads_of(connection, subjects)}
