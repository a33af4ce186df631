"""The outbox: every lead is somebody's to send, nobody's twice at once, and no late report moves it."""

import asyncio
import logging
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from sqlalchemy import create_engine

from app.domain.delivery.delivery import AttemptReport, ClaimedDelivery
from app.store.delivery.deliveries import REFUSED_ADDRESS, DeliveryDetail, Waiting, Which
from app.store.delivery.outbox import claim_due
from app.store.errors import StoreUnfit
from app.store.schema import metadata
from app.store.store import Store
from app.store.vault import Vault
from tests.integration.store.world import NOW, a_sale, a_store, in_store, on_a_file, refused

LEASE_S = 45.0


async def sell(store: Store, *numbers: int, destinations: tuple[str, ...] = ("crm",), at: float = NOW) -> None:
    for number in numbers:
        await store.sell(a_sale(number, destinations=destinations, sold_at=at), refused)


async def claim(store: Store, now: float = NOW, owner: str = "w-1", limit: int = 10) -> list[ClaimedDelivery]:
    return await store.claim_due("crm", owner, now, limit, LEASE_S)


def report(claimed: ClaimedDelivery, status: Any = "delivered", at: float = NOW, **facts: Any) -> AttemptReport:
    made = AttemptReport(
        delivery_id=claimed.delivery_id,
        destination=claimed.destination,
        owner=claimed.owner,
        attempt=claimed.attempt,
        status=status,
        started_at=at,
        took_ms=250,
        http_status=200 if status == "delivered" else 503,
    )
    return replace(made, **facts)


async def detail(store: Store, claimed: ClaimedDelivery) -> DeliveryDetail:
    found = await store.delivery(claimed.delivery_id)
    assert found is not None
    return found


def test_a_sold_lead_is_claimed_with_its_identity(url: str) -> None:
    async def scene(store: Store) -> None:
        await sell(store, 1)
        (claimed,) = await claim(store)
        assert claimed.lead["contact"]["first_name"] == "Ada"
        assert claimed.lead["lead_id"] == a_sale(1).lead_id
        assert (claimed.destination, claimed.attempt) == ("crm", 1)
        assert claimed.webhook_id == f"msg_{claimed.delivery_id}"
        assert await claim(store, owner="w-2") == []

    in_store(url, scene)


def test_the_earliest_come_first_and_no_more_than_asked_for(url: str) -> None:
    async def scene(store: Store) -> None:
        for number in range(6):
            await sell(store, number, at=NOW - number)
        leads = [claimed.lead["lead_id"] for claimed in await claim(store, limit=4)]
        assert leads == [a_sale(number).lead_id for number in (5, 4, 3, 2)]
        assert len(await claim(store)) == 2

    in_store(url, scene)


def test_of_thousands_that_are_due_at_one_time_none_is_sorted() -> None:
    with create_engine("sqlite://").begin() as connection:
        metadata.create_all(connection)
        asked: list[str] = []
        driver: Any = connection.connection.driver_connection
        driver.set_trace_callback(asked.append)
        assert claim_due(connection, "crm", "w-1", NOW, 10, LEASE_S) == []
        plan = [step for *_, step in driver.execute(f"EXPLAIN QUERY PLAN {asked[-1]}")]
    assert any("ix_delivery_due" in step for step in plan)
    assert not any("TEMP B-TREE" in step for step in plan), plan


def test_each_destination_has_its_own_deliveries(url: str) -> None:
    async def scene(store: Store) -> None:
        await sell(store, 1, destinations=("crm", "dialer"))
        (crm,) = await claim(store)
        (dialer,) = await store.claim_due("dialer", "w-1", NOW, 10, LEASE_S)
        assert crm.webhook_id != dialer.webhook_id

    in_store(url, scene)


def test_what_is_not_due_yet_is_left(url: str) -> None:
    async def scene(store: Store) -> None:
        await sell(store, 1, at=NOW + 1.0)
        assert await claim(store) == []
        assert len(await claim(store, NOW + 1.0)) == 1

    in_store(url, scene)


