"""Three replicas sell under load while they are killed at random, and their database is restarted in the middle."""

import asyncio
import os
import random
import shutil
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import httpx
from sqlalchemy import create_engine, text

from app.mock_exchange.consumers import consumer, ping_of, post_of
from app.mock_exchange.crm_receiver import CrmReceiver, CrmReply
from tests.cluster.cluster import Cluster, Replica, cluster
from tests.drill.drill import NotHere, Say
from tests.service import DEMO_CONFIG, crm
from tests.throwaway_postgres import ServerNotFound, stopped

PROMISE = (
    "three replicas on one database overrun no cap and honor 999 of 1,000 live bids, lose no accepted lead, deliver "
    "each under one id and repeat every answer, though they are killed and the database is restarted in the middle; a "
    "pause through one holds at the others within a second"
)
IN_SAMPLE = False

SECONDS = 40.0
SELLERS = 150
"""How many leads are under way at once."""
POSTED = 0.8
"""The share of bids that win; the others keep their room until they end."""
WON_AFTER_S = 3.0
KILL_EVERY_S = 3.0
AWAY_S = 1.5
DELIVERED_S = 150.0
"""A dead worker's claims come back when their leases end."""
HONORED_MIN = 0.999
OPERATOR = {"X-API-Key": "demo-operator-key"}
PAUSED = "injury-anywhere", "personal_injury"
PAUSE_S = 1.0
KEY = {"X-API-Key": "demo-acme-key"}

CAPS = {
    "auto-anywhere": ('name = "leads", limit = 160, window = "total"', 160),
    "solar-anywhere": ('name = "budget", measure = "spend", limit = 900, window = "total"', 90_000),
    "mortgage-anywhere": ('name = "rush", limit = 60, window = "total"', 60),
    "roofing-anywhere": ('name = "seller", limit = 90, window = "total", scope = "campaign_seller"', 90),
}
"""What each campaign's cap is replaced with, and its limit in leads or cents: all of them bind on the way."""
RUSH = "mortgage"
"""What all sellers ask for at once at the start: more than its cap, before any replica has heard of another's bids."""
VERTICALS = ("auto_insurance", "auto_insurance", "solar", "roofing")


@dataclass
class Sold:
    """What a seller has of one accepted post."""

    body: Mapping[str, object]
    answer: bytes
    lead_id: str
    price_cents: int


@dataclass
class Trade:
    """What sellers saw."""

    pings: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    sold: list[Sold] = field(default_factory=list)
    retried: int = 0
    unsettled: int = 0

    @property
    def honored(self) -> float:
        """Of the posts to live bids that got an answer for good, the share that was accepted."""
        answered = len(self.sold) + sum(self.refused.values())
        return len(self.sold) / answered if answered else 1.0


@dataclass
class Run:
    """One time through: the figures, and what was broken."""

    kills: int
    trade: Trade
    repeated: int = 0
    full: str = ""
    broken: list[str] = field(default_factory=list)

    def row(self) -> str:
        """As a row of `HEAD`."""
        trade = self.trade
        return (
            f"{self.kills:5} {sum(trade.pings.values()):6} {trade.pings['accepted']:5} {len(trade.sold):5} "
            f"{trade.retried:7} {sum(trade.refused.values()):7} {trade.honored:8.4f} {self.repeated:8}  "
            f"{'; '.join(self.broken) or 'kept'}"
        )


HEAD = "kills  pings  bids  sold retried refused  honored repeated  found"


def drill(folder: Path, say: Say) -> list[str]:
    """Once, or as often as LEADBID_DRILL_RUNS says, with the seeds from LEADBID_DRILL_SEED on."""
    runs, first = int(os.environ.get("LEADBID_DRILL_RUNS", "1")), int(os.environ.get("LEADBID_DRILL_SEED", "1"))
    say(HEAD)
    broken = []
    for seed in range(first, first + runs):
        run = _run(folder / f"run-{seed}", seed)
        say(run.row())
        say(f"      pings: {_listed(run.trade.pings)}; refused: {_listed(run.trade.refused)}; full: {run.full}")
        broken += [f"seed {seed}: {sentence}" for sentence in run.broken]
    return broken


def _run(folder: Path, seed: int) -> Run:
    with buying(folder) as (replicas, receiver):
        # Answers that take a while have deliveries under way whenever a replica is killed.
        receiver.trouble = CrmReply(delay_s=0.3, keeps=True)
        paused = asyncio.run(_paused(replicas))
        run = asyncio.run(_trade(replicas, seed))
        run.broken += paused
        receiver.trouble = None
        run.broken += asyncio.run(_repeated(replicas, run.trade.sold))
        run.broken += _undelivered(receiver, run.trade.sold)
        run.repeated = receiver.received().repeated
        run.broken += _books(replicas.database_url, receiver, run)
    if run.trade.honored < HONORED_MIN:
        run.broken.append(f"{run.trade.honored:.1%} of live bids honored, refused {dict(run.trade.refused)}")
    if run.trade.unsettled:
        run.broken.append(f"{run.trade.unsettled} posts to live bids got no answer until they ended")
    return run


