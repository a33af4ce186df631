"""What others tell us is taken once, and who opted out is never bought again."""

import asyncio
from typing import Any

import pytest

from app.store.feedback import OutcomeResult
from app.store.store import Store
from app.wire.feedback import Notice, Outcome
from tests.integration.store.world import NOW, a_sale, count, in_store, refused

LEAD = a_sale(1).lead_id


async def sold(store: Store) -> None:
    await store.sell(a_sale(1), refused)


def test_a_notice_is_fresh_once(url: str) -> None:
    async def scene(store: Store) -> list[bool]:
        lost, won = Notice(ping_id="x", result="lost"), Notice(ping_id="x", result="won", price_cents=900)
        told = [("acme", lost), ("acme", lost), ("acme", won), ("bluebird", lost)]
        return [await store.record_notice(seller, "0" * 16, notice, NOW) for seller, notice in told]

    assert in_store(url, scene) == [True, False, True, True]


@pytest.mark.parametrize(
    ("second", "status"),
    [
        ({}, "repeated"),
        ({"event": "qualified"}, "repeated"),
        ({"source": "other"}, "recorded"),
        ({"event_id": "e-2"}, "recorded"),
    ],
)
def test_an_outcome_is_named_by_its_source_and_event_id(url: str, second: dict[str, Any], status: str) -> None:
    first = {"lead_id": LEAD, "event": "contacted", "event_id": "e-1", "source": "crm"}

    async def scene(store: Store) -> list[str]:
        await sold(store)
        told = [Outcome(**first), Outcome(**(first | second))]  # type: ignore[arg-type]
        return [(await store.record_outcome(outcome, NOW)).status for outcome in told]

    assert in_store(url, scene) == ["recorded", status]


def test_an_outcome_without_an_id_is_named_by_all_it_says(url: str) -> None:
    async def scene(store: Store) -> list[str]:
        await sold(store)
        told = [
            Outcome(lead_id=LEAD, event="sold", value_cents=100),
            Outcome(lead_id=LEAD, event="sold", value_cents=100),
            Outcome(lead_id=LEAD, event="sold", value_cents=200),
            Outcome(lead_id=LEAD, event="quoted", value_cents=100, occurred_at=NOW),
        ]
        return [(await store.record_outcome(outcome, NOW)).status for outcome in told]

    assert in_store(url, scene) == ["recorded", "repeated", "recorded", "recorded"]
    assert count(url, "outcome", "value_cents = 100") == 2


def test_an_outcome_of_a_lead_we_never_bought_is_unknown(url: str) -> None:
    async def scene(store: Store) -> OutcomeResult:
        return await store.record_outcome(Outcome(lead_id=LEAD, event="sold"), NOW)

    assert in_store(url, scene) == OutcomeResult(status="refused", remedy="lead_id: no lead of ours has it")
    assert count(url, "outcome") == 0


def test_who_opted_out_is_suppressed_under_every_digest(url: str) -> None:
    async def scene(store: Store) -> None:
        await sold(store)
        result = await store.record_outcome(Outcome(lead_id=LEAD, event="opted_out", event_id="e-1"), NOW)
        assert result == OutcomeResult(status="recorded", suppressed=a_sale(1).person.all)
        (held,) = [part.hex() async for part in store.suppressed_digests()]
        assert sorted([held[at : at + 16] for at in range(0, len(held), 16)]) == sorted(a_sale(1).person.all)
        again = await store.record_outcome(Outcome(lead_id=LEAD, event="opted_out", event_id="e-2"), NOW)
        assert again.status == "recorded"
        refusal = (await store.sell(a_sale(2, person=a_sale(1).person, duplicate_since=NOW), refused)).refusal
        assert refusal is not None
        assert refusal.code == "suppressed"

    in_store(url, scene)


def test_the_same_outcome_from_many_at_once_is_recorded_once(url: str) -> None:
    async def scene(store: Store) -> list[str]:
        await sold(store)
        outcome = Outcome(lead_id=LEAD, event="opted_out", event_id="e-1", source="crm")
        results = await asyncio.gather(*[store.record_outcome(outcome, NOW) for _ in range(8)])
        return sorted(result.status for result in results)

    assert in_store(url, scene) == ["recorded"] + ["repeated"] * 7
