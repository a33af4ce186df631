"""Removes what has been kept as long as the configuration says, kind by kind, but for what is under legal hold."""

import asyncio
import time
from collections.abc import Callable, Collection
from pathlib import Path

import msgspec

from app.domain.buyer import Retention
from app.domain.operators.audit import OperatorAct
from app.journal.retention import RemovedLines, remove_old
from app.store.people.ages import AgedKind
from app.store.store import Store

BATCH = 500
"""Rows in one commit: posts that come meanwhile share the writer, and must not wait for more."""

LUMP = 100
REST_S = 0.005
"""The journal is read beside a service: after some milliseconds of work other threads get a turn."""


class Purged(msgspec.Struct, frozen=True, kw_only=True):
    """How much went: pings that lost their person, lines, leads that lost theirs, pieces, answers and counters."""

    lost_pings: int = 0
    journal: int = 0
    leads: int = 0
    evidence: int = 0
    answers: int = 0
    counters: int = 0

    @property
    def is_nothing(self) -> bool:
        """Whether nothing was old enough."""
        return not any(getattr(self, name) for name in self.__struct_fields__)

    def __str__(self) -> str:
        return ", ".join([f"{getattr(self, name)} {name.replace('_', ' ')}" for name in self.__struct_fields__])


async def purge(store: Store, journal: Path, retention: Retention, by: str, now: float, *, is_real: bool) -> Purged:
    """Remove what is too old at `now`, with one audit line; unless `is_real` only count it.

    The caller is alone with the journal. Raises StoreUnavailable, ParquetError, OtherVersion, OSError.
    """
    removed = await _remove_lines(store, journal, retention, now, is_real=is_real)
    counts = {
        "leads": await _all(store, "leads", retention.leads_s, now, is_real=is_real),
        "evidence": await _all(store, "evidence", retention.evidence_s, now, is_real=is_real),
        "answers": await _all(store, "answers", retention.answers_s, now, is_real=is_real),
        "counters": await _all(store, "counters", retention.counters_s, now, is_real=is_real),
    }
    purged = Purged(lost_pings=removed.lost_pings, journal=removed.lines, **counts)
    if is_real and not purged.is_nothing:
        await store.note(OperatorAct(by=by, action="purge", target="retention", detail=str(purged)), now)
    return purged


async def _all(store: Store, kind: AgedKind, kept_s: float, now: float, *, is_real: bool) -> int:
    before = now - kept_s
    if not is_real:
        return await store.purge(kind, before, now, _MOST, is_real=False)
    count = 0
    while removed := await store.purge(kind, before, now, BATCH, is_real=True):
        count += removed
        if removed < BATCH:
            break
        await asyncio.sleep(REST_S)
    return count


_MOST = 1_000_000_000


async def _remove_lines(
    store: Store, journal: Path, retention: Retention, now: float, *, is_real: bool
) -> RemovedLines:
    """In a thread, which asks the database from there."""
    held, loop = await _held_words(store), asyncio.get_running_loop()

    def sold(since: float, until: float) -> frozenset[str]:
        return asyncio.run_coroutine_threadsafe(store.sold_pings(since, until), loop).result()

    return await asyncio.to_thread(
        remove_old,
        journal,
        now - retention.lost_pings_s,
        now - retention.journal_s,
        sold,
        held,
        is_real=is_real,
        rest=_resting(time.sleep),
    )


async def _held_words(store: Store) -> Collection[str]:
    """By which lines of the journal are known that a hold keeps."""
    on_hold = await store.on_hold()
    words = set(on_hold.digests)
    for lead_id in on_hold.leads:
        row = await store.lead(lead_id)
        if row is not None:
            words |= {row.nonce, row.ping_id, lead_id}
    return words


def _resting(sleep: Callable[[float], None]) -> Callable[[], None]:
    lines = 0

    def rest() -> None:
        nonlocal lines
        lines += 1
        if lines % LUMP == 0:
            sleep(REST_S)

    return rest
