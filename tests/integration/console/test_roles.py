"""Who may what: everybody who signs in may look, and neither a session nor a key of a viewer changes or reveals."""

import re
from collections.abc import Iterator

import httpx
import pytest

from app.cli import main
from app.http.auction.routes import PATHS
from app.http.console.pages.all_views import ACTS, DOWNLOADS, REVEALS, VIEWS
from tests.console import added_operator, proof_of, send, signed_in
from tests.service import Service

OPEN = {
    "",
    "account",
    "alerts",
    "audit",
    "audit/verdict",
    "campaigns",
    "campaigns/{campaign}",
    "deliveries",
    "deliveries/{delivery_id}",
    "leads",
    "models",
    "models/{vertical}",
    "money",
    "money/bills",
    "money/forecast",
    "money/invoice.csv",
    "money/invoices",
    "money/leads.csv",
    "money/leads.parquet",
    "money/returns",
    "pings",
    "pings/{id}",
    "pings/{id}/what-if",
    "price-to-win",
    "sellers",
    "suppression",
}
"""What is open to a viewer: nothing of it shows anybody's identity, or a key, or the address of a seller's own page."""

OWN = {"acts/account/password", "acts/account/end", "acts/account/end-others", "acts/find"}
"""What a viewer may do: its own password and sessions are everybody's, and so is a look for an id."""

SHOWN = [(each.path, each.role) for each in VIEWS] + [(each.path, each.role) for each in DOWNLOADS]
SENT = [(f"acts/{each.path}", each.role) for each in ACTS] + [(f"reveals/{each.path}", each.role) for each in REVEALS]


@pytest.fixture(scope="module")
def key(console_service: Service) -> Iterator[str]:
    """Of a viewer."""
    yield added_operator(console_service, "vic", "viewer")
    assert main(["operators", "remove", "vic", "--data", str(console_service.settings.data)]) == 0


@pytest.fixture(scope="module")
def viewer(console_service: Service, key: str) -> Iterator[httpx.Client]:
    with signed_in(console_service.url, "vic", key) as client:
        yield client


def somebodys(path: str) -> str:
    return re.sub(r"{\w+}", "x", path)


def test_what_changes_or_reveals_is_declared_for_operators() -> None:
    assert {path for path, role in SENT if role == "viewer"} == OWN
    assert {path for path, role in SHOWN if role == "viewer"} == OPEN


def test_a_viewer_sees_what_is_open_and_nothing_else(viewer: httpx.Client, key: str) -> None:
    for declared, role in SHOWN:
        path = somebodys(declared)
        shown = viewer.get(f"/console/{path}".rstrip("/"))
        told = viewer.get(f"/v1/reports/{path or 'now'}", headers={"X-API-Key": key})
        if declared in OPEN:
            assert {shown.status_code, told.status_code} <= {200, 400, 404}, path
        else:
            assert (shown.status_code, told.status_code) == (403, 403), path
            assert f"needs the role {role}" in shown.text


def test_a_viewers_form_does_and_reveals_nothing(viewer: httpx.Client) -> None:
    proof = proof_of(viewer.get("/console").text)
    for path in {path for path, _ in SENT} - OWN:
        answer = viewer.post(f"/console/{somebodys(path)}", data={"proof": proof, "why": "x"})
        assert (answer.status_code, "needs the role" in answer.text) == (403, True), path


@pytest.mark.parametrize("person", ["(212) 555-0143", "ada@sommer-family.net"])
def test_a_viewer_finds_nobody_by_phone_or_email(viewer: httpx.Client, person: str) -> None:
    assert "To find a person needs the role operator." in send(viewer, "/console", "find", {"what": person})


def test_no_address_changes_anything_by_being_opened(viewer: httpx.Client) -> None:
    for path, _ in SENT:
        for method in ("GET", "HEAD", "PUT", "DELETE"):
            assert viewer.request(method, f"/console/{somebodys(path)}").status_code == 405, path
        assert "POST" in viewer.options(f"/console/{somebodys(path)}").headers["allow"]


def test_a_viewers_key_changes_nothing_at_any_endpoint(
    console_service: Service, viewer: httpx.Client, key: str
) -> None:
    for method, path in sorted(console_service.application.endpoints):
        if method in ("GET", "HEAD") or path in PATHS:
            continue
        answer = viewer.request(method, somebodys(path), headers={"X-API-Key": key}, json={"why": "x"})
        assert answer.status_code in (401, 403), (method, path, answer.text)


def test_a_stranger_cannot_tell_what_there_is(console_service: Service) -> None:
    with httpx.Client(base_url=console_service.url, trust_env=False) as stranger:
        for page in ("sellers/acme", "sellers/none", "campaigns/solar-sunbelt", "campaigns/none", "leads/x/evidence"):
            answer = stranger.get(f"/console/{page}")
            assert (answer.status_code, answer.headers["location"][:17]) == (303, "/console/sign-in?"), page
            assert stranger.get(f"/v1/reports/{page}").status_code == 401
        for path in ("acts/sellers/acme/suspend", "acts/sellers/none/suspend", "reveals/leads/x/person"):
            answer = stranger.post(f"/console/{path}", data={"why": "x"})
            assert (answer.status_code, answer.headers["location"]) == (303, "/console/sign-in"), path
