"""What is older than the configuration says goes, kind by kind and in small commits, and nothing that is held does."""

import asyncio
from pathlib import Path

from msgspec.structs import replace

from app.domain.buyer import DAY_S, Retention
from app.domain.post.sale import CapUse
from app.store.people.ages import AgedKind
from app.store.people.forgetting import Forgetting
from app.store.store import Store
from app.usecases.people.purge import Purged, purge
from tests.integration.store.world import NOW, a_cap, a_refusal, a_sale, count, in_store, refused, vault, whose

OLD, YOUNG = NOW - 100 * DAY_S, NOW - DAY_S
BEFORE = NOW - 30 * DAY_S


async def sell(store: Store) -> None:
    """Leads 1 and 2 long ago, 3 lately."""
    for number, at in ((1, OLD), (2, OLD), (3, YOUNG)):
        await store.sell(a_sale(number, sold_at=at, cap_uses=(_cap_of(at),)), refused)


def _cap_of(at: float) -> CapUse:
    day = "2026-08-12" if at == OLD else "2026-11-19"
    return a_cap(9, counter=f"campaign/solar-tx/daily//{day}")


async def purged(store: Store, kind: AgedKind, *, is_real: bool = True) -> int:
    return await store.purge(kind, BEFORE, NOW, 1_000, is_real=is_real)


def test_an_old_sale_says_nobodys_name_and_its_person_is_still_no_stranger(url: str) -> None:
    async def scene(store: Store) -> None:
        await sell(store)
        assert await purged(store, "leads", is_real=False) == 2
        assert await purged(store, "leads") == 2
        assert await purged(store, "leads") == 0
        old, young = await store.lead(a_sale(1).lead_id), await store.lead(a_sale(3).lead_id)
        assert old is not None
        assert young is not None
        assert (old.identity, old.price_cents, bool(young.identity)) == (b"", 2_140, True)
        again = a_sale(7, person=whose(1), duplicate_since=0.0)
        assert (await store.sell(again, refused)).refusal.code == "duplicate"  # type: ignore[union-attr]
        assert await store.people_of([old.lead_id]) == {old.lead_id: whose(1)}
        forgotten = await store.forget(Forgetting(lead_ids=(old.lead_id,), people=(), says_who=bool, by="os:ada"), NOW)
        assert (forgotten.leads, forgotten.evidence) == (0, 3)
        assert await store.leads_of(whose(1).all) == []

    in_store(url, scene)


def test_evidence_and_answers_go_and_what_is_held_stays(url: str) -> None:
    async def scene(store: Store) -> None:
        await sell(store)
        await store.keep(replace(a_refusal(a_sale(4), "duplicate"), kept_at=OLD))
        await store.add_hold("doe v. acme", [whose(2).email[1]], "letter", "os:ada", NOW)
        assert await purged(store, "evidence", is_real=False) == 3
        assert await purged(store, "evidence") == 3
        assert await purged(store, "answers") == 2
        assert await purged(store, "leads") == 1
        held = await store.lead_record(a_sale(2).lead_id)
        assert held is not None
        assert held.lead.identity
        assert len(held.lead.evidence) == 3
        assert held.answer is not None
        assert vault().open(held.lead.identity, a_sale(2).lead_id)
        await store.end_hold("doe v. acme", "settled", "os:ada", NOW)
        assert [await purged(store, kind) for kind in ("evidence", "answers", "leads")] == [3, 1, 1]

    in_store(url, scene)
    assert count(url, "evidence") == 3


def test_counters_of_windows_that_ended_go_and_those_of_all_time_stay(url: str) -> None:
    ended = ["2026-10-19", "2026-10-19T23+0000", "2026-10-19T23-0600", "2026-W42", "2026-09"]
    living = ["2026-10-20", "2026-11-19", "2026-11-20T05-0600", "2026-W43", "2026-W47", "2026-10", "2026-11", ""]
    keys = {f"campaign/solar-tx/cap/{part}/{label}": 1 for label in (*ended, *living) for part in ("", "TX", "2026-01")}

    async def scene(store: Store) -> None:
        await store.add_usage(keys)
        assert await purged(store, "counters", is_real=False) == 3 * len(ended)
        assert await purged(store, "counters") == 3 * len(ended)
        assert {key.rpartition("/")[2] for key in await store.cap_usage()} == set(living)

    in_store(url, scene)


def test_all_kinds_go_by_what_the_configuration_says_with_one_audit_line(tmp_path: Path, url: str) -> None:
    retention = Retention(leads_s=30 * DAY_S, evidence_s=50 * DAY_S, answers_s=200 * DAY_S, counters_s=40 * DAY_S)

    async def scene(store: Store) -> None:
        await sell(store)
        told = await purge(store, tmp_path / "journal", retention, "os:ada", NOW, is_real=False)
        assert told == Purged(leads=2, evidence=6, counters=1)
        assert await store.audit_lines() == []
        assert await purge(store, tmp_path / "journal", retention, "os:ada", NOW, is_real=True) == told
        assert (await purge(store, tmp_path / "journal", retention, "os:ada", NOW, is_real=True)).is_nothing
        (line,) = await store.audit_lines()
        assert (line.action, line.detail) == ("purge", str(told))

    in_store(url, scene)


def test_more_than_one_commit_takes_goes_in_several(tmp_path: Path) -> None:
    async def scene(store: Store) -> None:
        await asyncio.gather(*[store.add_usage({f"hashes/acme-{number}/2025-01-01": 1}) for number in range(600)])
        assert (await purge(store, tmp_path, Retention(), "service", NOW, is_real=True)).counters == 600

    url = f"sqlite:///{tmp_path / 'leadbid.db'}"
    in_store(url, scene)
    assert count(url, "cap_counter") == 0
