"""Drills' way through the auction, for tests that play a seller over HTTP; and the demo's whole market."""

import asyncio
import time

import httpx

from app.drill.kit.market import KEY as KEY
from app.drill.kit.market import VERTICAL as VERTICAL
from app.drill.kit.market import demo_with_crm as demo_with_crm
from app.drill.kit.market import post as post
from app.drill.kit.market import sell_until_killed as sell_until_killed
from app.drill.kit.market import someone as someone
from app.drill.kit.market import wait_for_leads as wait_for_leads
from app.drill.kit.service import listening
from app.mock_exchange.consumers import Consumer, ping_of
from app.mock_exchange.market.audit import Audited
from app.mock_exchange.market.exchange import Exchange
from app.mock_exchange.market.rivals import RivalServers
from app.mock_exchange.market.setup import read_setup
from app.mock_exchange.market.time import WallTime
from app.mock_exchange.market.traffic import Visit
from app.packaged import SCENARIOS
from app.wire.ping import Value

MARKET = SCENARIOS / "demo.toml"

PATIENCE_MS = 20_000
"""So long may an answer take where others use the machine too."""


def patient_ping(who: Consumer) -> dict[str, Value]:
    """What a seller that is in no hurry says of this consumer now."""
    return ping_of(who, time.time()) | {"deadline_ms": PATIENCE_MS}


def ping(http: httpx.Client, who: Consumer, path: str = "/v1/ping") -> dict[str, str]:
    """The answer to this consumer's ping."""
    answer: dict[str, str] = http.post(path, headers=KEY, json=patient_ping(who)).json()
    return answer


def hold_market(url: str, leads: int, seed: int) -> list[Audited]:
    """The demo's market in real time, with the service at `url` among its buyers; what became of each lead."""
    audits: list[Audited] = []

    async def hold() -> None:
        exchange = Exchange(setup, rivals_url, seed, WallTime(time.time), time.perf_counter)
        try:
            await exchange.hold([Visit(time.time(), number) for number in range(1, leads + 1)], 8, audits.append)
        finally:
            await exchange.aclose()

    setup = read_setup(MARKET, {"harbor": url})
    with listening(RivalServers(setup.rivals, seed, time.time), lifespan="off") as rivals_url:
        asyncio.run(hold())
    return audits
