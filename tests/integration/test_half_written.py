"""No service takes a file that loses everything without being told to. `make drill` writes one slowly, too."""

import asyncio
import shutil
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from app.asgi import build_app
from app.http.application import CannotStart
from app.settings import Settings
from app.store.store import Store
from tests.reloads import command, in_force
from tests.service import DEMO_CONFIG, MODELS, Service, serve, until


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return Path(shutil.copytree(DEMO_CONFIG.parent, tmp_path / "config")) / "buyer.toml"


@pytest.fixture
def running(config: Path, tmp_path: Path) -> Iterator[tuple[Service, httpx.Client]]:
    with (
        serve(config, tmp_path / "data") as service,
        httpx.Client(base_url=service.url, trust_env=False) as http,
    ):
        yield service, http


def test_a_file_that_loses_every_campaign_waits_for_consent_and_says_what_it_changes(
    running: tuple[Service, httpx.Client], config: Path, caplog: pytest.LogCaptureFixture
) -> None:
    service, http = running
    before, text = in_force(http), config.read_text()
    config.write_text(text[: text.index("[[campaigns]]")] + text[text.index("[[sellers]]") :])
    data = str(service.settings.data)
    assert until(lambda: "leadbid_configuration_waiting 1.0" in http.get("/metrics").text)
    assert in_force(http) == before
    assert any("loses every campaign" in record.getMessage() for record in caplog.records)
    assert until(lambda: command("reload", "--data", data)[0] == 1)
    code, said = command("reload", "--data", data)
    assert code == 1
    assert "it loses every campaign: nothing is bought any more" in said
    assert "campaign auto-anywhere: removed" in said
    assert in_force(http) == before
    code, said = command("reload", "--yes", "--data", data)
    assert (code, "is in force" in said) == (0, True)
    assert until(lambda: in_force(http) != before)
    assert "leadbid_configuration_waiting 0.0" in http.get("/metrics").text
    assert command("reload", "--data", data)[0] == 0
    actions = asyncio.run(audit(service))
    assert ("consent", in_force(http)) in actions
    assert ("configuration", in_force(http)) in actions


def test_a_file_that_is_put_back_waits_no_more(running: tuple[Service, httpx.Client], config: Path) -> None:
    _, http = running
    before, text = in_force(http), config.read_text()
    config.write_text(text[: text.index("[[campaigns]]")] + text[text.index("[[sellers]]") :])
    assert until(lambda: "leadbid_configuration_waiting 1.0" in http.get("/metrics").text)
    config.write_text(text)
    assert until(lambda: "leadbid_configuration_waiting 0.0" in http.get("/metrics").text)
    assert in_force(http) == before


def test_a_start_that_would_lose_every_seller_needs_consent_too(config: Path, tmp_path: Path) -> None:
    with serve(config, tmp_path / "data"):
        pass
    text = config.read_text()
    config.write_text(text[: text.index("[[campaigns]]")])
    settings = Settings(config=config, data=tmp_path / "data", models=MODELS)
    with pytest.raises(CannotStart, match=r"loses every campaign.*loses every seller.*leadbid serve --yes"):
        asyncio.run(start(settings))
    with serve(config, tmp_path / "data", has_consent=True) as service:
        assert httpx.get(f"{service.url}/readyz", trust_env=False).status_code == 200


async def start(settings: Settings) -> None:
    async with build_app(settings)._running():
        pass


async def audit(service: Service) -> set[tuple[str, str]]:
    store = Store(service.settings.database)
    try:
        return {(line.action, line.target) for line in await store.audit_lines()}
    finally:
        await store.close()
