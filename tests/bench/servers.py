"""The servers that are compared, each a process of its own on uvicorn with uvloop and httptools.

`NAME PORT [DATA [DATABASE]]`.
"""

import secrets
import shutil
import sys
import time
import tomllib
from collections.abc import Awaitable, Callable, MutableMapping
from pathlib import Path
from typing import Any

import joblib
import msgspec
import numpy as np
import uvicorn
from fastapi import FastAPI

from app.asgi import build_app
from app.cli.service.serve import bound
from app.http.application import Application
from app.http.server import listeners, protocol_of
from app.settings import Settings
from tests.bench.places import CONFIG, MODELS, VERTICAL

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Asgi = Callable[[Scope, Receive, Send], Awaitable[None]]

_ECHO = b'{"status":"accepted"' + b" " * 279 + b"}"
_HEADERS = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(_ECHO))]


def echo() -> Asgi:
    """The floor under every Python server: read the body, return 300 fixed bytes."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await _live(receive, send)
            return
        while (await receive()).get("more_body"):
            pass
        await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
        await send({"type": "http.response.body", "body": _ECHO})

    return answer


def usual() -> Asgi:
    """What one would write in an afternoon: FastAPI, the same model as scikit-learn pickled it, a price, no rules."""
    version = tomllib.loads((MODELS / "current.toml").read_text())[VERTICAL]
    folder = MODELS / VERTICAL / version
    pipeline = joblib.load(folder / "pipeline.joblib")
    card = msgspec.json.decode((folder / "card.json").read_bytes())
    kinds = [(read["name"], read["kind"]) for read in card["reads"]]
    service = FastAPI()

    @service.post("/v1/ping")
    async def ping(lead: dict[str, Any]) -> dict[str, Any]:
        cells = [_cell(lead.get(name), kind) for name, kind in kinds]
        probability = float(pipeline.predict_proba(np.array([cells], dtype=object))[0, 1])
        return {"status": "accepted", "ping_id": "0" * 64, "price": round(probability * 420.0 * 0.5, 2)}

    return service


def ours(data: str, database: str = "") -> Application:
    """The whole service with the demo's configuration, and caps that no bench can reach; on SQLite by default."""
    shutil.copytree(CONFIG.parent, Path(data) / "config")
    config = Path(data) / "config" / CONFIG.name
    config.write_text(config.read_text().replace("limit = 10_000", "limit = 100_000_000"))
    if database:
        # What a shared database holds is read with keys that somebody gave to every replica.
        keys = Path(data) / "keys"
        keys.mkdir()
        for name in ("index", "signing-1", "sealing-1"):
            (keys / f"{name}.key").write_text(secrets.token_hex(32))
    settings = Settings(config=config, data=Path(data), models=MODELS, database_url=database, new_database=True)
    return build_app(settings)


def metered(server: Asgi) -> Asgi:
    """The server, telling at `/cpu` how much processor time its process has used."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] != "/cpu":
            await server(scope, receive, send)
            return
        used = f"{time.process_time():.6f}".encode()
        headers = [(b"content-type", b"text/plain"), (b"content-length", b"%d" % len(used))]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": used})

    return answer


async def _live(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return


def _cell(value: object, kind: str) -> object:
    if kind == "category":
        return value if isinstance(value, str) else float("nan")
    return float(value) if isinstance(value, (int, float)) else float("nan")


if __name__ == "__main__":
    name, port, *rest = sys.argv[1:]
    service = ours(*rest) if name == "ours" else None
    server = service or {"echo": echo, "usual": usual}[name]()
    http = protocol_of(service) if service is not None else "httptools"
    config = uvicorn.Config(metered(server), loop="uvloop", http=http, access_log=False, log_level="warning")
    with bound("127.0.0.1", int(port)) as listener, listeners(listener) as sockets:
        uvicorn.Server(config).run(sockets)
