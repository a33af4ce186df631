"""Made-up consumers on their way through the auction, for whoever plays a seller over HTTP."""

import shutil
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx

from app.drill.kit.service import ServiceProcess, crm
from app.mock_exchange.consumers import Consumer, consumer, ping_of, post_of
from app.mock_exchange.crm_receiver import CrmReceiver
from app.packaged import DEMO

KEY = {"X-API-Key": "demo-acme-key"}
VERTICAL = "auto_insurance"


@contextmanager
def demo_with_crm(folder: Path, clock: Callable[[], float] = time.time) -> Iterator[tuple[Path, CrmReceiver]]:
    """The demo's configuration, copied to `folder`, with a CRM that listens and keeps what it gets, by this clock."""
    secret = (DEMO / "crm-webhook-secret.txt").read_text().strip()
    with crm((secret,), clock) as (receiver, url):
        shutil.copytree(DEMO, folder)
        config = folder / "buyer.toml"
        config.write_text(config.read_text().replace("http://127.0.0.1:8081", url))
        yield config, receiver


def someone(number: int, vertical: str = VERTICAL) -> Consumer:
    """Consumer `number` as one who asks in this vertical."""
    return consumer(1, number, vertical)


def ping(http: httpx.Client, who: Consumer, path: str = "/v1/ping") -> dict[str, str]:
    """The answer to this consumer's ping."""
    answer: dict[str, str] = http.post(path, headers=KEY, json=ping_of(who, time.time())).json()
    return answer


def post(http: httpx.Client, who: Consumer, ping_id: str) -> httpx.Response:
    """The answer to this consumer's post."""
    return http.post("/v1/post", headers=KEY, json=post_of(who, ping_id, time.time()))


LEASES_S = 60.0
"""A claim whose commit was done while its answer was lost comes back when its lease ends."""


def wait_for_leads(receiver: CrmReceiver, lead_ids: set[str], seconds: float = LEASES_S) -> set[str]:
    """The leads among these that the CRM does not have when the time is over."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        missing = lead_ids - set(receiver.received().lead_ids)
        if not missing:
            return set()
        time.sleep(0.02)
    return lead_ids - set(receiver.received().lead_ids)


def sell_until_killed(
    service: ServiceProcess, people: Sequence[Consumer], bids: Mapping[int, str], after: int
) -> dict[int, bytes]:
    """Post from eight threads and kill after so many answers; the bodies of all that came through, by consumer."""
    answered: dict[int, bytes] = {}
    enough = threading.Event()

    def sell(who: Consumer) -> None:
        try:
            answer = post(http, who, bids[who.number])
        except httpx.TransportError:
            return
        if answer.status_code == 200:
            answered[who.number] = answer.content
        if len(answered) >= after:
            enough.set()

    with httpx.Client(base_url=service.url, trust_env=False) as http, ThreadPoolExecutor(8) as pool:
        work = [pool.submit(sell, who) for who in people]
        enough.wait(20.0)
        service.process.kill()
        for each in work:
            each.result()
    service.process.wait()
    return answered