def test_many_workers_at_once_never_claim_one_delivery_twice(url: str) -> None:
    async def play() -> list[ClaimedDelivery]:
        async with a_store(url) as one, a_store(url) as two:
            await sell(one, *range(60))
            claims = await asyncio.gather(
                *[claim([one, two][number % 2], owner=f"w-{number}", limit=7) for number in range(12)]
            )
            return [claimed for batch in claims for claimed in batch]

    claimed = asyncio.run(play())
    assert len({each.delivery_id for each in claimed}) == len(claimed)
    # A worker passes over what another is about to claim, so that a few may wait for the next look.
    assert len(claimed) >= 42


def test_a_delivered_lead_is_done_and_its_attempt_is_kept(url: str) -> None:
    async def scene(store: Store) -> None:
        await sell(store, 1)
        (claimed,) = await claim(store)
        assert await store.acknowledge(report(claimed, crm_id="00Q1", note="HTTP 200"))
        found = await detail(store, claimed)
        assert (found.delivery.status, found.delivery.crm_id, found.delivery.owner) == ("delivered", "00Q1", "")
        assert found.delivery.settled_at == NOW + 0.25
        (attempt,) = found.attempts
        assert (attempt.number, attempt.status, attempt.http_status, attempt.took_ms) == (1, "delivered", 200, 250)
        assert await claim(store, NOW + 10_000.0) == []

    in_store(url, scene)


def test_a_failed_attempt_waits_for_its_time(url: str) -> None:
    async def scene(store: Store) -> None:
        await sell(store, 1)
        (claimed,) = await claim(store)
        failed = report(claimed, "pending", due_at=NOW + 5.0, http_status=None, failure="timeout")
        assert await store.acknowledge(failed)
        assert await claim(store, NOW + 4.9) == []
        (again,) = await claim(store, NOW + 5.0)
        assert (again.attempt, again.webhook_id) == (2, claimed.webhook_id)
        found = await detail(store, again)
        assert (found.delivery.note, found.attempts[0].failure, found.attempts[0].due_at) == (
            "timeout",
            "timeout",
            NOW + 5.0,
        )

    in_store(url, scene)


def test_a_dead_workers_lead_comes_due_when_its_lease_ends(url: str) -> None:
    async def scene(store: Store) -> None:
        await sell(store, 1)
        await claim(store)
        assert await claim(store, NOW + LEASE_S - 0.1, "w-2") == []
        (taken,) = await claim(store, NOW + LEASE_S, "w-2")
        assert taken.attempt == 2

    in_store(url, scene)


def test_what_a_dead_process_had_claimed_is_due_at_once_where_no_other_delivers(url: str) -> None:
    async def scene(store: Store) -> None:
        await sell(store, 1)
        (stale,) = await claim(store)
        await store.take_over_claims(NOW + 1.0)
        taken = await claim(store, NOW + 1.0)
        if url.startswith("postgresql"):
            assert taken == []
            return
        assert [each.attempt for each in taken] == [2]
        assert not await store.acknowledge(report(stale, "dead"))
        assert await store.acknowledge(report(taken[0]))

    in_store(url, scene)


@pytest.mark.parametrize("second_owner", ["w-1", "w-2"])
def test_a_report_under_a_claim_that_has_passed_on_changes_nothing(url: str, second_owner: str) -> None:
    async def scene(store: Store) -> None:
        await sell(store, 1)
        (stale,) = await claim(store)
        (fresh,) = await claim(store, NOW + LEASE_S, second_owner)
        assert not await store.acknowledge(report(stale, "dead", disables=True))
        found = await detail(store, fresh)
        assert (found.delivery.status, found.attempts) == ("pending", ())
        assert await store.disabled_destinations() == {}
        assert await store.acknowledge(report(fresh))
        assert not await store.acknowledge(report(fresh, "dead"))
        assert (await detail(store, fresh)).delivery.status == "delivered"

    in_store(url, scene)


