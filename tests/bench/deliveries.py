"""`python -m tests.bench.deliveries`: leads a second to a CRM that takes 20 ms, from the database and back to it."""

import asyncio
import resource
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

import msgspec
import uvloop

from app.domain.delivery.destination import Destination
from app.outbound.sender import Sender
from app.store.store import Store
from app.usecases.deliver_leads import DeliveryWorker, Target
from tests.integration.store.world import a_sale, refused, vault

LEADS = 3_000
ANSWERS_AFTER_S = 0.02
CONCURRENCY = 64
"""The most that a destination may be sent at once."""

_SLICE = 100
_ANSWER = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"


class Delivered(msgspec.Struct, frozen=True, kw_only=True):
    """`per_second` is by the clock, `cpu_us` what the delivering process used for each."""

    per_second: float
    cpu_us: float


async def deliveries(url: str = "") -> Delivered:
    """Deliver so many leads, in a process of its own beside the receiver."""
    run = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.bench.deliveries", url, stdout=asyncio.subprocess.PIPE
    )
    answer, _ = await run.communicate()
    return msgspec.json.decode(answer, type=Delivered)


class _Receiver(asyncio.Protocol):
    """A CRM that takes its time with each request of a connection."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self._text = b""

    def data_received(self, data: bytes) -> None:
        self._text += data
        head, blank, rest = self._text.partition(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0] or 0)
        if blank and len(rest) >= length:
            self._text = rest[length:]
            asyncio.get_running_loop().call_later(ANSWERS_AFTER_S, self._answer)

    def _answer(self) -> None:
        if not self._transport.is_closing():
            self._transport.write(_ANSWER)  # type: ignore[attr-defined]


async def _receive() -> None:
    """Listen until the process is ended; the first line on standard output is the port."""
    server = await asyncio.get_running_loop().create_server(_Receiver, "127.0.0.1", 0)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await server.serve_forever()


async def _deliver(url: str) -> Delivered:
    receiver = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.bench.deliveries", "receiver", stdout=asyncio.subprocess.PIPE
    )
    assert receiver.stdout is not None
    port = int(await receiver.stdout.readline())
    store, sender = Store(url, vault()), Sender()
    await store.open()
    for first in range(0, LEADS, _SLICE):
        await asyncio.gather(*[store.sell(a_sale(number), refused) for number in range(first, first + _SLICE)])
    target = Target(
        destination=Destination(
            name="crm",
            url=f"http://127.0.0.1:{port}/leads",
            allow_private_hosts=("127.0.0.1",),
            concurrency=CONCURRENCY,
        ),
        secrets={},
    )
    left, done = LEADS, asyncio.Event()

    def settled(_report: object) -> None:
        nonlocal left
        left -= 1
        if not left:
            done.set()

    worker = DeliveryWorker(store, sender.send, owner="bench", settled=settled)
    started, used = time.perf_counter(), resource.getrusage(resource.RUSAGE_SELF)
    running = asyncio.create_task(worker.run(lambda: {"crm": target}, time.time, lambda: 0.5))
    async with asyncio.timeout(120):
        await done.wait()
    wall_s, after = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_SELF)
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running
    await sender.aclose()
    await store.close()
    receiver.kill()
    await receiver.wait()
    cpu_s = after.ru_utime + after.ru_stime - used.ru_utime - used.ru_stime
    return Delivered(per_second=LEADS / wall_s, cpu_us=1e6 * cpu_s / LEADS)


def main(url: str) -> None:
    """One run, on SQLite unless another database is named."""
    if url == "receiver":
        uvloop.run(_receive())
        return
    with tempfile.TemporaryDirectory() as folder:
        delivered = uvloop.run(_deliver(url or f"sqlite:///{Path(folder) / 'bench.db'}"))
    sys.stdout.write(msgspec.json.encode(delivered).decode() + "\n")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "")
