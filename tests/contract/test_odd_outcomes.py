"""What CRMs send when they report outcomes: arrays, their own words and ids, and times that cannot be."""

import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest

from tests.contract.conftest import Played
from tests.contract.scenario import FOLDER
from tests.table import each_row

OPERATOR = {"X-API-Key": "contract-ops-key"}
SCENARIO = FOLDER / "exemplary" / "outcome.json"
HOUR, DAY = 3_600.0, 86_400.0


class Bought(NamedTuple):
    lead_id: str
    ping_id: str


@pytest.fixture(scope="module")
def lead(played: Played) -> Bought:
    answer = played(Path(SCENARIO))[1].answer
    return Bought(answer["lead_id"], answer["ping_id"])


def report(http: httpx.Client, **sent: Any) -> httpx.Response:
    return http.post("/v1/outcomes", headers=OPERATOR | sent.pop("headers", {}), **sent)


def moment(from_now_s: float) -> str:
    return datetime.fromtimestamp(time.time() + from_now_s, UTC).isoformat()


def test_each_of_several_events_has_its_own_answer(http: httpx.Client, lead: Bought) -> None:
    told = [
        {"lead_id": lead.lead_id, "event": "contacted", "event_id": "odd-1", "source": "odd"},
        {"lead_id": lead.lead_id, "event": "Quote Sent", "event_id": "odd-2", "source": "odd"},
    ]
    answer = report(http, json=told)
    assert answer.status_code == 200
    none = {"reason": "", "reason_code": ""}
    assert answer.json() == {"status": "recorded", **none, "outcomes": [{"status": "recorded", **none}] * 2}
    again = report(http, json={"events": told, "source": "odd"}).json()
    assert [again["status"], *[each["status"] for each in again["outcomes"]]] == ["repeated"] * 3


def test_a_form_that_numbers_its_reports_tells_each(http: httpx.Client, lead: Bought) -> None:
    told = [
        (f"data[{place}][{key}]", value)
        for place in (0, 1)
        for key, value in (
            ("lead_id", lead.lead_id),
            ("event", "contacted"),
            ("event_id", f"odd-form-{place}"),
        )
    ]
    answer = report(http, data=dict(told))
    assert [each["status"] for each in answer.json()["outcomes"]] == ["recorded"] * 2


def test_what_is_refused_of_several_does_not_hold_up_the_others(http: httpx.Client, lead: Bought) -> None:
    told = [
        {"lead_id": "nobodys", "event": "sold"},
        {"lead_id": lead.lead_id, "event": "contacted", "event_id": "odd-3"},
        7,
        {"lead_id": lead.lead_id, "event": "whatever"},
    ]
    answer = report(http, json=told)
    assert answer.status_code == 400
    assert [each["status"] for each in answer.json()["outcomes"]] == ["rejected", "recorded", "rejected", "rejected"]
    assert answer.json()["reason"].startswith(
        "3 of 4, first number 1: a field cannot be read: lead_id: no lead of ours"
    )
    xml = report(http, json=told, headers={"Accept": "application/xml"})
    assert xml.text.count("<outcome>") == 4
    assert "<outcome><status>repeated</status>" in xml.text


def test_too_many_events_at_once_are_refused_by_name(http: httpx.Client, lead: Bought) -> None:
    answer = report(http, json=[{"lead_id": lead.lead_id, "event": "sold"}] * 101)
    assert answer.status_code == 400
    assert "send at most 100 reports at once" in answer.json()["reason"]


def test_a_stranger_learns_nothing_of_a_list(http: httpx.Client, lead: Bought) -> None:
    answer = http.post("/v1/outcomes", json=[{"lead_id": lead.lead_id, "event": "sold"}] * 2)
    assert (answer.status_code, answer.json()["reason_code"]) == (401, "auth_failed")


@pytest.mark.parametrize("event", ["No Answer", "6. closed-won", "Sale", "WRONG NUMBER", "Working - Contacted"])
def test_an_event_may_be_spelled_as_crms_do(http: httpx.Client, lead: Bought, event: str) -> None:
    assert report(http, json={"lead_id": lead.lead_id, "event": event}).status_code == 200


@pytest.mark.parametrize("event", ["converted", "closed lost", "maybe", "7"])
def test_a_word_that_may_mean_several_things_is_refused_with_those_that_there_are(
    http: httpx.Client, lead: Bought, event: str
) -> None:
    answer = report(http, json={"lead_id": lead.lead_id, "event": event})
    assert answer.status_code == 400
    assert "event: contacted, not_contacted, qualified, quoted, sold, invalid or opted_out" in answer.json()["reason"]


def test_a_word_of_the_buyers_own_is_translated_or_ignored(http: httpx.Client, lead: Bought) -> None:
    told = [{"lead_id": lead.lead_id, "status": word, "event_id": word} for word in ("hot-transfer", "New")]
    assert [each["status"] for each in report(http, json=told).json()["outcomes"]] == ["recorded", "ignored"]
    assert report(http, json={"lead_id": lead.lead_id, "event": "NEW"}).json() == {
        "status": "ignored",
        "reason": "",
        "reason_code": "",
    }


