"""Spreads connections over replicas in turn, and leaves out those that are not ready: for clusters on one machine."""

import asyncio
import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from itertools import count

LOOK_S = 0.1
"""How often each replica is asked whether it is ready; one that cannot be reached is left out at once."""

_CHUNK = 65_536


class Balancer:
    """Forwards bytes, whatever they are; `ready` are the ports of the replicas that get new connections."""

    def __init__(self, url: str, ports: Sequence[int]) -> None:
        self.url = url
        self._ports = ports
        self._turn = count()
        self.ready: frozenset[int] = frozenset()

    async def run(self, listener: socket.socket) -> None:
        """Serve until cancelled."""
        server = await asyncio.start_server(self._forward, sock=listener, backlog=1_024)
        async with server:
            await asyncio.gather(*map(self._look, self._ports))

    async def _look(self, port: int) -> None:
        while True:
            is_ready = await _is_ready(port)
            self.ready = self.ready | {port} if is_ready else self.ready - {port}
            await asyncio.sleep(LOOK_S)

    async def _forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection to the next replica that takes it; it ends where there is none, as when all are down."""
        try:
            there = await self._connected()
            if there is not None:
                with closing(there[1]):
                    await asyncio.gather(_pump(reader, there[1]), _pump(there[0], writer))
        finally:
            writer.close()

    async def _connected(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter] | None:
        ready = sorted(self.ready)
        first = next(self._turn)
        for number in range(len(ready)):
            port = ready[(first + number) % len(ready)]
            try:
                return await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                self.ready -= {port}
        return None


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Everything that comes, until one side ends; then the other one is told."""
    with suppress(OSError):
        while piece := await reader.read(_CHUNK):
            writer.write(piece)
            await writer.drain()
    writer.close()


async def _is_ready(port: int) -> bool:
    try:
        async with asyncio.timeout(2.0):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            with closing(writer):
                writer.write(b"GET /readyz HTTP/1.1\r\nHost: balancer\r\nConnection: close\r\n\r\n")
                answer = await reader.readline()
    except (OSError, TimeoutError):
        return False
    return b" 200 " in answer


@contextmanager
def balanced(ports: Sequence[int], port: int = 0) -> Iterator[Balancer]:
    """A balancer before these ports of loopback, in a thread."""
    loop = asyncio.new_event_loop()
    with socket.create_server(("127.0.0.1", port)) as listener:
        balancer = Balancer(f"http://127.0.0.1:{listener.getsockname()[1]}", ports)
        running = loop.create_task(balancer.run(listener))
        thread = threading.Thread(target=_until_cancelled, args=(loop, running), name="balancer", daemon=True)
        thread.start()
        try:
            yield balancer
        finally:
            loop.call_soon_threadsafe(running.cancel)
            thread.join()


def _until_cancelled(loop: asyncio.AbstractEventLoop, running: "asyncio.Task[None]") -> None:
    with suppress(asyncio.CancelledError):
        loop.run_until_complete(running)
    loop.run_until_complete(_end_all())
    loop.close()


async def _end_all() -> None:
    """Cancel whatever else is under way, until the loop has closed its sockets."""
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for each in others:
        each.cancel()
    await asyncio.gather(*others, return_exceptions=True)
    await asyncio.sleep(0)
