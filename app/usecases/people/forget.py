"""Forgets a person everywhere: the journal first, then the database in one commit, then what its files still hold.

Each step can be done again, so that whatever a kill left is finished by asking once more.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from app.crm.redaction import hidden
from app.domain.identity import Person
from app.journal.forget import forget_in_journal
from app.reports.hours import keep_tallies
from app.store.people.erase import Erased
from app.store.people.forgetting import Forgetting
from app.store.store import Store
from app.store.vault import SealBroken, Vault
from app.usecases.people.nonces import all_nonces_of
from app.usecases.people.who import Who, leads_of

LINKED_MAX = 20
"""More leads that share phones or emails are hardly one person's: somebody has to say whose they are."""


class TooManyLinked(Exception):
    """Too many leads hang together to be of one person; the message says what to do."""


class WholePerson(msgspec.Struct, frozen=True, kw_only=True):
    """All that is meant by one person: leads, the newest first, digests, and what the leads' CRMs were sent."""

    lead_ids: tuple[str, ...]
    people: tuple[Person, ...]
    documents: tuple[dict[str, Any], ...] = ()

    @property
    def digests(self) -> frozenset[str]:
        """All that they are known by."""
        return frozenset([digest for person in self.people for digest in person.all])

    def says_who(self, text: str) -> bool:
        """Whether a text holds a name, a phone or the like of theirs."""
        return any(hidden(text, document) != text for document in self.documents)

    def __repr__(self) -> str:
        return f"WholePerson(lead_ids={self.lead_ids!r}, ***)"

    __str__ = __repr__


class Forgotten(msgspec.Struct, frozen=True, kw_only=True):
    """What was erased, how many lines of the journal lost their person, and what the files must not hold any more."""

    erased: Erased
    lines: int
    traces: frozenset[bytes]
    is_sure: bool

    def __repr__(self) -> str:
        return f"Forgotten(erased={self.erased!r}, lines={self.lines})"

    __str__ = __repr__


async def subject_of(store: Store, who: Who, vault: Vault, *, only: bool = False) -> WholePerson:
    """The leads of whoever is meant, and unless `only` those linked to them by phone or email. TooManyLinked."""
    ids = await leads_of(store, who)
    if ids and not only:
        ids = await store.linked_leads(ids, LINKED_MAX)
        if len(ids) > LINKED_MAX:
            raise TooManyLinked(
                f"more than {LINKED_MAX} leads share phones or emails with this one, which are hardly one person's: "
                "add --only to mean those alone that were named"
            )
    known = await store.people_of(ids)
    people = [person for person in (who.person, *known.values()) if person.all]
    documents = [document for lead_id in ids if (document := await _document(store, lead_id, vault)) is not None]
    return WholePerson(lead_ids=tuple(ids), people=tuple(dict.fromkeys(people)), documents=tuple(documents))


async def forget(
    store: Store,
    journal: Path,
    subject: WholePerson,
    key: bytes,
    by: str,
    why: str,
    clock: Callable[[], float],
) -> Forgotten:
    """Erase them, and never buy them again. HeldPerson under legal hold; nothing is changed then.

    The caller is alone with the journal, cleans the database's files of `traces` afterwards, and says so to the store.
    """
    of = Forgetting(
        lead_ids=subject.lead_ids,
        people=subject.people,
        posts=tuple([(each.seller, each.nonce) for each in await store.answers_to(subject.digests)]),
        says_who=subject.says_who,
        by=by,
        why=why,
    )
    is_sure = await store.begin_forgetting(of, clock())
    lines = forget_in_journal(journal, await _words(store, subject, key))
    if lines:
        keep_tallies(journal)
    traces = await store.traces_of(subject.lead_ids, subject.digests)
    erased = await store.forget(of, clock())
    return Forgotten(erased=erased, lines=lines, traces=frozenset(traces), is_sure=is_sure)


async def _document(store: Store, lead_id: str, vault: Vault) -> dict[str, Any] | None:
    row = await store.lead(lead_id)
    if row is None or not row.identity:
        return None
    try:
        document: dict[str, Any] = msgspec.json.decode(vault.open(row.identity, lead_id))
    except SealBroken:
        return None
    return document


async def _words(store: Store, subject: WholePerson, key: bytes) -> frozenset[str]:
    """By which the journal has lines of theirs: the digests of certificates, and the nonces of pings."""
    words: set[str] = set()
    for lead_id in subject.lead_ids:
        record = await store.lead_record(lead_id)
        if record is not None:
            words.add(record.lead.nonce)
            words.update(record.certificates)
            words.update(map(_as_leadid, record.certificates))
    for person in subject.people:
        words |= await all_nonces_of(store, person, key)
    return frozenset(words)


def _as_leadid(digest: str) -> str:
    """As the journal writes the digest of a LeadiD token."""
    return f"{digest[:8]}-{digest[8:12]}-{digest[12:16]}-{digest[16:20]}-{digest[20:]}"
