"""What every outage of the database must come to: no promise that cannot be kept, no sale lost or doubled, no noise."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from pathlib import Path

import httpx

from app.drill.drill import Say
from app.drill.kit.books import Books
from app.drill.kit.log import said
from app.drill.kit.market import demo_with_crm, ping, post, someone, wait_for_leads
from app.drill.kit.service import serve

PROMISE = (
    "while no sale can be recorded, posts get 503 within seconds, /readyz is 503 within 10 s, no bid is made after "
    "15 s, each state is logged once, and all of it ends by itself"
)
NOTICED_S, SILENT_S, LASTS_S, RECOVERS_S, ANSWERED_S = 10.0, 15.0, 22.0, 10.0, 5.0
IN_SAMPLE_S = 17.0
BIDS, IN_FLIGHT = 12, 4

Fault = Callable[[], AbstractContextManager[object]]


def endure(config_folder: Path, data: Path, fault: Fault, say: Say, database_url: str = "") -> list[str]:
    """Serve, trade, have the fault for 22 s without and with posts, and see what is broken."""
    broken: list[str] = []
    with (
        demo_with_crm(config_folder) as (config, receiver),
        serve(config, data, database_url=database_url) as service,
        httpx.Client(base_url=service.url, trust_env=False, timeout=60.0) as http,
        said() as lines,
    ):
        bids = {number: ping(http, someone(number))["ping_id"] for number in range(1, BIDS + 1)}
        if post(http, someone(1), bids[1]).json()["status"] != "accepted":
            return ["nothing could be sold before the fault"]
        with ThreadPoolExecutor(IN_FLIGHT) as threads:
            flying = {number: threads.submit(post, http, someone(number), bids[number]) for number in (7, 8, 9, 10)}
            with fault():
                broken += _during(http, bids, say)
        broken += _afterwards(http, bids, say)
        broken += _told(http, bids, {number: each.result() for number, each in flying.items()}, say)
        broken += _noise(lines, say)
        # What was recorded is in the journal within a second.
        time.sleep(1.0)
        books = Books(service.settings.journal, service.settings.sqlite_file, receiver)
        accepted = {post(http, someone(number), bid).json()["lead_id"]: bid for number, bid in bids.items()}
        missing = wait_for_leads(receiver, books.compare(accepted))
        return broken + books.close(say, missing)


def _during(http: httpx.Client, bids: dict[int, str], say: Say) -> list[str]:
    broken, began = [], time.monotonic()
    while _is_writable(http) and time.monotonic() - began < 2 * NOTICED_S:
        time.sleep(0.1)
    noticed_s = time.monotonic() - began
    ready = http.get("/readyz").status_code
    say(f"noticed without posts after {noticed_s:.1f} s, /readyz {ready}")
    say.most("s until noticed", noticed_s)
    if noticed_s > NOTICED_S or ready != 503:
        broken.append(f"noticed after {noticed_s:.1f} s, /readyz said {ready}")
    asked = late = 0
    for number in range(2, 5):
        started = time.monotonic()
        status = post(http, someone(number), bids[number]).status_code
        took_s = time.monotonic() - started
        if status != 503 or took_s > ANSWERED_S:
            broken.append(f"a post got {status} after {took_s:.1f} s")
    while time.monotonic() - began < (IN_SAMPLE_S if say.is_sample else LASTS_S):
        asked += 1
        started = time.monotonic()
        answer = ping(http, someone(1_000 + asked))
        if started - began > SILENT_S and answer["status"] == "accepted":
            late += 1
        time.sleep(0.05)
    if ping(http, someone(BIDS))["status"] == "accepted":
        broken.append("a bid was given again although no sale could be recorded")
    say(f"{asked} pings meanwhile, {late} bids after {SILENT_S:.0f} s")
    say.count("bids without a database", late)
    return [*broken, f"{late} bids after {SILENT_S:.0f} s"] if late else broken


def _told(http: httpx.Client, bids: dict[int, str], flying: dict[int, httpx.Response], say: Say) -> list[str]:
    """A post that was under way was sold or not; whoever was not sure asks again, and is told which."""
    statuses = [answer.status_code for answer in flying.values()]
    say(f"posts under way when it began got {statuses}")
    broken = [] if set(statuses) <= {200, 503} else [f"posts under way got {statuses}"]
    sold = {number: answer for number, answer in flying.items() if answer.status_code == 200}
    if any(post(http, someone(number), bids[number]).content != answer.content for number, answer in sold.items()):
        broken.append("what was accepted when it began was not found again")
    return broken


def _afterwards(http: httpx.Client, bids: dict[int, str], say: Say) -> list[str]:
    broken, began = [], time.monotonic()
    number = 5_000
    while http.get("/readyz").status_code != 200 or ping(http, someone(number))["status"] != "accepted":
        number += 1
        if time.monotonic() - began > 3 * RECOVERS_S:
            return ["it did not come back"]
        time.sleep(0.1)
    recovered_s = time.monotonic() - began
    say(f"ready and bidding again after {recovered_s:.1f} s")
    say.most("s until it bid again", recovered_s)
    if recovered_s > RECOVERS_S:
        broken.append(f"bidding again after {recovered_s:.1f} s only")
    answers = {number: post(http, someone(number), bid) for number, bid in bids.items()}
    lost = [number for number, answer in answers.items() if answer.json()["status"] != "accepted"]
    if lost:
        broken.append(f"live bids were not honored afterwards: {lost}")
    if [number for number, bid in bids.items() if post(http, someone(number), bid).content != answers[number].content]:
        broken.append("a repeated post got another answer")
    leads = [answer.json()["lead_id"] for answer in answers.values()]
    if len(set(leads)) != len(leads):
        broken.append("a lead was sold twice")
    return broken


def _noise(lines: list[str], say: Say) -> list[str]:
    say(f"{len(lines)} lines of log: " + " | ".join(lines))
    once = ("no sale can be recorded", "no bid is made", "sales can be recorded again")
    broken = [f"`{text}` is logged {count} times" for text in once if (count := _count(lines, text)) != 1]
    return [*broken, f"{len(lines)} lines of log"] if len(lines) > 12 else broken


def _count(lines: list[str], text: str) -> int:
    return len([line for line in lines if text in line])


def _is_writable(http: httpx.Client) -> bool:
    return b"leadbid_database_writable 1.0" in http.get("/metrics").content
