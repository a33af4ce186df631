"""Somebody sets the clock of the machine: bids, leases, caps and journal of the running service do not notice."""

import re
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from app.drill.kit.machine_clock import MachineClock
from app.journal.compact import compact
from app.journal.lines import PingLine, PostLine
from app.journal.reader import lines
from app.mock_exchange.consumers import post_of
from app.mock_exchange.crm_receiver import CrmReceiver, CrmReply
from app.reports.hours import count_span, keep_tallies
from app.usecases.clock.service_clock import HOLD_S
from tests.market import KEY, patient_ping, someone, wait_for_leads
from tests.service import DEMO_CONFIG, Service, listening, serve, until

HOUR = 3_600.0
VERTICAL = "personal_injury"
"""Which one campaign of the demo buys, so that one cap decides."""


class Buyer:
    """A running service, and sellers whose own clocks are right."""

    def __init__(self, service: Service, http: httpx.Client) -> None:
        self.service = service
        self.http = http

    def ping(self, number: int) -> str:
        """The bid for a consumer, or why there is none."""
        body = patient_ping(someone(number, VERTICAL)) | {"created_at": ""}
        answer = self.http.post("/v1/ping", headers=KEY, json=body).json()
        return str(answer["ping_id"] if answer["status"] == "accepted" else answer["reason_code"])

    def post(self, number: int, bid: str) -> str:
        body = post_of(someone(number, VERTICAL), bid, time.time()) | {"created_at": "", "consent_at": ""}
        answer = self.http.post("/v1/post", headers=KEY, json=body).json()
        return str(answer["reason_code"] or answer["status"])

    def metric(self, name: str) -> float:
        found = re.search(rf"^leadbid_{re.escape(name)} (\S+)$", self.http.get("/metrics").text, re.MULTILINE)
        return float(found[1]) if found else 0.0


@contextmanager
def running(folder: Path, clock: MachineClock) -> Iterator[Buyer]:
    with (
        serve(folder / "config" / "buyer.toml", folder / "data", world=clock.world) as service,
        httpx.Client(base_url=service.url, trust_env=False) as http,
    ):
        yield Buyer(service, http)


