"""Campaigns in the console: steered by a form, in force at the next ping, taken back by a click."""

import json
import re
from collections.abc import Mapping
from html import unescape
from typing import Any

import httpx
import pytest

from app.cli import main
from tests.console import DEMO_OPERATOR, added_operator, proof_of, send, signed_in
from tests.market import PATIENCE_MS
from tests.service import Service, until

CAMPAIGN = "roofing-anywhere"
PAGE = f"/console/campaigns/{CAMPAIGN}"
KEY = {"X-API-Key": DEMO_OPERATOR[1]}
SOURCE = """</td><script>alert(1)</script>'"{{7*7}}"""


def pinged(service: Service, number: int, **other: Any) -> dict[str, Any]:
    """The answer to a roof in a state where this campaign buys alone."""
    lead = {
        "vertical": "roofing",
        "zip": "98101",
        "project_type": "replace",
        "homeowner": True,
        "deadline_ms": PATIENCE_MS,
        **other,
    }
    body = {"seller_lead_id": f"campaigns-{number}", "deadline_ms": PATIENCE_MS, **lead}
    url = f"{service.url}/v1/ping"
    answer: dict[str, Any] = httpx.post(url, json=body, headers={"X-API-Key": "demo-acme-key"}, trust_env=False).json()
    return answer


def report(console: httpx.Client, path: str) -> dict[str, Any]:
    found: dict[str, Any] = console.get(f"/v1/reports/{path}", headers=KEY).json()
    return found


def said(page: str) -> str:
    box = re.search(r'<div class="said.*?</div>', page, re.DOTALL)
    assert box is not None
    return unescape(" ".join(re.sub(r"<[^>]+>", " ", box[0]).split()))


def take_back(console: httpx.Client, page: str) -> str:
    """Press the button that an act's answer came with."""
    box = re.search(r'<div class="said.*?</div>', page, re.DOTALL)
    assert box is not None
    action = re.findall(r'action="/console/acts/([^"]*)"', box[0])[0]
    fields = {name: unescape(value) for name, value in re.findall(r'name="(\w+)" value="([^"]*)"', box[0])}
    return send(console, PAGE, action, {name: fields[name] for name in fields if name not in ("proof", "back")})


def in_force(console: httpx.Client) -> list[tuple[str, str]]:
    return [(each["kind"], each["target"]) for each in report(console, f"campaigns/{CAMPAIGN}")["in_force"]]


def test_the_ping_after_a_pause_knows_and_so_does_the_one_after_its_end(
    console: httpx.Client, console_service: Service
) -> None:
    assert pinged(console_service, 1)["status"] == "accepted"
    page = send(console, PAGE, "campaigns/pause", {"name": CAMPAIGN, "why": "crew is ill"})
    assert said(page) == f"{CAMPAIGN} is paused. Its live bids are honored. Resume it"
    assert pinged(console_service, 2)["reason_code"] == "paused"
    assert "paused by console:demo-ops" in console.get("/console/campaigns").text
    again = take_back(console, page)
    assert said(again) == f"{CAMPAIGN} goes on. Pause it again"
    assert pinged(console_service, 3)["status"] == "accepted"
    assert in_force(console) == []


def test_who_opens_a_page_sees_what_any_operators_request_has_just_changed(console: httpx.Client) -> None:
    reason = "crew is ill"
    for method, is_paused in (("PUT", True), ("DELETE", False)):
        assert (reason in console.get("/console/campaigns").text) is not is_paused
        pause = f"/v1/pauses/{CAMPAIGN}"
        assert console.request(method, pause, headers=KEY, json={"why": reason}).json()["status"] == "recorded"
        assert (reason in console.get("/console/campaigns").text) is is_paused


CAP = f"{CAMPAIGN}/count-per-day"
ACTS = [
    ("boost", {"campaign": CAMPAIGN, "dollars": "-2.50", "until": "4h"}, {"dollars": "3"}, CAMPAIGN),
    ("cap", {"cap": CAP, "limit": "400"}, {"limit": "500"}, CAP),
    ("demand", {"territory": "WA", "open": "12", "limit": "true"}, {"open": "7"}, "WA"),
    ("signal", {"territory": "981", "dollars": "2", "cause": "hail", "until": "12h"}, {"dollars": "4"}, "981"),
]


@pytest.mark.parametrize(("act", "fields", "other", "target"), ACTS, ids=[each[0] for each in ACTS])
def test_what_an_act_replaced_comes_back_and_then_nothing_is_left(
    console: httpx.Client, act: str, fields: Mapping[str, str], other: Mapping[str, str], target: str
) -> None:
    def row() -> dict[str, Any]:
        (found,) = [each for each in report(console, f"campaigns/{CAMPAIGN}")["in_force"] if each["kind"] == act]
        return {name: value for name, value in found.items() if name not in ("since", "why", "until")}

    first = send(console, PAGE, f"campaigns/{act}", {**fields, "why": "first"})
    before = row()
    assert (before["target"], before["by"]) == (target, "console:demo-ops")
    second = send(console, PAGE, f"campaigns/{act}", {**fields, **other, "why": "second"})
    assert row() != before
    take_back(console, second)
    assert row() == before
    ended = take_back(console, first)
    assert in_force(console) == []
    take_back(console, ended)
    assert row() == before, "the end of an act is taken back, too"
    take_back(console, first)
    assert in_force(console) == []


