"""Sellers trade under a tight cap while the machine's clock is set back and forth and the service is restarted."""

import re
import shutil
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from app.drill.drill import CAPS_OVERRUN, Say
from app.drill.kit.database import stored_books
from app.drill.kit.machine_clock import MachineClock
from app.drill.kit.market import KEY, someone, wait_for_leads
from app.drill.kit.service import listening, serve
from app.mock_exchange.consumers import ping_of, post_of
from app.mock_exchange.crm_receiver import CrmReceiver, CrmReply
from app.packaged import DEMO_CONFIG
from app.usecases.clock.service_clock import HOLD_S

PROMISE = "whatever the clock does, no live bid is refused or outlives its time, no cap overrun, no lead sent twice"
IN_SAMPLE = False

VERTICAL, CAP = "personal_injury", "injury-anywhere"
LIFETIME_S = 120.0
LIMIT = 12
STEPS_S = (-3_600.0, 3_600.0, -30.0, 30.0, -86_400.0, 600.0)
TURNS = 40


def drill(folder: Path, say: Say) -> list[str]:
    """Trade, and look at what the database has at the end."""
    clock = MachineClock()
    found: list[str] = []
    with _demo(folder, clock) as receiver:
        found += _sent_once(folder, clock, receiver)
        say("a claim is not claimed again when the clock leaps")
        found += _trades(folder, clock, say)
    overruns = _overruns(folder / "data" / "leadbid.db")
    say.count(CAPS_OVERRUN, len(overruns))
    return [*found, *overruns]


@contextmanager
def _demo(folder: Path, clock: MachineClock) -> Iterator[CrmReceiver]:
    """The demo, whose one campaign for a vertical buys a few leads an hour, and a CRM on the same machine."""
    shutil.copytree(DEMO_CONFIG.parent, folder / "config")
    receiver = CrmReceiver(clock.now, ((folder / "config" / "crm-webhook-secret.txt").read_text().strip(),))
    with listening(receiver, lifespan="off") as url:
        config = folder / "config" / "buyer.toml"
        text = config.read_text().replace("http://127.0.0.1:8081", url)
        caps = f'[{{ limit = {LIMIT}, window = "hour" }}]'
        config.write_text(
            re.sub(r'(name = "injury-anywhere".*?caps = )[^\n]*', rf"\g<1>{caps}", text, count=1, flags=re.DOTALL)
        )
        yield receiver


@contextmanager
def _running(folder: Path, clock: MachineClock) -> Iterator[httpx.Client]:
    with (
        serve(folder / "config" / "buyer.toml", folder / "data", world=clock.world) as service,
        httpx.Client(base_url=service.url, trust_env=False) as http,
    ):
        yield http


def _ping(http: httpx.Client, number: int) -> str:
    """The bid; empty where there is none."""
    body = ping_of(someone(number, VERTICAL), time.time()) | {"created_at": ""}
    answer = http.post("/v1/ping", headers=KEY, json=body).json()
    return str(answer["ping_id"]) if answer["status"] == "accepted" else ""


def _post(http: httpx.Client, number: int, bid: str) -> str:
    body = post_of(someone(number, VERTICAL), bid, time.time()) | {"created_at": "", "consent_at": ""}
    answer = http.post("/v1/post", headers=KEY, json=body).json()
    return str(answer["reason_code"] or answer["status"])


def _sent_once(folder: Path, clock: MachineClock, receiver: CrmReceiver) -> list[str]:
    """A CRM answers so late that the clock has leapt beyond the claim's lease meanwhile."""
    receiver.script.append(CrmReply(body='{"success": true, "id": "crm-1"}', delay_s=4.0, keeps=True))
    with _running(folder, clock) as http:
        if _post(http, 1, _ping(http, 1)) != "accepted":
            return ["the first lead was not bought"]
        clock.set_by(3_600.0)
        clock.wait(HOLD_S + 1.0)
        time.sleep(4.0)
    received = receiver.received()
    missing = wait_for_leads(receiver, set(received.lead_ids))
    if received.requests != 1 or missing:
        return [f"a lead was sent {received.requests} times"]
    return []


def _trades(folder: Path, clock: MachineClock, say: Say) -> list[str]:
    """Bids are posted at some moment of their lives, or after them, while the clock is set."""
    chance = say.chance
    found: list[str] = []
    answers: Counter[str] = Counter()
    out: list[tuple[int, str, float]] = []
    number = 100
    for life in range(4):
        with _running(folder, clock) as http:
            for _ in range(TURNS // 4):
                for _ in range(3):
                    number += 1
                    if bid := _ping(http, number):
                        out.append((number, bid, clock.steady()))
                if chance.random() < 0.5:
                    clock.set_by(chance.choice(STEPS_S))
                    say.count("steps of the clock")
                clock.wait(chance.choice((5.0, HOLD_S + 1.0, 40.0, 70.0)))
                chance.shuffle(out)
                for _ in range(min(len(out), 2)):
                    which, bid, made_at = out.pop()
                    answer = _post(http, which, bid)
                    answers[answer] += 1
                    say.count("posts")
                    found += _misjudged(answer, clock.steady() - made_at)
            say(f"life {life + 1}: {dict(answers)}")
        clock.set_by(chance.choice((-3_600.0, -86_400.0, 0.0)))
    return found


def _misjudged(answer: str, age_s: float) -> list[str]:
    """An expiry is a whole second, and the service's clock may be one hundredth slow or fast."""
    if answer == "ping_expired" and age_s < LIFETIME_S * 0.98 - 2.0:
        return [f"a bid was refused as expired after {age_s:.0f} s"]
    if answer == "accepted" and age_s > LIFETIME_S * 1.02 + 2.0:
        return [f"a bid was honored after {age_s:.0f} s"]
    return [] if answer in ("accepted", "ping_expired") else [f"a post with a bid of ours was answered {answer}"]


def _overruns(database: Path) -> list[str]:
    used = stored_books(database).used
    return [f"{counter} has {used[counter]} of {LIMIT}" for counter in used if CAP in counter and used[counter] > LIMIT]
