"""The server takes in all who come, also while it has much to do."""

import asyncio
import signal
import socket
import time
from contextlib import ExitStack, nullcontext
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from app.http.server import ACCEPTED, DrainingServer, listeners

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

    with listeners(listener) as sockets:
        servers = [await loop.create_unix_server(Counted, sock=each) for each in sockets]
        count: int = await at_the_end
        for server in servers:
            server.close()
    return count


async def _greets(_scope: Any, _receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"5")]})
    await send({"type": "http.response.body", "body": b"hello"})


async def _answer(port: int) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET / HTTP/1.1\r\nHost: here\r\n\r\n")
    answer = await reader.readuntil(b"hello")
    writer.close()
    return answer


def test_a_server_that_is_stopped_answers_on_for_a_while_and_sends_its_clients_elsewhere() -> None:
    async def scene() -> bytes:
        begun, meanwhile = asyncio.Event(), b""
        config = uvicorn.Config(_greets, lifespan="off", ws="none", log_config=None, access_log=False)
        server = DrainingServer(config, 60.0, begun.set)
        server.capture_signals = nullcontext  # type: ignore[method-assign,assignment]
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port = listener.getsockname()[1]
            serving = asyncio.create_task(server.serve([listener]))
            await begun.wait()
            before = await _answer(port)
            server.should_exit = True
            async with asyncio.timeout(60.0):
                while b"connection: close" not in meanwhile.lower():
                    meanwhile = await _answer(port)
            # As by a second signal.
            server.force_exit = True
            await serving
        with pytest.raises(ConnectionRefusedError):
            await _answer(port)
        return before.lower()

    assert b"connection: close" not in asyncio.run(scene())


def test_a_server_that_is_stopped_ends_by_itself_after_that() -> None:
    async def scene() -> float:
        begun = asyncio.Event()
        server = DrainingServer(uvicorn.Config(_greets, lifespan="off", ws="none", log_config=None), 0.3, begun.set)
        server.capture_signals = nullcontext  # type: ignore[method-assign,assignment]
        with socket.create_server(("127.0.0.1", 0)) as listener:
            serving = asyncio.create_task(server.serve([listener]))
            await begun.wait()
            stopped, server.should_exit = time.monotonic(), True
            async with asyncio.timeout(60.0):
                await serving
        return time.monotonic() - stopped

    assert asyncio.run(scene()) >= 0.3


def test_a_second_ctrl_c_ends_waits_for_requests_and_the_application_still_in_order() -> None:
    ended: list[str] = []

    async def application(scope: Any, receive: Any, send: Any) -> None:
        assert scope["type"] == "lifespan"
        for kind in ("startup", "shutdown"):
            assert (await receive())["type"] == f"lifespan.{kind}"
            await send({"type": f"lifespan.{kind}.complete"})
        ended.append("in order")

    async def scene() -> None:
        begun = asyncio.Event()
        config = uvicorn.Config(application, lifespan="on", ws="none", log_config=None)
        server = DrainingServer(config, 60.0, begun.set)
        server.capture_signals = nullcontext  # type: ignore[method-assign,assignment]
        with socket.create_server(("127.0.0.1", 0)) as listener:
            serving = asyncio.create_task(server.serve([listener]))
            await begun.wait()
            server.handle_exit(signal.SIGINT, None)
            server.handle_exit(signal.SIGINT, None)
            async with asyncio.timeout(60.0):
                await serving

    asyncio.run(scene())
    assert ended == ["in order"]
