"""Consumers from phone number to proof, hold and oblivion, by the commands, beside a service that goes on selling."""

import hashlib
import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from msgspec.structs import replace

from app.cli import main
from app.domain.identity import person
from app.mock_exchange.consumers import Consumer, ping_of
from app.settings import Settings, read_keys
from app.store.people.erase import NOBODY
from tests.market import KEY, demo_with_crm, patient_ping, ping, post, someone, wait_for_leads
from tests.service import ROOT, ServiceProcess, serve_process, until

Capture = pytest.CaptureFixture[str]

ASKED, HELD, LOST, OTHER, REFUSED = map(someone, range(1, 6))


@dataclass(frozen=True)
class Trade:
    """A service with three bought leads, by consumer, the ids of two pings that nobody bought, and a refused post."""

    service: ServiceProcess
    data: Path
    leads: dict[int, str]
    pings: dict[int, str]
    lost: tuple[str, str]
    refused: bytes


@pytest.fixture(scope="module")
def trade(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trade]:
    folder = tmp_path_factory.mktemp("people")
    with (
        demo_with_crm(folder / "config") as (config, receiver),
        # In a process of its own: whoever reads a database's file in this one would let go of its locks.
        serve_process(config, folder / "data") as service,
        httpx.Client(base_url=service.url, trust_env=False) as http,
    ):
        pings = {who.number: ping(http, who)["ping_id"] for who in (ASKED, HELD, OTHER)}
        leads = {who.number: post(http, who, pings[who.number]).json()["lead_id"] for who in (ASKED, HELD, OTHER)}
        lost = ping(http, LOST)["ping_id"]
        nameless = {name: value for name, value in patient_ping(LOST).items() if name not in _NAMES}
        hashed = {"phone_hash": hashlib.sha256(LOST.phone.encode()).hexdigest(), "hash_type": "sha256"}
        unnamed = http.post("/v1/ping", headers=KEY, json={**nameless, **hashed}).json()["ping_id"]
        posted = post(http, replace(REFUSED, phone="1111111111"), ping(http, REFUSED)["ping_id"])
        assert posted.json()["reason_code"] == "invalid_contact"
        assert not wait_for_leads(receiver, {*leads.values()})
        assert until(lambda: _has_written(folder / "data", *leads.values(), lost, unnamed, "invalid_contact"))
        assert until(lambda: _delivered(folder / "data") == len(leads))
        yield Trade(service, folder / "data", leads, pings, (lost, unnamed), posted.request.content)


_NAMES = ("seller_lead_id", "trustedform_cert_url", "leadid_token", "jornaya_leadid", "xxTrustedFormCertUrl")


def said(trade: Trade, capture: Capture, *words: str) -> tuple[int, str, str]:
    """Exit status, output and complaints of one command on this data directory."""
    status = main([*words, "--data", str(trade.data)])
    out, err = capture.readouterr()
    return status, out, err


def phones(who: Consumer) -> list[str]:
    area, exchange, line = who.phone[:3], who.phone[3:6], who.phone[6:]
    return [who.phone, f"+1{who.phone}", f"+1 ({area}) {exchange}-{line}", f"{area}.{exchange}.{line}"]


def test_a_lead_is_found_by_whatever_somebody_has_of_it(trade: Trade, capsys: Capture) -> None:
    lead_id = trade.leads[ASKED.number]
    ways = [("--phone", text) for text in phones(ASKED)]
    ways += [("--email", ASKED.email.upper()), ("--lead", lead_id.upper()), ("--ping", trade.pings[ASKED.number])]
    ways += [("--phone", hashlib.md5(ASKED.phone.encode(), usedforsecurity=False).hexdigest())]
    for way in ways:
        status, out, err = said(trade, capsys, "leads", "find", *way, "--json")
        assert (status, err) == (0, ""), way
        (story,) = json.loads(out)["stories"]
        assert next(iter(story)) == "lead_id"
        assert story["lead_id"] == lead_id
        assert trade.pings[ASKED.number] in story["ping_ids"]
        assert story["bids"][0]["price_cents"] == story["price_cents"]
        assert [each["status"] for each in story["posts"]] == ["accepted"]
        assert [each["status"] for each in story["deliveries"]] == ["delivered"]
        assert ASKED.phone not in out
    seller_id = story["seller_lead_id"]
    assert seller_id
    by_seller = said(trade, capsys, "leads", "find", "--seller-lead-id", seller_id)[1]
    assert by_seller.splitlines()[0].split() == ["lead", lead_id]


