"""What operators do in the console: done by the commands' own rules, with the same words, and in the audit log."""

import httpx
import pytest

from app.cli import main
from tests.console import send
from tests.service import Service


def test_somebody_is_suppressed_found_and_allowed_again_without_standing_in_an_address(
    console: httpx.Client, console_service: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    who = {"phone": "(212) 555-0143"}
    assert "may be bought" in send(console, "/console/suppression", "suppression/check", who)
    said = send(console, "/console/suppression", "suppression/add", {**who, "why": "a lawyer's letter"})
    assert "Nobody with it is bought any more." in said
    assert "Suppressed: a lawyer" in send(console, "/console/suppression", "suppression/check", who)
    ours = ["--data", str(console_service.settings.data)]
    assert main(["suppress", "check", "--phone", "2125550143", *ours]) == 1
    assert "may be bought again" in send(
        console, "/console/suppression", "suppression/remove", {**who, "why": "not them"}
    )
    assert main(["suppress", "check", "--phone", "2125550143", *ours]) == 0
    capsys.readouterr()
    assert main(["audit", "list", *ours]) == 0
    log = capsys.readouterr().out
    assert "console:demo-ops" in log
    assert "555-0143" not in log


@pytest.mark.parametrize(
    ("act", "fields", "why"),
    [
        ("suppression/add", {"phone": "12", "why": "x"}, "phone: "),
        ("suppression/add", {"phone": "2125550143"}, "why: fill it in"),
        ("suppression/check", {}, "Name somebody"),
        ("deliveries/replay", {"delivery_id": "none"}, "Nothing is to be sent again"),
        ("deliveries/replay", {"status": "lost"}, "status: "),
        ("destinations/harbor-crm/enable", {}, "is not disabled"),
        ("destinations/harbor-crm/move", {"to": "nobody"}, "Name another declared destination"),
        ("suppression/drop/none", {"why": "x"}, "There is no list none."),
    ],
)
def test_what_cannot_be_done_says_so_in_place_and_changes_nothing(
    console: httpx.Client, act: str, fields: dict[str, str], why: str
) -> None:
    page = send(console, "/console/deliveries", act, fields)
    assert why in page
    assert "said refused" in page
    assert "said refused" not in console.get("/console/deliveries").text, "it is said once"


def test_an_act_without_the_proof_of_its_session_is_not_done(console: httpx.Client) -> None:
    fields = {"phone": "2125550144", "why": "x", "back": "/console/suppression"}
    answer = console.post("/console/acts/suppression/add", data=fields)
    assert answer.headers["location"] == "/console/suppression"
    assert "another session" in console.get("/console/suppression").text
    assert "may be bought" in send(console, "/console/suppression", "suppression/check", {"phone": "2125550144"})


def test_the_audit_log_is_verified_and_sent_whole(console: httpx.Client) -> None:
    assert "intact" in console.get("/console/audit/verdict").text
    lines = console.get("/console/audit/audit.jsonl")
    assert lines.headers["content-disposition"] == 'attachment; filename="audit.jsonl"'
    assert len(lines.text.splitlines()) >= 1
    by_key = console.get("/v1/reports/audit/audit.jsonl", headers={"X-API-Key": "demo-operator-key"})
    assert len(by_key.text.splitlines()) > len(lines.text.splitlines())


def test_what_is_not_there_is_a_page_that_says_so(console: httpx.Client) -> None:
    answer = console.get("/console/deliveries/none")
    assert (answer.status_code, "There is no delivery none." in answer.text) == (404, True)
    assert console.get("/console/deliveries?limit=many").status_code == 400
    report = console.get("/v1/reports/deliveries?limit=0", headers={"X-API-Key": "demo-operator-key"})
    assert (report.status_code, "limit:" in report.json()["reason"]) == (400, True)