def test_a_report_from_before_a_replay_changes_nothing_though_the_numbers_agree(url: str) -> None:
    async def scene(store: Store) -> None:
        await sell(store, 1)
        (stale,) = await claim(store)
        assert await store.replay(Which(), "ada", NOW + LEASE_S) == 1
        (fresh,) = await claim(store, NOW + LEASE_S)
        assert stale.attempt == fresh.attempt == 1
        assert not await store.acknowledge(report(stale, "dead"))
        assert await store.acknowledge(report(fresh))

    in_store(url, scene)


@on_a_file
def test_a_report_about_nothing_is_refused(url: str) -> None:
    async def scene(store: Store) -> None:
        await sell(store, 1)
        (claimed,) = await claim(store)
        for wrong in ({"owner": "w-1"}, {"owner": "w-1/x"}, {"delivery_id": "none"}, {"attempt": 2}):
            assert not await store.acknowledge(report(claimed, **wrong))

    in_store(url, scene)


def test_what_a_crm_says_is_cut_and_made_fit_to_store(url: str) -> None:
    async def scene(store: Store) -> None:
        await sell(store, 1)
        (claimed,) = await claim(store)
        assert await store.acknowledge(report(claimed, "rejected", note="a\x00b\ud800c" + "x" * 1_000))
        note = (await detail(store, claimed)).attempts[0].note
        assert note.startswith("a b c")
        assert len(note) == 500

    in_store(url, scene)


def test_the_leads_of_a_disabled_destination_wait_until_an_operator_enables_it(url: str) -> None:
    async def scene(store: Store) -> None:
        await sell(store, 1, 2)
        first, second = await claim(store)
        gone = report(first, "pending", due_at=NOW, disables=True, note="HTTP 410: no more leads", http_status=410)
        assert await store.acknowledge(gone)
        assert await store.acknowledge(report(second, "pending", due_at=NOW, disables=True, note="again"))
        await sell(store, 3)
        assert await claim(store, NOW + 1e6) == []
        assert await store.disabled_destinations() == {"crm": "HTTP 410: no more leads"}

        assert await store.enable_destination("crm", "ada", NOW)
        assert not await store.enable_destination("crm", "ada", NOW)
        assert len(await claim(store, NOW + 1e6)) == 3
        lines = [(line.told_by, line.action, line.target) for line in await store.audit_lines()]
        assert lines == [("ada", "enable", "crm"), ("service", "disable", "crm")]

    in_store(url, scene)


def test_a_dead_letter_is_replayed_with_a_fresh_schedule_and_its_past_is_kept(url: str) -> None:
    async def scene(store: Store) -> None:
        await sell(store, 1)
        (claimed,) = await claim(store)
        await store.acknowledge(report(claimed, "dead"))
        assert await claim(store, NOW + 1e6) == []
        assert await store.replay(Which(ids=(claimed.delivery_id,)), "ada", NOW + 9.0) == 1
        (again,) = await claim(store, NOW + 9.0)
        assert (again.attempt, again.webhook_id) == (1, claimed.webhook_id)
        await store.acknowledge(report(again, at=NOW + 9.0))
        found = await detail(store, again)
        assert [(attempt.replay, attempt.number, attempt.status) for attempt in found.attempts] == [
            (0, 1, "dead"),
            (1, 1, "delivered"),
        ]

    in_store(url, scene)


def test_a_replay_takes_what_was_asked_for_and_nothing_else(url: str) -> None:
    async def scene(store: Store) -> None:
        await sell(store, 1, 2, destinations=("crm", "dialer"))
        await sell(store, 3, at=NOW + 100.0)
        for claimed in await claim(store, NOW + 100.0):
            await store.acknowledge(report(claimed, "dead"))
        for claimed in await store.claim_due("dialer", "w-1", NOW, 10, LEASE_S):
            await store.acknowledge(report(claimed, "dead"))
        later = NOW + 200.0
        assert await store.replay(Which(status="rejected"), "ada", later) == 0
        assert await store.replay(Which(status="dead", since=NOW + 50.0), "ada", later) == 1
        assert await store.replay(Which(status="dead", destination="dialer"), "ada", later) == 2
        assert await store.replay(Which(status="dead", until=NOW + 50.0), "ada", later) == 2
        assert (await store.audit_lines(1))[0].detail == "2 deliveries"

    in_store(url, scene)


