"""`python -m tests.walk`: one warm ping on its way through the code, in calls, files and moves between packages.

A move is a call that lands in another package (`http`, `usecases`, `domain`, ...) than the call before it.
"""

import asyncio
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import groupby, pairwise
from pathlib import Path
from types import FrameType

import msgspec

from app.asgi import build_app
from app.http.application import Application
from app.http.request import RawRequest
from app.mock_exchange.consumers import consumer, ping_of
from app.settings import Settings
from tests.service import DEMO_CONFIG, MODELS, ROOT

KEY = b"demo-acme-key"
VERTICAL = "roofing"
"""Its model is a sum, as most are; one of trees adds the tables of these to the path."""
WARM_UP = 50
"""Pings after which nothing is done for the first time any more."""

_APP = f"{ROOT / 'app'}/"


class Walk(msgspec.Struct, frozen=True, kw_only=True):
    """Every call of a function of ours, in order, as (file beneath `app`, function)."""

    calls: tuple[tuple[str, str], ...]

    @property
    def files(self) -> set[str]:
        """The files it led through."""
        return {file for file, _ in self.calls}

    @property
    def packages(self) -> list[str]:
        """The packages it led through, each as often as it came there."""
        return [package for package, _ in groupby(file.partition("/")[0] for file, _ in self.calls)]

    @property
    def moves(self) -> int:
        """How often it moved from one package to another."""
        return len(list(pairwise(self.packages)))


def main() -> None:
    """Print the walk; with `--calls` every call of it."""
    walk = walk_of_a_ping()
    if "--calls" in sys.argv:
        for file, function in walk.calls:
            print(f"{file:<40} {function}")
    print(f"{len(walk.calls)} calls, {len(walk.files)} files, {walk.moves} moves between packages")
    print(" > ".join(walk.packages))


def walk_of_a_ping() -> Walk:
    """The walk of a ping that gets a bid, by a service that has answered others before it."""
    return asyncio.run(_walk())


async def _walk() -> Walk:
    with tempfile.TemporaryDirectory() as data:
        async with running(Settings(config=DEMO_CONFIG, data=Path(data), models=MODELS)) as application:
            for number in range(WARM_UP):
                _answered(application, _ping(application, number))
            ping = _ping(application, WARM_UP)
            calls: list[tuple[str, str]] = []

            def note(frame: FrameType, event: str, _: object) -> None:
                file = frame.f_code.co_filename
                if event == "call" and file.startswith(_APP):
                    calls.append((file.removeprefix(_APP), frame.f_code.co_qualname))

            sys.setprofile(note)
            try:
                _answered(application, ping)
            finally:
                sys.setprofile(None)
            return Walk(calls=tuple(calls))


def _ping(application: Application, number: int) -> RawRequest:
    assert application.intake is not None
    headers = [(b"x-api-key", KEY), (b"content-type", b"application/json"), (b"accept", b"application/json")]
    scope = {"type": "http", "method": "POST", "path": "/v1/ping", "query_string": b"", "headers": headers}
    body = msgspec.json.encode(ping_of(consumer(1, number, VERTICAL), time.time()))
    return application.intake.request({**scope, "client": ("127.0.0.1", 1)}, body)


def _answered(application: Application, ping: RawRequest) -> None:
    assert application.intake is not None
    application.intake.answers([ping])


@asynccontextmanager
async def running(settings: Settings) -> AsyncIterator[Application]:
    """The application from start to stop, without a server."""
    application = build_app(settings)
    said: asyncio.Queue[dict[str, str]] = asyncio.Queue()
    heard: asyncio.Queue[dict[str, str]] = asyncio.Queue()
    life = asyncio.create_task(application({"type": "lifespan"}, said.get, heard.put))  # type: ignore[arg-type]
    await said.put({"type": "lifespan.startup"})
    assert (await heard.get())["type"] == "lifespan.startup.complete"
    yield application
    await said.put({"type": "lifespan.shutdown"})
    await life


if __name__ == "__main__":
    main()
