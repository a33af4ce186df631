"""Sellers in the console: what stands in their scorecards, suspended and resumed, added and given keys."""

import re
import shutil
from html import unescape
from itertools import count
from pathlib import Path

import httpx

from tests.console import DEMO_OPERATOR, added_operator, proof_of, send, signed_in
from tests.market import patient_ping, someone
from tests.service import DEMO_CONFIG, Service, serve, until

LEADS = count(1)
KEY = {"X-API-Key": DEMO_OPERATOR[1]}


def code_of(service: Service, key: str) -> str:
    """The reason for a ping with this key; empty for a bid."""
    # Another lead each time: one that is asked for again keeps its answer.
    ping = patient_ping(someone(next(LEADS)))
    answer = httpx.post(f"{service.url}/v1/ping", json=ping, headers={"X-API-Key": key}, trust_env=False)
    return str(answer.json()["reason_code"])


def test_a_suspension_holds_for_the_next_ping_and_is_undone_from_the_page(
    console: httpx.Client, console_service: Service
) -> None:
    page = send(console, "/console/sellers/acme", "sellers/acme/suspend", {"why": "bad certificates"})
    assert "acme is suspended" in page
    assert until(lambda: code_of(console_service, "demo-acme-key") == "paused")
    assert "suspended: bad certificates" in console.get("/console/sellers").text.lower()
    page = send(console, "/console/sellers/acme", "sellers/acme/resume", {"why": "mended"})
    assert "goes on" in page
    assert until(lambda: code_of(console_service, "demo-acme-key") != "paused")


def test_a_report_is_of_a_known_seller_and_a_span_that_is_kept(console: httpx.Client) -> None:
    report = console.get("/v1/reports/sellers/acme?days=7", headers=KEY).json()
    assert (report["card"]["seller"], report["row"]["seller"]) == ("acme", "acme")
    assert len(report["steps"]) > 3
    assert console.get("/v1/reports/sellers?days=0", headers=KEY).status_code == 400
    assert console.get("/console/sellers/nobody").status_code == 404


def test_a_link_of_the_page_opens_the_sellers_instructions_without_a_key(
    console: httpx.Client, console_service: Service
) -> None:
    link = unescape(
        re.findall(r'href="(/sellers/acme/instructions[^"]*)"', console.get("/console/sellers/acme").text)[0]
    )
    assert httpx.get(f"{console_service.url}{link}", trust_env=False).status_code == 200


def test_an_operator_changes_no_keys(console: httpx.Client) -> None:
    proof = proof_of(console.get("/console/sellers/acme").text)
    answer = console.post("/console/acts/sellers/acme/rotate-key", data={"proof": proof, "why": "x"})
    assert (answer.status_code, "needs the role admin" in answer.text) == (403, True)


def test_an_admin_adds_a_seller_gives_it_another_key_and_drops_the_first(tmp_path: Path) -> None:
    shutil.copytree(DEMO_CONFIG.parent, tmp_path / "config")
    file = tmp_path / "config" / DEMO_CONFIG.name
    with serve(file, tmp_path / "data") as service:
        secret = added_operator(service, "ada", "admin")
        with signed_in(service.url, "ada", secret) as client:

            def shown_key(act: str, fields: dict[str, str]) -> str:
                found: list[str] = re.findall(
                    r"shown only now: ([a-z2-7]{40})", send(client, "/console/sellers", act, fields)
                )
                return found[0]

            first = shown_key("sellers/add", {"seller": "newcomer", "why": "a new source"})
            assert until(lambda: code_of(service, first) != "auth_failed")
            assert "already: " in send(client, "/console/sellers", "sellers/add", {"seller": "newcomer", "why": "x"})
            second = shown_key("sellers/newcomer/rotate-key", {"why": "leaked"})
            assert until(lambda: code_of(service, second) != "auth_failed")
            send(client, "/console/sellers/newcomer", "sellers/newcomer/drop-old-keys", {"why": "leaked"})
            assert until(lambda: code_of(service, first) == "auth_failed")
            assert code_of(service, second) != "auth_failed"
            assert "console:ada" in client.get("/console/audit").text
        assert DEMO_CONFIG.read_text().splitlines()[0] == file.read_text().splitlines()[0], "comments stay"
