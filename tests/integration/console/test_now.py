"""The first page: the day as it goes, beside what `leadbid status` says."""

from typing import Any

import httpx

from tests.console import DEMO_OPERATOR
from tests.service import Service, until

KEY = {"X-API-Key": DEMO_OPERATOR[1]}


def day_of(console: httpx.Client) -> dict[str, Any]:
    day: dict[str, Any] | None = console.get("/v1/reports/now", headers=KEY).json()["day"]
    return day or {"pings": 0, "no_bids": []}


def test_a_ping_is_on_the_page_seconds_later_with_the_reason_of_a_no(
    console: httpx.Client, console_service: Service
) -> None:
    before = day_of(console)["pings"]
    ping = {"vertical": "solar", "zip": "00801"}
    answer = httpx.post(
        f"{console_service.url}/v1/ping", json=ping, headers={"X-API-Key": "demo-acme-key"}, trust_env=False
    )
    code = answer.json()["reason_code"]
    assert until(
        lambda: (day := day_of(console))["pings"] > before and code in {each["code"] for each in day["no_bids"]}
    )
    assert until(lambda: code in console.get("/console").text), "a page may be what was read a second ago"


def test_the_report_holds_what_the_status_says(console: httpx.Client) -> None:
    report = console.get("/v1/reports/now", headers=KEY).json()
    status = console.get("/v1/status", headers=KEY).json()
    assert report["status"]["caps"] == status["caps"]
    for name in ("cap", "part", "measure", "used", "limit", "declared", "words"):
        assert [each[name] for each in report["caps"]] == [each[name] for each in status["caps"]]
    assert {each["cap"] for each in report["caps"] if each["planned"] is None} == {"cascade/prepaid-balance"}
