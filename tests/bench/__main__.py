"""`make bench`: full pings against an echo and a usual stack, posts, decisions, scorers; the last line is JSON."""

import asyncio
import os
import socket
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from statistics import median

import msgspec

from app.drill.kit.open_loop import request_bytes
from app.drill.kit.throwaway_postgres import ServerNotFound, throwaway_postgres
from app.mock_exchange.consumers import consumer, ping_of
from app.store.migrate import migrate
from tests.bench.costs import decide_cost, many_campaigns_ratio
from tests.bench.deliveries import deliveries
from tests.bench.dialects import dialect_ratios
from tests.bench.large import large
from tests.bench.load import Measured, cpu_seconds, measure
from tests.bench.open_loop import SHARE, OpenLoop
from tests.bench.overload import Overload
from tests.bench.people import people_megabytes
from tests.bench.places import MODELS, VERTICAL
from tests.bench.posts import POSTERS, PostRates, post_rates
from tests.bench.rivals import RowCosts, row_costs
from tests.bench.scorers import ratio, scorer_costs
from tests.bench.viewers import beside_viewers

KEY = "demo-acme-key"
HEADERS = {"Accept": "application/json", "Content-Type": "application/json", "X-API-Key": KEY}
ROUNDS = 9
CONNECTIONS = 16
PINGS_A_ROUND = 2_000
USUAL_A_ROUND = 200


def main() -> None:
    """Run everything once and print it as it comes."""
    asyncio.run(_bench())


async def _bench() -> None:
    print(
        f"Waves of {CONNECTIONS} requests on loopback; each server is a process on uvicorn with uvloop and httptools."
    )
    print("Per second is by the clock, the load's own work included; us each is what the server's process used.\n")
    with tempfile.TemporaryDirectory() as data:
        async with _served("echo") as echo, _served("usual") as usual, _served("ours", data) as ours:
            rates = await _rounds({"echo": echo, "usual": usual, "ours": ours})
            dialects = await dialect_ratios(ours, CONNECTIONS, KEY)
            posts, on_postgres = await _posts(ours, data)
            print("\nthe console: pings with and without people who look on")
            viewers = await beside_viewers(ours)
    overload = await _overload()
    open_loop = await _open_loop(SHARE * overload.capacity)
    sent = await deliveries()
    print(f"{'leads to a CRM that takes 20 ms':<36} {sent.per_second:>9,.0f} a second, {sent.cpu_us:>7.0f} us each")
    print("\na service as large as any should get")
    size = await large()
    print(f"{'a live bid':<36} {size.live_bid_bytes:>9,.0f} bytes, of {size.memory_mb:,.0f} MB in all")
    print(f"{'from start to ready':<36} {size.start_s:>9.1f} s")
    print(f"{'the delay of answers by a reload':<36} {size.reload_delay_ms:>9.0f} ms")
    slowest = max(dialects, key=lambda name: dialects[name])
    print(f"\nslowest dialect over generic, whole pings: {slowest}, {dialects[slowest]:.2f} times")
    print("  " + ", ".join(f"{name} {each:.2f}" for name, each in dialects.items()))
    decide = decide_cost()
    print(f"\ndecide, in process: {decide.p50:.0f} us median, {decide.p99:.0f} us at the 99th percentile")
    found = decide.landscape
    print(f"decide with a learned landscape: {decide.learned_p50:.0f} us median")
    print(f"best bid of a learned landscape: {found.exclusive_us:.1f} us exclusive, {found.shared_us:.1f} us of three")
    scorers = scorer_costs(MODELS)
    for cost in scorers:
        print(
            f"one row of {cost.vertical} ({cost.model}): {cost.served_us:.1f} us compiled, "
            f"{cost.asked_us:,.0f} us by predict_proba, {cost.ratio:,.0f} times"
        )
    row = row_costs()
    _print_row(row)
    print(f"gather and decide with 1,000 campaigns over 10: {many_campaigns_ratio():.2f} times")
    print(f"a process that knows 1,000,000 people: {people_megabytes():.0f} MB at its largest\n")
    result = {
        "ping_vs_echo": round(_ratio(rates["ours"], rates["echo"]), 3),
        "ping_vs_fastapi_sklearn": round(_ratio(rates["ours"], rates["usual"]), 1),
        "scorer_vs_predict_proba": round(ratio(scorers)),
        "row_of_100_trees_us": round(row.ours_us, 1),
        "row_vs_fastest_rival": row.ratio and round(row.ratio, 1),
        "decide_us_p50": round(decide.p50, 1),
        "decide_us_p99": round(decide.p99, 1),
        "decide_learned_us_p50": round(decide.learned_p50, 1),
        "landscape_us_p50": round(max(found.exclusive_us, found.shared_us), 1),
        "posts_per_s": round(posts.per_s),
        "posts_vs_group_commit": round(posts.vs_group_commit, 3),
        "posts_p99_ms": round(posts.p99_ms, 1),
        "posts_cpu_us": round(posts.cpu_us),
        "postgres_posts_per_s": on_postgres and round(on_postgres.per_s),
        "deliveries_per_s": round(sent.per_second),
        "live_bid_bytes": size.live_bid_bytes,
        "large_memory_mb": size.memory_mb,
        "large_start_s": size.start_s,
        "large_reload_delay_ms": size.reload_delay_ms,
        "slowest_dialect_vs_generic": round(dialects[slowest], 2),
        "console_viewers_p50": viewers.p50_ratio,
        "console_viewers_p99": viewers.p99_ratio,
        "console_viewers_per_s": viewers.per_second_ratio,
        "goodput_at_2_5x": overload.goodput_at_2_5x,
        "goodput_at_3x": overload.goodput_at_3x,
        "pings_beside_posts_p99": overload.pings_beside_posts_p99,
        "open_loop": open_loop,
    }
    print(msgspec.json.encode(result).decode())


