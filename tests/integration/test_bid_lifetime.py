"""A bid is a promise for as long as it said, whatever `bid_lifetime` a reload or a restart brings meanwhile."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from app.drill.kit.machine_clock import MachineClock
from tests.market import demo_with_crm, ping, post, someone
from tests.service import serve, until

VERTICAL = "personal_injury"
"""Which one campaign of the demo buys, so that one cap decides."""


class Buyer:
    """A running service that buys up to so many leads in all."""

    def __init__(self, folder: Path, http: httpx.Client, clock: MachineClock) -> None:
        self.clock = clock
        self._folder = folder
        self._http = http

    def ping(self, number: int) -> str:
        """The bid for a consumer, or why there is none."""
        answer = ping(self._http, someone(number, VERTICAL))
        return answer["ping_id"] if answer["status"] == "accepted" else answer["reason_code"]

    def post(self, number: int, bid: str) -> str:
        answer = post(self._http, someone(number, VERTICAL), bid).json()
        return str(answer["reason_code"] or answer["status"])

    def reload(self, lifetime: str) -> None:
        before = self._config_hash()
        set_lifetime(self._folder, lifetime)
        assert until(lambda: self._config_hash() != before)

    def _config_hash(self) -> str:
        return str(self._http.get("/readyz").json()["config"])


@contextmanager
def running(folder: Path, clock: MachineClock) -> Iterator[Buyer]:
    with (
        serve(folder / "config" / "buyer.toml", folder / "data", world=clock.world) as service,
        httpx.Client(base_url=service.url, trust_env=False) as http,
    ):
        yield Buyer(folder, http, clock)


@pytest.fixture
def clock() -> MachineClock:
    return MachineClock()


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    with demo_with_crm(tmp_path / "config"):
        yield tmp_path


def buys(folder: Path, limit: int) -> None:
    """Let the one campaign buy so many leads in all."""
    rewrite(
        folder,
        r'(name = "injury-anywhere".*?caps = )[^\n]*',
        rf'\g<1>[{{ limit = {limit}, window = "total" }}]',
    )


def set_lifetime(folder: Path, lifetime: str) -> None:
    rewrite(folder, r'bid_lifetime = "\w+"', f'bid_lifetime = "{lifetime}"')


def rewrite(folder: Path, old: str, new: str) -> None:
    config = folder / "config" / "buyer.toml"
    text, count = re.subn(old, new, config.read_text(), count=1, flags=re.DOTALL)
    assert count == 1
    config.write_text(text)


def test_a_longer_lifetime_promises_a_caps_last_lead_once(folder: Path, clock: MachineClock) -> None:
    buys(folder, 1)
    with running(folder, clock) as buyer:
        buyer.reload("1800s")
        bid = buyer.ping(1)
        for seconds in (130.0, 500.0, 1_000.0):
            clock.wait(seconds)
            assert buyer.ping(int(seconds)) == "cap_reached"
        assert buyer.post(1, bid) == "accepted"


def test_a_longer_lifetime_lets_the_bids_before_it_expire_at_their_time(folder: Path, clock: MachineClock) -> None:
    buys(folder, 2)
    with running(folder, clock) as buyer:
        buyer.ping(1)
        buyer.reload("1800s")
        long_lived = buyer.ping(2)
        assert buyer.ping(3) == "cap_reached"
        clock.wait(130.0)
        second = buyer.ping(4)
        assert buyer.ping(5) == "cap_reached"
        assert [buyer.post(2, long_lived), buyer.post(4, second)] == ["accepted", "accepted"]


def test_a_shorter_lifetime_keeps_the_bids_before_it_as_long_as_they_said(folder: Path, clock: MachineClock) -> None:
    buys(folder, 2)
    set_lifetime(folder, "1800s")
    with running(folder, clock) as buyer:
        long_lived = buyer.ping(1)
        buyer.reload("120s")
        buyer.ping(2)
        assert buyer.ping(3) == "cap_reached"
        clock.wait(130.0)
        second = buyer.ping(4)
        clock.wait(60.0)
        assert buyer.ping(5) == "cap_reached"
        assert [buyer.post(4, second), buyer.post(1, long_lived)] == ["accepted", "accepted"]


def test_a_restart_under_a_shorter_lifetime_remembers_the_bids_before_it(folder: Path, clock: MachineClock) -> None:
    buys(folder, 1)
    set_lifetime(folder, "1800s")
    with running(folder, clock) as buyer:
        bid = buyer.ping(1)
    set_lifetime(folder, "120s")
    for seconds in (300.0, 900.0):
        clock.wait(seconds)
        with running(folder, clock) as buyer:
            assert buyer.ping(2) == "cap_reached"
    with running(folder, clock) as buyer:
        assert buyer.post(1, bid) == "accepted"
