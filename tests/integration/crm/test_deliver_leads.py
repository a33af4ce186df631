"""From a due row to a CRM over HTTP and back, through every way in which CRMs fail."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
import pytest

from app.domain.delivery.breaker import COOLDOWN_S, FAILURES_MAX
from app.domain.delivery.delivery import AttemptReport
from app.domain.delivery.destination import Destination
from app.domain.delivery.retry import SCHEDULE_S
from app.mock_exchange.crm_receiver import (
    BROKEN,
    BUSY,
    FORGETFUL,
    GONE,
    IGNORED,
    REFUSED_POLITELY,
    CrmReceiver,
    CrmReply,
)
from app.outbound.message import OutboundAnswer, OutboundRequest, Outgoing
from app.outbound.sender import Sender
from app.usecases.deliver_leads import DeliveryWorker, Target
from tests.integration.crm.world import InMemoryDeliveries
from tests.loopback_server import serving, until

NOW = 1_790_000_100.0
KEY = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
SIGNED = {"type": "standard_webhooks", "secrets": ["env:KEY"]}


class World:
    """One CRM called `crm`, one worker, and a clock that the test moves."""

    def __init__(self, receiver: CrmReceiver, port: int, sender: Sender, **declared: Any) -> None:
        self.receiver = receiver
        self.deliveries = InMemoryDeliveries()
        self.settled: list[AttemptReport] = []
        self.worker = DeliveryWorker(self.deliveries, sender.send, "worker-1", self.settled.append)
        self.targets = {"crm": target(port, **declared)}

    async def round(self, now: float = NOW) -> int:
        """One look at what is due, until all of it is answered."""
        sent = await self.worker.deliver_due(self.targets, now, lambda: 0.0)
        await self.worker.settle()
        return sent


def target(port: int, **declared: Any) -> Target:
    table: dict[str, Any] = {
        "name": "crm",
        "url": f"http://127.0.0.1:{port}/leads",
        "auth": SIGNED,
        "crm_id": {"json": "id"},
        "timeout_ms": 20_000,
        "allow_private_hosts": ["127.0.0.1"],
    }
    return Target(destination=msgspec.convert(table | declared, Destination), secrets={"env:KEY": KEY})


def played(
    scene: Callable[[World], Awaitable[None]], *script: CrmReply, keys: tuple[str, ...] = (KEY,), **declared: Any
) -> World:
    async def play() -> World:
        receiver = CrmReceiver(lambda: NOW, keys, script)
        sender = Sender()
        try:
            async with serving(receiver) as port:
                world = World(receiver, port, sender, **declared)
                await scene(world)
                return world
        finally:
            await sender.aclose()

    return asyncio.run(play())


async def one_lead(world: World) -> None:
    world.deliveries.add("crm", 1, NOW)
    await world.round()


def only_report(world: World) -> AttemptReport:
    [report] = world.settled
    return report


def test_a_sold_lead_reaches_the_crm_signed_and_its_id_comes_back() -> None:
    world = played(one_lead)
    report = only_report(world)
    assert (report.status, report.http_status, report.crm_id) == ("delivered", 200, "crm-1")
    assert world.receiver.received().lead_ids == ("lead-0001",)
    assert world.receiver.received().forged == 0


def test_a_crm_with_another_key_takes_nothing_and_the_lead_waits() -> None:
    world = played(one_lead, keys=("whsec_" + "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo=",))
    assert (only_report(world).status, only_report(world).http_status) == ("pending", 401)
    assert world.receiver.received().kept == 0


@pytest.mark.parametrize(
    ("reply", "status", "due_in_s"),
    [
        (BROKEN, "pending", 5.0),
        (BUSY, "pending", 5.0),
        (CrmReply(status=429, headers={"retry-after": "90"}), "pending", 90.0),
        (CrmReply(status=400, body="no such list"), "rejected", None),
        (CrmReply(status=302, headers={"location": "/other"}), "pending", 5.0),
        (CrmReply(status=404), "pending", 5.0),
        (CrmReply(status=405), "pending", 5.0),
        (CrmReply(status=422), "rejected", None),
        (CrmReply(status=409), "duplicate", None),
        (CrmReply(status=204), "delivered", None),
    ],
)
def test_the_answer_decides_what_becomes_of_the_lead(reply: CrmReply, status: str, due_in_s: float | None) -> None:
    report = only_report(played(one_lead, reply))
    assert report.status == status
    if due_in_s is None:
        assert report.due_at is None
    else:
        assert report.due_at is not None
        assert due_in_s <= report.due_at - NOW < due_in_s + 1.5


@pytest.mark.parametrize(
    ("reply", "rule"),
    [
        (IGNORED, {"when": {"status": 204}, "then": "rejected"}),
        (REFUSED_POLITELY, {"when": {"json": "success", "equals": False}, "then": "rejected"}),
    ],
)
def test_a_2xx_that_lost_the_lead_is_seen_through(reply: CrmReply, rule: dict[str, Any]) -> None:
    assert only_report(played(one_lead, reply, outcomes=[rule])).status == "rejected"


def test_a_lead_that_the_crm_took_without_saying_so_is_kept_there_once() -> None:
    async def scene(world: World) -> None:
        await one_lead(world)
        await world.round(NOW + 10.0)

    world = played(scene, FORGETFUL)
    assert [report.status for report in world.settled] == ["pending", "delivered"]
    received = world.receiver.received()
    assert (received.kept, received.repeated) == (1, 1)


def test_a_slow_crm_is_given_up_in_time_and_tried_again() -> None:
    report = only_report(played(one_lead, CrmReply(delay_s=3.0), timeout_ms=150))
    assert (report.status, report.failure, report.http_status) == ("pending", "timeout", None)
    assert 150 <= report.took_ms < 2_000


def test_a_lead_waits_out_an_outage_and_arrives() -> None:
    async def scene(world: World) -> None:
        world.deliveries.add("crm", 1, NOW)
        for _ in range(4):
            row = world.deliveries.rows["crm-1"]
            await world.round(row.due_at)

    world = played(scene, BROKEN, BROKEN, BROKEN, keys=())
    assert [report.status for report in world.settled] == ["pending", "pending", "pending", "delivered"]
    assert world.receiver.received().kept == 1


def test_after_the_last_attempt_the_lead_is_a_dead_letter_and_not_lost() -> None:
    async def scene(world: World) -> None:
        world.deliveries.add("crm", 1, NOW)
        world.deliveries.rows["crm-1"].attempts = len(SCHEDULE_S) - 1
        await world.round()
        assert await world.round(NOW + 1e7) == 0

    world = played(scene, BROKEN)
    assert only_report(world).status == "dead"
    assert only_report(world).attempt == len(SCHEDULE_S)
    assert world.deliveries.rows["crm-1"].lead["lead_id"] == "lead-0001"


def test_gone_disables_the_destination_and_every_lead_waits_for_the_operator() -> None:
    async def scene(world: World) -> None:
        world.deliveries.add("crm", 1, NOW)
        await world.round()
        world.deliveries.add("crm", 2, NOW)
        assert await world.round(NOW + 1e6) == 0
        assert world.deliveries.statuses() == ["pending", "pending"]
        world.deliveries.disabled.clear()
        assert await world.round(NOW + 1e6) == 2

    world = played(scene, GONE, keys=())
    assert world.settled[0].disables
    assert world.deliveries.statuses() == ["delivered", "delivered"]


def test_a_destination_that_keeps_failing_is_left_alone_and_its_leads_keep_their_attempts() -> None:
    async def scene(world: World) -> None:
        for number in range(20):
            world.deliveries.add("crm", number, NOW + number)
        assert await world.round(NOW + 100.0) == FAILURES_MAX
        assert await world.round(NOW + 110.0) == 0
        untouched = [row.attempts for row in world.deliveries.rows.values()].count(0)
        assert untouched == 20 - FAILURES_MAX
        # The probe finds the CRM well again, and then all of them go.
        assert await world.round(NOW + 100.0 + COOLDOWN_S + 2.0) == 1
        for later in range(4):
            await world.round(NOW + 200.0 + later)

    world = played(scene, *[BROKEN] * FAILURES_MAX, keys=(), concurrency=FAILURES_MAX)
    assert world.deliveries.statuses() == ["delivered"] * 20
    assert world.receiver.received().kept == 20


def test_a_slow_destination_takes_no_room_from_another() -> None:
    async def scene(world: World) -> None:
        healthy = CrmReceiver(lambda: NOW, (KEY,))
        async with serving(healthy) as port:
            world.targets["other"] = target(port, name="other")
            for number in range(10):
                world.deliveries.add("crm", number, NOW)
                world.deliveries.add("other", number, NOW)
            while len(world.settled) < 10:
                await world.worker.deliver_due(world.targets, NOW, lambda: 0.0)
                await asyncio.sleep(0.005)
            await world.worker.settle(within_s=0.0)

    world = played(scene, *[CrmReply(delay_s=30.0)] * 4, timeout_ms=20_000)
    assert {report.destination for report in world.settled} == {"other"}
    assert [report.status for report in world.settled] == ["delivered"] * 10


def test_no_more_leads_are_under_way_than_the_destination_bears() -> None:
    async def scene(world: World) -> None:
        for number in range(10):
            world.deliveries.add("crm", number, NOW)
        assert await world.worker.deliver_due(world.targets, NOW, lambda: 0.0) == 3
        assert await world.worker.deliver_due(world.targets, NOW, lambda: 0.0) == 0
        await world.worker.settle()
        assert await world.worker.deliver_due(world.targets, NOW, lambda: 0.0) == 3
        await world.worker.settle()

    played(scene, concurrency=3)


def test_a_report_under_a_claim_that_has_passed_on_changes_nothing() -> None:
    async def scene(world: World) -> None:
        world.deliveries.add("crm", 1, NOW)
        await world.worker.deliver_due(world.targets, NOW, lambda: 0.0)
        [stolen] = await world.deliveries.claim_due("crm", "worker-2", NOW + 1e4, 1, 60.0)
        await world.worker.settle()
        assert stolen.attempt == 2
        assert world.deliveries.rows["crm-1"].status == "leased"

    assert played(scene).settled == []


def test_a_lead_without_what_the_address_needs_is_rejected_and_says_so() -> None:
    world = played(one_lead, url="http://127.0.0.1:1/{fields.agent}")
    assert only_report(world).status == "rejected"
    assert "`fields.agent`" in only_report(world).note
    assert world.worker.circuit("crm").breaker.failures == 0


def test_giving_up_on_what_takes_too_long_leaves_the_lead_to_its_lease() -> None:
    async def scene(world: World) -> None:
        world.deliveries.add("crm", 1, NOW)
        await world.worker.deliver_due(world.targets, NOW, lambda: 0.0)
        await world.worker.settle(within_s=0.05)
        assert world.deliveries.rows["crm-1"].status == "leased"
        assert await world.round(NOW + 60.0) == 1

    assert [report.attempt for report in played(scene, CrmReply(delay_s=1.0)).settled] == [2]


def test_the_loop_outlives_a_database_that_is_away() -> None:
    async def scene(world: World) -> None:
        world.deliveries.add("crm", 1, NOW)
        world.deliveries.away = True
        loop = asyncio.create_task(world.worker.run(lambda: world.targets, lambda: NOW, lambda: 0.0, poll_s=0.01))
        await asyncio.sleep(0.05)
        world.deliveries.away = False
        await until(lambda: len(world.settled) == 1)
        loop.cancel()

    assert only_report(played(scene)).status == "delivered"


def test_what_was_claimed_is_sent_though_another_claim_failed() -> None:
    async def scene(world: World) -> None:
        world.targets = {"other": world.targets["crm"], **world.targets}
        world.deliveries.unclaimable.add("other")
        world.deliveries.add("crm", 1, NOW)
        with pytest.raises(ConnectionError):
            await world.worker.deliver_due(world.targets, NOW, lambda: 0.0)
        await world.worker.settle()

    assert only_report(played(scene)).status == "delivered"


def test_the_loop_drains_a_backlog_without_waiting_for_its_next_look() -> None:
    async def scene(world: World) -> None:
        for number in range(40):
            world.deliveries.add("crm", number, NOW)
        loop = asyncio.create_task(world.worker.run(lambda: world.targets, lambda: NOW, lambda: 0.0, poll_s=60.0))
        await until(lambda: len(world.settled) == 40)
        world.deliveries.add("crm", 99, NOW)
        world.worker.wake.set()
        await until(lambda: len(world.settled) == 41)
        loop.cancel()

    assert played(scene).receiver.received().kept == 41


def test_an_attempt_that_could_not_be_recorded_is_made_again(caplog: pytest.LogCaptureFixture) -> None:
    async def scene(world: World) -> None:
        world.deliveries.add("crm", 1, NOW)
        await world.worker.deliver_due(world.targets, NOW, lambda: 0.0)
        world.deliveries.away = True
        await world.worker.settle()
        world.deliveries.away = False
        await world.round(NOW + 60.0)

    world = played(scene)
    assert only_report(world).attempt == 2
    received = world.receiver.received()
    assert (received.kept, received.repeated) == (1, 1)
    assert "ConnectionError" in caplog.text


def test_nothing_of_the_person_is_in_a_report_or_a_log(caplog: pytest.LogCaptureFixture) -> None:
    said = CrmReply(status=400, body='{"error": "Ada Lovelace, 512-555-0134, ada@example.com is no lead"}')
    rule = {"when": {"status": 400}, "then": "rejected", "reason": {"json": "error"}}
    world = played(one_lead, said, outcomes=[rule])
    for text in (repr(world.settled), caplog.text):
        for secret in ("Ada", "Lovelace", "0134", "ada@", KEY):
            assert secret not in text
    assert only_report(world).note.endswith("is no lead")


class TokenServer:
    """Grants t1, t2, ... and takes leads with the newest alone; `granting` is what it says instead."""

    def __init__(self, taken: str, granting: OutboundAnswer | None = None) -> None:
        self.taken, self.granting = taken, granting
        self.granted = 0
        self.sent: list[str] = []

    async def send(self, request: Outgoing) -> OutboundAnswer:
        assert isinstance(request, OutboundRequest)
        if request.url.endswith("/token"):
            self.granted += 1
            body = msgspec.json.encode({"access_token": f"t{self.granted}", "expires_in": 3600})
            return self.granting or OutboundAnswer(status=200, body=body)
        self.sent.append(request.headers["authorization"])
        taken = self.sent[-1] == f"Bearer {self.taken}"
        return OutboundAnswer(status=200 if taken else 401, body=b'{"id": "crm-1"}' if taken else b"")


@pytest.mark.parametrize(
    ("taken", "granting", "status", "sent"),
    [
        ("t1", None, "delivered", ["Bearer t1"]),
        ("t2", None, "delivered", ["Bearer t1", "Bearer t2"]),
        ("t9", None, "pending", ["Bearer t1", "Bearer t2"]),
        ("t1", OutboundAnswer(status=400, body=b'{"error":"invalid_grant"}'), "pending", []),
        ("t1", OutboundAnswer(trouble="timeout"), "pending", []),
    ],
)
def test_an_access_token_is_renewed_once_and_without_one_the_lead_waits(
    taken: str, granting: OutboundAnswer | None, status: str, sent: list[str]
) -> None:
    async def play() -> None:
        server, deliveries, settled = TokenServer(taken, granting), InMemoryDeliveries(), list[AttemptReport]()
        worker = DeliveryWorker(deliveries, server.send, "worker-1", settled.append)
        auth = {"type": "oauth2", "token_url": "https://crm.example/token", "client_id": "a", "client_secret": "env:S"}
        table = {"name": "crm", "url": "https://crm.example/leads", "auth": auth, "crm_id": {"json": "id"}}
        targets = {"crm": Target(destination=msgspec.convert(table, Destination), secrets={"env:S": "secret"})}
        deliveries.add("crm", 1, NOW)
        await worker.deliver_due(targets, NOW, lambda: 0.0)
        await worker.settle()
        assert [report.status for report in settled] == [status]
        assert server.sent == sent

    asyncio.run(play())
