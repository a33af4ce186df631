"""`kill -9` in the middle of buying: no accepted lead is lost or bought twice, and bids are honoured after it."""

import sqlite3
import time
from pathlib import Path

import httpx
import pytest

from tests.market import demo_with_crm, ping, post, sell_until_killed, someone, wait_for_leads
from tests.service import serve_process

pytestmark = pytest.mark.long

LEADS = 120
KILLED_AFTER = 40


def test_a_kill_loses_no_accepted_lead_and_breaks_no_bid(tmp_path: Path) -> None:
    people = [someone(number) for number in range(1, LEADS + 1)]
    with demo_with_crm(tmp_path / "config") as (config, receiver):
        with serve_process(config, tmp_path / "data") as first:
            with httpx.Client(base_url=first.url, trust_env=False) as http:
                bids = {who.number: ping(http, who)["ping_id"] for who in people}
            # Decisions reach the journal within a quarter of a second.
            time.sleep(0.5)
            before = sell_until_killed(first, people, bids, KILLED_AFTER)
        with serve_process(config, tmp_path / "data") as second:
            with httpx.Client(base_url=second.url, trust_env=False) as http:
                after = {who.number: post(http, who, bids[who.number]) for who in people}
            accepted = {number: answer.json() for number, answer in after.items()}
            missing = wait_for_leads(receiver, {answer["lead_id"] for answer in accepted.values()})

    assert KILLED_AFTER <= len(before) < LEADS
    assert {answer["status"] for answer in accepted.values()} == {"accepted"}
    assert all(after[number].content == content for number, content in before.items())
    assert not missing
    with sqlite3.connect(tmp_path / "data" / "leadbid.db") as database:
        stored = [row[0] for row in database.execute("SELECT lead_id FROM lead")]
        lost = database.execute("SELECT count(*) FROM lead WHERE decision IS NULL").fetchone()[0]
    assert sorted(stored) == sorted(answer["lead_id"] for answer in accepted.values())
    assert lost == 0
