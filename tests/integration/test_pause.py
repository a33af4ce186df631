"""What operators ask for beside a service is in force within seconds, with a broken file and after a restart."""

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from app.cli import main
from tests.market import demo_with_crm, ping, post, someone
from tests.service import ROOT, serve, until

Capture = pytest.CaptureFixture[str]
Tell = Callable[..., str]


@pytest.fixture
def config(tmp_path: Path) -> Iterator[Path]:
    with demo_with_crm(tmp_path / "config") as (config, _):
        yield config


@pytest.fixture
def told(tmp_path: Path, capsys: Capture) -> Tell:
    """What a command prints that knows the data directory alone."""

    def tell(*words: str, status: int = 0) -> str:
        capsys.readouterr()
        assert main([*words, "--data", str(tmp_path / "data")]) == status
        printed = capsys.readouterr()
        return printed.out + printed.err

    return tell


def test_a_paused_seller_gets_no_bids_but_its_live_ones_are_honoured(config: Path, tmp_path: Path, told: Tell) -> None:
    data = tmp_path / "data"
    with serve(config, data) as service, httpx.Client(base_url=service.url, trust_env=False) as http:
        who = someone(1)
        bid = ping(http, who)["ping_id"]
        # Neither the file nor its secrets are needed.
        whole = config.read_text()
        config.write_text("not = [toml")
        told("pause", "acme", "--why", "invoice")
        assert _answered(http, 100, "paused")
        assert post(http, who, bid).json()["status"] == "accepted"
        config.write_text(whole)
    with serve(config, data) as service, httpx.Client(base_url=service.url, trust_env=False) as http:
        assert ping(http, someone(2))["reason_code"] == "paused"
        told("resume", "acme")
        assert _answered(http, 200, "")


def test_what_is_asked_for_is_listed_in_force_and_undone(config: Path, tmp_path: Path, told: Tell) -> None:
    data = tmp_path / "data"
    cap = "cascade/count-per-day"
    with serve(config, data) as service, httpx.Client(base_url=service.url, trust_env=False) as http:
        assert told("pause") == "nothing is paused\n"
        assert "--why" in told("pause", "auto-anywhere", status=2)
        told("pause", "auto-anywhere", "--why", "full today", "--until", "2h")
        assert re.search(r"auto-anywhere +.* os:\S+ +full today", told("pause"))
        assert "did you mean `acme`?" in told("pause", "acne", "--why", "x", status=1)
        assert "lies in the past" in told("pause", "acme", "--why", "x", "--until", "2020-01-01", status=1)
        told("resume", "auto-anywhere")
        assert "is not paused by command" in told("resume", "auto-anywhere", status=1)
        assert "did you mean `auto-anywhere`?" in told("resume", "auto-anywher", status=1)

        told("boost", "set", "auto-anywhere", "--dollars", "40", "--until", "2h", "--why", "push")
        leads = iter(range(300, 10_000))
        assert until(lambda: bool(ping(http, someone(next(leads)))) and b'["by command",4000.0]' in _journal(data))
        assert "$40.00" in told("boost", "list")
        told("boost", "end", "auto-anywhere")
        assert "has no boost" in told("boost", "end", "auto-anywhere", status=1)

        told("signal", "set", "TX", "--dollars", "-2.5", "--cause", "frost", "--until", "2h", "--why", "cold")
        assert "-$2.50" in told("signal", "list")
        assert told("signal", "end", "TX") == "1 signal of TX ended.\n"
        assert "no such signal" in told("signal", "end", "TX", status=1)
        told("demand", "set", "TX", "--open", "3", "--expected", "9", "--why", "crew")
        told("demand", "end", "TX")
        assert "no demand is in force" in told("demand", "end", "TX", status=1)

        assert "counts leads" in told("cap", "set", cap, "$40", "--why", "x", status=1)
        assert "say yes" in told("cap", "set", cap, "40000", "--why", "x", status=1)
        assert "paid in advance" in told("cap", "set", "cascade/prepaid-balance", "9", "--why", "x", status=1)
        assert "write cascade/count-per-day or" in told("cap", "set", "cascade", "9", "--why", "x", status=1)
        assert "7 a day in place of 1,500 a day" in told("cap", "set", cap, "7", "--why", "slow payer")
        assert until(lambda: _limit(service.application.background, "cascade") == 7)
        status = json.loads(told("status", "--json"))
        assert status["service"]["state"] == "running"
        assert [(each["kind"], each["target"], each["why"]) for each in status["in_force"]] == [
            ("cap", cap, "slow payer")
        ]
    with serve(config, data) as service:
        assert _limit(service.application.background, "cascade") == 7
        told("cap", "reset", cap)
        assert until(lambda: _limit(service.application.background, "cascade") == 1_500)
    stopped = told("status", status=1)
    assert "STOPPED" in stopped
    assert "the service is stopped, and nothing is bought" in stopped
    state = data / "service-state.json"
    state.write_text(
        re.sub(r'"stopped_at":[0-9.]+', '"stopped_at":null', state.read_text()).replace(
            '"noted_at":', '"noted_at":1,"was":'
        )
    )
    assert "the service is down" in told("status", status=1)
    assert "cannot be read" in told("status", "--database", f"sqlite:///{tmp_path}/none.db", status=2)
    assert "intact" in told("audit", "verify")


def _limit(background: object, seller: str) -> int:
    bidder = background.bidder  # type: ignore[attr-defined]
    limit: int = bidder.catalogue.sellers[seller].caps[0].limit
    return limit


def _journal(data: Path) -> bytes:
    """All that was decided."""
    return b"".join(path.read_bytes() for path in (data / "journal").glob("*.jsonl"))


def _answered(http: httpx.Client, first: int, code: str) -> bool:
    """Whether a ping is answered with this reason code within some seconds, each for another consumer."""
    numbers = iter(range(first, first + 10_000))
    return until(lambda: ping(http, someone(next(numbers)))["reason_code"] == code)


def test_a_command_does_not_wait_for_what_only_migrations_need() -> None:
    lines = "import sys, app.cli.operate.pause; print({'alembic', 'litestar'} & {*sys.modules})"
    told = subprocess.run([sys.executable, "-c", lines], cwd=ROOT, capture_output=True, text=True, check=True)
    assert told.stdout == "set()\n"
