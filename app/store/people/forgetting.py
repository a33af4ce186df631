"""Forgets a person in one commit: erased, suppressed, audited, and marked until the files are clean as well."""

from collections.abc import Callable

import msgspec
from sqlalchemy import Connection, delete, func, select

from app.domain.identity import Person
from app.store.audit import note
from app.store.engine.portable import add_new
from app.store.feedback import suppress
from app.store.people.erase import Erased, erase
from app.store.people.holds import holds_on
from app.store.people.named import people_of
from app.store.schema import unwiped

SUPPRESSED_AS = "forgotten"


class Forgetting(msgspec.Struct, frozen=True, kw_only=True):
    """Who is to be forgotten: these leads, and whoever is known by `people`. `says_who` as in `erase`."""

    lead_ids: tuple[str, ...]
    people: tuple[Person, ...]
    says_who: Callable[[str], bool]
    by: str
    why: str = ""

    @property
    def digests(self) -> frozenset[str]:
        """All that they are known by."""
        return frozenset([digest for person in self.people for digest in person.all])

    def __repr__(self) -> str:
        return f"Forgetting(lead_ids={self.lead_ids!r}, ***)"

    __str__ = __repr__


class HeldPerson(Exception):
    """The person is under legal holds; the message names them."""


def forget(connection: Connection, of: Forgetting, now: float) -> Erased:
    """Erase them and never buy them again. One audit line says so, by the leads, or by none where none was bought.

    HeldPerson, with nothing changed, where a legal hold is on any of it.
    """
    people = people_of(connection, of.lead_ids)
    digests = of.digests | {digest for person in people.values() for digest in person.all}
    if holds := holds_on(connection, people, digests):
        raise HeldPerson(held_in_words(holds))
    for person in (*of.people, *people.values()):
        suppress(connection, person, SUPPRESSED_AS, now)
    erased = erase(connection, of.lead_ids, digests, of.says_who, now)
    detail = f"{erased.leads} leads, {erased.evidence} pieces of evidence, {erased.answers} answers"
    target = " ".join(of.lead_ids) or "a person without leads"
    note(connection, now, of.by, "forget", target, f"{detail}: {of.why}" if of.why else detail)
    add_new(connection, unwiped, {"erasure": target, "erased_at": now})
    return erased


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
