"""Forgets a person: suppressed and audited first, then erased in one commit, and marked until the files are clean."""

from collections.abc import Callable

import msgspec
from sqlalchemy import Connection, delete, func, select

from app.domain.identity import Person
from app.domain.operators.audit import OperatorAct
from app.store.engine.portable import add_new
from app.store.operators.audit import note
from app.store.people.erase import Erased, Posted, erase
from app.store.people.holds import holds_on
from app.store.people.named import people_of
from app.store.schema import unwiped
from app.store.suppression.people import suppress_person

SUPPRESSED_AS = "forgotten"


class Forgetting(msgspec.Struct, frozen=True, kw_only=True):
    """Who is to be forgotten: these leads, whoever is known by `people`, and their posts. `says_who` as in `erase`."""

    lead_ids: tuple[str, ...]
    people: tuple[Person, ...]
    posts: tuple[Posted, ...] = ()
    says_who: Callable[[str], bool]
    by: str
    why: str = ""

    def __repr__(self) -> str:
        return f"Forgetting(lead_ids={self.lead_ids!r}, ***)"

    __str__ = __repr__


class HeldPerson(Exception):
    """The person is under legal holds; the message names them."""


def begin(connection: Connection, of: Forgetting, now: float) -> bool:
    """Never buy them again, from now on; whether somebody began to forget before and did not come to the end.

    One audit line says so, by the leads, or by none where none was bought; what is begun again has its line already.
    HeldPerson, with nothing changed, where a legal hold is on any of it.
    """
    people = _allowed(connection, of)
    was_begun = is_unwiped(connection)
    for person in people:
        suppress_person(connection, person, SUPPRESSED_AS, now)
    target = " ".join(of.lead_ids) or "a person without leads"
    is_rest = was_begun and not of.lead_ids
    if not is_rest and add_new(connection, unwiped, {"erasure": target, "erased_at": now}):
        note(connection, now, OperatorAct(by=of.by, action="forget", target=target, why=of.why))
    return was_begun


def forget(connection: Connection, of: Forgetting, now: float) -> Erased:
    """Erase them. HeldPerson, with nothing changed, where a legal hold came meanwhile."""
    digests = {digest for person in _allowed(connection, of) for digest in person.all}
    return erase(connection, of.lead_ids, digests, of.posts, of.says_who, now)


def _allowed(connection: Connection, of: Forgetting) -> list[Person]:
    people = people_of(connection, of.lead_ids)
    everybody = [person for person in (*of.people, *people.values()) if person.all]
    if holds := holds_on(connection, people, {digest for person in everybody for digest in person.all}):
        raise HeldPerson(held_in_words(holds))
    return everybody


def held_in_words(holds: tuple[str, ...]) -> str:
    """Why nobody is forgotten."""
    names = ", ".join(holds)
    return f"under legal hold {names}: nothing was erased; end it first with `leadbid hold end NAME`"


def is_unwiped(connection: Connection) -> bool:
    """Whether something was erased whose traces may still be in the files."""
    return connection.execute(select(func.count()).select_from(unwiped)).scalar_one() > 0


def wiped(connection: Connection) -> None:
    """The files are clean."""
    connection.execute(delete(unwiped))
