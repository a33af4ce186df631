"""Rival buyers as a seller meets them: over HTTP, by the client that trusts nobody."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import httpx
import pytest

from app.mock_exchange.consumers import consumer, ping_of, post_of
from app.mock_exchange.market.client import BuyerEndpoint, ExchangeClient, PingReply, PostReply
from app.mock_exchange.market.rivals import Counts, Rival, RivalServers
from tests.service import listening

T = TypeVar("T")
PATIENT_S = 20.0


def rival(name: str = "summit", **changed: Any) -> Rival:
    return Rival(**{"name": name, "kind": "fixed", "verticals": {"solar": 40.0}} | changed)


@contextmanager
def market(
    *buyers: Rival, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
) -> Iterator[tuple[RivalServers, str]]:
    rivals = RivalServers(buyers, 1, time.time, sleep)
    with listening(rivals, lifespan="off") as url:
        yield rivals, f"{url}/rivals"


def asked(url: str, ask: Callable[[ExchangeClient, BuyerEndpoint], Awaitable[T]], timeout_s: float = PATIENT_S) -> T:
    async def play() -> T:
        client = ExchangeClient(timeout_s)
        try:
            return await ask(client, BuyerEndpoint(name="any", url=url, key="any key"))
        finally:
            await client.aclose()

    return asyncio.run(play())


def pinged(url: str, numbers: range, timeout_s: float = PATIENT_S) -> list[PingReply]:
    async def ask(client: ExchangeClient, buyer: BuyerEndpoint) -> list[PingReply]:
        pings = [ping_of(consumer(1, number, "solar"), time.time()) for number in numbers]
        return await asyncio.gather(*[client.ping(buyer, ping) for ping in pings])

    return asked(url, ask, timeout_s)


async def sell(client: ExchangeClient, buyer: BuyerEndpoint) -> tuple[PingReply, PostReply, PostReply, bool]:
    """A whole sale of one lead, and what the buyer says of it afterwards."""
    who, now = consumer(1, 1, "solar"), time.time()
    ping = await client.ping(buyer, ping_of(who, now))
    post = await client.post(buyer, post_of(who, ping.ping_id, now))
    noted = await client.notice(buyer, {"ping_id": ping.ping_id, "result": "won", "price": "40.00"})
    return ping, post, await client.state(buyer, ping.ping_id), noted


def test_a_lead_is_sold_to_one_rival_of_several() -> None:
    with market(rival(), rival("crest", verticals={"solar": 55.0})) as (rivals, url):
        ping, post, state, noted = asked(f"{url}/crest", sell)
    assert [(offer.leg, offer.price_cents) for offer in ping.offers] == [("exclusive", 5_500), ("shared", 2_750)]
    assert (post.outcome, post.price_cents) == ("accepted", 5_500)
    assert (state.price_cents, state.lead_id) == (5_500, post.lead_id)
    assert noted
    assert rivals.counts() == {
        "summit": Counts(),
        "crest": Counts(pings=1, bids=1, posts=1, sold=1, spend_cents=5_500),
    }


def test_a_sale_whose_answer_was_cut_off_can_be_asked_after() -> None:
    with market(rival(drops_post_share=1.0)) as (rivals, url):
        _, post, state, _ = asked(f"{url}/summit", sell)
    assert post.outcome == "error"
    assert (state.outcome, state.price_cents) == ("accepted", 4_000)
    assert rivals.counts()["summit"].sold == 1


def test_a_post_that_never_came_is_unknown() -> None:
    async def ask(client: ExchangeClient, buyer: BuyerEndpoint) -> PostReply:
        return await client.state(buyer, "f" * 24 + "-exclusive")

    with market(rival()) as (_, url):
        reply = asked(f"{url}/summit", ask)
    assert (reply.outcome, reply.reason) == ("rejected", "ping_unknown")


def test_every_kind_of_nonsense_is_seen_through() -> None:
    with market(rival(malformed_share=1.0)) as (rivals, url):
        replies = pinged(f"{url}/summit", range(1, 101))
    assert {reply.outcome for reply in replies} == {"malformed"}
    assert {reply.reason for reply in replies} == {"html", "root array", "not json", "price is not a number", "empty"}
    assert rivals.counts()["summit"] == Counts(pings=100)


def test_errors_are_named_by_their_status() -> None:
    with market(rival(error_share=1.0)) as (_, url):
        replies = pinged(f"{url}/summit", range(1, 41))
    assert {(reply.outcome, reply.reason) for reply in replies} == {("error", "http 500"), ("error", "http 503")}


def test_who_hangs_is_timed_out_and_no_one_else() -> None:
    with market(rival(hang_share=0.5)) as (_, url):
        replies = pinged(f"{url}/summit", range(1, 21), timeout_s=2.0)
    assert {reply.outcome for reply in replies} == {"bid", "timeout"}


def test_who_is_slow_bids_all_the_same_in_the_end() -> None:
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    with market(rival(slow_share=1.0, slow_s=7.5), sleep=sleep) as (_, url):
        replies = pinged(f"{url}/summit", range(1, 4))
    assert waits == [7.5] * 3
    assert {reply.outcome for reply in replies} == {"bid"}


def test_the_same_leads_get_the_same_replies_in_another_market() -> None:
    shares: dict[str, Any] = {"kind": "model", "takes": 0.8, "malformed_share": 0.2, "error_share": 0.2}
    found = []
    for numbers in (range(1, 61), range(60, 0, -1)):
        with market(rival(**shares)) as (_, url):
            replies = pinged(f"{url}/summit", numbers)
        found.append(
            {number: (one.outcome, one.reason, one.offers) for number, one in zip(numbers, replies, strict=True)}
        )
    assert found[0] == found[1]
    assert {outcome for outcome, _, _ in found[0].values()} == {"bid", "no_bid", "malformed", "error"}


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "/nobody/v1/ping", b"{}", 404),
        ("POST", "/summit/v1/outcomes", b"{}", 404),
        ("GET", "/summit/v1/ping", b"{}", 404),
        ("GET", "/summit/v1/posts", b"", 404),
        ("POST", "/summit/v1/ping", b"no json", 400),
        ("POST", "/summit/v1/ping", b"[]", 400),
        ("POST", "/summit/v1/post", b'{"fields": {"deep": 1}}', 400),
        ("POST", "/summit/v1/ping", b'{"zip": null}', 200),
    ],
)
def test_a_strangers_request_is_answered(method: str, path: str, body: bytes, status: int) -> None:
    with market(rival()) as (_, url):
        answer = httpx.request(method, f"{url}{path}", content=body, trust_env=False)
    assert answer.status_code == status
    assert answer.json()["status"] in {"error", "rejected", "reping"}
