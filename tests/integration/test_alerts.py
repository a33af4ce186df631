"""A test of alerts goes out over HTTP, signed, from the service that runs; the audit log has all that was done."""

import json
import re
from pathlib import Path

import pytest

from app.cli import main
from tests.service import DEMO_CONFIG, crm, serve

KEY = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
ALERTS = """

[[checks]]
name = "certificates"
provider = "trustedform"
secret = "env:ALERT_SECRET"
daily_budget = 20

[alerts]
to = ["env:ALERT_URL", "env:LOST_URL"]
webhook_secret = "env:ALERT_SECRET"
quiet = "22:00-07:00"
allow_private_hosts = ["127.0.0.1"]
"""


def test_a_test_reaches_whoever_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    config, data = tmp_path / "buyer.toml", tmp_path / "data"
    write_config(config)

    def told(*words: str, status: int = 0) -> str:
        capsys.readouterr()
        assert main([*words, "--data", str(data)]) == status
        printed = capsys.readouterr()
        return printed.out + printed.err

    with crm((KEY,)) as (receiver, url):
        monkeypatch.setenv("ALERT_URL", f"{url}/hook")
        monkeypatch.setenv("ALERT_SECRET", KEY)
        monkeypatch.setenv("LOST_URL", "http://127.0.0.1:9/nobody")
        with serve(config, data):
            tried = told("alerts", "test", "--why", "first day", status=1)
            assert "env:ALERT_URL: sent" in tried
            assert "env:LOST_URL: connect" in tried
            assert url not in tried
            (kept,) = receiver.kept.values()
            assert json.loads(kept.body)["title"].endswith(": test")
            assert kept.webhook_id.startswith("alert_")
            assert re.search(r"certificates +0 +0 +0 +\$0.00 +\$20.00 +well", told("status"))
            told("alerts", "mute", "cap_ahead", "--until", "2h", "--why", "known")
            assert "did you mean `cap_ahead`?" in told("alerts", "mute", "cap_ahed", "--why", "x", status=1)
            listed = told("alerts", "list")
            assert "cap_ahead" in listed
            assert "env:LOST_URL was not reached" in listed
            told("alerts", "unmute", "cap_ahead")
            actions = told("audit", "list")
            assert all(each in actions for each in ("test alerts", "mute alert", "unmute alert"))
    assert receiver.received().forged == 0


def write_config(config: Path) -> None:
    """The demo's configuration with somebody who is told."""
    for file in DEMO_CONFIG.parent.iterdir():
        if file.is_file():
            (config.parent / file.name).write_bytes(file.read_bytes())
    config.write_text(DEMO_CONFIG.read_text() + ALERTS)
