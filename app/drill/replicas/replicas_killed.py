"""Three replicas sell under load while they are killed at random, and their database is restarted in the middle."""

import asyncio
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

from app.drill.drill import CAPS_OVERRUN, DELIVERIES_LOST, LOST, NEVER, REPLAYS_DIFFER, SOLD_TWICE, Say
from app.drill.kit.books import Books
from app.drill.kit.cluster.cluster import Cluster, LocalReplica, cluster
from app.drill.kit.service import crm
from app.drill.kit.throwaway_postgres import stopped
from app.mock_exchange.consumers import consumer, ping_of, post_of
from app.mock_exchange.crm_receiver import CrmReceiver, CrmReply
from app.packaged import DEMO

PROMISE = (
    "three replicas overrun no cap, honor 999 of 1,000 live bids, lose no accepted lead, deliver each under one id and "
    "repeat each answer, though they are killed and their database is restarted; a pause holds at all within a second"
)
IN_SAMPLE = False

SECONDS = 45.0
SELLERS = 150
"""How many leads are under way at once."""
POSTED = 0.8
"""The share of bids that win; the others keep their room until they end."""
WON_AFTER_S, WON_UNTIL_S = 3.0, 8.0
"""When a bid that wins is posted: on average, and at the latest."""
LIFE_S = 30
"""How long a bid lives: longer than any outage here, and so short that room comes back of those that nobody won."""
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
class AcceptedPost:
    """What a seller has of one accepted post."""

    body: Mapping[str, object]
    answer: bytes
    lead_id: str
    price_cents: int


@dataclass
class ReplicasTrade:
    """What sellers saw."""

    pings: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    sold: list[AcceptedPost] = field(default_factory=list)
    retried: int = 0
    unsettled: int = 0

    @property
    def honored(self) -> float:
        """Of the posts to live bids that got an answer for good, the share that was accepted."""
        answered = len(self.sold) + sum(self.refused.values())
        return len(self.sold) / answered if answered else 1.0


def drill(folder: Path, say: Say) -> list[str]:
    """Pause and trade, then compare all books."""
    with buying(folder) as (replicas, receiver):
        broken = asyncio.run(_paused(replicas))
        # Answers that take a while have deliveries under way whenever a replica is killed.
        receiver.trouble = CrmReply(delay_s=0.3, keeps=True)
        trade = asyncio.run(_trade(replicas, say))
        receiver.trouble = None
        found = {figure: set[str]() for figure in NEVER}
        found[REPLAYS_DIFFER] |= asyncio.run(_answered_otherwise(replicas, trade.sold))
        found[DELIVERIES_LOST] |= _undelivered(receiver, trade.sold)
        _compare(replicas, receiver, trade, found, say)
        journals = [Books(each.data / "journal", None, receiver) for each in replicas.all]
        for books in journals:
            books.compare({})
            found[REPLAYS_DIFFER] |= books.found[REPLAYS_DIFFER]
    for figure, cases in found.items():
        say.count(figure, len(cases))
    say.count("decisions replayed", sum(books.replayed for books in journals))
    say.count("deliveries repeated under one id", receiver.received().repeated)
    broken += [f"{figure}: {len(cases)}, as in {min(cases)}" for figure, cases in found.items() if cases]
    return broken + _dishonored(trade, say)


def _dishonored(trade: ReplicasTrade, say: Say) -> list[str]:
    """What was broken of promises that are not about books; the figures of the trade."""
    say.count("pings", trade.pings.total())
    say.count("bids", trade.pings["accepted"])
    say.count("sold", len(trade.sold))
    say.count("posts repeated", trade.retried)
    say.count("% of live bids honored", round(100.0 * trade.honored, 2))
    say(f"pings: {_listed(trade.pings)}; posts refused: {_listed(trade.refused)}")
    broken = []
    if trade.honored < HONORED_MIN:
        broken.append(f"{trade.honored:.2%} of live bids were honored; refused were {_listed(trade.refused)}")
    if trade.unsettled:
        broken.append(f"{trade.unsettled} posts to live bids got no answer until they ended")
    return broken


def _listed(counts: Counter[str]) -> str:
    return ", ".join(f"{count} {name}" for name, count in counts.most_common()) or "none"


@contextmanager
def buying(folder: Path) -> Iterator[tuple[Cluster, CrmReceiver]]:
    """The demo's buyer with `CAPS` on three replicas, and its CRM."""
    with crm() as (receiver, crm_url):
        shutil.copytree(DEMO, folder / "config")
        config = folder / "config" / "buyer.toml"
        written = config.read_text().replace("http://127.0.0.1:8081", crm_url)
        written = written.replace('bid_lifetime = "120s"', f'bid_lifetime = "{LIFE_S}s"')
        for name, (cap, _) in CAPS.items():
            before, mark, after = written.partition(f'name = "{name}"')
            written = before + mark + after.replace('{ limit = 10_000, window = "day" }', "{ " + cap + " }", 1)
        config.write_text(written)
        with cluster(folder, config) as replicas:
            yield replicas, receiver


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