def _listed(counts: Counter[str]) -> str:
    return ", ".join(f"{count} {name}" for name, count in counts.most_common()) or "none"


@contextmanager
def buying(folder: Path) -> Iterator[tuple[Cluster, CrmReceiver]]:
    """The demo's buyer with `CAPS` on three replicas, and its CRM."""
    with crm() as (receiver, crm_url):
        shutil.copytree(DEMO_CONFIG.parent, folder / "config")
        config = folder / "config" / "buyer.toml"
        written = config.read_text().replace("http://127.0.0.1:8081", crm_url)
        for name, (cap, _) in CAPS.items():
            before, mark, after = written.partition(f'name = "{name}"')
            written = before + mark + after.replace('{ limit = 10_000, window = "day" }', "{ " + cap + " }", 1)
        config.write_text(written)
        try:
            with cluster(folder, config) as replicas:
                yield replicas, receiver
        except ServerNotFound as missing:
            raise NotHere(str(missing)) from None


async def _paused(replicas: Cluster) -> list[str]:
    """Pause a campaign through one replica, and ask the others from then on."""
    pause = f"/v1/pauses/{PAUSED[0]}"
    through, *others = [each.url for each in replicas.all]
    numbers, late = count(1), 0

    async def asked() -> bool:
        """Whether another replica bids on somebody."""
        who = consumer(1, next(numbers), PAUSED[1])
        url = f"{chance.choice(others)}/v1/ping"
        bid: bool = (await http.post(url, headers=KEY, json=ping_of(who, time.time()))).json()["status"] == "accepted"
        return bid

    chance = random.Random(1)
    async with httpx.AsyncClient(trust_env=False, timeout=10.0) as http:
        if not any([await asked() for _ in range(20)]):
            return ["nobody bids on what is to be paused"]
        told = await http.put(through + pause, headers=OPERATOR, json={"why": "a drill"})
        if told.status_code != 200:
            return [f"a pause got {told.status_code}: {told.text}"]
        began = time.monotonic()
        while (since_s := time.monotonic() - began) < PAUSE_S + 1.0:
            late += await asked() and since_s > PAUSE_S
            await asyncio.sleep(0.02)
        await http.delete(through + pause, headers=OPERATOR)
    return [f"{late} bids at other replicas {PAUSE_S:.0f} s after a pause through one"] if late else []


async def _trade(replicas: Cluster, seed: int) -> Run:
    """Sell while replicas are killed, until all sellers have had their answers."""
    chance, trade = random.Random(seed), Trade()
    ends = time.monotonic() + SECONDS
    numbers = iter(range(seed * 100_000 + 1, (seed + 1) * 100_000))
    limits = httpx.Limits(max_connections=SELLERS)
    async with httpx.AsyncClient(base_url=replicas.url, trust_env=False, timeout=10.0, limits=limits) as http:
        sellers = [_sell(http, numbers, trade, random.Random(f"{seed}/{number}"), ends) for number in range(SELLERS)]
        keeping = [asyncio.create_task(_keep_up(each, chance)) for each in replicas.all]
        killing = asyncio.create_task(_kill(replicas, chance, ends))
        await asyncio.gather(*sellers)
        kills = await killing
        for each in replicas.all:
            await asyncio.to_thread(each.until_ready, also_dead=True)
        for task in keeping:
            task.cancel()
    return Run(kills, trade)


async def _sell(
    http: httpx.AsyncClient, numbers: Iterator[int], trade: Trade, chance: random.Random, ends: float
) -> None:
    """One lead after the other, as an exchange does that has other buyers as well."""
    vertical = RUSH
    while time.monotonic() < ends:
        who, vertical = consumer(1, next(numbers), vertical), chance.choice(VERTICALS)
        try:
            answer = (await http.post("/v1/ping", headers=KEY, json=ping_of(who, time.time()))).json()
        except (httpx.TransportError, ValueError):
            # Nobody pings twice for one auction: another buyer has it.
            trade.pings["unanswered"] += 1
            await asyncio.sleep(0.5)
            continue
        trade.pings[answer["reason_code"] or answer["status"]] += 1
        if answer["status"] != "accepted":
            await asyncio.sleep(0.02)
            continue
        lives_until = time.time() + answer["expires_in"] - 1.0
        await asyncio.sleep(chance.expovariate(1.0 / WON_AFTER_S))
        if chance.random() < POSTED:
            await _post(http, post_of(who, answer["ping_id"], time.time()), trade, chance, lives_until)


