"""The server takes in all who come, also while it has much to do."""

import asyncio
import socket
from contextlib import ExitStack
from pathlib import Path

import pytest

from app.http.server import ACCEPTED, listeners

uvloop = pytest.importorskip("uvloop")


def test_a_turn_of_the_event_loop_takes_in_several_new_connections(tmp_path: Path) -> None:
    with ExitStack() as stack:
        path = str(tmp_path / "socket")
        listener = stack.enter_context(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM))
        listener.bind(path)
        listener.listen(2 * ACCEPTED)
        clients = [stack.enter_context(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)) for _ in range(ACCEPTED)]
        for client in clients:
            client.connect(path)
        assert uvloop.run(_accepted_at_once(listener)) == ACCEPTED


async def _accepted_at_once(listener: socket.socket) -> int:
    """How many of those that wait are accepted within one turn: the first to come in asks at its end."""
    loop = asyncio.get_running_loop()
    made: list[asyncio.Protocol] = []
    at_the_end = loop.create_future()

    class Counted(asyncio.Protocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            transport.abort()  # type: ignore[attr-defined]
            made.append(self)
            if len(made) == 1:
                loop.call_soon(lambda: at_the_end.set_result(len(made)))

    servers = [await loop.create_unix_server(Counted, sock=each) for each in listeners(listener)]
    count: int = await at_the_end
    for server in servers:
        server.close()
    return count
