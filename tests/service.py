"""The whole service, and a CRM for its leads, on real sockets of loopback: for tests that ask as a seller would.

    with serve(config, data) as service:
        answer = httpx.post(f"{service.url}/v1/ping", headers={"X-API-Key": "demo-acme-key"}, json=body).json()

In a thread (`serve`) it can be looked into; as a process (`serve_process`) it can be killed.
"""

import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import uvicorn

from app.asgi import REAL, World, build_app
from app.cli import main
from app.domain.keys import Keys
from app.http.application import Application
from app.http.server import server_of
from app.mock_exchange.crm_receiver import CrmReceiver
from app.settings import Settings, load_keys

ROOT = Path(__file__).resolve().parents[1]
DEMO_CONFIG = ROOT / "fixtures" / "demo" / "buyer.toml"
MODELS = ROOT / "models"

_START_S = 30.0


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
    config: Path, data: Path, *, models: Path = MODELS, port: int = 0, descriptors: int = 0
) -> Iterator[ServiceProcess]:
    """`leadbid serve` of this configuration. A test may kill it and serve the same `data` again.

    With `descriptors` it may open no more files and sockets than that.
    """
    data.mkdir(parents=True, exist_ok=True)
    port, log = port or free_port(), data / f"serve-{time.monotonic_ns()}.log"
    limited = ["prlimit", f"--nofile={descriptors}"] if descriptors else []
    arguments: list[str | Path] = ["serve", "--config", config, "--data", data, "--models", models, "--port", str(port)]
    with (
        log.open("wb") as said,
        subprocess.Popen(
            [*limited, sys.executable, "-m", "app", *arguments],
            cwd=ROOT,
            stdout=said,
            stderr=said,
            stdin=subprocess.DEVNULL,
        ) as process,
    ):
        url = f"http://127.0.0.1:{port}"
        try:
            _wait_until(
                lambda: answers(f"{url}/readyz"),
                lambda: process.poll() is None,
                lambda: log.read_text(errors="replace"),
            )
            yield ServiceProcess(url, process, log)
        finally:
            process.terminate()


def refused(data: Path, *more: str) -> str:
    """What the demo's service says that does not come up: it must fail with status 1 and without a trace.

    In this process, which saves a second each time; one that does come up is stopped.
    """
    arguments = ["serve", "--config", DEMO_CONFIG, "--models", MODELS, "--data", data, "--port", "0", *more]
    said, former = StringIO(), signal.getsignal(signal.SIGTERM)
    spoken = logging.StreamHandler(said)
    stop = threading.Timer(_START_S, os.kill, (os.getpid(), signal.SIGTERM))
    logging.getLogger().addHandler(spoken)
    stop.start()
    try:
        with redirect_stderr(said):
            status = main([str(each) for each in arguments])
    finally:
        stop.cancel()
        logging.getLogger().removeHandler(spoken)
        signal.signal(signal.SIGTERM, former)
    assert status == 1, said.getvalue()
    assert "Traceback" not in said.getvalue()
    return said.getvalue()


def until(is_so: Callable[[], bool], within_s: float = 20.0) -> bool:
    """Wait for what a service does by itself; False where it did not in this time."""
    end = time.monotonic() + within_s
    while not is_so():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


@contextmanager
def crm(keys: tuple[str, ...] = ()) -> Iterator[tuple[CrmReceiver, str]]:
    """A CRM receiver and its URL. With `keys` (`whsec_...`) it takes only what is signed with one of them."""
    receiver = CrmReceiver(time.time, keys)
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
    """A port of loopback on which nobody listens at this moment."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


def _wait_until(is_up: Callable[[], bool], is_alive: Callable[[], bool], why_not: Callable[[], str]) -> None:
    until = time.monotonic() + _START_S
    while not is_up():
        if not is_alive() or time.monotonic() > until:
            raise RuntimeError(f"the service did not start: {why_not()}")
        time.sleep(0.01)
