"""A seller that holds a small auction for each lead over HTTP: ping, compare with its other offer, post or move on."""

import time
from collections.abc import Mapping
from math import exp

import httpx
import msgspec

from app.mock_exchange.chance import Chance, chance_of
from app.mock_exchange.consumers import Consumer, consumer, ping_of, post_of
from app.wire.ping import LeadType, Value

OTHER_OFFERS = {"auto_insurance": 14.0, "solar": 38.0, "mortgage": 42.0, "personal_injury": 85.0, "roofing": 33.0}
"""Dollars that the best other buyer usually offers, by vertical; the median of a log-normal with deviation .5."""

_SPREAD = 0.5


_AGED_S = 9 * 86_400.0
"""How old an aged lead is that a seller tries to sell as a fresh one."""


class Shop(msgspec.Struct, frozen=True, kw_only=True):
    """A seller's name, its key at the buyer, and which kind of leads it sells."""

    name: str
    key: str
    lead_type: LeadType = "any"


def visitor(seed: int, number: int) -> Consumer:
    """Who comes at place `number`: somebody new, or in one of twenty-five cases somebody who came before."""
    chance = chance_of(seed, "visit", number)
    if number > 1 and chance.below("again", 0.04):
        return consumer(seed, chance.integer("who", 1, number - 1))
    return consumer(seed, number)


class Auctioned(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one lead. `price` is the buyer's bid in dollars, 0 where it made none; times in milliseconds."""

    seller: str
    vertical: str
    ping_id: str
    price: float
    reason_code: str
    other: float
    ping_ms: float
    post_status: str = ""
    post_ms: float = 0.0


async def auction(http: httpx.AsyncClient, shop: Shop, who: Consumer, seed: int, now: float) -> Auctioned:
    """Offer one consumer. The lead goes to whoever offers more; the buyer is told when it lost."""
    headers = {"X-API-Key": shop.key, "Accept": "application/json"}
    chance = chance_of(seed, "auction", who.number)
    other = _other_offer(chance, who)
    answer, ping_ms = await _ask(http, "/v1/ping", _ping(shop, who, chance, other, now), headers)
    price = float(answer["price"])
    offered = Auctioned(
        seller=shop.name,
        vertical=who.vertical,
        ping_id=answer["ping_id"],
        price=price,
        reason_code=answer["reason_code"],
        other=other,
        ping_ms=ping_ms,
    )
    if price <= 0.0:
        return offered
    if price < other:
        notice = {"ping_id": answer["ping_id"], "result": "lost", "price": f"{other:.2f}"}
        await _ask(http, "/v1/notices", notice, headers)
        return offered
    posted, post_ms = await _ask(http, "/v1/post", post_of(who, answer["ping_id"], now), headers)
    return msgspec.structs.replace(offered, post_status=posted["status"], post_ms=post_ms)


def _ping(shop: Shop, who: Consumer, chance: Chance, other: float, now: float) -> dict[str, Value]:
    """Mostly a good ping; sometimes one with a reserve, and now and then an aged lead."""
    asked_at = now - _AGED_S if chance.below("aged", 0.02) else now
    ping = ping_of(who, asked_at, with_hash=chance.below("hash", 0.5)) | {"lead_type": shop.lead_type}
    if chance.below("reserve", 0.25):
        ping["min_price"] = round(0.8 * other, 2)
    return ping


async def _ask(
    http: httpx.AsyncClient, path: str, body: Mapping[str, Value], headers: dict[str, str]
) -> tuple[dict[str, str], float]:
    started = time.perf_counter()
    answer = await http.post(path, json=dict(body), headers=headers)
    return answer.json(), (time.perf_counter() - started) * 1000.0


def _other_offer(chance: Chance, who: Consumer) -> float:
    return OTHER_OFFERS.get(who.vertical, 20.0) * exp(_SPREAD * chance.normal("other"))
