"""Imports a file of outcomes as if the CRM had sent each to the endpoint, after checking all of them first."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import TypeVar

import msgspec
from msgspec.structs import replace

from app.domain.post.disposition import Disposition, Label, OutcomeEvent, label
from app.domain.post.outcome_time import time_trouble
from app.store.exports import OutcomeRow
from app.store.feedback import event_key
from app.store.store import Store
from app.usecases.outcome_file import OutcomeLine
from app.wire.feedback import Outcome, OutcomeKind

T = TypeVar("T")

_ASKED = 500
"""Rows of which the database is asked at once."""

_TOGETHER = 100
"""Outcomes that share one commit, which takes some 50 ms: a service that writes at the same time waits for no more."""


class ImportPlan(msgspec.Struct, kw_only=True):
    """What a file would do: `new` outcomes by line, rows that are refused with their remedy, and repeats.

    `advances` counts leads by the disposition they stand on and the one they reach; `revalued` those whose sale gets
    another value, `invalid` and `opted_out` those that become so. `ignored` rows have an event that is to be passed
    over, and those `left_out` sum others up.
    """

    new: list[tuple[int, Outcome]] = []
    refused: list[OutcomeLine] = []
    repeats: int = 0
    ignored: int = 0
    left_out: int = 0
    advances: Counter[tuple[Disposition, Disposition]] = msgspec.field(default_factory=Counter)
    revalued: int = 0
    invalid: int = 0
    opted_out: int = 0

    @property
    def events(self) -> Counter[str]:
        """How many of each event are new."""
        return Counter(outcome.event for _, outcome in self.new)

    def pass_over(self, row: OutcomeLine) -> None:
        """Count a row that is no outcome."""
        if row.remedy:
            self.refused.append(row)
        elif row.is_ignored:
            self.ignored += 1
        else:
            self.left_out += 1


async def plan(store: Store, rows: Iterable[OutcomeLine], now: float, tell: Callable[[int], None]) -> ImportPlan:
    """Look at every row beside what is known at `now`. Nothing is written. `tell` hears how many were looked at."""
    found = ImportPlan()
    keys: dict[tuple[str, str], Outcome] = {}
    before: dict[str, set[OutcomeRow]] = {}
    looked_at = 0
    for batch in _batches(rows, _ASKED):
        told = await _named(store, batch, found, now)
        facts = await store.outcome_facts([outcome for _, outcome in told])
        for row, outcome in told:
            remedy = _refuse(outcome, facts.heard.get(event_key(outcome)), keys.get(event_key(outcome)))
            if remedy:
                found.refused.append(replace(row, remedy=remedy))
            elif event_key(outcome) in facts.heard or event_key(outcome) in keys:
                found.repeats += 1
            else:
                keys[event_key(outcome)] = outcome
                found.new.append((row.line, outcome))
        for each in facts.of_leads:
            before.setdefault(each.lead_id, set()).add(each)
        looked_at += len(batch)
        tell(looked_at)
    _count_changes(found, before)
    return found


async def apply(
    store: Store, planned: ImportPlan, clock: Callable[[], float], tell: Callable[[int], None]
) -> Counter[str]:
    """Record what is new, some at a time; how many were `recorded`, or `repeated` since they were looked at.

    Stopped half way it may be begun again. StoreUnavailable where the database does not take it.
    """
    done: Counter[str] = Counter()
    for batch in _batches(planned.new, _TOGETHER):
        now = clock()
        results = await asyncio.gather(*[store.record_outcome(outcome, now) for _, outcome in batch])
        done.update(result.status for result in results)
        tell(done.total())
    return done


async def _named(
    store: Store, batch: Sequence[OutcomeLine], found: ImportPlan, now: float
) -> list[tuple[OutcomeLine, Outcome]]:
    """The rows that can be taken, each under its lead's id; the others are refused."""
    read = [(row, row.outcome) for row in batch if row.outcome is not None]
    for row in batch:
        if row.outcome is None:
            found.pass_over(row)
    told = []
    for (row, outcome), lead in zip(read, await store.named_leads([outcome for _, outcome in read]), strict=True):
        remedy = lead if isinstance(lead, str) else time_trouble(outcome.occurred_at, lead.sold_at, now)
        if isinstance(lead, str) or remedy:
            found.refused.append(replace(row, remedy=remedy))
        else:
            told.append((row, replace(outcome, lead_id=lead.lead_id)))
    return told


def _refuse(outcome: Outcome, heard: OutcomeRow | None, above: Outcome | None) -> str:
    """What is wrong with an outcome of a lead of ours, or nothing."""
    before = heard or above
    # Taken for a repeat it would be lost.
    if before is not None and _says_otherwise(outcome, before):
        where = "an outcome told before" if heard is not None else "a line above"
        return f"event_id: {where} has the same one and says otherwise; each event needs its own"
    return ""


def _says_otherwise(outcome: Outcome, before: Outcome | OutcomeRow) -> bool:
    if (outcome.lead_id, outcome.event) != (before.lead_id, before.event):
        return True
    return None not in (outcome.value_cents, before.value_cents) and outcome.value_cents != before.value_cents


def _count_changes(found: ImportPlan, before: dict[str, set[OutcomeRow]]) -> None:
    fresh: dict[str, list[OutcomeEvent]] = {}
    for _, outcome in found.new:
        at = outcome.occurred_at or 0.0
        told = OutcomeEvent(
            event=outcome.event, occurred_at=at, received_at=float("inf"), value_cents=outcome.value_cents
        )
        fresh.setdefault(outcome.lead_id, []).append(told)
    for lead_id, more in fresh.items():
        known = [_told(row) for row in before.get(lead_id, ())]
        _count_change(found, label(known), label([*known, *more]))


def _count_change(found: ImportPlan, old: Label, new: Label) -> None:
    if new.disposition != old.disposition:
        found.advances[old.disposition, new.disposition] += 1
    found.revalued += old.disposition == "sold" and new.value_cents != old.value_cents
    found.invalid += new.invalid > old.invalid
    found.opted_out += new.opted_out > old.opted_out


def _told(row: OutcomeRow) -> OutcomeEvent:
    event = msgspec.convert(row.event, type=OutcomeKind)
    return OutcomeEvent(
        event=event, occurred_at=row.occurred_at, received_at=row.recorded_at, value_cents=row.value_cents
    )


def _batches(items: Iterable[T], size: int) -> Iterator[list[T]]:
    left = iter(items)
    while batch := list(islice(left, size)):
        yield batch
