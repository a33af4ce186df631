"""What is known of alerts, and what the database says of contacts, is the same on both databases."""

import asyncio

from app.domain.alerts.notices import AlertState, Mute
from app.store.feedback import ContactCounts
from app.store.operators.alerts import OutgoingAlert, Told
from app.store.store import Store
from app.wire.feedback import Outcome
from tests.integration.store.world import NOW, a_sale, in_store, refused

DAY_S = 86_400.0


def state(cause: str, seen_at: float = NOW) -> AlertState:
    return AlertState(cause=cause, target="", severity="warning", text="x", since=NOW, seen_at=seen_at)


def message(number: int) -> OutgoingAlert:
    return OutgoingAlert(message_id=f"alert_{number}", address="env:A", body="{}", made_at=NOW, due_at=NOW)


def test_a_look_replaces_what_is_known_and_leaves_messages(url: str) -> None:
    async def scene(store: Store) -> None:
        seen: list[tuple[list[AlertState], tuple[Mute, ...]]] = []

        def plan(*known: list[AlertState] | tuple[Mute, ...]) -> Told:
            seen.append(known)  # type: ignore[arg-type]
            return Told(states=[state("disk_low", NOW + len(seen))], messages=[message(len(seen))])

        await store.mute_alert(Mute(cause="no_wins", told_by="os:ada", told_at=NOW, ends_at=NOW + 60.0), "")
        await store.look_at_alerts(lambda *_: Told(states=[state("cap_ahead")], messages=[]), NOW)
        await store.look_at_alerts(plan, NOW + 1.0)
        await store.look_at_alerts(plan, NOW + 100.0)
        assert [([each.cause for each in states], len(mutes)) for states, mutes in seen] == [
            (["cap_ahead"], 1),
            (["disk_low"], 0),
        ]
        rows = await store.alert_rows(NOW)
        assert [each.seen_at for each in rows.states] == [NOW + 2.0]
        assert len(rows.messages) == 2

    in_store(url, scene)


def test_a_message_is_claimed_by_one_and_again_when_its_lease_ends(url: str) -> None:
    async def scene(store: Store) -> list[int]:
        await store.try_alerts([message(1)], "os:ada", NOW)
        both = await asyncio.gather(*[store.claim_alert_messages(NOW, NOW + 60.0) for _ in range(2)])
        later = await store.claim_alert_messages(NOW + 61.0, NOW + 120.0)
        return [*sorted(len(each) for each in both), len(later)]

    assert in_store(url, scene) == [0, 1, 1]


def test_contacts_are_counted_of_leads_that_had_their_time(url: str) -> None:
    """Two days are given to each lead; what was heard later than that counts for nothing."""

    async def scene(store: Store) -> list[ContactCounts]:
        ages = [1.0, 3.0, 4.0, 10.0, 20.0, 60.0]
        for number, age in enumerate(ages):
            await store.sell(a_sale(number, sold_at=NOW - age * DAY_S), refused)
        told = {1: "contacted", 3: "sold", 4: "not_contacted", 0: "contacted"}
        for number, event in told.items():
            sold_at = NOW - ages[number] * DAY_S
            await _tell(store, number, event, sold_at + DAY_S)
        await _tell(store, 2, "contacted", NOW - 4.0 * DAY_S + 2.5 * DAY_S)
        return await store.contact_counts(NOW)

    assert in_store(url, scene) == [ContactCounts("solar-tx", "acme", 2, 1, 2, 1)]


def test_no_certificate_waits_where_none_was_to_be_stored(url: str) -> None:
    assert in_store(url, lambda store: store.troubled_retains(NOW)) == (0, 0)


async def _tell(store: Store, number: int, event: str, at: float) -> None:
    lead_id = a_sale(number).lead_id
    told = Outcome(lead_id=lead_id, event=event, event_id=f"e-{number}", occurred_at=at)  # type: ignore[arg-type]
    assert (await store.record_outcome(told, NOW)).status == "recorded"
