"""A service under attack: how much memory it takes, and how long a seller's pings wait meanwhile."""

import asyncio
import multiprocessing
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from statistics import quantiles

import msgspec

from app.drill.drill import Say
from app.drill.kit.service import ServiceProcess, serve_process
from app.mock_exchange.consumers import consumer, ping_of
from app.packaged import DEMO_CONFIG

KEY = "demo-acme-key"
SECONDS = 8.0
GROWTH_MAX_MB = 100.0
PING_MAX_MS = 200.0
_EVERY_S = 0.02

Attack = Callable[[int], Awaitable[None]]
"""Does harm to a port until it is cancelled."""


class Suffered(msgspec.Struct, frozen=True, kw_only=True):
    """What an attack did: megabytes that it took, milliseconds of each ping, and answers that were none."""

    growth_mb: float
    ping_ms: list[float]
    unanswered: int

    @property
    def p99_ms(self) -> float:
        """What ninety-nine of a hundred pings took at most."""
        return quantiles(self.ping_ms, n=100)[98]

    def count(self, say: Say) -> None:
        """Add it to what is counted of all attacks."""
        say.count("attacks")
        say.most("MB more", self.growth_mb)
        say.count("pings", len(self.ping_ms))
        say.most("ms of 99 of 100 pings", self.p99_ms)
        say.count("pings without an answer", self.unanswered)

    def broken(self) -> list[str]:
        """The promises that it broke."""
        sentences = []
        if self.growth_mb >= GROWTH_MAX_MB:
            sentences.append(f"memory grew by {self.growth_mb:.0f} MB")
        if self.p99_ms > PING_MAX_MS:
            sentences.append(f"a hundredth of the pings took more than {self.p99_ms:.0f} ms")
        if self.unanswered:
            sentences.append(f"{self.unanswered} pings of a seller got no bid and no reason")
        return sentences


def attacked(
    folder: Path,
    say: Say,
    attacks: Mapping[str, Attack],
    *,
    descriptors: int = 0,
    more: Sequence[str] = (),
    seller: str = "127.0.0.1",
) -> list[str]:
    """One attack after the other on one service, while a seller pings; every broken promise in a sentence.

    The seller comes from the address `seller`, where attackers must not share one with it. `more` are options of the
    service.
    """
    broken = []
    with serve_process(DEMO_CONFIG, folder / "data", descriptors=descriptors, more=more) as service:
        asyncio.run(_ask(service.port, [_ping(number) for number in range(50)], [], seller))
        before_mb = service.memory_mb
        for number, (name, attack) in enumerate(attacks.items(), start=1):
            suffered = asyncio.run(_suffered(service, attack, number * 10_000, before_mb, seller))
            say(
                f"{name}: {suffered.growth_mb:+.0f} MB, {len(suffered.ping_ms)} pings, "
                f"99 of 100 within {suffered.p99_ms:.0f} ms, the worst {max(suffered.ping_ms):.0f} ms"
            )
            suffered.count(say)
            broken += [f"{name}: {sentence}" for sentence in suffered.broken()]
    return broken


async def _suffered(service: ServiceProcess, attack: Attack, first: int, before_mb: float, seller: str) -> Suffered:
    requests = [_ping(first + number) for number in range(int(SECONDS / _EVERY_S) + 50)]
    took_ms: list[float] = []
    peak_mb, unanswered, port = 0.0, 0, service.port
    with ExitStack() as stack:
        stack.enter_context(_attacking(attack, port))
        until = time.monotonic() + SECONDS
        for request in requests:
            unanswered += await _ask(port, [request], took_ms, seller)
            peak_mb = max(peak_mb, service.memory_mb)
            if time.monotonic() > until:
                break
            await asyncio.sleep(_EVERY_S)
    return Suffered(growth_mb=peak_mb - before_mb, ping_ms=took_ms, unanswered=unanswered)


async def _ask(port: int, requests: list[bytes], took_ms: list[float], seller: str) -> int:
    """Ask one after the other on a connection of their own; how many got no decision."""
    unanswered, began = 0, time.perf_counter()
    reader, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=(seller, 0))
    for request in requests:
        try:
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            body = await reader.readexactly(int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0]))
            unanswered += not head.startswith(b"HTTP/1.1 200") or b"load_shed" in body
        except (OSError, asyncio.IncompleteReadError):
            unanswered += 1
        took_ms.append((time.perf_counter() - began) * 1000.0)
        began = time.perf_counter()
    writer.close()
    return unanswered


def _ping(number: int) -> bytes:
    body = msgspec.json.encode(ping_of(consumer(11, number, "auto_insurance"), time.time()))
    head = f"POST /v1/ping HTTP/1.1\r\nHost: x\r\nX-API-Key: {KEY}\r\nContent-Type: application/json\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


@contextmanager
def _attacking(attack: Attack, port: int) -> Iterator[None]:
    """An attack from another process, so that it does not slow the seller's own."""
    process = multiprocessing.get_context("fork").Process(target=_attack, args=(attack, port), daemon=True)
    process.start()
    try:
        yield
    finally:
        process.terminate()
        process.join()


def _attack(attack: Attack, port: int) -> None:
    asyncio.run(_until_killed(attack, port))


async def _until_killed(attack: Attack, port: int) -> None:
    await attack(port)


async def many(count: int, one: Callable[[int], Awaitable[None]], port: int, rest_s: float = 0.01) -> None:
    """So many attackers, each of which begins again when it is thrown out, after a rest."""

    async def again() -> None:
        while True:
            with suppress(OSError, asyncio.IncompleteReadError):
                await one(port)
            await asyncio.sleep(rest_s)

    # Not all in one moment: the system itself lets only so many wait to be accepted.
    started = []
    for _ in range(count):
        started.append(asyncio.ensure_future(again()))
        await asyncio.sleep(1.0 / count)
    await asyncio.gather(*started)