def test_a_ping_that_was_not_bought_is_found_too(trade: Trade, capsys: Capture) -> None:
    named, unnamed = trade.lost
    status, out, _ = said(trade, capsys, "leads", "find", "--ping", named, "--json")
    (story,) = json.loads(out)["stories"]
    assert (status, story["lead_id"], named in story["ping_ids"]) == (0, "", True)
    status, out, _ = said(trade, capsys, "leads", "find", "--phone", LOST.phone)
    assert status == 0
    assert out.startswith("lead              not bought")
    assert unnamed in out


def test_what_is_not_found_says_where_it_was_sought(trade: Trade, capsys: Capture) -> None:
    status, out, err = said(trade, capsys, "leads", "find", "--phone", "5125550000")
    assert (status, out) == (1, "")
    assert re.search(r"Looked in the database .*leadbid\.db and in the journal .* UTC, \d+ lines\)", err)
    assert said(trade, capsys, "leads", "find", "--crm-id", "no such record")[0] == 1
    assert "is not a North American phone number" in said(trade, capsys, "leads", "find", "--phone", "12")[2]


def test_a_refused_post_is_known_again_by_its_body_of_which_nothing_is_kept(
    trade: Trade, capsys: Capture, tmp_path: Path
) -> None:
    body = tmp_path / "body.json"
    for shown in (trade.refused, trade.refused + b"\n"):
        body.write_bytes(shown)
        status, out, _ = said(trade, capsys, "leads", "find", "--request", str(body), "--json")
        (story,) = json.loads(out)["stories"]
        assert (status, story["lead_id"], story["posts"][0]["reason_code"]) == (0, "", "invalid_contact")
    body.write_bytes(trade.refused.replace(b"1111111111", b"1111111112"))
    assert said(trade, capsys, "leads", "find", "--request", str(body))[0] == 1
    assert "No such file" in said(trade, capsys, "leads", "find", "--request", str(tmp_path / "none"))[2]
    for kept in (REFUSED.email, REFUSED.last_name, hashlib.sha256(trade.refused).hexdigest()):
        assert not [path for path, text in _written(trade.data).items() if kept.encode() in text], kept


def test_explain_takes_any_id(trade: Trade, capsys: Capture) -> None:
    told = said(trade, capsys, "explain", trade.pings[ASKED.number])[1]
    assert told
    seller_id = str(ping_of(ASKED, 0.0)["seller_lead_id"])
    for name in (trade.leads[ASKED.number], seller_id):
        assert said(trade, capsys, "explain", name)[1] == told
    lost = str(ping_of(LOST, 0.0)["seller_lead_id"])
    assert said(trade, capsys, "explain", lost)[1] == said(trade, capsys, "explain", trade.lost[0])[1] != ""
    for spelled in (lost.upper(), lost.lower(), f" {{{lost}}} "):
        assert said(trade, capsys, "explain", spelled)[1] == said(trade, capsys, "explain", lost)[1], spelled
        assert lost in said(trade, capsys, "leads", "find", "--seller-lead-id", spelled)[1], spelled
    assert "the id is empty" in said(trade, capsys, "explain", " ")[2]
    status, out, err = said(trade, capsys, "explain", "nonsense")
    assert (status, out) == (1, "")
    assert "Looked in the database" in err


