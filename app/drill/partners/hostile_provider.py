"""The provider of certificates misbehaves in nine ways, and lies in others; then it comes to its senses."""

import re
import time
from pathlib import Path
from urllib.parse import urlsplit

import httpx
from msgspec.structs import replace

from app.domain.delivery.breaker import COOLDOWN_S
from app.drill.drill import Say
from app.drill.kit.behavior import STRANGE, Behavior, answering
from app.drill.kit.books import Books
from app.drill.kit.machine_clock import MachineClock
from app.drill.kit.market import KEY, demo_with_crm, someone, wait_for_leads
from app.drill.kit.pace import pinging
from app.drill.kit.service import serve
from app.drill.kit.strange_server import strange_server
from app.mock_exchange.consumers import Consumer, ping_of, post_of
from app.mock_providers.fake import FakeRequest
from app.mock_providers.server import FakeProviders
from app.mock_providers.trustedform import certificate_id
from app.packaged import DEMO

PROMISE = (
    "a provider that hangs, fails or lies sells nothing that is not proven, holds up a post for 10 s at most and other "
    "pings not at all, and sales go on when it is well"
)
IN_SAMPLE = False

POSTED_WITHIN_S = 11.0
PING_MAX_MS = 200.0
OTHERS = "auto_insurance"
CHECKED = "solar"

_JSON = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"
LIES: dict[str, Behavior] = {
    "says nothing": answering(_JSON, b"{}"),
    "says success and no more": answering(_JSON, b'{"outcome": "success"}'),
    "says yes as text": answering(_JSON, b'{"outcome": "success", "match_lead": "yes", "retain": "yes"}'),
    "says that of another": answering(_JSON, b'[{"outcome": "success"}]'),
    "says it in a page": answering(b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\n", b"<html>success</html>"),
    "says numbers that are none": answering(_JSON, b'{"outcome": "success", "match_lead": NaN}'),
}
ALL = {**STRANGE, **LIES}


def drill(folder: Path, say: Say) -> list[str]:
    """Post to a live bid in the trouble of each kind, and once more after it."""
    clock, broken, accepted = MachineClock(), list[str](), dict[str, str]()
    with (
        strange_server(_fakes_answer) as (server, port),
        demo_with_crm(folder / "config", clock.now) as (config, receiver),
    ):
        _add_check(config, port)
        with (
            serve(config, folder / "data", world=clock.world) as service,
            httpx.Client(base_url=service.url, trust_env=False, timeout=30.0) as http,
            pinging(service.url, OTHERS) as paced,
        ):
            for number, (name, behavior) in enumerate(ALL.items(), start=1):
                who, bid = _bid(http, clock, number * 100)
                server.behaviors["trustedform"] = behavior
                began = time.monotonic()
                told = _post(http, clock, who, bid)
                took_s = time.monotonic() - began
                server.behaviors.clear()
                say.most("s of a post", took_s)
                # A provider that keeps failing is left alone for this long.
                clock.wait(COOLDOWN_S + 1.0)
                again = _post(http, clock, who, bid)
                say(f"{name}: {told['reason_code'] or told['status']} after {took_s:.1f} s, then {again['status']}")
                broken += _misjudged(name, told, took_s, again)
                if again["status"] == "accepted":
                    accepted[again["lead_id"]] = bid
            books = Books(folder / "data" / "journal", folder / "data" / "leadbid.db", receiver)
            missing = wait_for_leads(receiver, books.compare(accepted))
    say.count("leads sold without proof", sum("without proof" in sentence for sentence in broken))
    return [*broken, *paced.broken(say, PING_MAX_MS), *books.close(say, missing)]


def _misjudged(name: str, told: dict[str, str], took_s: float, again: dict[str, str]) -> list[str]:
    broken = []
    if told["status"] == "accepted":
        broken.append(f"{name}: a lead was sold without proof")
    if took_s > POSTED_WITHIN_S:
        broken.append(f"{name}: a post took {took_s:.1f} s")
    if again["status"] != "accepted":
        broken.append(f"{name}: afterwards its post got {again['reason_code']}")
    return broken


def _bid(http: httpx.Client, clock: MachineClock, first: int) -> tuple[Consumer, str]:
    """The first of these consumers who gets a bid, with a certificate that the provider knows."""
    for number in range(first, first + 100):
        who = someone(number, CHECKED)
        url = who.trustedform_cert_url
        who = replace(who, trustedform_cert_url=url[:-4] + certificate_id("good")[-4:])
        answer = http.post("/v1/ping", headers=KEY, json=ping_of(who, clock.now())).json()
        if answer["status"] == "accepted":
            return who, answer["ping_id"]
    raise RuntimeError("none of a hundred leads got a bid")


def _post(http: httpx.Client, clock: MachineClock, who: Consumer, bid: str) -> dict[str, str]:
    answer: dict[str, str] = http.post("/v1/post", headers=KEY, json=post_of(who, bid, clock.now())).json()
    return answer


def _add_check(config: Path, port: int) -> None:
    """The demo's check of certificates, for one vertical, on posts alone."""
    check = (DEMO / "checks.toml").read_text().split("[[checks]]")[1].partition("rules = ")[0]
    check = check.replace("http://127.0.0.1:8030", f"http://127.0.0.1:{port}").replace('on = ["ping", "post"]', "")
    check = re.sub(r"(ping_cost|min_bid) = .*", "", check)
    config.write_text(f'{config.read_text()}\n[[checks]]{check}\nverticals = ["{CHECKED}"]\n')


def _fakes_answer(head: bytes, body: bytes) -> bytes:
    """That of the fake."""
    first, *lines = head.decode("latin-1").split("\r\n")
    method, target, _ = first.split(" ")
    parts = urlsplit(target)
    pairs = [line.split(": ", 1) for line in lines if line]
    headers = {name.lower(): value for name, value in pairs}
    answer = _FAKES.answer(FakeRequest(method=method, path=parts.path, query=parts.query, headers=headers, body=body))
    said = "".join([f"{name}: {value}\r\n" for name, value in answer.headers.items()])
    return f"HTTP/1.1 {answer.status} OK\r\n{said}content-length: {len(answer.body)}\r\n\r\n".encode() + answer.body


_FAKES = FakeProviders()
