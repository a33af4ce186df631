"""Values as the world writes them, over HTTP: read where they mean one thing, left out or refused by name where not."""

import itertools
import time
from typing import Any

import httpx

from app.dialects.values.moments import epoch_of
from app.mock_exchange.consumers import consumer, post_of
from tests.market import patient_ping
from tests.table import each_row

ACME, OPS = {"X-API-Key": "contract-acme-key"}, {"X-API-Key": "contract-ops-key"}
UNFILLED = "a variable that was left unfilled; read as missing"
numbers = itertools.count(41_000)


def lead_of(vertical: str = "solar") -> dict[str, Any]:
    """A ping of somebody new."""
    return patient_ping(consumer(17, next(numbers), vertical))


def pinged(http: httpx.Client, **changes: Any) -> dict[str, Any]:
    answer: dict[str, Any] = http.post("/v1/ping", headers=ACME, json=lead_of() | changes).json()
    return answer


@each_row(
    "form",
    [
        "%a %b %d %Y %H:%M:%S GMT+0000 (Coordinated Universal Time)",
        "%a, %d %b %Y %H:%M:%S +0000",
        "%Y-%m-%dT%H:%M:%SZ[UTC]",
        "%Y/%m/%d %H:%M:%S",
        "%Y%m%d%H%M%S",
        "%m/%d/%y %H:%M",
        "%Y-%m-%dT%H:%M:%S 00:00",
        "%b %d, %Y %I:%M:%S %p UTC",
        "0000-00-00 00:00:00",
    ],
)
def test_a_moment_is_read_however_a_language_prints_it(http: httpx.Client, form: str) -> None:
    printed = time.strftime(form, time.gmtime(time.time() - 3_600))
    answer = pinged(http, created_at=printed)
    assert (answer["status"], answer["warnings"]) == ("accepted", [])


def test_an_old_moment_in_an_odd_form_hides_no_expired_consent(http: httpx.Client) -> None:
    old = time.strftime("%a %b %d %Y %H:%M:%S GMT+0000 (UTC)", time.gmtime(time.time() - 30 * 86_400))
    assert epoch_of(old) is not None
    assert pinged(http, created_at=old)["reason_code"] == "consent_expired"


@each_row(
    ("changes", "warnings"),
    [
        ({"monthly_bill": "None"}, []),
        ({"monthly_bill": "NaN"}, []),
        ({"monthly_bill": "not provided"}, []),
        ({"monthly_bill": "{{bill}}"}, [f"monthly_bill: {UNFILLED}"]),
        ({"monthly_bill": "%bill%"}, [f"monthly_bill: {UNFILLED}"]),
        ({"monthly_bill": "$151-200"}, ["monthly_bill: a range; its middle was read"]),
        ({"monthly_bill": "150+"}, ["monthly_bill: an open range; its bound was read"]),
        ({"monthly_bill": "$185/mo"}, []),
        ({"monthly_bill": "a lot"}, ["monthly_bill: cannot be read (a number); it was left out"]),
        ({"roof_shade": "dappled"}, ["roof_shade: not one of its listed values; it was read as a new one"]),
        ({"roof_age": "9 years"}, []),
        ({"min_price": "-1"}, []),
        ({"deadline_ms": "none"}, []),
        ({"deadline_ms": 0}, []),
        ({"homeowner": "Own"}, []),
        ({"homeowner": "Yes, I own"}, []),
        ({"test": "production"}, []),
        ({"sub_id": "[source]"}, [f"sub_id: {UNFILLED}"]),
    ],
)
def test_an_odd_value_that_no_rule_reads_refuses_no_lead(
    http: httpx.Client, changes: dict[str, Any], warnings: list[str]
) -> None:
    answer = pinged(http, **changes)
    assert (answer["status"], answer["warnings"]) == ("accepted", warnings)


@each_row(
    ("changes", "reason"),
    [
        ({"homeowner": "{{homeowner}}"}, "a required field is missing: homeowner"),
        ({"homeowner": "perhaps"}, "a field cannot be read: homeowner: yes or no"),
        ({"zip": "33602", "state": "TX"}, "zip and state disagree"),
        ({"zip": "1000", "state": "NY"}, "zip and state disagree"),
        ({"zip": "21301", "state": "MD"}, "a field cannot be read: zip: no ZIP code begins with 213"),
        ({"state": "Tejas"}, "a field cannot be read: state: two letters of a US state"),
        ({"created_at": "a while ago"}, "a field cannot be read: created_at: a time in ISO 8601 or epoch seconds"),
    ],
)
def test_an_odd_value_that_a_rule_needs_is_refused_by_name(
    http: httpx.Client, changes: dict[str, Any], reason: str
) -> None:
    assert pinged(http, **changes)["reason"] == reason


@each_row(
    ("zip_code", "state"),
    [
        *(("42223", "TN"), ("42223", "Ky."), ("10001", "N.Y."), ("10001", "US-NY"), ("10001", "New York (NY)")),
        *(("20001", "Washington, D.C."), ("33602", "Fla."), ("02139-1234", "MA"), ("021391234", "Mass.")),
    ],
)
def test_a_place_is_read_as_people_write_it(http: httpx.Client, zip_code: str, state: str) -> None:
    answer = pinged(http, zip=zip_code, state=state)
    assert (answer["status"], answer["warnings"]) == ("accepted", [])


def test_a_zip_that_a_spreadsheet_took_for_a_number_is_mended(http: httpx.Client) -> None:
    answer = pinged(http, zip="2139.0", state="MA")
    assert (answer["status"], answer["warnings"]) == ("accepted", ["zip: too few digits; leading zeros were added"])


def test_a_lead_of_a_zip_in_two_states_is_sold_in_either_and_what_is_odd_is_warned_of(http: httpx.Client) -> None:
    for state in ("KY", "TN"):
        who = consumer(17, next(numbers), "solar")
        place = {"zip": "42223", "state": state, "monthly_bill": "$151-200", "roof_shade": "dappled", "roof_age": "old"}
        ping = {**patient_ping(who), **place}
        bid = http.post("/v1/ping", headers=ACME, json=ping).json()
        post = post_of(who, bid["ping_id"], time.time()) | place
        sold = http.post("/v1/post", headers=ACME, json=post).json()
        assert sold["status"] == "accepted"
        assert {text.partition(":")[0] for text in sold["warnings"]} == {"monthly_bill", "roof_shade", "roof_age"}


def test_a_fast_clock_is_told_of_before_it_is_refused(http: httpx.Client) -> None:
    fast = pinged(http, created_at=time.time() + 90)
    assert fast["status"] == "accepted"
    assert [text.partition(":")[0] for text in fast["warnings"]] == ["created_at"]
    assert "6 minutes in the future" in pinged(http, created_at=time.time() + 6.5 * 60)["reason"]


def test_demand_for_a_zip_without_its_zero_is_asked_back(http: httpx.Client) -> None:
    told = http.put("/v1/demand/2139", headers=OPS, json={"open": 1, "expected": 1})
    assert told.status_code == 400
    assert "02139" in told.json()["reason"]


def test_warnings_are_counted_by_seller_and_field(http: httpx.Client) -> None:
    def counted() -> float:
        lines = http.get("/metrics", headers=OPS).text.splitlines()
        name = 'leadbid_warnings_total{field="roof_age",seller="acme"} '
        return next((float(line.removeprefix(name)) for line in lines if line.startswith(name)), 0.0)

    before = counted()
    assert pinged(http, roof_age="old")["status"] == "accepted"
    assert counted() == before + 1.0