def test_the_proof_of_a_lead_is_checked_with_the_tools_that_everybody_has(
    trade: Trade, capsys: Capture, tmp_path: Path
) -> None:
    lead_id, out = trade.leads[ASKED.number], tmp_path / "proof.zip"
    status, told, err = said(trade, capsys, "leads", "evidence", phones(ASKED)[2], "--out", str(out))
    assert (status, err) == (0, "")
    assert f"lead {lead_id}" in told
    assert "names nobody" in said(trade, capsys, "leads", "evidence", "nonsense", "--out", f"{out}.zip")[2]
    folder = tmp_path / "proof"
    zipfile.ZipFile(out).extractall(folder)
    subprocess.run(["sha256sum", "-c", "--quiet", "SHA256SUMS"], cwd=folder, check=True)
    verify = next(line for line in told.splitlines() if line.strip().startswith("openssl")).split()
    assert b"Success" in subprocess.run(verify, cwd=folder, check=True, capture_output=True).stdout
    assert (folder / "public-key.pem").read_text() in told
    assert ASKED.phone in (folder / "received" / "post.json").read_text()
    assert (folder / "consent.txt").read_text().startswith("By clicking")
    assert ASKED.trustedform_cert_url in (folder / "certificate.json").read_text()
    assert json.loads((folder / "answer.json").read_text())["answer"]["status"] == "accepted"
    page = (folder / "index.html").read_text()
    assert ASKED.email in page
    assert "What is not kept, and why" in page
    assert not re.search(r"(?:src|href)=\"?http", page)
    (folder / "answer.json").write_text("{}")
    assert subprocess.run(["sha256sum", "-c", "SHA256SUMS"], cwd=folder, capture_output=True, check=False).returncode
    (folder / "SHA256SUMS").write_text("")
    assert subprocess.run(verify, cwd=folder, capture_output=True, check=False).returncode
    assert said(trade, capsys, "leads", "evidence", lead_id, "--out", str(out))[0] == 1
    again = tmp_path / "again.zip"
    said(trade, capsys, "leads", "evidence", lead_id, "--out", str(again))
    assert _members(again) == _members(out) | {"audit.json", "index.html", "SHA256SUMS", "SHA256SUMS.sig"}


def _members(archive: Path) -> set[str]:
    return {entry.filename for entry in zipfile.ZipFile(archive).infolist()}


def test_each_look_is_in_the_audit_log(trade: Trade, capsys: Capture) -> None:
    lead_id = trade.leads[OTHER.number]
    said(trade, capsys, "leads", "find", "--phone", OTHER.phone)
    said(trade, capsys, "person", OTHER.email)
    database = sqlite3.connect(trade.data / "leadbid.db")
    lines = database.execute("SELECT action FROM audit WHERE target = ? ORDER BY number", (lead_id,)).fetchall()
    whole = str(database.execute("SELECT * FROM audit").fetchall())
    database.close()
    assert [action for (action,) in lines] == ["find lead", "show person"]
    for trace in (OTHER.phone, OTHER.email, OTHER.last_name):
        assert trace not in whole


def test_a_person_is_shown_what_is_held(trade: Trade, capsys: Capture) -> None:
    status, out, _ = said(trade, capsys, "person", OTHER.phone, "--json")
    assert status == 0
    held = json.loads(out)
    (document,) = held["people"]
    assert document["contact"]["email"] == OTHER.email
    assert held["evidence"] == 3
    assert said(trade, capsys, "person", "5125550000")[0] == 1


def test_a_person_under_legal_hold_is_not_forgotten(trade: Trade, capsys: Capture) -> None:
    before = _written(trade.data)
    assert said(trade, capsys, "hold", "add", HELD.phone, "--name", "doe v. acme", "--why", "letter")[0] == 0
    for name in (HELD.email, trade.leads[HELD.number]):
        status, _, err = said(trade, capsys, "forget", name)
        assert status == 1
        assert "doe v. acme" in err
    assert "doe v. acme" in said(trade, capsys, "hold", "list")[1]
    assert said(trade, capsys, "person", HELD.phone)[0] == 0
    assert {name for name in before if name.endswith("jsonl")} <= set(_written(trade.data))


def test_who_is_forgotten_beside_a_running_service_is_found_nowhere(trade: Trade, capsys: Capture) -> None:
    traces = _traces(trade, ASKED)
    keys = read_keys(Settings(config=Path(), data=trade.data))
    kept = person(keys.index, ASKED.phone, ASKED.email)
    status, out, err = said(trade, capsys, "forget", f"({ASKED.phone[:3]}) {ASKED.phone[3:]}", "--why", "asked to")
    assert (status, err) == (0, "")
    assert "1 lead, 3 pieces of evidence, 1 answer, 1 line of the journal" in out
    written = _written(trade.data)
    assert {(name, trace) for name, content in written.items() for trace in traces if trace in content.lower()} == set()
    database = sqlite3.connect(trade.data / "leadbid.db")
    lead = "SELECT price_cents > 0, length(identity), person FROM lead WHERE lead_id = ?"
    assert database.execute(lead, (trade.leads[ASKED.number],)).fetchone() == (1, 0, NOBODY)
    assert database.execute("SELECT count(*) FROM audit WHERE action = 'forget'").fetchone() == (1,)
    assert database.execute("SELECT count(*) FROM unwiped").fetchone() == (0,)
    rows = "\n".join(database.iterdump())
    database.close()
    # What is left of the digests is the suppression.
    assert [rows.count(each) for each in kept.all] == [1] * 6
    assert rows.count("'forgotten'") == 6
    assert said(trade, capsys, "leads", "find", "--phone", ASKED.phone)[0] == 1
    assert "identity erased" in said(trade, capsys, "leads", "find", "--lead", trade.leads[ASKED.number])[1]
    assert said(trade, capsys, "audit", "verify")[0] == 0


