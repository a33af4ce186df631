"""Gathers all that is held of one person: what the CRM was sent, the leads, evidence, answers, journal and holds."""

from pathlib import Path
from typing import Any

import msgspec

from app.journal.extent import Extent, extent
from app.journal.reader import find_all, holding
from app.reports.people.lead_story import LeadStory, lead_stories
from app.store.people.records import Suppressing
from app.store.store import Store
from app.store.vault import Vault
from app.usecases.people.find import all_about
from app.usecases.people.forget import subject_of
from app.usecases.people.nonces import nonces_of
from app.usecases.people.who import Who


class PersonalData(msgspec.Struct, frozen=True, kw_only=True):
    """`people` are the documents that CRMs were sent, one a lead; `evidence`, `answers` and `lines` are counts."""

    people: tuple[dict[str, Any], ...]
    stories: tuple[LeadStory, ...]
    suppressed: tuple[Suppressing, ...]
    holds: tuple[str, ...]
    evidence: int
    answers: int
    lines: int
    journal: Extent

    @property
    def is_nothing(self) -> bool:
        """Whether nothing at all is held."""
        return not (self.stories or self.suppressed or self.answers or self.holds)

    def __repr__(self) -> str:
        return "PersonalData(***)"

    __str__ = __repr__


async def personal_data_of(
    store: Store, journal: Path, who: Who, vault: Vault, key: bytes, *, only: bool
) -> PersonalData:
    """All of it. Raises TooManyLinked, StoreUnavailable, ParquetError, OtherVersion."""
    subject = await subject_of(store, who, vault, only=only)
    found = [await store.lead_record(lead_id) for lead_id in subject.lead_ids]
    records = [record for record in found if record is not None]
    answers = await store.answers_to(subject.digests)
    nonces = [await nonces_of(store, person, key) for person in subject.people]
    theirs = holding(journal, frozenset().union(*nonces))
    sold = find_all(journal, frozenset([record.lead.ping_id for record in records]))
    lines = {msgspec.json.encode(line): line for line in (*sold, *all_about(journal, theirs))}
    in_order = sorted(lines.values(), key=lambda line: line.at)
    return PersonalData(
        people=subject.documents,
        stories=tuple(lead_stories(records, in_order)),
        suppressed=await store.suppressing(subject.digests),
        holds=await store.holds_on(await store.people_of(subject.lead_ids), subject.digests),
        evidence=sum(len(record.lead.evidence) for record in records),
        answers=len(answers),
        lines=len(in_order),
        journal=extent(journal),
    )
