"""On a running service a challenger shadows, bids as a canary and is promoted, while sellers notice nothing."""

import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from app.journal.lines import PingLine
from app.journal.reader import lines
from tests.market import KEY, VERTICAL, demo_with_crm, patient_ping, ping, someone
from tests.models import add_version, shipped
from tests.service import Service, serve, until
from training.main import main


@pytest.fixture
def running(tmp_path: Path) -> Iterator[tuple[Service, httpx.Client]]:
    """A service with a second version of a model at hand that nothing points at."""
    models = shipped(tmp_path)
    add_version(models, VERTICAL, "0002", shift=0.3)
    with (
        demo_with_crm(tmp_path / "config") as (config, _),
        serve(config, tmp_path / "data", models=models) as service,
        httpx.Client(base_url=service.url, trust_env=False) as http,
    ):
        yield service, http


def test_from_shadow_to_canary_to_live_without_one_failed_ping(
    running: tuple[Service, httpx.Client], capsys: pytest.CaptureFixture[str]
) -> None:
    service, http = running
    with _Traffic(service) as traffic:
        assert _registry(service, "shadow", "--version", "0002") == 0
        assert until(lambda: _challengers(http) == {VERTICAL: {"version": "0002", "canary": 0.0}})
        shadowed = traffic.has_answered(20)
        assert _registry(service, "canary", "--share", "0.5") == 0
        assert until(lambda: _challengers(http) == {VERTICAL: {"version": "0002", "canary": 0.5}})
        split = traffic.has_answered(30)
        assert _registry(service, "promote", "--version", "0002") == 0
        assert until(lambda: (_live(http), _challengers(http)) == ("0002", {}))
        promoted = traffic.has_answered(20)
        assert _registry(service, "rollback") == 0
        assert until(lambda: _live(http) == "0001")
        traffic.has_answered(10)
    assert set(traffic.statuses) == {200}
    assert until(lambda: len(_pings(service)) >= len(traffic.statuses))
    by_stage = {
        name: Counter(
            (line.model, line.shadow.model if line.shadow is not None else "") for line in _pings(service)[at]
        )
        for name, at in (("shadow", shadowed), ("split", split), ("promoted", promoted))
    }
    assert set(by_stage["shadow"]) == {("0001", "0002")}
    assert set(by_stage["split"]) == {("0001", "0002"), ("0002", "0001")}
    assert set(by_stage["promoted"]) == {("0002", "")}
    assert all(line.shadow.bids for line in _pings(service)[shadowed] if line.shadow is not None)
    words = ["--data", str(service.settings.data), "--models", str(service.settings.models)]
    assert main(["replay", *words]) == 0
    assert "bit for bit, 0 differently" in capsys.readouterr().out


def test_a_lead_that_is_asked_again_gets_the_very_bid_of_the_very_model(
    running: tuple[Service, httpx.Client],
) -> None:
    service, http = running
    assert _registry(service, "canary", "--version", "0002", "--share", "0.5") == 0
    assert until(lambda: VERTICAL in _challengers(http))
    for number in range(1, 7):
        assert ping(http, someone(number))["ping_id"] == ping(http, someone(number))["ping_id"]


def test_one_changed_byte_is_refused_by_name_and_the_live_model_bids_on(
    running: tuple[Service, httpx.Client], caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    service, http = running
    models = service.settings.models
    scorer = models / VERTICAL / "0002" / "scorer.json"
    body = bytearray(scorer.read_bytes())
    body[len(body) // 2] ^= 1
    scorer.write_bytes(body)
    assert _registry(service, "promote", "--version", "0002") == 1
    assert "0002/scorer.json does not have the checksum" in capsys.readouterr().err
    # Past the registry, by hand.
    pointer = models / "current.toml"
    text = pointer.read_text()
    for line, said in (
        (f'{VERTICAL} = {{ live = "0001", challenger = "0002", canary = 1.0 }}', "the challenger is left out: 0002/"),
        (f'{VERTICAL} = "0002"', f"models/{VERTICAL}: 0002/scorer.json does not have the checksum"),
    ):
        pointer.write_text(text.replace(f'{VERTICAL} = "0001"', line))
        assert until(lambda said=said: any(said in record.getMessage() for record in caplog.records))  # type: ignore[misc]
        assert (_live(http), _challengers(http)) == ("0001", {})
        assert ping(http, someone(len(line)))["status"] == "accepted"
    assert until(lambda: len(_pings(service)) == 2)
    for decided in _pings(service):
        assert (decided.model, decided.shadow) == ("0001", None)
        assert decided.decision.bids[0].valuation is not None


class _Traffic:
    """Pings one after another, each of another lead, in a thread of their own."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="traffic")
        self.statuses: list[int] = []

    def __enter__(self) -> "_Traffic":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def has_answered(self, more: int) -> slice:
        """Wait for so many more answers; which pings these are."""
        # One may be under way that was decided before.
        start = len(self.statuses) + 1
        assert until(lambda: len(self.statuses) >= start + more)
        return slice(start, start + more)

    def _run(self) -> None:
        with httpx.Client(base_url=self._service.url, trust_env=False) as http:
            number = 1_000
            while not self._stop.is_set():
                number += 1
                answer = http.post("/v1/ping", headers=KEY, json=patient_ping(someone(number)))
                self.statuses.append(answer.status_code if answer.json()["status"] == "accepted" else 0)
                # As many as there is time for would be thousands, of which the journal is read again and again.
                time.sleep(0.02)


def _registry(service: Service, action: str, *words: str) -> int:
    return main(["registry", action, "--models", str(service.settings.models), "--vertical", VERTICAL, *words])


def _pings(service: Service) -> list[PingLine]:
    return [line for line in lines(service.settings.journal) if isinstance(line, PingLine)]


def _challengers(http: httpx.Client) -> dict[str, dict[str, object]]:
    told: dict[str, dict[str, object]] = http.get("/readyz").json()["challengers"]
    return told


def _live(http: httpx.Client) -> str:
    version: str = http.get("/readyz").json()["models"][VERTICAL]
    return version
