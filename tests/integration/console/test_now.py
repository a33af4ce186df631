"""The first page: the day as it goes, beside what `leadbid status` says."""

import time

import httpx

from tests.console import DEMO_OPERATOR
from tests.service import Service

KEY = {"X-API-Key": DEMO_OPERATOR[1]}


def counted(console: httpx.Client, least: int) -> dict[str, object]:
    """The report once the journal has so many pings of the day."""
    until = time.monotonic() + 10
    while True:
        day: dict[str, object] | None = console.get("/v1/reports/now", headers=KEY).json()["day"]
        if day is not None and isinstance(day["pings"], int) and day["pings"] >= least:
            return day
        assert time.monotonic() < until, day
        time.sleep(0.2)


def test_a_ping_is_on_the_page_seconds_later_with_the_reason_of_a_no(
    console: httpx.Client, console_service: Service
) -> None:
    before = console.get("/v1/reports/now", headers=KEY).json()["day"] or {"pings": 0, "no_bids": []}
    ping = {"vertical": "solar", "zip": "00801"}
    answer = httpx.post(
        f"{console_service.url}/v1/ping", json=ping, headers={"X-API-Key": "demo-acme-key"}, trust_env=False
    )
    code = answer.json()["reason_code"]
    day = counted(console, before["pings"] + 1)
    assert code in {each["code"] for each in day["no_bids"]}  # type: ignore[attr-defined]
    page = console.get("/console").text
    assert code in page


def test_the_report_holds_what_the_status_says(console: httpx.Client) -> None:
    report = console.get("/v1/reports/now", headers=KEY).json()
    status = console.get("/v1/status", headers=KEY).json()
    assert report["status"]["caps"] == status["caps"]
    for name in ("cap", "part", "measure", "used", "limit", "declared", "words"):
        assert [each[name] for each in report["caps"]] == [each[name] for each in status["caps"]]
    assert {each["cap"] for each in report["caps"] if each["planned"] is None} == {"cascade/prepaid-balance"}