def test_who_looks_for_the_dead_finds_what_was_refused_for_good(url: str) -> None:
    async def scene(store: Store) -> None:
        await sell(store, 1, 2, 3, 4)
        for claimed, status in zip(await claim(store), ("dead", "rejected", "delivered", "duplicate"), strict=True):
            await store.acknowledge(report(claimed, status))
        listed = [row.status for row in await store.deliveries(Which(status="dead"))]
        assert sorted(listed) == ["dead", "rejected"]
        assert [row.status for row in await store.deliveries(Which(status="rejected"))] == ["rejected"]
        assert await store.replay(Which(status="dead"), "ada", NOW + 200.0) == 2

    in_store(url, scene)


def test_leads_count_as_undelivered_while_it_is_new_and_until_they_are_sent_again(url: str) -> None:
    async def scene(store: Store) -> None:
        await sell(store, 1, 2, 3, 4)
        ends = (("dead", 0.0), ("rejected", 0.0), ("dead", -9 * 86_400.0), ("delivered", 0.0))
        for claimed, (status, ago) in zip(await claim(store), ends, strict=True):
            assert await store.acknowledge(report(claimed, status, NOW + ago))
        assert await store.undelivered(NOW - 86_400.0) == {"crm": 2}
        assert await store.replay(Which(status="dead", since=NOW - 1.0), "os:ada", NOW) == 3
        assert await store.undelivered(NOW - 86_400.0) == {}

    in_store(url, scene)


def test_what_is_being_sent_at_this_moment_is_not_replayed(url: str) -> None:
    async def scene(store: Store) -> None:
        await sell(store, 1)
        (claimed,) = await claim(store)
        assert await store.replay(Which(), "ada", NOW + 1.0) == 0
        assert await store.acknowledge(report(claimed))

    in_store(url, scene)


def test_deliveries_are_listed_newest_first(url: str) -> None:
    async def scene(store: Store) -> None:
        for number in range(5):
            await sell(store, number, at=NOW + number)
        (first,) = await claim(store, limit=1)
        await store.acknowledge(report(first, "dead"))
        listed = await store.deliveries(limit=3)
        assert [row.created_at for row in listed] == [NOW + 4, NOW + 3, NOW + 2]
        assert [row.delivery_id for row in await store.deliveries(Which(status="dead"))] == [first.delivery_id]
        lead = Which(lead_id=a_sale(2).lead_id)
        assert [row.lead_id for row in await store.deliveries(lead)] == [a_sale(2).lead_id]
        assert await store.delivery("none") is None

    in_store(url, scene)


@on_a_file
def test_a_lead_that_cannot_be_opened_waits_and_holds_up_no_other(url: str, caplog: pytest.LogCaptureFixture) -> None:
    async def play() -> None:
        async with a_store(url) as store:
            await sell(store, 1, 2)
            swapped = replace(a_sale(3), identity=a_sale(2).identity)
            await store.sell(swapped, refused)
            opened = await claim(store)
            assert {claimed.lead["lead_id"] for claimed in opened} == {a_sale(1).lead_id, a_sale(2).lead_id}
            assert await claim(store) == []
            assert [row.status for row in await store.deliveries(Which(lead_id=swapped.lead_id))] == ["pending"]

    with caplog.at_level(logging.ERROR):
        asyncio.run(play())
    assert "cannot be opened: key '1' does not open it" in caplog.text


@on_a_file
def test_nothing_is_claimed_without_a_vault(url: str) -> None:
    async def play() -> None:
        store = Store(url)
        await store.open()
        with pytest.raises(StoreUnfit, match="vault"):
            await claim(store)
        await store.close()

    asyncio.run(play())


@on_a_file
def test_a_lead_sealed_under_a_key_that_comes_back_is_delivered_then(url: str) -> None:
    async def play() -> None:
        without = Store(url, Vault({"2": b"x" * 32}, "2", bytes))
        await without.open()
        await sell(without, 1)
        assert await claim(without) == []
        await without.close()
        async with a_store(url) as store:
            assert len(await claim(store, NOW + LEASE_S)) == 1

    asyncio.run(play())


