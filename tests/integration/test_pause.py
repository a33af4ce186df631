"""What an operator pauses beside a running service bids no more until it is resumed, and is paused after a restart."""

import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from app.cli import main
from tests.market import demo_with_crm, ping, post, someone
from tests.service import serve

WITHIN_S = 15.0
Capture = pytest.CaptureFixture[str]


@pytest.fixture
def config(tmp_path: Path) -> Iterator[Path]:
    with demo_with_crm(tmp_path / "config") as (config, _):
        yield config


def test_a_paused_seller_gets_no_bids_but_its_live_ones_are_honoured(config: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    where = ["--data", str(data)]
    with serve(config, data) as service, httpx.Client(base_url=service.url, trust_env=False) as http:
        who = someone(1)
        bid = ping(http, who)["ping_id"]
        assert main(["pause", "acme", "--why", "invoice", "--config", str(config), *where]) == 0
        assert _answered(http, 100, "paused")
        assert post(http, who, bid).json()["status"] == "accepted"
    with serve(config, data) as service, httpx.Client(base_url=service.url, trust_env=False) as http:
        assert ping(http, someone(2))["reason_code"] == "paused"
        assert main(["resume", "acme", *where]) == 0
        assert _answered(http, 200, "")


def test_a_pause_is_listed_with_its_reason_and_ends_once(config: Path, tmp_path: Path, capsys: Capture) -> None:
    data = tmp_path / "data"
    where = ["--data", str(data)]
    with serve(config, data):
        assert main(["pause", *where]) == 0
        assert capsys.readouterr().out == "nothing is paused\n"
        assert main(["pause", "auto-anywhere", "--why", "full today", "--config", str(config), *where]) == 0
        capsys.readouterr()
        assert main(["pause", *where]) == 0
        listed = capsys.readouterr().out
        assert "auto-anywhere" in listed
        assert "full today" in listed
        assert main(["resume", "auto-anywhere", *where]) == 0
        assert main(["resume", "auto-anywhere", *where]) == 1
        assert "is not paused" in capsys.readouterr().err


def test_a_name_that_nobody_declares_pauses_nothing(config: Path, tmp_path: Path, capsys: Capture) -> None:
    data = tmp_path / "data"
    with serve(config, data):
        assert main(["pause", "acne", "--config", str(config), "--data", str(data)]) == 1
        assert "did you mean `acme`?" in capsys.readouterr().err
        assert main(["pause", "acme", "--config", str(tmp_path / "none.toml"), "--data", str(data)]) == 1
        assert "none.toml" in capsys.readouterr().err
        assert main(["pause", "--data", str(data)]) == 0
        assert capsys.readouterr().out == "nothing is paused\n"


def _answered(http: httpx.Client, first: int, code: str) -> bool:
    """Whether a ping is answered with this reason code within some seconds, each for another consumer."""
    until = time.monotonic() + WITHIN_S
    number = first
    while time.monotonic() < until:
        if ping(http, someone(number))["reason_code"] == code:
            return True
        number += 1
        time.sleep(0.05)
    return False