async def _trade(replicas: Cluster, say: Say) -> ReplicasTrade:
    """Sell while replicas are killed, until all sellers have had their answers."""
    chance, trade = say.chance, ReplicasTrade()
    ends = time.monotonic() + SECONDS
    numbers = count(1_000 + 100_000 * say.seed)
    limits = httpx.Limits(max_connections=SELLERS)
    async with httpx.AsyncClient(base_url=replicas.url, trust_env=False, timeout=10.0, limits=limits) as http:
        sellers = [
            _sell(http, numbers, trade, random.Random(f"{say.seed}/{number}"), ends) for number in range(SELLERS)
        ]
        keeping = [asyncio.create_task(_keep_up(each, chance)) for each in replicas.all]
        killing = asyncio.create_task(_kill(replicas, chance, ends))
        await asyncio.gather(*sellers)
        kills = await killing
        for each in replicas.all:
            await asyncio.to_thread(each.until_ready, also_dead=True)
        for task in keeping:
            task.cancel()
    say.count("kills", kills)
    return trade


async def _sell(
    http: httpx.AsyncClient, numbers: Iterator[int], trade: ReplicasTrade, chance: random.Random, ends: float
) -> None:
    """One lead after the other, as an exchange does that has other buyers as well."""
    vertical = RUSH
    while time.monotonic() < ends:
        who, vertical = consumer(1, next(numbers), vertical), chance.choice(VERTICALS)
        asked_at = time.time()
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
        lives_until = asked_at + answer["expires_in"] - 1.0
        await asyncio.sleep(min(chance.expovariate(1.0 / WON_AFTER_S), WON_UNTIL_S))
        if chance.random() < POSTED:
            await _post(http, post_of(who, answer["ping_id"], time.time()), trade, chance, lives_until)


async def _post(
    http: httpx.AsyncClient, body: Mapping[str, object], trade: ReplicasTrade, chance: random.Random, lives_until: float
) -> None:
    """Post until there is an answer for good: neither a broken connection nor a 503 is one.

    Also for a while when the bid has ended: whoever was not answered learns so whether it was sold.
    """
    while time.time() < lives_until + LIFE_S:
        with suppress(httpx.TransportError, ValueError):
            got = await http.post("/v1/post", headers=KEY, json=body)
            answer = got.json()
            if got.status_code != 503:
                if answer["status"] == "accepted":
                    cents = round(answer["price"] * 100)
                    trade.sold.append(AcceptedPost(body, got.content, answer["lead_id"], cents))
                elif answer["reason_code"] == "ping_expired" and time.time() > lives_until:
                    # It was not answered while the bid lived.
                    break
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


async def _keep_up(replica: LocalReplica, chance: random.Random) -> None:
    """Start it whenever it has ended, as a container's engine does: also where it found no database."""
    while True:
        await asyncio.sleep(chance.uniform(0.1, 1.0))
        if not replica.is_alive:
            replica.start()


def _restart_database(url: str) -> None:
    with stopped(url):
        time.sleep(AWAY_S)


async def _answered_otherwise(replicas: Cluster, sold: Sequence[AcceptedPost]) -> set[str]:
    """The leads whose post, once more, gets another answer of any replica: it must be the same byte for byte."""
    others = set()
    async with httpx.AsyncClient(trust_env=False, timeout=20.0, headers=KEY) as http:
        for number, each in enumerate(sold):
            url = replicas.all[number % len(replicas.all)].url
            if (await http.post(f"{url}/v1/post", json=each.body)).content != each.answer:
                others.add(f"the post of lead {each.lead_id}")
    return others


def _undelivered(receiver: CrmReceiver, sold: Sequence[AcceptedPost]) -> set[str]:
    accepted = {each.lead_id for each in sold}
    end = time.monotonic() + DELIVERED_S
    while (missing := accepted - set(receiver.received().lead_ids)) and time.monotonic() < end:
        time.sleep(0.2)
    return {f"lead {lead_id}" for lead_id in missing}


def _compare(
    replicas: Cluster, receiver: CrmReceiver, trade: ReplicasTrade, found: dict[str, set[str]], say: Say
) -> None:
    """Add to `found` where store, sellers and CRM differ, and where a cap was overrun."""
    stored = {row.lead_id: row for row in replicas.rows("SELECT lead_id, campaign, price_cents FROM lead")}
    accepted = {each.lead_id: each.price_cents for each in trade.sold}
    found[LOST] |= {
        f"lead {lead_id}"
        for lead_id, cents in accepted.items()
        if lead_id not in stored or stored[lead_id].price_cents != cents
    }
    found[SOLD_TWICE] |= {f"lead {lead_id}, of which no seller was told" for lead_id in stored.keys() - accepted.keys()}
    told = Counter(each.lead_id for each in trade.sold)
    found[SOLD_TWICE] |= {f"lead {lead_id} to sellers" for lead_id, times in told.items() if times > 1}
    came = Counter(each.lead_id for each in list(receiver.kept.values()))
    found[SOLD_TWICE] |= {f"lead {lead_id} to the CRM" for lead_id, ids in came.items() if ids > 1}
    counted = {row.counter: row.used for row in replicas.rows("SELECT counter, used FROM cap_counter")}
    for name, (cap, limit) in CAPS.items():
        uses = sum(row.price_cents if "spend" in cap else 1 for row in stored.values() if row.campaign == name)
        used = [used for counter, used in counted.items() if f"/{name}/" in counter]
        say(f"{name}: {uses / limit:.0%} of its cap")
        if uses > limit or used != [uses]:
            found[CAPS_OVERRUN].add(f"{name}: sold {uses} of {limit}, counted {used}")
