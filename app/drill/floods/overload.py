"""Sellers send far more pings than can be answered, and posts among them."""

import asyncio
import time
from contextlib import closing
from pathlib import Path

import httpx
import msgspec
import uvloop

from app.drill.drill import Say
from app.drill.kit.market import ping, someone
from app.drill.kit.open_loop import (
    CONNECTIONS,
    HEADERS,
    broken_by,
    capacity_of,
    offer,
    pings_without_end,
    request_bytes,
)
from app.drill.kit.service import ServiceProcess, serve_process
from app.mock_exchange.consumers import post_of
from app.packaged import DEMO_CONFIG

PROMISE = (
    "of two and a half times the pings that it can answer, four fifths of what it can are decided in time, the rest is "
    "refused at once, every post to a live bid is taken, and afterwards all is as before"
)
IN_SAMPLE = False

TIMES = 2.5
POSTS = 40


def drill(folder: Path, say: Say) -> list[str]:
    """Find what it can answer here, then offer that many times over."""
    with serve_process(DEMO_CONFIG, folder / "data") as service:
        return uvloop.run(_overload(service, say))


async def _overload(service: ServiceProcess, say: Say) -> list[str]:
    port, pings = int(service.url.rpartition(":")[2]), pings_without_end()
    with httpx.Client(base_url=service.url, trust_env=False, timeout=20.0) as http:
        answers = {number: ping(http, someone(number)) for number in range(1, POSTS + 1)}
        bids = {number: each["ping_id"] for number, each in answers.items() if each["status"] == "accepted"}
        # The bids come first: what is offered then takes the room in the caps.
        capacity = await capacity_of(port, pings, tell=say)
        say(f"it answers {capacity:,.0f} pings a second")
        offering = asyncio.create_task(offer(port, pings, TIMES * capacity, CONNECTIONS))
        taken = await _sold(port, [_post(number, bid) for number, bid in bids.items()])
        offered = await offering
        again = ping(http, someone(POSTS + 1))
    say(
        f"of {offered.rate:,.0f} a second {offered.in_time_per_s:,.0f} were decided in time, {offered.shed} in all "
        f"were shed, and {taken} of {len(bids)} posts were taken meanwhile"
    )
    say.count("pings a second", round(capacity))
    say.count("% of that in time", round(100.0 * offered.in_time_per_s / capacity))
    say.count("posts taken", taken)
    broken = broken_by(offered, capacity)
    if taken < len(bids):
        broken.append(f"{len(bids) - taken} posts to live bids were not taken")
    if again["reason_code"] == "load_shed":
        broken.append("afterwards a ping was shed")
    return broken


async def _sold(port: int, posts: list[bytes]) -> int:
    """How many of these posts were bought, one after the other."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    sold = 0
    with closing(writer):
        for each in posts:
            writer.write(each)
            head = await reader.readuntil(b"\r\n\r\n")
            body = await reader.readexactly(int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0]))
            sold += b'"status":"accepted"' in body
    return sold


def _post(number: int, bid: str) -> bytes:
    return request_bytes("/v1/post", msgspec.json.encode(post_of(someone(number), bid, time.time())), HEADERS)