def test_claims_are_extended_for_their_owner_alone(url: str) -> None:
    async def scene(store: Store) -> None:
        await sell(store, 1, 2)
        (ours,) = await claim(store, limit=1)
        await claim(store, owner="w-2")
        await store.extend_claims("w-1", 3_600.0)
        later = await claim(store, NOW + LEASE_S + 3_599.0, owner="w-3")
        assert [each.delivery_id for each in later] != [ours.delivery_id]
        assert len(later) == 1
        assert await store.acknowledge(report(ours))

    in_store(url, scene)


def test_what_waits_for_a_clock_that_was_ahead_waits_no_longer_for_that(tmp_path: Path) -> None:
    async def scene(store: Store) -> None:
        await sell(store, 1)
        (claimed,) = await claim(store)
        await store.acknowledge(report(claimed, "pending", due_at=NOW + 30.0))
        await store.hasten_deliveries(NOW - 3_600.0, 3_600.0)
        assert await claim(store, NOW - 3_571.0) == []
        assert len(await claim(store, NOW - 3_569.0)) == 1

    in_store(f"sqlite:///{tmp_path / 'leadbid.db'}", scene)


def test_what_waits_for_one_destination_is_moved_to_another(url: str) -> None:
    async def scene(store: Store) -> None:
        await sell(store, 1, 2)
        await sell(store, 3, destinations=("crm", "dialer"))
        await sell(store, 4, at=NOW + 60.0)
        (first, *_rest) = await claim(store, limit=1)
        waiting = await store.waiting_deliveries()
        assert {name: each.count for name, each in waiting.items()} == {"crm": 4, "dialer": 1}
        moved = await store.move_deliveries("crm", "dialer", "ada", NOW + 1.0)
        assert (moved.moved, moved.doubled, moved.under_way) == (2, 1, 1)
        claimed = await store.claim_due("dialer", "w-1", NOW + 2.0, 10, LEASE_S)
        assert sorted(each.lead["lead_id"] for each in claimed) == sorted(
            a_sale(number).lead_id for number in (2, 3, 4)
        )
        for each in claimed:
            assert await store.acknowledge(replace(report(each), destination="dialer"))
        assert await store.acknowledge(report(first))
        rows = await store.deliveries(Which(lead_id=a_sale(3).lead_id))
        assert {(row.destination, row.status) for row in rows} == {("crm", "duplicate"), ("dialer", "delivered")}
        again = await store.move_deliveries("crm", "dialer", "ada", NOW + 3.0)
        assert (again.moved, again.doubled, again.under_way) == (0, 0, 0)
        lines = [(line.told_by, line.action, line.target) for line in await store.audit_lines()]
        assert ("ada", "move", "crm") in lines

    in_store(url, scene)


def test_a_report_under_a_claim_from_before_the_move_changes_nothing(url: str) -> None:
    async def scene(store: Store) -> None:
        await sell(store, 1)
        (late,) = await claim(store)
        moved = await store.move_deliveries("crm", "dialer", "ada", NOW + LEASE_S + 1.0)
        assert moved.moved == 1
        assert not await store.acknowledge(report(late))
        (fresh,) = await store.claim_due("dialer", "w-2", NOW + LEASE_S + 2.0, 10, LEASE_S)
        assert fresh.webhook_id == late.webhook_id

    in_store(url, scene)


def test_waiting_deliveries_tell_disabled_and_refused_ones(url: str) -> None:
    async def scene(store: Store) -> None:
        await sell(store, 1, 2)
        first, second = await claim(store)
        refused_address = report(first, "pending", failure="refused_address", note=REFUSED_ADDRESS, due_at=NOW + 9.0)
        await store.acknowledge(refused_address)
        await store.acknowledge(report(second, "pending", note="HTTP 410", due_at=NOW + 9.0, disables=True))
        assert await store.waiting_deliveries() == {
            "crm": Waiting(count=2, since=NOW, refused_address=1, disabled="HTTP 410")
        }

    in_store(url, scene)
