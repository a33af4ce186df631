"""Webhooks of a CRM at the endpoint of outcomes: signed, in batches, repeated, in any order, and of foreign records."""

import base64
import hashlib
import hmac
import time
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from tests.contract.conftest import Played
from tests.contract.scenario import FOLDER

PATH = "/v1/outcomes?api_key=contract-hubspot-key"
SECRET = b"contract-hubspot-client-secret"


@pytest.fixture(scope="module")
def lead_id(played: Played) -> str:
    return str(played(Path(FOLDER / "exemplary" / "outcome.json"))[1].answer["lead_id"])


def event(record: str | int, value: str, **changes: Any) -> dict[str, Any]:
    return {
        "eventId": 1,
        "subscriptionType": "contact.propertyChange",
        "occurredAt": int(time.time() * 1000),
        "propertyName": "lifecyclestage",
        "propertyValue": value,
        "objectId": record,
        **changes,
    }


def sent(http: httpx.Client, events: Any, *, secret: bytes = SECRET, age_s: float = 0.0) -> httpx.Response:
    body, stamp = msgspec.json.encode(events), str(int((time.time() - age_s) * 1000))
    text = b"POST" + f"{http.base_url}{PATH}".encode().replace(b"//v1", b"/v1") + body + stamp.encode()
    digest = base64.b64encode(hmac.new(secret, text, hashlib.sha256).digest()).decode()
    headers = {"X-HubSpot-Signature-v3": digest, "X-HubSpot-Request-Timestamp": stamp}
    return http.post(PATH, content=body, headers={"Content-Type": "application/json", **headers})


def statuses(answer: httpx.Response) -> list[str]:
    return [each["status"] for each in answer.json()["outcomes"]]


def test_a_signed_batch_is_recorded_once_in_any_order(http: httpx.Client, lead_id: str) -> None:
    batch = [
        event(lead_id, "customer"),
        event(lead_id, "salesqualifiedlead", occurredAt=int(time.time() * 1000) - 5_000),
        event(lead_id, "1349583", propertyName="dealstage"),
    ]
    first = sent(http, batch)
    assert (first.status_code, statuses(first)) == (200, ["recorded"] * 3)
    assert statuses(sent(http, batch)) == ["repeated"] * 3


@pytest.mark.parametrize("wrong", [{"secret": b"another"}, {"age_s": 400.0}])
def test_what_hubspot_did_not_sign_is_refused(http: httpx.Client, lead_id: str, wrong: dict[str, Any]) -> None:
    answer = sent(http, [event(lead_id, "customer")], **wrong)
    assert answer.status_code == 401
    assert "signature" in answer.json()["reason"]
    assert http.post(PATH, json=[event(lead_id, "customer")]).status_code == 401


def test_records_and_stages_that_are_not_ours_are_passed_over_and_not_sent_again(
    http: httpx.Client, lead_id: str
) -> None:
    answer = sent(http, [event(99_887_766, "customer"), event(lead_id, "a stage of ours"), event(lead_id, "customer")])
    assert answer.status_code == 200
    assert statuses(answer)[:2] == ["ignored", "ignored"]
    assert all(each["warnings"] for each in answer.json()["outcomes"][:2])


def test_a_deleted_record_is_no_outcome(http: httpx.Client, lead_id: str) -> None:
    answer = sent(http, [event(lead_id, "", subscriptionType="contact.deletion")])
    assert (answer.status_code, answer.json()["status"]) == (200, "ignored")


def test_one_that_cannot_be_is_told_of_a_batch_whose_others_are_kept(http: httpx.Client, lead_id: str) -> None:
    soon = int((time.time() + 30 * 86_400) * 1000)
    answer = sent(http, [event(lead_id, "opportunity"), event(lead_id, "customer", occurredAt=soon), "no event"])
    assert answer.status_code == 400
    assert statuses(answer) == ["recorded", "rejected", "rejected"]
