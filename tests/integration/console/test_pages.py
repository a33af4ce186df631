"""What every page of the console keeps to: the same values by page and by key, live, and closed to too low a role."""

import re

import httpx
import pytest

from app.http.console.frame import ASSETS
from app.http.console.pages.all_views import VIEWS
from tests.console import proof_of
from tests.service import ROOT, Service

KEY = {"X-API-Key": "demo-operator-key"}
PLAIN = [view for view in VIEWS if "{" not in view.path and view.role != "admin"]


@pytest.mark.parametrize("view", PLAIN, ids=lambda view: view.path or "now")
def test_a_page_opens_and_its_values_come_as_json(console: httpx.Client, view: object) -> None:
    path = view.path  # type: ignore[attr-defined]
    page = console.get(f"/console/{path}".rstrip("/"))
    assert page.status_code == 200, page.text
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert "<h1>" in page.text
    report = console.get(f"/v1/reports/{path or 'now'}", headers=KEY)
    assert report.status_code == 200, report.text
    assert isinstance(report.json(), dict)


@pytest.mark.parametrize("view", PLAIN, ids=lambda view: view.path or "now")
def test_a_report_needs_an_operators_key_also_of_who_has_signed_in(console: httpx.Client, view: object) -> None:
    path = f"/v1/reports/{view.path or 'now'}"  # type: ignore[attr-defined]
    assert console.get(path).status_code == 401
    assert console.get(path, headers={"X-API-Key": "demo-acme-key"}).status_code == 401


def test_every_page_of_the_menu_is_documented() -> None:
    text = (ROOT / "docs" / "console.md").read_text()
    assert [view.label for view in VIEWS if view.label and f"| {view.label} |" not in text] == []


def test_a_page_loads_nothing_from_elsewhere_and_all_that_it_names(console: httpx.Client) -> None:
    named = re.findall(r'(?:src|href)="([^"]*assets[^"]*)"', console.get("/console").text)
    assert sorted(path.rpartition("/")[2] for path in named) == sorted(ASSETS)
    for path in named:
        answer = console.get(path)
        assert (answer.status_code, "immutable" in answer.headers["cache-control"]) == (200, True)
    assert console.get("/console/assets/none/LICENSES").status_code == 404
    assert console.get("/console/assets/none/..%2fframe.py").status_code == 404


def test_a_form_without_the_proof_of_its_session_does_nothing(console: httpx.Client, console_service: Service) -> None:
    for fields in ({}, {"proof": "0" * 64}, {"proof": proof_of(console.get("/console").text) + "0"}):
        answer = console.post("/console/sign-out", data=fields)
        assert answer.status_code == 303
        with httpx.Client(base_url=console_service.url, cookies=dict(console.cookies), trust_env=False) as same:
            assert same.get("/console").status_code == 200, "the session goes on"


def test_the_stream_says_that_something_changed(
    console: httpx.Client, console_service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.http.console.stream.LOOK_S", 0.05)
    # Or it would say so for the time that passes.
    monkeypatch.setattr("app.http.console.stream.ALIVE_S", 600.0)
    with console.stream("GET", "/console/stream") as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        ping = {"vertical": "solar", "zip": "33101"}
        httpx.post(f"{console_service.url}/v1/ping", json=ping, headers={"X-API-Key": "demo-acme-key"}, trust_env=False)
        assert next(line for line in stream.iter_lines() if line) == "event: changed"
    assert httpx.get(f"{console_service.url}/console/stream", trust_env=False).status_code == 204
