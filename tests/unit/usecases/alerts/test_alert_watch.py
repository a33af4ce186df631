"""From what is wrong to a message at its address, with a real database, and without one that takes writes."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from app.domain.alerts.alert import Alert, alert
from app.domain.alerts.message import AlertMessage
from app.domain.alerts.terms import AlertTerms
from app.domain.calendar import local_time
from app.outbound.message import OutboundAnswer, OutboundRequest
from app.service_notes import ServiceState
from app.store.errors import StoreUnavailable
from app.usecases.alerts.alert_watch import AlertWatch
from app.usecases.alerts.requests import mute, unmute
from app.usecases.alerts.self_watch import SelfWatch
from app.usecases.alerts.send_alerts import AlertSender
from app.usecases.bidder import Bidder
from app.usecases.operators.requests import NotDone, RequestTerms
from tests.bidder import NOW, open_bidder
from tests.build import buyer, catalogue

DISK = alert("disk_full", "no room", "make room")
ADDRESS = "https://alerts.example.com/hook"
TERMS = AlertTerms(to=("env:ALERT_URL",))


class Scene:
    """A bidder whose alerts are looked for minute by minute, and an address that answers as the test says."""

    def __init__(self, bidder: Bidder, folder: Path) -> None:
        self.bidder = bidder
        self.folder = folder
        self.now = NOW
        self.alerts: list[Alert] = []
        self.answer = OutboundAnswer(status=200)
        self.address = ADDRESS
        self.sent: list[OutboundRequest] = []
        self.said: list[tuple[str, str, str]] = []
        self.start()

    def start(self) -> None:
        """As after a restart: only what the database knows is known."""

        async def send(request: OutboundRequest) -> OutboundAnswer:
            self.sent.append(request)
            return self.answer

        async def say(address: str, title: str, text: str, _within_s: float) -> str:
            self.said.append((address, title, text))
            return ""

        sender = AlertSender(send, lambda: {"env:ALERT_URL": self.address}, lambda: self.now, say)
        own = SelfWatch(self.bidder, self.folder, lambda: 0, lambda: iter(self.alerts))
        self.watch = AlertWatch(self.bidder, own, sender, lambda: self._state(own), lambda: self.now)

    def _state(self, own: SelfWatch) -> ServiceState:
        return ServiceState(
            at=self.now, noted_at=self.now, live_bids=0, models={}, circuits={}, problems=tuple(own.alerts)
        )

    async def minutes(self, count: int) -> list[str]:
        """The titles of what is sent meanwhile."""
        before = len(self.sent)
        for _ in range(count):
            await self.watch.look()
            self.now += 60.0
        return [message(request).title for request in self.sent[before:]]


def message(request: OutboundRequest) -> AlertMessage:
    return msgspec.json.decode(request.body, type=AlertMessage)


def play(folder: Path, act: Callable[[Scene], Awaitable[None]], terms: AlertTerms = TERMS) -> None:
    async def played() -> None:
        async with open_bidder(folder, catalogue(alerts=terms)) as bidder:
            await act(Scene(bidder, folder))

    asyncio.run(played())


def test_an_alert_is_sent_once_and_again_when_it_is_over(tmp_path: Path) -> None:
    async def act(scene: Scene) -> None:
        scene.alerts = [DISK]
        assert await scene.minutes(2) == ["leadbid, Bright Roofs: disk_full (1 new)"]
        assert scene.sent[0].url == ADDRESS
        scene.start()
        assert await scene.minutes(5) == []
        scene.alerts = []
        assert await scene.minutes(12) == ["leadbid, Bright Roofs: disk_full (1 over)"]

    play(tmp_path, act)


@pytest.mark.parametrize(
    "address", ["slack://a/b/c", "https://hooks.slack.com/services/T/B/C", "mailto://u:p@example.com"]
)
def test_chats_and_mail_get_title_and_text(tmp_path: Path, address: str) -> None:
    async def act(scene: Scene) -> None:
        scene.address, scene.alerts = address, [DISK]
        await scene.minutes(2)
        assert scene.sent == []
        ((asked, title, text),) = scene.said
        assert (asked, title) == (address, "leadbid, Bright Roofs: disk_full (1 new)")
        assert text.startswith("!! no room: make room (since ")

    play(tmp_path, act)


def test_an_address_that_fails_is_tried_again_with_the_same_id(tmp_path: Path) -> None:
    async def act(scene: Scene) -> None:
        scene.alerts, scene.answer = [DISK], OutboundAnswer(status=503)
        await scene.minutes(3)
        scene.answer = OutboundAnswer(status=200)
        await scene.minutes(3)
        assert len(scene.sent) >= 2
        assert len({request.headers["webhook-id"] for request in scene.sent}) == 1
        (settled,) = (await scene.bidder.store.alert_rows(scene.now)).messages
        assert (settled.note, settled.settled_at is not None) == ("sent", True)

    play(tmp_path, act)


def test_what_is_muted_is_not_sent_and_the_audit_log_says_who_muted_it(tmp_path: Path) -> None:
    async def act(scene: Scene) -> None:
        store, terms = scene.bidder.store, RequestTerms(by="os:ada", now=NOW, why="new disk comes")
        await mute(store, "disk_full", terms)
        scene.alerts = [DISK]
        assert await scene.minutes(3) == []
        await unmute(store, "disk_full", replace(terms, now=scene.now))
        assert await scene.minutes(1) == ["leadbid, Bright Roofs: disk_full (1 new)"]
        assert [line.action for line in await store.audit_lines()] == ["unmute alert", "mute alert"]
        with pytest.raises(NotDone, match="disk_full"):
            await mute(store, "disk_ful", terms)
        with pytest.raises(NotDone, match="is not muted"):
            await unmute(store, "disk_full", terms)

    play(tmp_path, act)


def test_what_the_database_cannot_take_is_sent_all_the_same(tmp_path: Path) -> None:
    async def act(scene: Scene) -> None:
        async def no_write(*_: Any) -> None:
            raise StoreUnavailable("full")

        store, look = scene.bidder.store, scene.bidder.store.look_at_alerts
        scene.alerts = [alert("database_unwritable", "no sale can be recorded")]
        setattr(store, "look_at_alerts", no_write)  # noqa: B010 - the disk of a test cannot be filled
        assert await scene.minutes(10) == ["leadbid, Bright Roofs: database_unwritable (1 new)"]
        setattr(store, "look_at_alerts", look)  # noqa: B010
        assert await scene.minutes(3) == []
        (state,) = (await store.alert_rows(scene.now)).states
        assert state.told_at is not None

    play(tmp_path, act)


def test_quiet_hours_gather_what_comes_into_one_message(tmp_path: Path) -> None:
    """The clock of the buyer is that of `build.buyer`; for twelve minutes it is quiet."""

    async def act(scene: Scene) -> None:
        scene.alerts = [alert("disk_low", "2 GB left"), alert("cap_ahead", "80% used", target="solar/daily")]
        sent = await scene.minutes(15)
        assert sent == ["leadbid, Bright Roofs: cap_ahead, disk_low (2 new)"]
        assert message(scene.sent[0]).at >= "2026"

    minute = _minute_of(NOW)
    play(tmp_path, act, replace(TERMS, quiet=((minute, (minute + 12) % 1440),)))


def test_no_phone_leaves_in_a_message(tmp_path: Path) -> None:
    async def act(scene: Scene) -> None:
        scene.alerts = [alert("stopped_by_service", "ada@example.com (512) 461-2234 complained")]
        await scene.minutes(10)
        (request,) = scene.sent
        assert b"461" not in request.body
        assert b"ada@" not in request.body

    play(tmp_path, act)


def _minute_of(now: float) -> int:
    return local_time(now, buyer().zone).minute
