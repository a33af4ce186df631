"""Each bid is posted twice at once, on two replicas and on one; other posts bear bids that were altered or stolen."""

import asyncio
import base64
import os
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

import httpx

from app.domain.token import mint, read_on_trust
from app.drill.drill import SOLD_TWICE, Say
from app.drill.kit.cluster.cluster import Cluster, cluster
from app.mock_exchange.consumers import Consumer, consumer, ping_of, post_of
from app.packaged import DEMO_CONFIG
from app.wire.ping import Value

PROMISE = (
    "two posts of one bid at once make one sale and get one answer, on two replicas and on one, and a bid that was "
    "altered, stolen, sold before or signed elsewhere is refused by name and never sold"
)
IN_SAMPLE = False

PAIRS = 150
AT_ONCE = 10
KEY, OTHER_KEY = {"X-API-Key": "demo-acme-key"}, {"X-API-Key": "demo-bluebird-key"}
REFUSALS = frozenset({"ping_unknown", "ping_mismatch"})
"""What a bid that is not the seller's own may be refused as."""

Offer = tuple[Consumer, str]
"""Somebody, and the bid for them."""


def drill(folder: Path, say: Say) -> list[str]:
    """On three replicas."""
    with cluster(folder, DEMO_CONFIG) as replicas:
        return asyncio.run(_posted(replicas, say))


async def _posted(replicas: Cluster, say: Say) -> list[str]:
    first, second, *_ = [each.url for each in replicas.all]
    async with httpx.AsyncClient(trust_env=False, timeout=30.0) as http:
        apart, broken = await _pairs(http, first, second, range(1, PAIRS + 1))
        together, more = await _pairs(http, first, first, range(PAIRS + 1, 2 * PAIRS + 1))
        say.count("pairs on two replicas", apart)
        say.count("pairs on one", together)
        broken += more
        say.count(SOLD_TWICE, len(broken))
        stored = _stored(replicas)
        if stored != apart + together:
            broken.append(f"{apart + together} bids were posted, and {stored} leads are stored")
        broken += await _altered(http, first, second, say)
        if (after := _stored(replicas)) != stored + 1:
            broken.append(f"{after - stored} leads more are stored, and one was sold in order")
    return broken


async def _pairs(http: httpx.AsyncClient, one: str, other: str, numbers: range) -> tuple[int, list[str]]:
    """Post every bid for these consumers to both at the same time; how many there were, and what was broken."""
    answered: Counter[str] = Counter()
    for start in range(numbers.start, numbers.stop, AT_ONCE):
        offers = await _offers(http, one, range(start, min(start + AT_ONCE, numbers.stop)))
        answered += Counter(await asyncio.gather(*[_pair(http, one, other, offer) for offer in offers]))
    broken = [f"{each} pairs: {what}" for what, each in answered.items() if what != "one sale"]
    return answered.total(), broken


async def _pair(http: httpx.AsyncClient, one: str, other: str, offer: Offer) -> str:
    who, bid = offer
    body = post_of(who, bid, time.time())
    first, second = await asyncio.gather(_settled(http, one, body), _settled(http, other, body))
    if first.content != second.content:
        return f"two answers, {first.json()['status']} and {second.json()['status']}"
    answer = first.json()
    return "one sale" if answer["status"] == "accepted" else str(answer["reason_code"])


async def _settled(http: httpx.AsyncClient, url: str, body: Mapping[str, Value]) -> httpx.Response:
    """The answer for good: whoever gets 503 asks again, as sellers do."""
    for _ in range(100):
        answer = await http.post(f"{url}/v1/post", headers=KEY, json=body)
        if answer.status_code != 503:
            break
        await asyncio.sleep(0.1)
    return answer


async def _offers(http: httpx.AsyncClient, url: str, numbers: range) -> list[Offer]:
    """Those of these consumers for whom there is a bid, with it."""
    people = [consumer(1, number, "auto_insurance") for number in numbers]
    pings = [http.post(f"{url}/v1/ping", headers=KEY, json=ping_of(who, time.time())) for who in people]
    answers = [answer.json() for answer in await asyncio.gather(*pings)]
    pairs = zip(people, answers, strict=True)
    return [(who, answer["ping_id"]) for who, answer in pairs if answer["status"] == "accepted"]


async def _altered(http: httpx.AsyncClient, one: str, other: str, say: Say) -> list[str]:
    """Post what was made of a live bid, and of one that is sold; then the live one as it is, which must be honored."""
    offers = await _offers(http, one, range(2 * PAIRS + 1, 2 * PAIRS + 20))
    (who, bid), (_, another), (stranger, _), *_ = offers
    attempts = [(name, KEY, post_of(who, forged, time.time())) for name, forged in _forged(bid)]
    attempts += [
        ("another seller's", OTHER_KEY, post_of(who, bid, time.time())),
        ("another consumer's", KEY, post_of(stranger, another, time.time())),
    ]
    refused: Counter[str] = Counter()
    broken = []
    for number, (name, key, body) in enumerate(attempts):
        answer = (await http.post(f"{(one, other)[number % 2]}/v1/post", headers=key, json=body)).json()
        refused[answer["reason_code"]] += 1
        if answer["status"] == "accepted" or answer["reason_code"] not in REFUSALS:
            broken.append(f"{name}: {answer['status']} {answer['reason_code']}")
    say.count("altered bids", len(attempts))
    say("refused as " + ", ".join(f"{code}: {each}" for code, each in refused.most_common()))
    sold = await _settled(http, other, post_of(who, bid, time.time()))
    if sold.json()["status"] != "accepted":
        broken.append(f"the bid itself was not honored afterwards: {sold.json()['reason_code']}")
    replayed = (await _settled(http, one, post_of(stranger, bid, time.time()))).json()
    if replayed["reason_code"] != "ping_used":
        broken.append(f"sold before, and posted for somebody else: {replayed['status']} {replayed['reason_code']}")
    return broken


def _forged(bid: str) -> Iterator[tuple[str, str]]:
    """The bid with each of its bytes changed, and one like it that another installation has signed."""
    whole = base64.urlsafe_b64decode(bid)
    for place in range(len(whole)):
        changed = bytes([*whole[:place], whole[place] ^ 1, *whole[place + 1 :]])
        yield f"byte {place} changed", base64.urlsafe_b64encode(changed).decode()
    token = read_on_trust(bid)
    if token is not None:
        yield "another signature", mint(token, 1, os.urandom(32))


def _stored(replicas: Cluster) -> int:
    return len(replicas.rows("SELECT lead_id FROM lead"))
