"""Sellers send three replicas far more pings than they can answer together, and posts among them."""

import asyncio
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import httpx
import uvloop

from app.drill.drill import Say
from app.drill.kit.cluster.cluster import cluster
from app.drill.kit.market import ping, post, someone
from app.drill.kit.open_loop import CONNECTIONS, IN_TIME_S, STEP, OfferedLoad, broken_by, offer, pings_without_end
from app.packaged import DEMO_CONFIG

PROMISE = (
    "of two and a half times the pings that three replicas can answer, four fifths of what they can are decided in "
    "time, the rest is refused at once, and every post to a live bid is taken, whichever replica made the bid"
)
IN_SAMPLE = False

FIRST_RATE = 600.0
TIMES = 2.5
POSTS = 40


def drill(folder: Path, say: Say) -> list[str]:
    """Find what they can answer here, then offer that many times over."""
    with cluster(folder, DEMO_CONFIG) as replicas:
        return uvloop.run(_overload([each.port for each in replicas.all], say))


async def _overload(ports: Sequence[int], say: Say) -> list[str]:
    pings = pings_without_end()
    one, other = [f"http://127.0.0.1:{port}" for port in ports[:2]]
    bids = await asyncio.to_thread(_bids, one)
    capacity = await _capacity(ports, pings)
    say(f"together they answer {capacity:,.0f} pings a second")
    offering = asyncio.create_task(_offer(ports, pings, TIMES * capacity))
    taken = await asyncio.to_thread(_sold, other, bids)
    offered = await offering
    say(
        f"of {offered.rate:,.0f} a second {offered.in_time_per_s:,.0f} were decided in time, {offered.shed} in all "
        f"were shed, and {taken} of {len(bids)} posts were taken meanwhile"
    )
    say.count("pings a second", round(capacity))
    say.count("% of that in time", round(100.0 * offered.in_time_per_s / capacity))
    say.count("posts taken", taken)
    broken = broken_by(offered, capacity)
    return [*broken, f"{len(bids) - taken} posts to live bids were not taken"] if taken < len(bids) else broken


async def _capacity(ports: Sequence[int], pings: Iterator[bytes]) -> float:
    """The highest rate at which 99 of 100 are decided in time, twice in a row where the first time fails."""
    rate = FIRST_RATE
    while True:
        offered = await _offer(ports, pings, rate * STEP)
        if offered.p99_s > IN_TIME_S:
            offered = await _offer(ports, pings, rate * STEP)
        if offered.p99_s > IN_TIME_S:
            return rate
        rate *= STEP


async def _offer(ports: Sequence[int], pings: Iterator[bytes], rate: float) -> OfferedLoad:
    """The same rate to each of them."""
    offered = await asyncio.gather(*[offer(port, pings, rate / len(ports), CONNECTIONS) for port in ports])
    return OfferedLoad(
        rate=rate,
        took_s=[took for each in offered for took in each.took_s],
        shed=sum(each.shed for each in offered),
        others=sum(each.others for each in offered),
    )


def _bids(url: str) -> dict[int, str]:
    with httpx.Client(base_url=url, trust_env=False, timeout=20.0) as http:
        answers = {number: ping(http, someone(number)) for number in range(1, POSTS + 1)}
    return {number: each["ping_id"] for number, each in answers.items() if each["status"] == "accepted"}


def _sold(url: str, bids: dict[int, str]) -> int:
    """How many of these posts another replica than the bids' takes, one after the other."""
    taken = 0
    with httpx.Client(base_url=url, trust_env=False, timeout=20.0) as http:
        for number, bid in bids.items():
            taken += post(http, someone(number), bid).json()["status"] == "accepted"
            time.sleep(0.01)
    return taken
