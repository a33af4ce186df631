"""Certificates that wait to be stored, and messages that wait to be sent, are one process's at a time."""

import asyncio
from collections import Counter

from app.domain.checks.retain import DueRetain
from app.store.delivery.retains import ClaimedRetain, RetainReport
from app.store.operators.alerts import OutgoingAlert
from app.store.store import Store
from tests.integration.store.world import NOW, a_sale, a_store, count, in_store, refused

LEADS = 40
LEASE_S = 60.0
DUE = DueRetain(check="trustedform", deadline_at=NOW + 86_400.0)


async def sell(store: Store, leads: int) -> None:
    for number in range(leads):
        await store.sell(a_sale(number, retains=(DUE,)), refused)


def stored(claim: ClaimedRetain) -> RetainReport:
    return RetainReport(claim=claim, result="stored", due_at=NOW, is_warned=False)


def test_two_processes_store_each_certificate_once(url: str) -> None:
    async def scene() -> Counter[str]:
        claimed: Counter[str] = Counter()

        async def work(store: Store, owner: str) -> None:
            while claims := await store.claim_retains(owner, NOW + 1.0, 3, LEASE_S):
                claimed.update(each.lead_id for each in claims)
                for claim in claims:
                    assert await store.settle_retain(stored(claim))

        async with a_store(url) as one, a_store(url) as other:
            await sell(one, LEADS)
            await asyncio.gather(
                *[work(store, f"{owner}-{n}") for n in (1, 2) for store, owner in ((one, "a"), (other, "b"))]
            )
        return claimed

    claimed = asyncio.run(scene())
    # Where one passed over rows that the other just held, it may have stopped early; nothing was left all the same.
    assert claimed == Counter({a_sale(number).lead_id: 1 for number in range(LEADS)})
    assert count(url, "certificate_retain", "status = 'stored'") == LEADS


def test_a_claim_that_has_lapsed_is_anothers_and_its_own_report_changes_nothing(url: str) -> None:
    async def scene(store: Store) -> dict[str, int]:
        await sell(store, 1)
        (dead,) = await store.claim_retains("dead", NOW + 1.0, 9, LEASE_S)
        assert await store.claim_retains("alive", NOW + 2.0, 9, LEASE_S) == []
        (again,) = await store.claim_retains("alive", NOW + 1.0 + LEASE_S, 9, LEASE_S)
        assert (again.lead_id, again.attempt) == (dead.lead_id, 2)
        assert not await store.settle_retain(stored(dead))
        assert await store.retains() == {"pending": 1}
        assert await store.settle_retain(stored(again))
        assert not await store.settle_retain(stored(again))
        return await store.retains()

    assert in_store(url, scene) == {"stored": 1}


def test_two_processes_send_each_message_once(url: str) -> None:
    def message(number: int) -> OutgoingAlert:
        return OutgoingAlert(message_id=f"alert_{number}", address="env:A", body="{}", made_at=NOW, due_at=NOW)

    async def scene() -> Counter[str]:
        claimed: Counter[str] = Counter()
        async with a_store(url) as one, a_store(url) as other:
            # More than one claim takes.
            await one.try_alerts([message(number) for number in range(120)], "os:ada", NOW)

            async def work(store: Store) -> None:
                while claims := await store.claim_alert_messages(NOW, NOW + 60.0):
                    claimed.update(each.message_id for each in claims)

            await asyncio.gather(*[work(store) for store in (one, other, one, other)])
        return claimed

    assert asyncio.run(scene()) == Counter({f"alert_{number}": 1 for number in range(120)})
