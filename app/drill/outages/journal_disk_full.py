"""The disk of the journal alone is full while sellers trade, and has space again later."""

import shutil
import time
from pathlib import Path

import httpx

from app.drill.drill import Say
from app.drill.kit.books import Books
from app.drill.kit.disk import a_disk, full
from app.drill.kit.market import demo_with_crm, ping, post, someone, wait_for_leads
from app.drill.kit.service import serve_process, until
from app.journal.reader import pings

PROMISE = "while the journal's disk is full, bids and sales go on; afterwards each decision of that time stands in it"
IN_SAMPLE = False

FULL_S = 10.0


def drill(folder: Path, say: Say) -> list[str]:
    """Trade for 10 s without space, then make some."""
    journal = folder / "data" / "journal"
    with (
        a_disk(journal, 8) as disk,
        demo_with_crm(folder / "config") as (config, receiver),
        serve_process(config, folder / "data") as service,
        httpx.Client(base_url=service.url, trust_env=False, timeout=20.0) as http,
    ):
        with full(disk / "filler"):
            asked, accepted, refused = _traded(http)
            say(f"{asked} pings and {len(accepted)} sales while {shutil.disk_usage(disk).free} bytes were free")
        until(lambda: len(list(pings(journal))) == asked)
        unwritten = asked - len(list(pings(journal)))
        books = Books(journal, folder / "data" / "leadbid.db", receiver)
        missing = wait_for_leads(receiver, books.compare(accepted))
    for name, count in {"pings": asked, "sales": len(accepted), "decisions not written": unwritten}.items():
        say.count(name, count)
    broken = [f"{unwritten} decisions were never written"] if unwritten else []
    if refused:
        broken.append(f"{refused} posts to live bids were refused meanwhile")
    return [*broken, *books.close(say, missing)]


def _traded(http: httpx.Client) -> tuple[int, dict[str, str], int]:
    """How many were pinged, the leads that were sold with their bids, and how many posts were refused."""
    asked, accepted, refused, began = 0, dict[str, str](), 0, time.monotonic()
    while time.monotonic() - began < FULL_S:
        asked += 1
        answer = ping(http, someone(asked))
        if answer["status"] == "accepted":
            told = post(http, someone(asked), answer["ping_id"]).json()
            if told["status"] == "accepted":
                accepted[told["lead_id"]] = answer["ping_id"]
            else:
                refused += 1
        time.sleep(0.02)
    return asked, accepted, refused
