"""A running service removes by itself what was kept long enough, and says so."""

import time
from pathlib import Path

import httpx
import pytest

from app.asgi import World
from tests.market import demo_with_crm, ping, post, someone
from tests.service import serve, until

DAY_S = 86_400.0
LOST, BOUGHT = someone(1), someone(2)


def test_a_service_lets_go_of_what_was_kept_long_enough(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    journal = tmp_path / "data" / "journal"
    with demo_with_crm(tmp_path / "config") as (config, _):
        with serve(config, tmp_path / "data") as service, httpx.Client(base_url=service.url, trust_env=False) as http:
            ping(http, LOST)
            assert post(http, BOUGHT, ping(http, BOUGHT)["ping_id"]).json()["status"] == "accepted"
        former = _content(journal)
        monkeypatch.setattr("app.asgi.PURGE_S", 0.1)
        later = World(clock=lambda: time.time() + 31 * DAY_S)
        with serve(config, tmp_path / "data", world=later):
            assert until(lambda: "kept long enough, and removed: 1 lost pings" in caplog.text)
    assert former.count(b"digest--") == 2
    assert _content(journal).count(b'"seller_lead_id"') == 1
    assert len(_content(journal).splitlines()) >= len(former.splitlines())


def _content(journal: Path) -> bytes:
    return b"".join([path.read_bytes() for path in sorted(journal.glob("*.jsonl"))])
