"""A reference buyer in one command: what it is sent it shows, and what its page says to send it answers."""

import html
import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from app.cli.service.sandbox import CONFIG, sandbox
from app.config.load import LoadedConfig, load
from tests.browser import PHONE, Browser, assert_as_wide_as_the_screen
from tests.market import PATIENCE_MS
from tests.service import ROOT, free_port, listening

PING = {"vertical": "solar", "zip": "00002", "state": "CA", "homeowner": True, "deadline_ms": PATIENCE_MS}


@pytest.fixture(scope="module")
def http(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    with (
        listening(sandbox(tmp_path_factory.mktemp("sandbox"))) as url,
        httpx.Client(base_url=url, trust_env=False, headers={"X-API-Key": "sandbox"}) as client,
    ):
        yield client


def newest(http: httpx.Client) -> str:
    """The newest request on the page, as text."""
    page = http.get("/sandbox").text
    return html.unescape(page[page.index("<details") : page.index("</details>")])


def test_its_configuration_is_right_and_all_its_sellers_test() -> None:
    read = load(CONFIG, environ={})
    assert isinstance(read, LoadedConfig)
    assert {seller.mode for seller in read.declared.sellers} == {"test"}


def test_a_request_is_shown_as_received_understood_and_answered(http: httpx.Client) -> None:
    answer = http.post("/v1/ping", json={**PING, "min_price": 31.5})
    shown = newest(http)
    assert "ping accepted" in shown
    assert '"zip": "00002"' in shown
    assert '"min_price_cents": 3150' in shown
    assert '"test": true' in shown
    assert answer.json()["ping_id"] in shown
    assert "x-api-key: (not shown)" in shown


@pytest.mark.parametrize(
    ("more", "warning"),
    [
        ({"phone": "2127798606"}, "phone: personal data does not belong in a ping"),
        ({"trustedform_cert_url": "will_send_on_post"}, "trustedform_cert_url: a certificate that is only promised"),
        ({"homeowner": "yes"}, "homeowner: text instead of true or false"),
        ({"monthly_bill": "185"}, "monthly_bill: text instead of a number"),
        ({"shoe_size": 44}, "shoe_size: not a known field"),
    ],
)
def test_whatever_should_be_mended_is_warned_of(http: httpx.Client, more: dict[str, object], warning: str) -> None:
    http.post("/v1/ping", json={**PING, **more})
    assert warning in newest(http)


@pytest.mark.parametrize("odd", [{"homeowner": "perhaps"}, {"homeowner": "", "roof_shade": "some"}])
def test_a_declared_field_is_never_called_unknown(http: httpx.Client, odd: dict[str, object]) -> None:
    answer = http.post("/v1/ping", json={**PING, "monthly_bill": 120, **odd, "shoe_size": 44}).json()
    assert answer["reason_code"] in ("invalid_field", "missing_field")
    shown = newest(http)
    assert [name for name in ("homeowner", "monthly_bill", "roof_shade") if f"{name}: not a known field" in shown] == []
    assert "shoe_size: not a known field" in shown


def test_a_request_that_nobody_understands_is_shown_with_the_reason(http: httpx.Client) -> None:
    assert http.post("/v1/ping", content=b'{"vertical": ').status_code == 400
    assert "nothing: a field cannot be read" in newest(http)
    assert httpx.post(f"{http.base_url}/v1/ping", json=PING, trust_env=False).status_code == 401
    assert "no key of a seller was found" in newest(http)


def test_what_is_sent_cannot_change_the_page(http: httpx.Client) -> None:
    http.post("/v1/ping", json={**PING, "sub_id": "<script>alert(1)</script>"})
    assert "<script>alert" not in http.get("/sandbox").text


def test_each_seller_is_answered_in_its_way(http: httpx.Client) -> None:
    def asked(key: str, **more: object) -> httpx.Response:
        return http.post("/v1/ping", json={**PING, **more}, headers={"X-API-Key": key})

    assert '"price":"12.50"' in asked("sandbox-quoted").text
    assert asked("sandbox-always-200", zip="00006").headers["x-original-status-code"] == "503"
    assert asked("sandbox-opaque", zip="00020").json()["reason_code"] == "no_bid"
    lead = {**PING, "zip": "00034", "trustedform_cert_url": f"https://cert.trustedform.com/{7:040x}"}
    bid = http.post("/v1/ping", json=lead, headers={"X-API-Key": "sandbox-strict"}).json()
    person = {"first_name": "Ada", "last_name": "Sommer", "phone": "2127798606", "ping_id": bid["ping_id"]}
    posted = http.post("/v1/post", json={**lead, **person}, headers={"X-API-Key": "sandbox-strict"})
    assert (posted.status_code, posted.json()["status"]) == (409, "duplicate")


def test_the_samples_on_the_page_are_bought_as_they_stand(http: httpx.Client) -> None:
    page = html.unescape(http.get("/sandbox").text)
    ping, post = (json.loads(body) for body in re.findall(r"-d '(\{.*?\})'", page, re.DOTALL)[:2])
    bid = http.post("/v1/ping", json=ping).json()
    assert bid["status"] == "accepted"
    assert http.post("/v1/post", json={**post, "ping_id": bid["ping_id"]}).json()["status"] == "accepted"


def test_the_page_is_whole_in_a_browser(http: httpx.Client, browser: Browser) -> None:
    http.post("/v1/ping", json={**PING, "phone": "2127798606"})
    dom, console = browser.browse(str(http.base_url), PHONE, later_ms=4_000)
    assert console == []
    assert re.search(r'id="live-status"[^>]*>Live<', dom)
    assert 'aria-pressed="false"' in dom
    assert_as_wide_as_the_screen(browser, [http.get("/sandbox").text])


def test_one_command_starts_it_and_nothing_is_left_behind(tmp_path: Path) -> None:
    port = free_port()
    command = [sys.executable, "-m", "app", "sandbox", "--port", str(port)]
    environment = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT), "TMPDIR": str(tmp_path)}
    with subprocess.Popen(
        command, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            until = time.monotonic() + 120.0
            while time.monotonic() < until and process.poll() is None:
                try:
                    answer = httpx.post(
                        f"http://127.0.0.1:{port}/v1/ping", json=PING, headers={"X-API-Key": "sandbox"}, trust_env=False
                    )
                    break
                except httpx.TransportError:
                    time.sleep(0.05)
            assert answer.json()["status"] == "accepted"
        finally:
            process.terminate()
            said, errors = process.communicate(timeout=60)
    assert f"http://127.0.0.1:{port}/" in said
    assert errors == ""
    assert list(tmp_path.iterdir()) == []
