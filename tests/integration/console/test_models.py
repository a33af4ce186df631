"""Models in the console: what prices, what is tried, promoted and taken back, by the registry's own rules."""

import asyncio
import json
from collections.abc import Iterator

import httpx
import pytest

from app.cli import main
from app.domain.auction.canary import canary_name
from app.domain.catalogue import Catalogue
from app.domain.operators.audit import SERVICE
from app.scoring.pointer import Entry
from app.scoring.registry.changes import changes, entries
from app.store.operators.requested import Switch
from app.store.store import Store
from tests.console import DEMO_OPERATOR, send, signed_in
from tests.models import add_version, shipped
from tests.service import DEMO_CONFIG, Service, serve, until

PAGE = "/console/models/solar"
KEY = {"X-API-Key": DEMO_OPERATOR[1]}


@pytest.fixture(scope="module")
def own_service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service of models of its own, with a second version of solar that passed and a third that did not."""
    folder = tmp_path_factory.mktemp("models")
    models = shipped(folder)
    add_version(models, "solar", "0002", shift=0.2)
    failed = [{"name": "level", "passed": False, "found": "1.6"}]
    add_version(models, "solar", "0003", shift=0.9, passed=False, gates=failed)
    with serve(DEMO_CONFIG, folder / "data", models=models) as service:
        yield service


@pytest.fixture
def own(own_service: Service) -> Iterator[httpx.Client]:
    with signed_in(own_service.url) as client:
        yield client


def solar(service: Service) -> Entry:
    return entries(service.settings.models)["solar"]


def catalogue(service: Service) -> Catalogue:
    background = service.application.background
    assert background is not None
    return background.bidder.catalogue


def live(service: Service) -> str:
    return catalogue(service).models["solar"].version


def test_a_version_is_promoted_seen_by_the_next_ping_and_taken_back_as_it_was(
    own: httpx.Client, own_service: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    before = (own_service.settings.models / "current.toml").read_text()
    page = send(own, PAGE, "models/solar/promote", {"version": "0002", "why": "better by .01"})
    assert "solar 0001 -&gt; 0002" in page
    assert "models/solar/undo" in page
    assert until(lambda: live(own_service) == "0002")
    assert "Roll back to 0001" in own.get(PAGE).text
    page = send(own, PAGE, "models/solar/undo", {"why": "taken back at once"})
    assert "solar 0002 -&gt; 0001" in page
    assert (own_service.settings.models / "current.toml").read_text() == before
    assert until(lambda: live(own_service) == "0001")
    assert main(["audit", "list", "--data", str(own_service.settings.data)]) == 0
    log = capsys.readouterr().out
    assert "promote model" in log
    assert "better by .01" in log
    assert [done.who for done in changes(own_service.settings.models)] == ["console:demo-ops"] * 2


def test_what_did_not_pass_its_gates_is_refused_and_only_an_admin_insists(
    own: httpx.Client, own_service: Service
) -> None:
    for act, fields in (("promote", {}), ("canary", {"percent": "10"})):
        page = send(own, PAGE, f"models/solar/{act}", {"version": "0003", "why": "a hunch", **fields})
        assert "solar 0003 may not bid (it failed: level)" in page
        page = send(own, PAGE, f"models/solar/{act}", {"version": "0003", "why": "x", "force": "true", **fields})
        assert "needs the role admin" in page
    page = send(own, PAGE, "models/solar/promote", {"version": "0002"})
    assert "why: fill it in" in page
    assert solar(own_service) == Entry(live="0001")


def test_a_canary_is_started_paused_resumed_and_ended(own: httpx.Client, own_service: Service) -> None:
    begun = {"version": "0002", "percent": "10", "matures_days": "3", "why": "try it"}
    assert "0002 as canary 0.1" in send(own, PAGE, "models/solar/canary", begun)
    assert (solar(own_service).canary, solar(own_service).matures_days) == (0.1, 3.0)
    assert until(lambda: "solar" in catalogue(own_service).challengers)
    page = own.get(PAGE).text
    assert "a canary for 10% of leads" in page
    assert "shadows within a second" in send(own, PAGE, "models/solar/pause-canary", {"why": "the weekend"})
    assert "It is stopped and only shadows" in own.get(PAGE).text
    since = solar(own_service).since
    assert "bids again" in send(own, PAGE, "models/solar/resume-canary", {"why": "over"})
    assert solar(own_service).since == since, "what it had bought counts on"
    assert "is not paused" in send(own, PAGE, "models/solar/resume-canary", {"why": "again"})
    send(own, PAGE, "models/solar/retire", {"why": "enough"})
    assert solar(own_service) == Entry(live="0001")
    assert "has no canary" in send(own, PAGE, "models/solar/pause-canary", {"why": "x"})


def test_one_that_the_service_stopped_is_judged_anew_where_somebody_resumes_it(
    own: httpx.Client, own_service: Service
) -> None:
    send(own, PAGE, "models/solar/canary", {"version": "0002", "percent": "50", "why": "try it"})
    pointer, began = own_service.settings.models / "current.toml", solar(own_service).since
    pointer.write_text(pointer.read_text().replace(began, "2026-11-01T09:00:00Z"))
    name = canary_name("solar", "0002")
    stop = Switch(kind="pause", target=name, why="it would have earned $9 less", told_by=SERVICE, told_at=1.0)
    with httpx.Client(base_url=own_service.url, headers=KEY, trust_env=False) as by_key:
        _set(own_service, stop)
        shown = by_key.get("/v1/reports/models/solar").json()
        assert (shown["row"]["stopped"], shown["trial"]["stopped_why"]) == (True, stop.why)
        assert shown["trial"]["share"] == 0.0
    send(own, PAGE, "models/solar/resume-canary", {"why": "the storm is over"})
    assert changes(own_service.settings.models)[-1].did == "resume"
    assert solar(own_service).since >= began
    send(own, PAGE, "models/solar/retire", {"why": "enough"})


def _set(service: Service, switch: Switch) -> None:
    """As the service does it, by another connection."""

    async def write() -> None:
        store = Store.reading(service.settings.data / "leadbid.db")
        try:
            await store.set_switch(switch)
        finally:
            await store.close()

    asyncio.run(write())


def test_models_that_come_with_leadbid_stay_as_they_are(console: httpx.Client, console_service: Service) -> None:
    page = send(console, PAGE, "models/solar/promote", {"version": "0001", "why": "x"})
    assert "these models come with leadbid and stay as they are" in page
    assert "Promote</button>" not in console.get(PAGE).text


def test_page_key_and_command_say_the_same(
    own: httpx.Client, own_service: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    assert until(lambda: not catalogue(own_service).challengers)
    with httpx.Client(base_url=own_service.url, headers=KEY, trust_env=False) as by_key:
        every, one = (by_key.get(f"/v1/reports/{path}").json() for path in ("models", "models/solar"))
    ours = ["--data", str(own_service.settings.data), "--json"]
    assert main(["models", *ours]) == 0
    assert main(["models", "solar", *ours]) == 0
    told_every, told_one = map(json.loads, capsys.readouterr().out.splitlines())
    assert told_every["verticals"] == every["verticals"]
    assert {**told_one, "at": one["at"]} == one
    assert main(["models", "--data", str(own_service.settings.data)]) == 0
    assert "solar" in capsys.readouterr().out
    assert main(["models", "solar", "--data", str(own_service.settings.data)]) == 0
    assert "AUC" in capsys.readouterr().out


def test_a_vertical_without_a_model_says_how_it_prices_and_how_to_train_one(
    own: httpx.Client, tmp_path_factory: pytest.TempPathFactory
) -> None:
    assert own.get("/console/models/boats").status_code == 404
    folder = tmp_path_factory.mktemp("none")
    (folder / "models").mkdir()
    with serve(DEMO_CONFIG, folder / "data", models=folder / "models") as service, signed_in(service.url) as client:
        page = client.get(PAGE)
        assert page.status_code == 200, page.text
        assert "python -m training describe" in page.text
        assert "no model" in client.get("/console/models").text
