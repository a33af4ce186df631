"""`make profile`: where the time of one ping goes, and of one post, stage by stage, in this process, without sockets.

Microseconds are processor time, the least of many waves, so that a busy machine shows little in them; calls are counted
and the same on every machine.
"""

import asyncio
import sys
import tempfile
import time
from collections.abc import Sequence
from hashlib import blake2b
from typing import Any

import msgspec

from app.dialects import generic
from app.dialects.plain.ping import PlainPings
from app.drill.kit.open_loop import request_bytes
from app.http import request
from app.http.auction import intake
from app.http.express import Express
from app.journal.writer import JournalWriter
from app.mock_exchange.consumers import consumer, ping_of
from app.usecases import answer_ping
from tests.bench.places import VERTICAL
from tests.bench.post_profile import profile_posts
from tests.bench.servers import echo, ours
from tests.bench.stages import StageClock, Stages
from tests.bench.wire import Wires, started

HEADERS = {"Accept": "application/json", "Content-Type": "application/json", "X-API-Key": "demo-acme-key"}
WAVE = 16
WAVES = 400
COUNTED = 20
"""Waves of which the calls are counted."""

STAGES: Stages = {
    "parse HTTP, in and out": [(Express, "data_received"), (Express, "advance")],
    "who asks, and how": [(intake, "read_again"), (intake, "read_request")],
    "read a plain ping": [(PlainPings, "read")],
    "read any other": [(request, "read_body"), (generic, "read_ping")],
    "locate and mark": [(intake, "ask")],
    "answer a ping": [(intake, "answer_or_refuse")],
    "gather": [(answer_ping, "_counters"), (answer_ping, "_known"), (answer_ping, "_snapshot")],
    "decide": [(answer_ping, "decide")],
    "sign the bids": [(answer_ping, "_bid")],
    "journal": [(answer_ping, "_line"), (JournalWriter, "append"), (JournalWriter, "_encode")],
    "remember the bids": [(answer_ping, "_open")],
    "write the answer": [(intake, "http_ping_answer")],
}
"""The functions that begin each stage; what is left of a wave are rounds, turns of the loop, and counts."""

REST = "rounds and the loop"


def main() -> None:
    """Print the table."""
    asyncio.run(_profile())


async def _profile() -> None:
    with tempfile.TemporaryDirectory() as data:
        service = ours(data)
        async with started(service):
            pings = [_ping(number) for number in range(1, (WAVES + COUNTED) * WAVE + 1)]
            whole, floor = await _least(Wires(service, WAVE), pings), await _least(Wires(echo(), WAVE), pings)
            body = pings[0].partition(b"\r\n\r\n")[2]
            spent, calls = await _by_stage(service)
            posts = await profile_posts(service, HEADERS)
    primitive = min(_primitive(body) for _ in range(200))
    total = sum(spent.values())
    print(f"\n{'stage':<26} {'us':>6} {'share':>6} {'calls':>6}")
    for stage in [*STAGES, REST]:
        print(f"{stage:<26} {spent[stage]:>6.1f} {spent[stage] / total:>6.0%} {calls[stage]:>6.0f}")
    print(f"{'together':<26} {whole:>6.1f} {'':>6} {sum(calls.values()):>6.0f}\n")
    print(f"bare ASGI echo, in process too: {floor:.1f} us, {floor / whole:.3f} of a ping")
    print(f"JSON read, keyed digest, JSON written: {primitive:.1f} us, {primitive / whole:.3f} of a ping")
    print(posts)


async def _least(wires: Wires, pings: Sequence[bytes]) -> float:
    """The least processor time for each request of a wave, in microseconds."""
    least = float("inf")
    for first in range(0, len(pings), WAVE):
        began = time.process_time()
        await wires.wave(pings[first : first + WAVE])
        least = min(least, time.process_time() - began)
    return least / WAVE * 1e6


async def _by_stage(service: Any) -> tuple[dict[str, float], dict[str, float]]:
    """Microseconds and calls of each stage of one ping."""
    clock = StageClock(REST, time.perf_counter)
    with clock.patched(STAGES):
        wires, number = Wires(service, WAVE), 1_000_000
        waves = []
        for _ in range(WAVES):
            pings = [_ping(number := number + 1) for _ in range(WAVE)]
            clock.take()
            await wires.wave(pings)
            waves.append(clock.take())
        pings = [_ping(number := number + 1) for _ in range(WAVE * COUNTED)]
        sys.setprofile(clock.count)
        for first in range(0, len(pings), WAVE):
            await wires.wave(pings[first : first + WAVE])
        sys.setprofile(None)
    # Of each stage the quickest wave: what interrupts one stage of a wave says nothing of another.
    spent = {stage: min(wave[stage] for wave in waves) / WAVE * 1e6 for stage in [*STAGES, REST]}
    return spent, {stage: clock.calls[stage] / len(pings) for stage in [*STAGES, REST]}


def _primitive(body: bytes) -> float:
    """What the least that any ping needs takes, done a hundred times, in microseconds each."""
    decode, encode, key = (
        msgspec.json.Decoder(dict[str, str | int | float | bool | None]).decode,
        msgspec.json.encode,
        bytes(32),
    )
    began = time.process_time()
    for _ in range(100):
        lead = decode(body)
        blake2b(body[:64], key=key, digest_size=16).digest()
        encode(lead)
    return (time.process_time() - began) * 1e4


def _ping(number: int) -> bytes:
    return request_bytes("/v1/ping", msgspec.json.encode(ping_of(consumer(1, number, VERTICAL), time.time())), HEADERS)


if __name__ == "__main__":
    main()
