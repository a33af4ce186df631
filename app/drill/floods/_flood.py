"""A service under attack: how much memory it takes, and whether a seller goes on trading meanwhile."""

import asyncio
import multiprocessing
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from statistics import quantiles

import msgspec

from app.drill.drill import Say
from app.drill.kit.books import Books
from app.drill.kit.core_share import core_share
from app.drill.kit.market import demo_with_crm, someone, wait_for_leads
from app.drill.kit.open_loop import HEADERS, ping_bytes, request_bytes
from app.drill.kit.service import ServiceProcess, serve_process
from app.mock_exchange.consumers import post_of

SECONDS = 8.0
GROWTH_MAX_MB = 100.0
PING_MAX_MS = 200.0
_EVERY_S = 0.02
_POSTED = 5
"""Every so many pings a lead is sold."""

Attack = Callable[[int], Awaitable[None]]
"""Does harm to a port until it is cancelled."""


class Suffered(msgspec.Struct, kw_only=True):
    """What an attack did: megabytes that it took, milliseconds of each ping, answers that were none, posts that failed,
    and what was sold, with its bids. `share` is that of a core that the service got meanwhile.
    """

    growth_mb: float = 0.0
    ping_ms: list[float] = []
    share: float = 1.0
    unanswered: int = 0
    unsold: int = 0
    accepted: dict[str, str] = {}

    @property
    def p99_ms(self) -> float:
        """What ninety-nine of a hundred pings take at most, where nothing else is at work."""
        return quantiles(self.ping_ms, n=100)[98] * self.share

    def count(self, say: Say) -> None:
        """Add it to what is counted of all attacks."""
        say.count("attacks")
        say.most("MB more", self.growth_mb)
        say.count("pings", len(self.ping_ms))
        say.most("ms for 99 of 100", self.p99_ms)
        say.count("sales", len(self.accepted))

    def broken(self) -> list[str]:
        """The promises that it broke."""
        sentences = []
        if self.growth_mb >= GROWTH_MAX_MB:
            sentences.append(f"memory grew by {self.growth_mb:.0f} MB")
        if self.p99_ms > PING_MAX_MS:
            sentences.append(f"a hundredth of the pings took more than {self.p99_ms:.0f} ms")
        if self.unanswered:
            sentences.append(f"{self.unanswered} pings of a seller got no bid and no reason")
        if self.unsold:
            sentences.append(f"{self.unsold} posts to live bids were not taken")
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
    """One attack after the other on one service, while a seller trades; every broken promise in a sentence.

    The seller comes from the address `seller`, where attackers must not share one with it. `more` are options of the
    service.
    """
    broken, accepted, data = list[str](), dict[str, str](), folder / "data"
    with (
        demo_with_crm(folder / "config") as (config, receiver),
        serve_process(config, data, descriptors=descriptors, more=more) as service,
    ):
        asyncio.run(_trade(service.port, range(50), Suffered(), seller))
        before_mb = service.memory_mb
        for number, (name, attack) in enumerate(attacks.items(), start=1):
            suffered = Suffered()
            with _attacking(attack, service.port), core_share(service.process.pid) as got:
                asyncio.run(_endure(service, range(number * 10_000, 2**31), suffered, seller))
            suffered.growth_mb, suffered.share = suffered.growth_mb - before_mb, got.share
            say(
                f"{name}: {suffered.growth_mb:+.0f} MB, {len(suffered.ping_ms)} pings, "
                f"99 of 100 within {suffered.p99_ms:.0f} ms, at {suffered.share:.0%} of a core"
            )
            suffered.count(say)
            accepted |= suffered.accepted
            broken += [f"{name}: {sentence}" for sentence in suffered.broken()]
        books = Books(data / "journal", data / "leadbid.db", receiver)
        missing = wait_for_leads(receiver, books.compare(accepted))
    return [*broken, *books.close(say, missing)]


async def _endure(service: ServiceProcess, numbers: Sequence[int], suffered: Suffered, seller: str) -> None:
    """Trade for some seconds."""
    until = time.monotonic() + SECONDS
    for number in numbers:
        await _trade(service.port, [number], suffered, seller)
        suffered.growth_mb = max(suffered.growth_mb, service.memory_mb)
        if time.monotonic() > until:
            break
        await asyncio.sleep(_EVERY_S)


async def _trade(port: int, numbers: Sequence[int], suffered: Suffered, seller: str) -> None:
    """Ping one after the other on a connection of their own, and sell some of them."""
    began = time.perf_counter()
    reader, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=(seller, 0))
    with closing(writer):
        for number in numbers:
            answer = await _answer(reader, writer, ping_bytes(number))
            suffered.ping_ms.append((time.perf_counter() - began) * 1_000.0)
            suffered.unanswered += answer is None or answer.get("reason_code") == "load_shed"
            if answer is not None and answer["status"] == "accepted" and number % _POSTED == 0:
                body = msgspec.json.encode(post_of(someone(number), answer["ping_id"], time.time()))
                told = await _answer(reader, writer, request_bytes("/v1/post", body, HEADERS))
                if told is not None and told["status"] == "accepted":
                    suffered.accepted[told["lead_id"]] = answer["ping_id"]
                else:
                    suffered.unsold += 1
            began = time.perf_counter()


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes) -> dict[str, str] | None:
    """What is answered with 200, if anything is."""
    try:
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        body = await reader.readexactly(int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0]))
    except (OSError, asyncio.IncompleteReadError):
        return None
    if not head.startswith(b"HTTP/1.1 200"):
        return None
    answer: dict[str, str] = msgspec.json.decode(body)
    return answer


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
