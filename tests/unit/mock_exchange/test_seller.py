"""One auction after another, against a buyer who answers as the test wants."""

import asyncio
from collections.abc import Callable
from typing import Any

import httpx
import msgspec

from app.mock_exchange.consumers import consumer
from app.mock_exchange.seller import Auctioned, Shop, auction, visitor
from tests.build import NOW

ACME = Shop(name="acme", key="acme-key")
PING_ID = "p" * 64


class Buyer:
    """Bids what it is told to, and remembers what it was asked."""

    def __init__(self, bid: float) -> None:
        self.bid = bid
        self.asked: list[tuple[str, str, dict[str, Any]]] = []

    def answer(self, request: httpx.Request) -> httpx.Response:
        path, key = request.url.path, request.headers["x-api-key"]
        self.asked.append((path, key, msgspec.json.decode(request.content)))
        if path == "/v1/ping":
            code = "" if self.bid else "low_value"
            return httpx.Response(200, json={"ping_id": PING_ID, "price": self.bid, "reason_code": code})
        return httpx.Response(200, json={"status": "accepted"})

    @property
    def doors(self) -> list[str]:
        return [path for path, _, _ in self.asked]


def held(buyer: Buyer, number: int = 1, shop: Shop = ACME, vertical: str = "solar") -> Auctioned:
    """One auction of this consumer."""

    async def play() -> Auctioned:
        transport = httpx.MockTransport(buyer.answer)
        async with httpx.AsyncClient(base_url="http://buyer.example", transport=transport) as http:
            return await auction(http, shop, consumer(1, number, vertical), 1, NOW)

    return asyncio.run(play())


def test_the_highest_offer_gets_the_whole_lead() -> None:
    buyer = Buyer(10_000.0)
    sold = held(buyer)
    assert buyer.doors == ["/v1/ping", "/v1/post"]
    assert {key for _, key, _ in buyer.asked} == {"acme-key"}
    ping, post = (body for _, _, body in buyer.asked)
    assert (post["ping_id"], post["phone"]) == (PING_ID, consumer(1, 1, "solar").phone)
    assert "phone" not in ping
    assert (sold.post_status, sold.price, sold.seller, sold.vertical) == ("accepted", 10_000.0, "acme", "solar")
    assert sold.ping_ms > 0.0
    assert sold.post_ms > 0.0


def test_who_is_outbid_is_told_at_what_price_and_never_who_the_lead_is() -> None:
    buyer = Buyer(0.01)
    lost = held(buyer)
    assert buyer.doors == ["/v1/ping", "/v1/notices"]
    assert buyer.asked[1][2] == {"ping_id": PING_ID, "result": "lost", "price": f"{lost.other:.2f}"}
    assert (lost.post_status, lost.post_ms) == ("", 0.0)


def test_who_does_not_bid_hears_no_more() -> None:
    buyer = Buyer(0.0)
    refused = held(buyer)
    assert buyer.doors == ["/v1/ping"]
    assert (refused.price, refused.reason_code) == (0.0, "low_value")


def test_one_lead_has_one_other_offer() -> None:
    assert held(Buyer(0.0)).other == held(Buyer(50.0)).other
    assert len({held(Buyer(0.0), number).other for number in range(1, 6)}) == 5


def test_a_shop_sells_one_kind_of_lead() -> None:
    buyer = Buyer(0.0)
    held(buyer, shop=Shop(name="cascade", key="k", lead_type="shared"))
    assert buyer.asked[0][2]["lead_type"] == "shared"


def test_some_pings_name_a_reserve_a_hash_or_an_old_lead() -> None:
    buyer = Buyer(0.0)
    for number in range(1, 151):
        held(buyer, number)
    pings = [body for _, _, body in buyer.asked]
    shares: dict[str, Callable[[dict[str, Any]], bool]] = {
        "reserve": lambda ping: "min_price" in ping,
        "hash": lambda ping: "phone_hash" in ping or "email_hash" in ping,
        "aged": lambda ping: ping["created_at"] < "2026-11-15",
    }
    found = {name: sum(map(is_so, pings)) for name, is_so in shares.items()}
    assert 15 < found["reserve"] < 75
    assert 40 < found["hash"] < 110
    assert 0 < found["aged"] < 20


def test_now_and_then_somebody_comes_again() -> None:
    who = [visitor(1, number).number for number in range(1, 401)]
    again = [place for place, number in enumerate(who, 1) if number != place]
    assert 4 <= len(again) <= 40
    assert all(who[place - 1] < place for place in again)
    assert who == [visitor(1, number).number for number in range(1, 401)]
