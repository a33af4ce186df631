"""What workers of a test do: wait until nobody watches them, or until they are killed, or fail at once."""

import threading
from multiprocessing.connection import Connection
from pathlib import Path

from app.cli.service.workers import say_up, when_left


def until_left(folder: Path, number: int, pipe: Connection) -> None:
    """Note each life of a worker, and its end in order."""
    with (folder / f"begun-{number}").open("a") as file:
        file.write("x")
    left = threading.Event()
    when_left(pipe, left.set, 5.0)
    say_up(pipe)
    left.wait()
    (folder / f"ended-{number}").touch()


def fails(folder: Path, number: int, pipe: Connection) -> None:
    """As where no configuration can be read."""
    (folder / f"failed-{number}").touch()
    raise SystemExit(1)
