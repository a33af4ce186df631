"""A running service takes up changed files by itself; what is invalid changes nothing, and live bids stay promises."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from app.journal.lines import PingLine
from app.journal.reader import find
from tests.market import demo_with_crm, ping, post, someone
from tests.service import MODELS, Service, serve, until


@pytest.fixture
def running(tmp_path: Path) -> Iterator[tuple[Service, httpx.Client]]:
    """A service whose configuration and models may be changed."""
    shutil.copytree(MODELS, tmp_path / "models")
    with (
        demo_with_crm(tmp_path / "config") as (config, _),
        serve(config, tmp_path / "data", models=tmp_path / "models") as service,
        httpx.Client(base_url=service.url, trust_env=False) as http,
    ):
        yield service, http


def test_a_changed_file_is_taken_up_and_a_removed_campaigns_bid_is_honoured(
    running: tuple[Service, httpx.Client],
) -> None:
    service, http = running
    before = _config_hash(http)
    who = someone(1)
    bid = ping(http, who)["ping_id"]
    _rewrite(service.settings.config, "auto-anywhere", "auto-everywhere")
    assert until(lambda: _config_hash(http) != before)
    assert post(http, who, bid).json()["status"] == "accepted"
    assert _campaign_of(service, ping(http, someone(2))["ping_id"]) == "auto-everywhere"


def test_an_invalid_file_changes_nothing_and_is_reported(
    running: tuple[Service, httpx.Client], caplog: pytest.LogCaptureFixture
) -> None:
    service, http = running
    before = _config_hash(http)
    _rewrite(service.settings.config, "limit = 10_000", "limit = -3")
    assert until(lambda: 'leadbid_reloads_total{result="refused"} 0.0' not in http.get("/metrics").text)
    assert _config_hash(http) == before
    (told,) = _refused(http)
    assert "limit" in told["sentence"]
    assert "the one before stays in force" in told["sentence"]
    assert ping(http, someone(3))["status"] == "accepted"
    assert any("limit" in record.getMessage() and "buyer.toml:" in record.getMessage() for record in caplog.records)
    _rewrite(service.settings.config, "limit = -3", "limit = 10_000")
    assert until(lambda: not _refused(http))


def test_a_damaged_model_is_refused_and_the_live_one_stays(
    running: tuple[Service, httpx.Client], caplog: pytest.LogCaptureFixture
) -> None:
    service, http = running
    models = service.settings.models
    scorer = next(models.glob("auto_insurance/*/scorer.json"))
    scorer.write_bytes(scorer.read_bytes()[:-1])
    _rewrite(models / "current.toml", "auto_insurance", "auto_insurance", more="\n# looked at\n")
    assert until(lambda: 'leadbid_reloads_total{result="taken"} 0.0' not in http.get("/metrics").text)
    answer = ping(http, someone(4))
    line = _line_of(service, answer["ping_id"])
    assert line.model
    assert line.decision.bids[0].valuation is not None
    assert any("auto_insurance" in record.getMessage() for record in caplog.records if record.levelname == "ERROR")


def _rewrite(path: Path, old: str, new: str, more: str = "") -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new) + more)


def _refused(http: httpx.Client) -> list[dict[str, str]]:
    """What the status says of a file that was not taken."""
    told = http.get("/v1/status", headers={"X-API-Key": "demo-operator-key"}).json()["attention"]
    return [each for each in told if each["cause"] == "configuration_refused"]


def _config_hash(http: httpx.Client) -> str:
    told: str = http.get("/readyz").json()["config"]
    return told


def _campaign_of(service: Service, ping_id: str) -> str:
    return _line_of(service, ping_id).decision.bids[0].campaign


def _line_of(service: Service, ping_id: str) -> PingLine:
    assert until(lambda: bool(find(service.settings.journal, ping_id)))
    line = find(service.settings.journal, ping_id)[0]
    assert isinstance(line, PingLine)
    return line