@pytest.fixture
def clock() -> MachineClock:
    """In the middle of an hour, so that no cap of an hour begins anew by itself."""
    return MachineClock(time.time() // HOUR * HOUR + HOUR / 2.0)


@pytest.fixture
def demo(tmp_path: Path, clock: MachineClock) -> Iterator[tuple[Path, CrmReceiver]]:
    """The demo, and a CRM on the same machine."""
    shutil.copytree(DEMO_CONFIG.parent, tmp_path / "config")
    receiver = CrmReceiver(clock.now, ((tmp_path / "config" / "crm-webhook-secret.txt").read_text().strip(),))
    with listening(receiver, lifespan="off") as url:
        config = tmp_path / "config" / "buyer.toml"
        config.write_text(config.read_text().replace("http://127.0.0.1:8081", url))
        yield tmp_path, receiver


@pytest.fixture
def folder(demo: tuple[Path, CrmReceiver]) -> Path:
    return demo[0]


def buys(folder: Path, cap: str) -> None:
    """Let the one campaign buy under this cap alone."""
    config = folder / "config" / "buyer.toml"
    found = r'(name = "injury-anywhere".*?caps = )[^\n]*'
    text, count = re.subn(found, rf"\g<1>[{{ {cap} }}]", config.read_text(), count=1, flags=re.DOTALL)
    assert count == 1
    config.write_text(text)


@pytest.mark.parametrize("step", [-HOUR, HOUR])
def test_bids_live_as_long_as_they_said_whatever_the_clock_does(
    folder: Path, clock: MachineClock, step: float, caplog: pytest.LogCaptureFixture
) -> None:
    with running(folder, clock) as buyer:
        bids = {number: buyer.ping(number) for number in (1, 2, 3)}
        clock.set_by(step)
        assert buyer.ping(1) == bids[1]
        during = buyer.ping(4)
        clock.wait(HOLD_S + 1.0)
        assert buyer.post(1, bids[1]) == "accepted"
        clock.wait(100.0)
        assert buyer.post(2, bids[2]) == "accepted"
        clock.wait(12.0)
        assert buyer.post(3, bids[3]) == "ping_expired"
        assert buyer.post(4, during) == "ping_expired"
        direction = "back" if step < 0 else "forward"
        assert buyer.metric(f'clock_steps_total{{direction="{direction}"}}') == 1.0
        ahead = buyer.metric("clock_ahead_seconds")
    assert ahead == pytest.approx(-step if step < 0 else 0.0, abs=3.0)
    told = [record.message for record in caplog.records if "clock of this machine" in record.message]
    assert len(told) == (1 if step < 0 else 2)


def test_a_step_that_is_taken_back_at_once_changes_nothing(folder: Path, clock: MachineClock) -> None:
    with running(folder, clock) as buyer:
        bid = buyer.ping(1)
        clock.set_by(HOUR)
        clock.set_by(-HOUR)
        clock.wait(HOLD_S + 1.0)
        assert abs(buyer.metric("clock_ahead_seconds")) < 1.0
        assert buyer.post(1, bid) == "accepted"


def test_a_restart_after_a_step_back_keeps_live_bids_and_no_others(folder: Path, clock: MachineClock) -> None:
    buys(folder, 'limit = 2, window = "hour"')
    with running(folder, clock) as buyer:
        bids = {number: buyer.ping(number) for number in (1, 2)}
        assert buyer.ping(3) == "cap_reached"
    clock.set_by(-HOUR)
    with running(folder, clock) as buyer:
        assert buyer.ping(3) == "cap_reached"
        assert buyer.ping(1) == bids[1]
        assert buyer.post(1, bids[1]) == "accepted"
        clock.wait(125.0)
        assert buyer.post(2, bids[2]) == "ping_expired"


def test_a_finished_window_stays_full_after_a_step_back_into_it(folder: Path, clock: MachineClock) -> None:
    buys(folder, 'limit = 1, window = "hour"')
    with running(folder, clock) as buyer:
        assert buyer.post(1, buyer.ping(1)) == "accepted"
        clock.wait(HOUR)
        assert buyer.post(2, buyer.ping(2)) == "accepted"
    clock.set_by(-HOUR)
    with running(folder, clock) as buyer:
        assert buyer.ping(3) == "cap_reached"


def test_a_retry_does_not_wait_for_the_hour_that_a_clock_lost(
    demo: tuple[Path, CrmReceiver], clock: MachineClock
) -> None:
    folder, receiver = demo
    receiver.trouble = CrmReply(status=503)
    with running(folder, clock) as buyer:
        assert buyer.post(1, buyer.ping(1)) == "accepted"
        # Its first try has failed, and its line is in the journal.
        assert until(lambda: receiver.received().requests > 0 and bool(lead_ids(buyer)))
        sent = lead_ids(buyer)
    receiver.trouble = None
    clock.set_by(-HOUR)
    with running(folder, clock):
        clock.wait(10.0)
        assert not wait_for_leads(receiver, sent)


def lead_ids(buyer: Buyer) -> set[str]:
    """Every lead that was bought."""
    return {line.lead_id for line in lines(buyer.service.settings.journal) if isinstance(line, PostLine)}


def test_lines_of_a_former_hour_are_counted_once_compacted_or_not(folder: Path, clock: MachineClock) -> None:
    pytest.importorskip("duckdb")
    journal = folder / "data" / "journal"
    with running(folder, clock) as buyer:
        buyer.ping(1)
        clock.wait(HOUR)
        buyer.ping(2)
    pinged_before = _pings(journal)
    list(compact(journal, clock.now() + HOUR, lambda *_: None))
    keep_tallies(journal)
    clock.set_by(-HOUR)
    with running(folder, clock) as buyer:
        buyer.ping(3)
    pinged = _pings(journal)
    assert (len(pinged_before), len(pinged)) == (2, 3)
    assert _counted(journal) == 3
    shutil.copytree(journal, folder / "copy")
    list(compact(journal, clock.now() + 3 * HOUR, lambda *_: None))
    keep_tallies(journal)
    assert not list(journal.glob("*.jsonl"))
    assert sorted(_pings(journal)) == sorted(pinged)
    assert _counted(journal) == 3


def _pings(journal: Path) -> list[str]:
    return [line.id for line in lines(journal) if isinstance(line, PingLine)]


def _counted(journal: Path) -> int:
    tally = count_span(journal, 0.0, float("inf"))
    return sum(trade.pings for trade in tally.sellers.values())
