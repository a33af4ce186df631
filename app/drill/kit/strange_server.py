"""A server of somebody else, which answers well until it is told to misbehave."""

import asyncio
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress

from app.drill.kit.behavior import Behavior

Answer = Callable[[bytes, bytes], bytes]
"""Head and body of a request -> the whole answer."""


class StrangeServer:
    """`behaviors` are by the name that the path begins with; what has none there is answered by `well`.

    `bodies` are those of the requests that were answered well, by the same name; `asked` counts all of them.
    """

    def __init__(self, well: Answer) -> None:
        self.behaviors: dict[str, Behavior] = {}
        self.bodies: dict[str, list[bytes]] = defaultdict(list)
        self.asked: dict[str, int] = defaultdict(int)
        self._well = well

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, with one request."""
        with closing(writer), suppress(OSError, EOFError):
            head = await reader.readuntil(b"\r\n\r\n")
            length = head.lower().partition(b"content-length:")[2].split(b"\r\n")[0]
            body = await reader.readexactly(int(length or 0))
            name = head.split(b" ")[1].split(b"/")[1].split(b"?")[0].decode()
            self.asked[name] += 1
            if (behave := self.behaviors.get(name)) is not None:
                await behave(head, writer)
            else:
                answer = self._well(head, body)
                self.bodies[name].append(body)
                writer.write(answer)
                await writer.drain()


@contextmanager
def strange_server(well: Answer) -> Iterator[tuple[StrangeServer, int]]:
    """It, and its port of loopback."""
    server, ready = StrangeServer(well), threading.Event()
    known: list[tuple[int, asyncio.AbstractEventLoop, asyncio.Event]] = []

    async def listen() -> None:
        listener = await asyncio.start_server(server.serve, "127.0.0.1", 0)
        over = asyncio.Event()
        known.append((listener.sockets[0].getsockname()[1], asyncio.get_running_loop(), over))
        ready.set()
        await over.wait()
        # Whoever still waits for an answer is cut off.
        listener.close()

    thread = threading.Thread(target=lambda: asyncio.run(listen()), daemon=True)
    thread.start()
    ready.wait(10.0)
    port, loop, over = known[0]
    try:
        yield server, port
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join(10.0)
