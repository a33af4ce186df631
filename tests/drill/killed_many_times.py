"""The process is killed again and again in the middle of buying, and started again on the same data."""

import sqlite3
from pathlib import Path

import httpx

from tests.drill.drill import Say
from tests.market import demo_with_crm, ping, post, sell_until_killed, someone, wait_for_leads
from tests.service import serve_process

PROMISE = "A kill at any instant loses no accepted lead, sells none twice, and breaks no bid that is out."
IN_SAMPLE = False

KILLS = 12
LEADS_A_LIFE = 60


def drill(folder: Path, say: Say) -> list[str]:
    """Sell from eight threads in each life, and kill each one a little later than the one before."""
    broken: list[str] = []
    sold: dict[str, bytes] = {}
    with demo_with_crm(folder / "config") as (config, receiver):
        for life in range(KILLS):
            people = [someone(life * LEADS_A_LIFE + number) for number in range(1, LEADS_A_LIFE + 1)]
            with serve_process(config, folder / "data") as service:
                with httpx.Client(base_url=service.url, trust_env=False) as http:
                    answered = {who.number: ping(http, who) for who in people}
                # Prices explore, so that now and then a lead gets no bid.
                bids = {number: each["ping_id"] for number, each in answered.items() if each["status"] == "accepted"}
                people = [who for who in people if who.number in bids]
                before = sell_until_killed(service, people, bids, after=2 + 4 * life)
            with (
                serve_process(config, folder / "data") as again,
                httpx.Client(base_url=again.url, trust_env=False) as http,
            ):
                answers = {who.number: post(http, who, bids[who.number]) for who in people}
            say(f"life {life + 1} of {KILLS}: killed after {len(before)} accepted posts of {LEADS_A_LIFE}")
            broken += [
                f"the post of lead {number} was {answer.json()['status']} after the kill: {answer.json()['reason']}"
                for number, answer in answers.items()
                if answer.json()["status"] != "accepted"
            ]
            broken += [
                f"the answer for lead {number} changed"
                for number in before
                if answers[number].content != before[number]
            ]
            sold |= {answer.json()["lead_id"]: answer.content for answer in answers.values()}
        with serve_process(config, folder / "data"):
            missing = wait_for_leads(receiver, set(sold), seconds=120.0)
    return broken + [f"lead {lead_id} never came to the CRM" for lead_id in sorted(missing)] + _miscounted(folder, sold)


def _miscounted(folder: Path, sold: dict[str, bytes]) -> list[str]:
    """Where database and answers differ."""
    with sqlite3.connect(folder / "data" / "leadbid.db") as database:
        stored = sorted(row[0] for row in database.execute("SELECT lead_id FROM lead"))
    return [] if stored == sorted(sold) else [f"{len(stored)} leads are stored, and {len(sold)} were accepted"]
