"""A forgotten person is erased and suppressed in one commit; the sale keeps its facts, and a hold refuses all of it."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from app.domain.delivery.delivery import AttemptReport
from app.domain.identity import Person
from app.store.delivery.deliveries import Which
from app.store.engine.connections import database_url
from app.store.people.erase import KEEPS, NOBODY
from app.store.people.forgetting import Forgetting, HeldPerson
from app.store.people.wipe import holds_any, wipe
from app.store.schema import metadata
from app.store.store import Store
from app.wire.feedback import Outcome
from tests.integration.store.world import NOW, a_refusal, a_sale, count, email_of, in_store, phone_of, refused, whose

LATER = NOW + 3_600.0


def forgetting(*numbers: int, says_who: Any = lambda _: False) -> Forgetting:
    """Consumers N as they are to be forgotten, with their leads."""
    return Forgetting(
        lead_ids=tuple([a_sale(number).lead_id for number in numbers]),
        people=tuple([whose(number) for number in numbers]),
        says_who=says_who,
        by="os:ada",
    )


async def sold(store: Store, *numbers: int) -> None:
    for number in numbers:
        await store.sell(a_sale(number), refused)


def test_the_sale_stays_and_says_nobodys_name(url: str) -> None:
    async def scene(store: Store) -> None:
        await sold(store, 1, 2)
        await store.begin_forgetting(forgetting(1), LATER)
        before, other = await store.lead(a_sale(1).lead_id), await store.lead(a_sale(2).lead_id)
        erased = await store.forget(forgetting(1), LATER)
        assert (erased.leads, erased.evidence, erased.answers) == (1, 3, 1)
        after = await store.lead(a_sale(1).lead_id)
        assert before is not None
        assert after is not None
        assert after == replace(before, identity=b"", evidence=(), forgotten_at=LATER, deliveries=after.deliveries)
        assert await store.lead(a_sale(2).lead_id) == other
        assert await store.leads_of(whose(1).all) == []
        assert await store.people_of([a_sale(1).lead_id]) == {a_sale(1).lead_id: Person()}

    in_store(url, scene)
    assert count(url, "sighting") == len(whose(2).all)
    assert count(url, "certificate") == 2
    assert count(url, "certificate", f"person = '{NOBODY}'") == 1
    assert count(url, "audit", "action = 'forget'") == 1


def test_a_forgotten_person_is_never_bought_again_nor_is_the_certificate(url: str) -> None:
    async def scene(store: Store) -> None:
        await sold(store, 1)
        await store.begin_forgetting(forgetting(1), LATER)
        await store.forget(forgetting(1), LATER)
        again = a_sale(7, person=whose(1))
        assert (await store.sell(again, refused)).refusal.code == "suppressed"  # type: ignore[union-attr]
        borrowed = a_sale(8, certificates=a_sale(1).certificates)
        assert (await store.sell(borrowed, refused)).refusal.code == "certificate_reused"  # type: ignore[union-attr]
        repeated = await store.sell(a_sale(1), refused)
        assert repeated.refusal is not None
        assert repeated.refusal.code == "ping_used"

    in_store(url, scene)


def test_answers_to_posts_that_were_not_bought_lose_their_person_too(url: str) -> None:
    async def scene(store: Store) -> None:
        sale = a_sale(3)
        await store.keep(a_refusal(sale, "duplicate"))
        await store.keep(a_refusal(a_sale(4), "duplicate"))
        erased = await store.forget(replace(forgetting(3), lead_ids=(), posts=((sale.seller, sale.nonce),)), LATER)
        assert (erased.leads, erased.answers) == (0, 1)
        assert await store.answers_to(whose(3).all) == ()
        assert len(await store.answers_to(whose(4).all)) == 1

    in_store(url, scene)


def test_what_waits_for_a_crm_is_given_up_and_cannot_be_replayed(url: str) -> None:
    async def scene(store: Store) -> None:
        await sold(store, 1, 2)
        await store.forget(forgetting(1), LATER)
        (left,) = await store.deliveries(Which(lead_id=a_sale(1).lead_id))
        assert (left.status, left.note) == ("rejected", "the person was forgotten")
        assert await store.replay(Which(status="dead"), "ada", LATER) == 0
        assert [each.lead["lead_id"] for each in await store.claim_due("crm", "w", LATER, 9, 9.0)] == [
            a_sale(2).lead_id
        ]

    in_store(url, scene)


def test_an_attempt_under_way_arrives_and_leaves_nothing(url: str) -> None:
    async def scene(store: Store) -> None:
        await sold(store, 1)
        (claimed,) = await store.claim_due("crm", "w", NOW, 1, 9.0)
        await store.forget(forgetting(1), LATER)
        report = AttemptReport(
            delivery_id=claimed.delivery_id,
            destination="crm",
            owner=claimed.owner,
            attempt=1,
            status="delivered",
            started_at=NOW,
            took_ms=9,
            crm_id="00Q1",
        )
        assert not await store.acknowledge(report)
        assert await store.leads_by_id("crm_id", "00Q1") == []

    in_store(url, scene)


def test_ids_of_others_that_say_who_it_is_go(url: str) -> None:
    def says_who(text: str) -> bool:
        return "lovelace" in text.lower()

    async def scene(store: Store) -> None:
        await store.sell(a_sale(1, seller_lead_id="Lovelace-77", sub_id="feed-3"), refused)
        for event_id in ("evt-9", "Ada Lovelace 2"):
            told = Outcome(lead_id=a_sale(1).lead_id, event="contacted", source="crm", event_id=event_id)
            await store.record_outcome(told, LATER)
        await store.forget(forgetting(1, says_who=says_who), LATER)
        record = await store.lead_record(a_sale(1).lead_id)
        assert record is not None
        assert (record.lead.seller_lead_id, record.lead.sub_id) == ("", "feed-3")
        assert [each.event_id for each in record.outcomes] == ["evt-9", f"forgotten-{a_sale(1).lead_id}-0"]

    in_store(url, scene)


def test_a_legal_hold_refuses_by_name_and_nothing_is_changed(url: str) -> None:
    async def scene(store: Store) -> None:
        await sold(store, 1, 2)
        await store.add_hold("doe v. acme", [a_sale(1).lead_id], "letter of May 3", "os:ada", NOW)
        await store.add_hold("by phone", [whose(2).phone[0]], "", "os:ada", NOW)
        for number, name in ((1, "doe v. acme"), (2, "by phone")):
            with pytest.raises(HeldPerson, match=name):
                await store.begin_forgetting(forgetting(number), LATER)
            with pytest.raises(HeldPerson, match=name):
                await store.forget(forgetting(number), LATER)
        assert [(hold.name, hold.leads) for hold in await store.legal_holds()] == [("by phone", 1), ("doe v. acme", 1)]
        assert await store.end_hold("by phone", "settled", "os:ada", LATER)
        assert not await store.end_hold("by phone", "settled", "os:ada", LATER)
        assert (await store.forget(forgetting(2), LATER)).leads == 1

    in_store(url, scene)
    assert count(url, "evidence") == 3
    assert count(url, "suppression") == 0


def test_leads_are_linked_by_a_shared_phone_or_email(url: str) -> None:
    first, second, third = a_sale(1), a_sale(2), a_sale(3)
    shared = Person(phone=first.person.phone, email=second.person.email)

    async def scene(store: Store) -> None:
        await store.sell(replace(first, duplicate_since=LATER), refused)
        await store.sell(replace(second, person=shared, duplicate_since=LATER), refused)
        linking = Person(phone=third.person.phone, email=second.person.email)
        await store.sell(replace(third, person=linking, duplicate_since=LATER), refused)
        await sold(store, 4)
        assert set(await store.linked_leads([first.lead_id], 20)) == {each.lead_id for each in (first, second, third)}
        assert len(await store.linked_leads([first.lead_id], 1)) == 2
        assert await store.linked_leads([a_sale(4).lead_id], 20) == [a_sale(4).lead_id]

    in_store(url, scene)


def test_no_page_of_the_file_holds_what_was_erased(tmp_path: Path) -> None:
    """Sightings come in the order of chance, so that pages of their index are split again and again."""
    url = f"sqlite:///{tmp_path / 'leadbid.db'}"

    async def sell(store: Store) -> None:
        await asyncio.gather(*[store.sell(a_sale(number), refused) for number in range(120)])

    async def forget(store: Store) -> set[bytes]:
        traces: set[bytes] = set()
        for number in range(0, 120, 7):
            sale = a_sale(number)
            await store.begin_forgetting(forgetting(number), LATER)
            traces |= await store.traces_of([sale.lead_id], sale.person.all)
            await store.forget(forgetting(number), LATER)
        assert await store.is_unwiped()
        return traces

    in_store(url, sell)
    traces = in_store(url, forget)
    assert len(traces) == len(range(0, 120, 7)) * (1 + 3 + 1 + 6)
    wipe(database_url(url), traces)
    assert not holds_any(tmp_path / "leadbid.db", traces)
    kept = a_sale(1)
    assert holds_any(tmp_path / "leadbid.db", [f"{kept.person.all[0]}{kept.lead_id}".encode()])
    content = (tmp_path / "leadbid.db").read_bytes()
    assert phone_of(0).encode() not in content
    assert email_of(0).encode() not in content


def test_what_another_program_left_in_free_pages_is_rewritten_away(tmp_path: Path) -> None:
    path = tmp_path / "leadbid.db"
    url = f"sqlite:///{path}"

    async def sell(store: Store) -> set[bytes]:
        await sold(store, 1)
        return await store.traces_of([a_sale(1).lead_id], whose(1).all)

    traces = in_store(url, sell)
    with closing(sqlite3.connect(path)) as careless:
        careless.execute("PRAGMA secure_delete = OFF")
        careless.executescript("DELETE FROM evidence; DELETE FROM sighting; PRAGMA wal_checkpoint(TRUNCATE)")
    assert holds_any(path, traces)
    in_store(url, lambda store: store.forget(forgetting(1), LATER))
    wipe(database_url(url), traces)
    assert not holds_any(path, traces)


def test_what_is_begun_again_has_one_audit_line(url: str) -> None:
    async def scene(store: Store) -> None:
        await sold(store, 1)
        assert not await store.begin_forgetting(forgetting(1), LATER)
        assert await store.begin_forgetting(forgetting(1), LATER)
        await store.forget(forgetting(1), LATER)
        assert await store.begin_forgetting(replace(forgetting(1), lead_ids=()), LATER)
        assert len(await store.audit_lines()) == 1
        await store.wiped()
        assert not await store.is_unwiped()

    in_store(url, scene)
    wipe(database_url(url), [b"nowhere"])


def test_every_table_says_what_it_keeps_of_a_forgotten_person() -> None:
    assert sorted(KEEPS) == sorted(metadata.tables), "say in KEEPS what the table keeps, and have `erase` do it"
    assert msgspec.json.decode(NOBODY, type=Person).all == ()
