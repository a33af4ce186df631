"""Packs all proof of one lead into a signed archive, and opens who it is of: whoever looks is written down first."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from app.domain.operators.audit import OperatorAct
from app.journal.looking import Looking
from app.store.store import Store
from app.store.vault import Vault
from app.usecases.people.archive import signed_archive
from app.usecases.people.evidence import evidence_files, opened
from app.usecases.people.find import lines_of


class PackedEvidence(msgspec.Struct, frozen=True, kw_only=True):
    """The archive of a lead, and what of its proof does not hold."""

    lead_id: str
    archive: bytes
    trouble: tuple[str, ...]

    def __repr__(self) -> str:
        return f"PackedEvidence(lead_id={self.lead_id!r}, ***)"

    __str__ = __repr__


class RevealedPerson(msgspec.Struct, frozen=True, kw_only=True):
    """Who a lead is of, by part of what its CRM was sent: names and values. Empty of one that was forgotten."""

    lead_id: str
    parts: dict[str, dict[str, Any]]
    trouble: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"RevealedPerson(lead_id={self.lead_id!r}, ***)"

    __str__ = __repr__


async def pack_evidence(
    store: Store,
    journal: Path,
    vault: Vault,
    seed: Callable[[], bytes],
    lead_id: str,
    by: str,
    now: float,
    looking: Looking | None = None,
) -> PackedEvidence | None:
    """The archive of the lead of this id, signed with the key `seed`; `None` where there is no such lead."""
    record = await store.lead_record(lead_id)
    if record is None:
        return None
    seen = opened(record, await store.sealed_evidence(lead_id), vault)
    lines = await asyncio.to_thread(lines_of, journal, [record], looking)
    # Both take as long as many pings: no ping waits for them.
    archive = await asyncio.to_thread(
        lambda: signed_archive(evidence_files(record, seen, lines), seed(), record.lead.sold_at)
    )
    # Whoever looks is written down before there is anything to look at.
    await store.note(OperatorAct(by=by, action="pack evidence", target=lead_id), now)
    return PackedEvidence(lead_id=lead_id, archive=archive, trouble=seen.trouble)


async def reveal_person(store: Store, vault: Vault, lead_id: str, by: str, now: float) -> RevealedPerson | None:
    """Who a lead is of, once it is written down that somebody looked; `None` where there is no such lead."""
    record = await store.lead_record(lead_id)
    if record is None:
        return None
    seen = opened(record, {}, vault)
    await store.note(OperatorAct(by=by, action="reveal identity", target=lead_id), now)
    parts = {name: part for name, part in (seen.identity or {}).items() if isinstance(part, dict)}
    return RevealedPerson(lead_id=lead_id, parts=parts, trouble=seen.trouble)