def _print_row(row: RowCosts) -> None:
    print(f"one row of 100 trees of 15 leaves: {row.ours_us:.1f} us compiled, from the facts of a lead")
    for name, each in row.rivals_us.items():
        print(f"  {name}: {each:.1f} us ({row.made_us[name]:.1f} us where its row of numbers was made before)")
    if row.missing:
        print(f"  not compared: {', '.join(row.missing)}; pip install treelite tl2cgen onnx onnxruntime")


async def _rounds(ports: dict[str, int]) -> dict[str, list[float]]:
    """The requests a second of each server in rounds that take turns, since a shared machine changes its speed."""
    found: dict[str, list[Measured]] = {name: [] for name in ports}
    for turn in range(ROUNDS + 1):
        print(f"round {turn} of {ROUNDS}" if turn else "warming up", flush=True)
        pings = _pings(turn * PINGS_A_ROUND, PINGS_A_ROUND)
        for name, port in ports.items():
            measured = await measure(port, pings[:USUAL_A_ROUND] if name == "usual" else pings, CONNECTIONS)
            assert not measured.failures, f"{name} refused {measured.failures} requests"
            if turn:
                found[name].append(measured)
    print()
    names = {"echo": "bare ASGI echo", "usual": "FastAPI + scikit-learn, same model", "ours": "leadbid, full ping"}
    for name, each in found.items():
        used_us = median(1e6 / measured.per_core_second for measured in each)
        print(f"{names[name]:<36} {median(m.per_second for m in each):>9,.0f} a second, {used_us:>7.0f} us each")
    return {name: [measured.per_second for measured in each] for name, each in found.items()}


def _ratio(ours: Sequence[float], baseline: Sequence[float]) -> float:
    """The median of the rounds' own ratios."""
    return median(our / other for our, other in zip(ours, baseline, strict=True))