@pytest.mark.parametrize(
    ("act", "fields", "refusal"),
    [
        ("pause", {"name": CAMPAIGN}, "why: fill it in"),
        ("pause", {"name": CAMPAIGN, "why": "  "}, "why: say why"),
        ("pause", {"name": "roofing-anywher", "why": "x"}, f"did you mean `{CAMPAIGN}`"),
        ("pause", {"name": CAMPAIGN, "why": "x", "until": "yesterday"}, "until: 'yesterday': write 2026-11-21"),
        ("resume", {"name": CAMPAIGN, "why": "x"}, "is not paused by command"),
        ("boost", {"campaign": CAMPAIGN, "dollars": "four", "until": "4h", "why": "x"}, "'four' is no amount"),
        ("boost", {"campaign": CAMPAIGN, "dollars": "4", "why": "x"}, "until: fill it in"),
        ("cap", {"cap": CAP, "limit": "900000", "why": "x"}, "more than 10 times"),
        ("cap", {"cap": CAP, "limit": "4.5", "why": "x"}, "counts leads"),
        ("demand", {"territory": "WA", "open": "-1", "expected": "3", "why": "x"}, "0 or more leads"),
        ("demand", {"territory": "WA", "open": "3", "why": "x"}, "expected: fill it in"),
        ("demand", {"territory": "WA", "open": "many", "expected": "3", "why": "x"}, "open: "),
        ("signal", {"territory": "XX", "dollars": "2", "cause": "a", "until": "1h", "why": "x"}, "'XX': territory"),
    ],
)
def test_a_form_that_cannot_be_done_says_which_field_and_changes_nothing(
    console: httpx.Client, act: str, fields: Mapping[str, str], refusal: str
) -> None:
    assert refusal in said(send(console, PAGE, f"campaigns/{act}", fields))
    assert in_force(console) == []


def test_a_viewer_sees_no_form_and_can_do_nothing(console_service: Service) -> None:
    key = added_operator(console_service, "campaigns-viewer", "viewer")
    with signed_in(console_service.url, "campaigns-viewer", key) as viewer:
        page = viewer.get(PAGE).text
        assert "/console/acts/campaigns" not in page
        fields = {"name": CAMPAIGN, "why": "x", "proof": proof_of(page), "back": PAGE}
        assert viewer.post("/console/acts/campaigns/pause", data=fields).status_code == 403
    assert pinged(console_service, 4)["status"] == "accepted"


def test_page_report_and_command_say_the_same_of_hostile_traffic(
    console: httpx.Client, console_service: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    for number in range(100, 140):
        assert pinged(console_service, number, sub_id=SOURCE)["status"] == "accepted"

    def auctions() -> int:
        return sum(row["auctions"] for row in report(console, "price-to-win?by=source")["rows"])

    assert until(lambda: auctions() >= 80, 60.0), "the page reads the journal again after some seconds"
    page = console.get("/console/price-to-win?by=source").text
    assert SOURCE in unescape(page)
    assert "<script>alert" not in page
    data = ["--data", str(console_service.settings.data), "--json"]
    assert main(["price-to-win", "--by", "source", *data]) == 0
    command = json.loads(capsys.readouterr().out)
    shown = report(console, "price-to-win?by=source")
    told = [(row["seller"], row["leg"], row["auctions"], row["half_cents"], row["won"]) for row in shown["rows"]]
    assert told
    assert told == [
        (row["seller"], row["leg"], row["auctions"], row["half_cents"], row["won"]) for row in command["rows"]
    ]
    assert main(["campaigns", CAMPAIGN, *data]) == 0
    command, shown = json.loads(capsys.readouterr().out), report(console, f"campaigns/{CAMPAIGN}")
    assert shown["terms"]["bids"] >= 80
    for name in ("terms", "refusals", "in_force", "map"):
        assert shown[name] == command[name], name
    assert main(["campaigns", *data]) == 0
    listed = {row["name"]: row["bids"] for row in json.loads(capsys.readouterr().out)["campaigns"]}
    assert listed == {row["name"]: row["bids"] for row in report(console, "campaigns")["campaigns"]}


def test_a_campaign_that_is_not_there_is_told_with_those_that_are(console: httpx.Client) -> None:
    answer = console.get("/console/campaigns/nobody")
    assert answer.status_code == 404
    assert CAMPAIGN in answer.text
