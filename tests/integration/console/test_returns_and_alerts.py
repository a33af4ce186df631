"""Leads that are given back, alerts that are muted, and test leads, from the console: by the commands' own rules."""

import httpx
import pytest

from tests.console import send
from tests.market import ping, post, someone
from tests.service import Service, until

KEY = {"X-API-Key": "demo-operator-key"}
RETURNS, ALERTS = "/console/money/returns", "/console/alerts"


@pytest.fixture(scope="module")
def lead_id(console_service: Service) -> str:
    who = someone(78_001)
    with httpx.Client(base_url=console_service.url, trust_env=False) as http:
        return str(post(http, who, ping(http, who)["ping_id"]).json()["lead_id"])


def state_of(console: httpx.Client, lead_id: str) -> str:
    listed = console.get("/v1/reports/money/returns?state=all", headers=KEY).json()["returns"]
    return str(next(each["state"] for each in listed if each["lead_id"] == lead_id))


def test_a_lead_is_given_back_withdrawn_asked_for_again_and_credited(console: httpx.Client, lead_id: str) -> None:
    wanted = {"lead": lead_id, "reason": "invalid_phone", "why": "it rings nowhere"}
    assert f'value="{lead_id}"' in console.get(f"{RETURNS}?lead={lead_id}").text, "a lead's page leads here"
    said = send(console, RETURNS, "returns/ask", wanted)
    assert "is asked to take it back" in said
    assert 'action="/console/acts/returns/withdraw"' in said, "what takes it back"
    assert "It was asked for before." in send(console, RETURNS, "returns/ask", wanted)
    said = send(console, RETURNS, "returns/withdraw", {"lead": lead_id, "why": "our mistake"})
    assert "Ask again" in said
    assert state_of(console, lead_id) == "withdrawn"
    send(console, RETURNS, "returns/ask", wanted)
    answer = {"lead": lead_id, "answer": "accepted", "note": "agreed by mail"}
    assert "is credited" in send(console, RETURNS, "returns/answer", answer)
    assert state_of(console, lead_id) == "accepted"
    assert until(lambda: "return accepted" in console.get(f"/console/pings/{lead_id}").text)


@pytest.mark.parametrize(
    ("act", "fields", "why"),
    [
        ("returns/ask", {"lead": "none", "reason": "fraud", "why": "x"}, "none"),
        ("returns/ask", {"lead": "none", "reason": "bad", "why": "x"}, "reason: "),
        ("returns/ask", {"lead": "none", "reason": "fraud", "why": "call 512-867-5309"}, "holds a phone number"),
        ("returns/answer", {"lead": "none", "answer": "accepted", "note": "jane@example.com"}, "note: it holds"),
        ("returns/withdraw", {"lead": "none", "why": " "}, "why: say why"),
        ("alerts/mute", {"cause": "disk_slow", "why": "x"}, "there is no cause"),
        ("alerts/mute", {"cause": "disk_low", "why": "x", "until": "soon"}, "until: "),
        ("alerts/unmute", {"cause": "no_wins", "why": "x"}, "is not muted"),
        ("alerts/test", {}, "nobody is told of anything"),
        ("deliveries/test", {"destination": "nowhere", "why": "x"}, "No destination is called nowhere"),
        ("deliveries/test", {"destination": "harbor-crm", "why": "x", "vertical": "boats"}, "vertical: "),
    ],
)
def test_what_cannot_be_done_says_why_in_place(
    console: httpx.Client, act: str, fields: dict[str, str], why: str
) -> None:
    page = send(console, RETURNS, act, fields)
    assert "said refused" in page
    assert why in page


def test_an_alert_is_muted_for_a_while_and_told_of_again(console: httpx.Client) -> None:
    said = send(console, ALERTS, "alerts/mute", {"cause": "disk_low", "why": "a new disk comes", "until": "4h"})
    assert "Nobody is told of disk_low until" in said
    (muted,) = console.get("/v1/reports/alerts", headers=KEY).json()["muted"]
    assert (muted["cause"], muted["why"], muted["told_by"]) == ("disk_low", "a new disk comes", "console:demo-ops")
    assert "Mute it again" in send(console, ALERTS, "alerts/unmute", {"cause": "disk_low", "why": "it is here"})
    assert console.get("/v1/reports/alerts", headers=KEY).json()["muted"] == []


def test_a_test_lead_goes_out_at_once_and_what_came_of_it_is_said_and_logged(console: httpx.Client) -> None:
    said = send(console, "/console/deliveries", "deliveries/test", {"destination": "harbor-crm", "why": "a new CRM"})
    assert "harbor-crm did not take the test lead (Leadbid Test, test" in said, "nobody listens at its address here"
    act = console.get("/v1/reports/audit?limit=1", headers=KEY).json()["lines"][0]
    assert (act["action"], act["target"], act["why"]) == ("test delivery", "harbor-crm", "a new CRM")


@pytest.mark.parametrize(
    ("what", "page"),
    [
        ("solar-sunbelt", "/console/campaigns/solar-sunbelt"),
        ("Solar-Sunbelt/installs-per-day", "/console/campaigns/solar-sunbelt"),
        ("acme", "/console/sellers/acme"),
        ("solar", "/console/models/solar"),
        ("harbor-crm", "/console/deliveries?destination=harbor-crm"),
        ("cap_reached", "/console/pings?reason=cap_reached"),
        ("a,b", "/console/leads?ids=a%2Cb"),
        ("no/such?id", "/console/pings/no%2Fsuch%3Fid"),
    ],
)
def test_the_box_in_the_bar_leads_to_whatever_is_named(console: httpx.Client, what: str, page: str) -> None:
    assert found(console, what) == page


def test_the_box_knows_leads_and_deliveries_and_puts_no_person_into_an_address(
    console: httpx.Client, lead_id: str
) -> None:
    assert found(console, f" {lead_id} ") == f"/console/pings/{lead_id}"
    listed = console.get("/v1/reports/deliveries", headers=KEY).json()["deliveries"]
    delivery = next(each["delivery_id"] for each in listed if each["lead_id"] == lead_id)
    assert found(console, f"msg_{delivery}") == f"/console/deliveries/{delivery}"
    for who in ("(512) 867-5309", "5128675309", "jane@example.com"):
        assert found(console, who) == "/console", "nobody is known by it, which the page says"


def found(console: httpx.Client, what: str) -> str:
    proof = console.get("/console").text.partition('name="proof" value="')[2].partition('"')[0]
    answer = console.post("/console/acts/find", data={"what": what, "proof": proof, "back": "/console"})
    return answer.headers["location"]


def test_an_address_that_is_none_is_a_page_with_the_menu(console: httpx.Client) -> None:
    answer = console.get("/console/campains/solar-sunbelt")
    assert (answer.status_code, answer.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert "No page has this address." in answer.text
    assert 'href="/console/campaigns"' in answer.text


def test_a_campaign_is_paused_and_goes_on_from_the_first_page(console: httpx.Client) -> None:
    said = send(console, "/console", "campaigns/pause", {"name": "solar-sunbelt", "why": "the crews are full"})
    assert 'Resume<span class="unseen"> solar-sunbelt' in said
    campaigns = console.get("/v1/reports/now", headers=KEY).json()["campaigns"]
    paused = {each["bought"]["campaign"]: each["paused_by"] for each in campaigns if each["paused_by"]}
    assert paused == {"solar-sunbelt": "console:demo-ops"}
    said = send(console, "/console", "campaigns/resume", {"name": "solar-sunbelt", "why": "they are free"})
    assert 'Pause<span class="unseen"> solar-sunbelt' in said
