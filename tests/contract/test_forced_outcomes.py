"""What a test asks for by its ZIP code is what it gets, over real HTTP, on the ping or on its post."""

import time
from typing import Any

import httpx

from app.domain.onboarding.test_values import TABLE, TestScenario
from app.domain.reasons import REASONS
from tests.table import each_row

KEY = {"X-API-Key": "contract-acme-key"}
PING = {"vertical": "pet_insurance", "state": "TX", "pet": "dog", "tcpa_consent": True, "deadline_ms": 5_000}
PERSON = {
    "first_name": "Hedda",
    "last_name": "Krause",
    "phone": "5127798606",
    "email": "hedda.krause@mail-harborline.net",
    "tcpa_text": "By clicking Submit I agree that Lighthouse Quotes may call and text me about pet insurance at the "
    "number I gave, also with automated technology. Consent is not a condition of any purchase.",
}
FAULTS = {"rate_limited": 429, "internal": 503}
QUICK = [each for each in TABLE if not each.delay_s]


def certified(number: int) -> dict[str, Any]:
    return {
        **PING,
        "trustedform_cert_url": f"https://cert.trustedform.com/{number:040x}",
        "seller_lead_id": f"t{number}",
    }


def asked(http: httpx.Client, route: str, body: dict[str, Any]) -> httpx.Response:
    return http.post(f"/v1/test/{route}", json=body, headers=KEY)


@each_row("scenario", QUICK, ids=lambda each: each.name)
def test_a_zip_code_forces_its_outcome(http: httpx.Client, scenario: TestScenario) -> None:
    lead = {**certified(int(scenario.zips[0]) + 0xBEEF00), "zip": scenario.zips[0]}
    pinged = asked(http, "ping", lead)
    answer = pinged.json()
    if scenario.ping:
        assert answer["reason_code"] == scenario.ping
        assert pinged.status_code == FAULTS.get(scenario.ping, 200)
        assert not answer["bids"]
        return
    assert answer["status"] == "accepted", answer
    assert [bid["type"] for bid in answer["bids"]] == list(scenario.legs)
    posted = asked(http, "post", {**lead, **PERSON, "consent_at": _just_now(), "ping_id": answer["ping_id"]})
    assert posted.json()["reason_code"] == scenario.post, posted.text
    assert (posted.json()["status"] == "accepted") == (not scenario.post)
    assert posted.status_code == FAULTS.get(scenario.post, 200)


def test_every_answer_to_a_test_says_so(http: httpx.Client) -> None:
    lead = {**certified(0xC0DE08), "zip": "00001"}
    bid = asked(http, "ping", lead)
    body = {**lead, **PERSON, "consent_at": _just_now(), "ping_id": bid.json()["ping_id"]}
    sale, again = asked(http, "post", body), asked(http, "post", body)
    lost = http.get(f"/v1/posts/{bid.json()['ping_id']}", headers=KEY)
    refused = [asked(http, "ping", {**lead, "zip": "00020"}), asked(http, "post", {**body, "ping_id": "C" + "a" * 63})]
    for answer in (bid, sale, again, lost, *refused):
        assert answer.headers["x-test"] == "nothing is bought"
        assert answer.json()["warnings"][-1].startswith("test: nothing is bought, counted or delivered; ")
    assert [answer.json().get("test") for answer in (bid, sale, lost, *refused)] == [True, True, True, None, None]
    assert again.content == sale.content == lost.content
    live = http.post("/v1/ping", json={**lead, "zip": "78701"}, headers=KEY)
    assert "x-test" not in live.headers
    assert "test" not in live.text


def test_one_person_forces_one_outcome_after_the_other(http: httpx.Client) -> None:
    person = {**certified(0xC0DE07), **PERSON, "consent_at": _just_now()}
    told = []
    for zip_code in ("00001", "00034", "00043", "00001", "00035", "00002"):
        pinged = asked(http, "ping", {**certified(0xC0DE07), "zip": zip_code}).json()
        answer = asked(http, "post", {**person, "zip": zip_code, "ping_id": pinged["ping_id"]}).json()
        told.append(answer["reason_code"] or answer["status"])
    assert told == ["accepted", "duplicate", "invalid_contact", "accepted", "cap_reached", "accepted"]


def test_a_slow_answer_comes_late(http: httpx.Client) -> None:
    began = time.monotonic()
    assert asked(http, "ping", {**certified(0xC0DE01), "zip": "00004"}).json()["status"] == "accepted"
    assert time.monotonic() - began >= 3.0


def test_a_short_lived_bid_has_to_be_pinged_again(http: httpx.Client) -> None:
    lead = {**certified(0xC0DE02), "zip": "00003"}
    answer = asked(http, "ping", lead).json()
    assert answer["expires_in"] <= 2
    time.sleep(2.1)
    late = asked(http, "post", {**lead, **PERSON, "consent_at": _just_now(), "ping_id": answer["ping_id"]})
    assert late.json()["status"] == "reping"


def test_a_rehearsed_bid_pays_what_the_ping_asks_for(http: httpx.Client) -> None:
    answer = asked(http, "ping", {**certified(0xC0DE03), "zip": "00002", "min_price": "1234.56"}).json()
    assert [bid["price"] for bid in answer["bids"]] == [1234.56, 1234.56]


def test_an_amount_forces_what_the_zip_code_of_as_many_cents_does(http: httpx.Client) -> None:
    lead = {**certified(0xC0DE05), "zip": "78701"}
    assert asked(http, "ping", {**lead, "min_price": "0.20"}).json()["reason_code"] == "cap_reached"
    bid = asked(http, "ping", {**lead, "min_price": "0.34"}).json()
    assert bid["price"] == 0.34
    posted = asked(http, "post", {**lead, **PERSON, "consent_at": _just_now(), "ping_id": bid["ping_id"]})
    assert posted.json()["status"] == "duplicate"


def test_a_live_ping_asks_for_nothing_by_its_zip_code(http: httpx.Client) -> None:
    answer = http.post("/v1/ping", json={**certified(0xC0DE04), "zip": "00020"}, headers=KEY).json()
    assert answer["reason_code"] != "cap_reached"


def test_every_code_that_a_lead_can_be_refused_for_can_be_rehearsed() -> None:
    rehearsed = {each.ping for each in TABLE} | {each.post for each in TABLE}
    # A wrong key, a field that is missing and one that cannot be read are rehearsed by sending just that. Of litigators
    # sellers hear what they hear of everybody suppressed.
    assert REASONS.keys() - rehearsed == {"auth_failed", "invalid_field", "missing_field", "litigator"}


def test_no_zip_code_forces_two_outcomes() -> None:
    zips = [zip_code for each in TABLE for zip_code in each.zips]
    assert len(zips) == len(set(zips))


def _just_now() -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - 60.0))
