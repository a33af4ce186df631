"""Three replicas are stopped in order and started again, one after the other, while sellers ping and post."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import httpx

from app.drill.drill import Say
from app.drill.kit.cluster.cluster import Cluster, cluster
from app.mock_exchange.consumers import consumer, ping_of, post_of
from app.packaged import DEMO_CONFIG

PROMISE = "a rolling restart of three replicas behind a balancer loses no request of a seller and breaks no bid"
IN_SAMPLE = False

SELLERS = 12
DRAIN_S = 2
VERTICAL = "roofing"
"""No cap of the demo binds there, so that a bid that is not honored was lost by a restart."""
KEY = {"X-API-Key": "demo-acme-key"}


def drill(folder: Path, say: Say) -> list[str]:
    """Restart each once."""
    with cluster(folder, DEMO_CONFIG, more=("--drain", str(DRAIN_S))) as replicas:
        asked, statuses = asyncio.run(_restarted(replicas))
    say("requests meanwhile: " + ", ".join(f"{each} {name}" for name, each in asked.most_common()))
    say.count("requests", asked.total())
    lost = {name: each for name, each in asked.items() if name not in ("ping", "sold")}
    say.count("requests lost", sum(lost.values()))
    broken = [f"requests that were lost: {lost}"] if lost else []
    return [*broken, f"replicas ended with {statuses}"] if any(statuses) else broken


async def _restarted(replicas: Cluster) -> tuple[Counter[str], list[int]]:
    """What became of each request, and the statuses with which the replicas ended."""
    asked: Counter[str] = Counter()
    statuses = []
    async with httpx.AsyncClient(base_url=replicas.url, trust_env=False, timeout=20.0, headers=KEY) as http:
        numbers, over = count(1), asyncio.Event()
        selling = [asyncio.create_task(_sell(http, numbers, asked, over)) for _ in range(SELLERS)]
        await asyncio.sleep(1.0)
        for each in replicas.all:
            statuses.append(await asyncio.to_thread(each.stop))
            each.start()
            await asyncio.to_thread(each.until_ready)
            await asyncio.to_thread(replicas.until_balanced)
        over.set()
        await asyncio.gather(*selling)
    return asked, statuses


async def _sell(http: httpx.AsyncClient, numbers: Iterator[int], asked: Counter[str], over: asyncio.Event) -> None:
    """Ping and post without ever asking twice: what is lost shows."""
    chance = random.Random(next(numbers))
    while not over.is_set():
        who = consumer(1, next(numbers), VERTICAL)
        try:
            bid = (await http.post("/v1/ping", json=ping_of(who, time.time()))).json()
            asked["ping" if bid["reason_code"] != "internal" else "ping failed"] += 1
            await asyncio.sleep(chance.uniform(0.05, 0.5))
            if bid["status"] == "accepted":
                answer = await http.post("/v1/post", json=post_of(who, bid["ping_id"], time.time()))
                sale = answer.json()
                asked["sold" if sale["status"] == "accepted" else f"{answer.status_code} {sale['reason_code']}"] += 1
        except httpx.TransportError as error:
            asked[type(error).__name__] += 1
