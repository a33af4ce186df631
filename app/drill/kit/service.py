"""The whole service, and a CRM for its leads, on real sockets of loopback: for whoever asks as a seller would.

    with serve(config, data) as service:
        answer = httpx.post(f"{service.url}/v1/ping", headers={"X-API-Key": "demo-acme-key"}, json=body).json()

In a thread (`serve`) it can be looked into; as a process (`serve_process`) it can be killed.
"""

import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import uvicorn

from app.asgi import REAL, World, build_app
from app.domain.keyed import Keys
from app.drill.drill import NotHere
from app.http.application import Application
from app.http.server import server_of
from app.mock_exchange.crm_receiver import CrmReceiver
from app.packaged import MODELS
from app.settings import Settings, load_keys

HOME = Path(__file__).resolve().parents[3]
"""The folder that the package lies in, so that no other of its name is run."""

_START_S = 120.0


@dataclass(frozen=True)
class Service:
    """A service that answers at `url`."""

    url: str
    settings: Settings
    application: Application

    @property
    def keys(self) -> Keys:
        """Its keys, with which a test mints bids of its own."""
        return load_keys(self.settings, os.urandom)[0]


@dataclass(frozen=True)
class ServiceProcess:
    """The same by the command line; `process.kill()` is `kill -9`. What it said is in `log`."""

    url: str
    process: "subprocess.Popen[bytes]"
    log: Path

    @property
    def port(self) -> int:
        """Of loopback."""
        return int(self.url.rpartition(":")[2])

    @property
    def memory_mb(self) -> float:
        """What it holds of the machine's memory. NotHere where the system does not tell."""
        status = Path(f"/proc/{self.process.pid}/status")
        if not status.exists():
            raise NotHere("/proc, which tells of a process what memory it holds")
        return float(status.read_text().partition("VmRSS:")[2].split()[0]) / 1024.0

    def wait_until_up(self) -> None:
        """Wait until it answers; RuntimeError with what it said where it ends instead."""
        _wait_until(
            lambda: answers(f"{self.url}/readyz"),
            lambda: self.process.poll() is None,
            lambda: self.log.read_text(errors="replace"),
        )


@contextmanager
def serve(
    config: Path,
    data: Path,
    *,
    models: Path = MODELS,
    database_url: str = "",
    keys: Path | None = None,
    has_consent: bool = False,
    world: World = REAL,
) -> Iterator[Service]:
    """The service of this configuration, with everything it writes in `data`. Takes about a second to start."""
    settings = Settings(
        config=config,
        data=data,
        models=models,
        database_url=database_url,
        keys_dir=keys,
        has_consent=has_consent,
    )
    application = build_app(settings, world)
    with listening(application) as url:
        yield Service(url, settings, application)


@contextmanager
def serve_process(
    config: Path, data: Path, *, models: Path = MODELS, port: int = 0, descriptors: int = 0, more: Sequence[str] = ()
) -> Iterator[ServiceProcess]:
    """`leadbid serve` of this configuration. It may be killed, and the same `data` served again.

    With `descriptors` it may open no more files and sockets than that. `more` are further options.
    """
    with starting_process(config, data, models=models, port=port, descriptors=descriptors, more=more) as service:
        service.wait_until_up()
        yield service


@contextmanager
def starting_process(
    config: Path, data: Path, *, models: Path = MODELS, port: int = 0, descriptors: int = 0, more: Sequence[str] = ()
) -> Iterator[ServiceProcess]:
    """The same before it answers."""
    data.mkdir(parents=True, exist_ok=True)
    port, log = port or free_port(), data / f"serve-{time.monotonic_ns()}.log"
    limited = ["prlimit", f"--nofile={descriptors}"] if descriptors else []
    if limited and shutil.which("prlimit") is None:
        raise NotHere("prlimit, which bounds the files that a process may open")
    places: list[str | Path] = ["--config", config, "--data", data, "--models", models]
    with (
        log.open("wb") as said,
        subprocess.Popen(
            [*limited, sys.executable, "-m", "app", "serve", *places, "--port", str(port), *more],
            cwd=HOME,
            stdout=said,
            stderr=said,
            stdin=subprocess.DEVNULL,
        ) as process,
    ):
        try:
            yield ServiceProcess(f"http://127.0.0.1:{port}", process, log)
        finally:
            process.terminate()


def until(is_so: Callable[[], bool], within_s: float = 60.0) -> bool:
    """Wait for what a service does by itself; False where it did not in this time."""
    end = time.monotonic() + within_s
    while not is_so():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


@contextmanager
def crm(keys: tuple[str, ...] = (), clock: Callable[[], float] = time.time) -> Iterator[tuple[CrmReceiver, str]]:
    """A CRM receiver and its URL. With `keys` (`whsec_...`) it takes only what is signed with one of them."""
    receiver = CrmReceiver(clock, keys)
    with listening(receiver, lifespan="off") as url:
        yield receiver, url


@contextmanager
def listening(
    application: Callable[..., Any], lifespan: uvicorn.config.LifespanType = "on", per_address: int = 0
) -> Iterator[str]:
    """Any ASGI application on a free port, served from a thread as in production: its URL."""
    if isinstance(application, Application):
        server = server_of(application, shutdown_s=5, per_address=per_address)
    else:
        config = uvicorn.Config(
            application, lifespan=lifespan, ws="none", log_config=None, access_log=False, timeout_graceful_shutdown=5
        )
        server = uvicorn.Server(config)
    # Named as TCP, or asyncio leaves Nagle's algorithm on for its connections.
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listener:
        listener.bind(("127.0.0.1", 0))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, name="served", daemon=True)
        thread.start()
        try:
            _wait_until(lambda: server.started, thread.is_alive, lambda: "see the log above")
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(_START_S)


def answers(url: str) -> bool:
    """Whether this page is there. A bare socket comes first: most are asked for long before anybody listens."""
    address = urlsplit(url)
    try:
        socket.create_connection((str(address.hostname), int(address.port or 80))).close()
        return httpx.get(url, trust_env=False).status_code == 200
    except (OSError, httpx.TransportError):
        return False


def free_port() -> int:
    """A port of loopback on which nobody listens, and which for a minute the system gives to nobody who names none.

    The end of a connection that closes first waits that long, and may be listened on meanwhile by whoever names it.
    """
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)):
            listener.accept()[0].close()
    return port


def _wait_until(is_up: Callable[[], bool], is_alive: Callable[[], bool], why_not: Callable[[], str]) -> None:
    until = time.monotonic() + _START_S
    while not is_up():
        if not is_alive() or time.monotonic() > until:
            raise RuntimeError(f"the service did not start: {why_not()}")
        time.sleep(0.01)