@pytest.mark.parametrize("from_now_s", [DAY, 2 * DAY, 400 * DAY])
def test_what_has_not_happened_yet_is_refused(http: httpx.Client, lead: Bought, from_now_s: float) -> None:
    told = {"lead_id": lead.lead_id, "event": "sold", "occurred_at": moment(from_now_s)}
    answer = report(http, json=told)
    assert answer.status_code == 400
    assert "occurred_at: lies in the future; send when it happened, with its zone" in answer.json()["reason"]


def test_what_happened_long_before_the_sale_is_refused(http: httpx.Client, lead: Bought) -> None:
    for at in (moment(-3 * DAY), "2019-03-01", "43525"):
        answer = report(http, json={"lead_id": lead.lead_id, "event": "sold", "occurred_at": at})
        assert answer.status_code == 400
        assert "occurred_at: lies before the lead was bought" in answer.json()["reason"]


def test_what_a_zone_or_a_slow_clock_explains_is_taken(http: httpx.Client, lead: Bought) -> None:
    for from_now_s in (14 * HOUR, -8 * HOUR, -30 * HOUR):
        told = {"lead_id": lead.lead_id, "event": "quoted", "occurred_at": moment(from_now_s)}
        assert report(http, json=told).status_code == 200


def test_our_ids_are_known_in_every_form(http: httpx.Client, lead: Bought) -> None:
    forms = (lead.lead_id.upper(), f'="{lead.lead_id}"', f"'{lead.lead_id}", f"{{{lead.lead_id}}}", lead.ping_id)
    for place, form in enumerate(forms):
        told = {"lead_id": form, "event": "contacted", "event_id": f"form-{place}"}
        assert (form, report(http, json=told).json()["status"]) == (form, "recorded")
    told = {"ping_id": lead.ping_id, "event": "contacted", "event_id": "form-0"}
    assert report(http, json=told).json()["status"] == "repeated"


@each_row(
    ("crm_id", "why"),
    [("c-1", "crm_id: no lead of ours has it"), ("5.07E+22", "crm_id: a spreadsheet wrote it in short, as Excel does")],
)
def test_an_id_of_no_lead_is_refused_by_its_name(http: httpx.Client, crm_id: str, why: str) -> None:
    assert why in report(http, json={"crm_id": crm_id, "event": "sold"}).json()["reason"]


def test_what_real_systems_send_is_read(http: httpx.Client, lead: Bought) -> None:
    hubspot = {
        "eventId": 91,
        "subscriptionType": "contact.propertyChange",
        "occurredAt": round(time.time() * 1_000),
        "propertyName": "hs_lead_status",
        "propertyValue": "CONNECTED",
        "objectId": lead.lead_id,
    }
    assert [each["status"] for each in report(http, json=[hubspot]).json()["outcomes"]] == ["recorded"]
    highlevel = {
        "type": "OpportunityStatusUpdate",
        "status": "won",
        "customData": {"lead_id": lead.lead_id, "event_id": "w-1"},
    }
    assert report(http, json=highlevel).json()["status"] == "recorded"
    zapier = {"data[lead_id]": lead.lead_id, "data[event]": "Closed Won", "data[amount]": "$1,250.00"}
    assert report(http, data=zapier).json()["status"] == "recorded"


def test_an_outbound_message_of_salesforce_is_taken_by_the_key_in_its_address_and_acknowledged(
    http: httpx.Client, lead: Bought
) -> None:
    salesforce = (
        '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"><soapenv:Body>'
        '<notifications xmlns="http://soap.sforce.com/2005/09/outbound">'
        + "".join(
            f"<Notification><Id>04l{number}</Id><sObject><Id>00Q{number}</Id>"
            f"<Leadbid_Lead_ID__c>{lead.lead_id}</Leadbid_Lead_ID__c><Status>Working - Contacted</Status></sObject>"
            "</Notification>"
            for number in (1, 2)
        )
        + "</notifications></soapenv:Body></soapenv:Envelope>"
    )
    for key, status in (("contract-ops-key", 200), ("contract-acme-key", 401)):
        url = f"/v1/outcomes?api_key={key}"
        answer = http.post(url, content=salesforce, headers={"Content-Type": "text/xml; charset=UTF-8"})
        assert answer.status_code == status
        assert ("<Ack>true</Ack>" in answer.text) is (status == 200)
    unknown = salesforce.replace(lead.lead_id, "nobodys")
    assert report(http, content=unknown, headers={"Content-Type": "text/xml"}).status_code == 400
    assert http.put("/v1/demand/TX?api_key=contract-ops-key", json={"open": 1, "expected": 1}).status_code == 401


def test_a_notice_may_say_won_by_yes_or_no(http: httpx.Client, lead: Bought) -> None:
    for told in ({"won": True, "price": 27.5}, {"won": "false"}):
        notice = {"ping_id": lead.ping_id, **told}
        answer = http.post("/v1/notices", headers={"X-API-Key": "contract-acme-key"}, json=notice)
        assert (answer.status_code, answer.json()["status"]) == (200, "recorded")