async def _posts(port: int, data: str) -> tuple[PostRates, PostRates | None]:
    """On SQLite, which is served there, and on PostgreSQL where one can be started."""
    rates = await post_rates(port, Path(data) / "leadbid.db", HEADERS)
    name = "leadbid, full post"
    print(f"{name:<36} {rates.per_s:>9,.0f} a second over {POSTERS} connections, {rates.cpu_us:>7.0f} us each")
    print(f"  99 of 100 within {rates.p99_ms:.0f} ms, {rates.vs_group_commit:.2f} of a bare group commit of its rows")
    try:
        with throwaway_postgres() as url, tempfile.TemporaryDirectory() as other:
            await asyncio.to_thread(migrate, url)
            async with _served("ours", other, url) as shared:
                on_postgres = await post_rates(shared, None, HEADERS)
    except ServerNotFound as missing:
        print(f"  {missing}")
        return rates, None
    print(f"{f'{name} on PostgreSQL':<36} {on_postgres.per_s:>9,.0f} a second, {on_postgres.cpu_us:>7.0f} us each")
    return rates, on_postgres


async def _overload() -> Overload:
    """Measured on a server of its own, each side on a core of its own where there are two."""
    print("\noverload: an open loop of independent arrivals, the service on one core and the load on another")
    cores = sorted(os.sched_getaffinity(0)) if sys.platform == "linux" else [0]
    with tempfile.TemporaryDirectory() as data:
        async with _served("ours", data, core=cores[0]) as port:
            load = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "tests.bench.overload", str(port), stdout=asyncio.subprocess.PIPE
            )
            _pin(load.pid, cores[-1])
            answer, _ = await load.communicate()
    found = msgspec.json.decode(answer, type=Overload)
    print(f"{'capacity, 99 of 100 within 300 ms':<36} {found.capacity:>9,.0f} pings a second")
    print(f"{'decided in time at 2.5 times that':<36} {found.goodput_at_2_5x:>9.0%} of it, over 64 connections")
    print(f"{'decided in time at 3 times that':<36} {found.goodput_at_3x:>9.0%} of it, over 512 connections")
    print(f"{'99 of 100 pings beside posts':<36} {found.pings_beside_posts_p99:>9.1f} ms")
    return found


async def _open_loop(rate: float) -> OpenLoop:
    """The service and the echo in turns on one core, the load on another."""
    print(f"\nindependent arrivals at {SHARE:.0%} of that capacity, the service and the echo in turns")
    cores = sorted(os.sched_getaffinity(0)) if sys.platform == "linux" else [0]
    with tempfile.TemporaryDirectory() as data:
        async with _served("ours", data, core=cores[0]) as ours, _served("echo", core=cores[0]) as echo:
            load = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "tests.bench.open_loop", str(ours), str(echo), str(rate)),
                stdout=asyncio.subprocess.PIPE,
            )
            _pin(load.pid, cores[-1])
            answer, _ = await load.communicate()
    found = msgspec.json.decode(answer, type=OpenLoop)
    print(f"{'half, 990 and 999 of 1,000 pings':<36} {found.p50:>9.1f} {found.p99:.1f} {found.p999:.1f} ms")
    print(f"{'99 of 100, over the echo':<36} {found.p99_over_echo:>9.1f} ms")
    print(f"{'processor time of the echo':<36} {found.ping_vs_echo:>9.1%} of a ping's")
    return found


def _pin(process: int, core: int) -> None:
    if sys.platform == "linux":
        os.sched_setaffinity(process, {core})


def _pings(first: int, count: int) -> list[bytes]:
    return [_ping(number) for number in range(first + 1, first + count + 1)]


def _ping(number: int) -> bytes:
    return request_bytes("/v1/ping", msgspec.json.encode(ping_of(consumer(1, number, VERTICAL), time.time())), HEADERS)


@asynccontextmanager
async def _served(name: str, *rest: str, core: int | None = None) -> AsyncIterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    arguments = ["-m", "tests.bench.servers", name, str(port), *rest]
    # One core for each server, and scikit-learn would take them all.
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    process = await asyncio.create_subprocess_exec(
        sys.executable, *arguments, env=environment, stderr=asyncio.subprocess.DEVNULL
    )
    if core is not None:
        _pin(process.pid, core)
    try:
        for _ in range(300):
            try:
                await cpu_seconds(port)
                break
            except OSError:
                await asyncio.sleep(0.1)
        yield port
    finally:
        process.terminate()
        await process.wait()


if __name__ == "__main__":
    main()
