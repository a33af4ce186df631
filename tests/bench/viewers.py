"""What five people who click through the console cost pings: `PORT` clicks for ever, in a process of its own."""

import asyncio
import sys
from collections.abc import Iterable, Iterator
from itertools import cycle
from statistics import median

import httpx
import msgspec

from app.drill.kit.open_loop import CONNECTIONS, offer, pings_without_end
from tests.bench.load import measure
from tests.bench.overload import tell

PAGES = ("/console", "/console/campaigns", "/console/money", "/console/pings")
VIEWERS, CLICK_S = 5, 0.5
RATE, ROUNDS, WAVES = 200.0, 3, 60


class BesideViewers(msgspec.Struct, frozen=True, kw_only=True):
    """Pings with viewers over the same without: times at the median and at the 99th percentile, and pings a second."""

    p50_ratio: float
    p99_ratio: float
    per_second_ratio: float


class _Pings(msgspec.Struct, frozen=True, kw_only=True):
    p50_ms: float
    p99_ms: float
    per_second: float


async def beside_viewers(port: int) -> BesideViewers:
    """Rounds with and without viewers take turns, since a shared machine changes its speed."""
    await _viewer(port, PAGES)
    pings = pings_without_end()
    alone: list[_Pings] = []
    watched: list[_Pings] = []
    for _ in range(ROUNDS):
        alone.append(await _pings(port, pings))
        viewers = await asyncio.create_subprocess_exec(sys.executable, "-m", "tests.bench.viewers", str(port))
        try:
            # They sign in first.
            await asyncio.sleep(2.0)
            watched.append(await _pings(port, pings))
        finally:
            viewers.kill()
            assert await viewers.wait() < 0, "the viewers were turned away"
    _print("pings alone", alone)
    _print(f"beside {VIEWERS} viewers, a page each {CLICK_S} s", watched)
    return BesideViewers(
        p50_ratio=_ratio([each.p50_ms for each in watched], [each.p50_ms for each in alone]),
        p99_ratio=_ratio([each.p99_ms for each in watched], [each.p99_ms for each in alone]),
        per_second_ratio=_ratio([each.per_second for each in watched], [each.per_second for each in alone]),
    )


async def _pings(port: int, pings: Iterator[bytes]) -> _Pings:
    """Random arrivals far below what the service can take, for their times; and waves, for how many it can take."""
    offered = await offer(port, pings, RATE, CONNECTIONS, tell)
    taken = await measure(port, [next(pings) for _ in range(WAVES * CONNECTIONS)], CONNECTIONS)
    times = sorted(offered.took_s)
    return _Pings(p50_ms=1_000.0 * median(times), p99_ms=1_000.0 * offered.p99_s, per_second=taken.per_second)


def _print(name: str, rounds: list[_Pings]) -> None:
    p50, p99, rate = (median(getattr(each, field) for each in rounds) for field in _Pings.__struct_fields__)
    print(f"{name:<44} {p50:>6.1f} ms median, {p99:>6.1f} ms at the 99th percentile, {rate:>6,.0f} a second")


def _ratio(watched: list[float], alone: list[float]) -> float:
    """The median of the rounds' own ratios."""
    return round(median(one / other for one, other in zip(watched, alone, strict=True)), 2)


async def _click_for_ever(port: int) -> None:
    await asyncio.gather(*[_viewer(port, cycle(PAGES), CLICK_S * number / VIEWERS) for number in range(VIEWERS)])


async def _viewer(port: int, pages: Iterable[str], later_s: float = 0.0) -> None:
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=30.0) as client:
        who = {"name": "demo-ops", "secret": "demo-operator-key"}
        assert (await client.post("/console/sign-in", data=who)).status_code == 303
        await asyncio.sleep(later_s)
        for page in pages:
            assert (await client.get(page)).status_code == 200, page
            await asyncio.sleep(CLICK_S)


if __name__ == "__main__":
    asyncio.run(_click_for_ever(int(sys.argv[1])))
