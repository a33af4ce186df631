"""Starts replicas of the service as local processes on a PostgreSQL of their own: for drills, tests and `make cluster`.

with cluster(folder, config) as replicas:
    httpx.post(f"{replicas.url}/v1/ping", ...)
    replicas.all[1].kill()
"""

import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, text

from app.drill.drill import NotHere
from app.drill.kit.cluster.balancer import Balancer, balanced
from app.drill.kit.service import HOME, answers
from app.drill.kit.throwaway_postgres import ServerNotFound, throwaway_postgres
from app.packaged import MODELS
from app.settings import KEY_BYTES
from app.store.migrate import migrate

REPLICAS = 3
START_S, STOP_S = 60.0, 40.0


class DidNotStart(RuntimeError):
    """A replica does not come up; the text is what it logged."""


@dataclass
class LocalReplica:
    """One process on a port and with a data directory of its own; both stay its own when it is started again."""

    command: Sequence[str | Path]
    port: int
    data: Path
    process: "subprocess.Popen[bytes] | None" = None

    @property
    def url(self) -> str:
        """Where it answers itself, past the balancer."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> Path:
        """What it said in all of its lives."""
        return self.data / "serve.log"

    def start(self) -> None:
        """Begin a life; `until_ready` waits for it to be up."""
        self.data.mkdir(parents=True, exist_ok=True)
        words = ["serve", *self.command, "--data", self.data, "--port", str(self.port)]
        with self.log.open("ab") as log:
            # A session of its own, so that Ctrl-C reaches it only through whoever stops the cluster in order.
            self.process = subprocess.Popen(
                [sys.executable, "-m", "app", *words],
                cwd=HOME,
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )

    def until_ready(self, *, also_dead: bool = False) -> None:
        """DidNotStart where it does not come up; `also_dead` where somebody starts it again when it ends."""
        end = time.monotonic() + START_S
        while not answers(f"{self.url}/readyz"):
            if not (self.is_alive or also_dead) or time.monotonic() > end:
                raise DidNotStart(self.log.read_text(errors="replace"))
            time.sleep(0.05)

    @property
    def is_alive(self) -> bool:
        """Whether its process runs."""
        return self.process is not None and self.process.poll() is None

    def kill(self) -> None:
        """End it as `kill -9` does."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def ask_to_stop(self) -> None:
        """Have it end in order; `stop` also waits for it."""
        if self.is_alive and self.process is not None:
            self.process.send_signal(signal.SIGTERM)

    def stop(self) -> int:
        """End it in order; its status, as of a process that does not end in time and is killed."""
        self.ask_to_stop()
        if self.process is None:
            return 0
        try:
            return self.process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self.kill()
            return -signal.SIGKILL


@dataclass
class Cluster:
    """Replicas that are up, and the balancer before them. `keys` is the directory of the keys that all of them hold."""

    balancer: Balancer
    database_url: str
    keys: Path
    all: Sequence[LocalReplica]

    @property
    def url(self) -> str:
        """Where the balancer answers."""
        return self.balancer.url

    def rows(self, statement: str) -> Sequence[Any]:
        """What the database says to this."""
        engine = create_engine(self.database_url)
        with engine.connect() as connection:
            found = connection.execute(text(statement)).all()
        engine.dispose()
        return found

    def until_balanced(self) -> None:
        """DidNotStart where the balancer does not find all of them ready."""
        end = time.monotonic() + START_S
        while len(self.balancer.ready) < len(self.all):
            if time.monotonic() > end:
                raise DidNotStart(f"the balancer finds {len(self.balancer.ready)} of {len(self.all)} replicas ready")
            time.sleep(0.02)


@contextmanager
def cluster(
    folder: Path, config: Path, *, replicas: int = REPLICAS, ports: Sequence[int] = (), more: Sequence[str] = ()
) -> Iterator[Cluster]:
    """So many replicas with this configuration, everything they write in `folder`; `more` are options of `serve`.

    `ports` are the balancer's and the replicas', or any that are free. NotHere where there is no PostgreSQL.
    """
    first, *others = ports or _lasting_ports(replicas + 1)
    keys = keys_in(folder / "keys")
    with _postgres() as url:
        migrate(url)
        options: list[str | Path] = ["--config", config, "--models", MODELS, "--keys", keys, "--database", url, *more]
        all_of_them = [
            LocalReplica(options, port, folder / f"replica-{number}") for number, port in enumerate(others, start=1)
        ]
        try:
            for each in all_of_them:
                each.start()
            for each in all_of_them:
                each.until_ready()
            with balanced(others, first) as balancer:
                running = Cluster(balancer, url, keys, all_of_them)
                running.until_balanced()
                yield running
        finally:
            for each in all_of_them:
                each.ask_to_stop()
            for each in all_of_them:
                each.stop()


@contextmanager
def _postgres() -> Iterator[str]:
    if find_spec("psycopg") is None:
        raise NotHere("psycopg, which PostgreSQL needs: pip install 'leadbid[postgres]'")
    try:
        with throwaway_postgres() as url:
            yield url
    except ServerNotFound as missing:
        raise NotHere(str(missing)) from None


def _lasting_ports(wanted: int) -> list[int]:
    """Ports that are free, and that the system gives to nobody while a replica that was killed does not listen."""
    found: list[int] = []
    while len(found) < wanted:
        port = random.randint(20_000, 30_000)
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            found += [port] if port not in found else []
    return found


def keys_in(folder: Path) -> Path:
    """Make a set of keys there; the folder."""
    folder.mkdir(parents=True)
    for name in ("index", "signing-1", "sealing-1"):
        (folder / f"{name}.key").write_text(os.urandom(KEY_BYTES).hex())
        (folder / f"{name}.key").chmod(0o600)
    return folder