def test_a_used_certificate_stays_used_and_others_are_bought(trade: Trade) -> None:
    thief = someone(9)
    with httpx.Client(base_url=trade.service.url, trust_env=False) as http:
        body = {**patient_ping(thief), "trustedform_cert_url": ASKED.trustedform_cert_url, "leadid_token": ""}
        refused = http.post("/v1/ping", headers=KEY, json=body).json()
        assert refused["reason_code"] == "certificate_reused"
        honest = someone(10)
        assert post(http, honest, ping(http, honest)["ping_id"]).json()["status"] == "accepted"


def test_a_kill_in_the_middle_is_finished_by_asking_again(trade: Trade, capsys: Capture) -> None:
    """Killed after ever longer times; what is left of each person is finished by the next run."""
    people = [someone(number) for number in (21, 22)]
    with httpx.Client(base_url=trade.service.url, trust_env=False) as http:
        for who in people:
            trade.leads[who.number] = post(http, who, ping(http, who)["ping_id"]).json()["lead_id"]
    assert until(lambda: _has_written(trade.data, *[trade.leads[who.number] for who in people]))
    for who, seconds in zip(people, (0.6, 0.9), strict=True):
        traces = _traces(trade, who)
        arguments = [sys.executable, "-m", "app", "forget", who.phone, "--data", str(trade.data)]
        with subprocess.Popen(arguments, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            time.sleep(seconds)
            process.send_signal(signal.SIGKILL)
        assert said(trade, capsys, "forget", who.phone)[0] == 0
        written = _written(trade.data)
        assert [trace for content in written.values() for trace in traces if trace in content.lower()] == []
    database = sqlite3.connect(trade.data / "leadbid.db")
    for who in people:
        lines = "SELECT count(*) FROM audit WHERE action = 'forget' AND target = ?"
        assert database.execute(lines, (trade.leads[who.number],)).fetchone() == (1,)
    database.close()
    assert "DatabaseGone" not in trade.service.log.read_text()


def test_nothing_is_purged_before_its_time(trade: Trade, capsys: Capture) -> None:
    status, out, _ = said(trade, capsys, "purge", "--dry-run")
    assert status == 0
    assert [line.split()[3] for line in out.splitlines()[1:7]] == ["0"] * 6
    assert "left alone: 1 lead" in out


def _traces(trade: Trade, who: Consumer) -> list[bytes]:
    """What a person could be found by, but for digests under our key that suppress and keep certificates used."""
    area, exchange, line = who.phone[:3], who.phone[3:6], who.phone[6:]
    texts = [who.phone, f"{area}-{exchange}-{line}", who.email, who.last_name + '"', who.address]
    texts += [who.trustedform_cert_url.rpartition("/")[2], who.leadid_token]
    for name in ("sha256", "sha1", "md5"):
        texts += [hashlib.new(name, text.encode()).hexdigest() for text in (who.phone, who.email)]
    named = f'"seller_lead_id":"{ping_of(who, 0.0)["seller_lead_id"]}"'
    line = next(each for each in _journal(trade.data).splitlines() if named in each)
    told = json.loads(line)["ping"]
    texts += [told["trustedform_cert_url"], told["leadid_token"], told["ip_address"] + '"']
    return [text.lower().encode() for text in texts if text]


def _journal(data: Path) -> str:
    return b"".join(path.read_bytes() for path in (data / "journal").glob("*.jsonl")).decode()


def _has_written(data: Path, *words: str) -> bool:
    """Whether the journal has what tells of all these."""
    journal = _journal(data)
    return all(word in journal for word in words)


def _delivered(data: Path) -> int:
    with closing(sqlite3.connect(data / "leadbid.db")) as database:
        count: int = database.execute("SELECT count(*) FROM delivery WHERE status = 'delivered'").fetchone()[0]
        return count


def _written(data: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in data.rglob("*") if path.is_file() and os.access(path, os.R_OK)}