async def _post(
    http: httpx.AsyncClient, body: Mapping[str, object], trade: Trade, chance: random.Random, lives_until: float
) -> None:
    """Post until there is an answer for good: neither a broken connection nor a 503 is one."""
    while time.time() < lives_until:
        with suppress(httpx.TransportError, ValueError):
            got = await http.post("/v1/post", headers=KEY, json=body)
            answer = got.json()
            if got.status_code != 503:
                if answer["status"] == "accepted":
                    cents = round(answer["price"] * 100)
                    trade.sold.append(Sold(body, got.content, answer["lead_id"], cents))
                else:
                    trade.refused[answer["reason_code"]] += 1
                return
        trade.retried += 1
        await asyncio.sleep(0.1 + 0.3 * chance.random())
    trade.unsettled += 1


async def _kill(replicas: Cluster, chance: random.Random, ends: float) -> int:
    """Kill one at random again and again; restart the database half-way. How many were killed."""
    kills, restart_at = 0, time.monotonic() + SECONDS / 2
    while time.monotonic() < ends:
        await asyncio.sleep(KILL_EVERY_S * chance.uniform(0.5, 1.5))
        if time.monotonic() > restart_at:
            restart_at = float("inf")
            await asyncio.to_thread(_restart_database, replicas.database_url)
        # Nobody can sell where all replicas are just starting.
        if len(replicas.balancer.ready) > 1:
            chance.choice(replicas.all).kill()
            kills += 1
    return kills


async def _keep_up(replica: Replica, chance: random.Random) -> None:
    """Start it whenever it has ended, as a container's engine does: also where it found no database."""
    while True:
        await asyncio.sleep(chance.uniform(0.1, 1.0))
        if not replica.is_alive:
            replica.start()


def _restart_database(url: str) -> None:
    with stopped(url):
        time.sleep(AWAY_S)


async def _repeated(replicas: Cluster, sold: Sequence[Sold]) -> list[str]:
    """Every accepted post once more, on each replica in turn: the same answer, byte for byte."""
    others = 0
    async with httpx.AsyncClient(trust_env=False, timeout=20.0, headers=KEY) as http:
        for number, each in enumerate(sold):
            url = replicas.all[number % len(replicas.all)].url
            others += (await http.post(f"{url}/v1/post", json=each.body)).content != each.answer
    return [f"{others} repeated posts got another answer"] if others else []


def _undelivered(receiver: CrmReceiver, sold: Sequence[Sold]) -> list[str]:
    accepted = {each.lead_id for each in sold}
    end = time.monotonic() + DELIVERED_S
    while (missing := accepted - set(receiver.received().lead_ids)) and time.monotonic() < end:
        time.sleep(0.2)
    return [f"{len(missing)} accepted leads never came to the CRM"] if missing else []


def _books(database_url: str, receiver: CrmReceiver, run: Run) -> list[str]:
    """Where store, sellers and CRM differ, and where a cap was overrun."""
    trade = run.trade
    engine = create_engine(database_url)
    with engine.connect() as connection:
        stored = {
            row.lead_id: row for row in connection.execute(text("SELECT lead_id, campaign, price_cents FROM lead"))
        }
        counted = {row.counter: row.used for row in connection.execute(text("SELECT counter, used FROM cap_counter"))}
    engine.dispose()
    accepted = {each.lead_id: each.price_cents for each in trade.sold}
    came = Counter(each.lead_id for each in receiver.kept.values())
    broken = []
    if len(accepted) < len(trade.sold):
        broken.append(f"{len(trade.sold) - len(accepted)} leads were sold twice")
    if accepted != {lead_id: row.price_cents for lead_id, row in stored.items()}:
        lost, more = accepted.keys() - stored.keys(), stored.keys() - accepted.keys()
        broken.append(f"{len(lost)} accepted leads are not stored, {len(more)} are that nobody was told of")
    if set(came) != set(accepted):
        broken.append(f"the CRM has {len(came)} leads of {len(accepted)}")
    if twice := [lead_id for lead_id, ids in came.items() if ids > 1]:
        broken.append(f"{len(twice)} leads came under two ids")
    for name, (cap, limit) in CAPS.items():
        of = [row.price_cents if "spend" in cap else 1 for row in stored.values() if row.campaign == name]
        used = [used for counter, used in counted.items() if f"/{name}/" in f"/{counter}/"]
        run.full += f" {name} {sum(of) / limit:.0%}"
        if sum(of) > limit or used != [sum(of)]:
            broken.append(f"{name}: sold {sum(of)} of {limit}, counted {used}")
    return broken
