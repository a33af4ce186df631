"""Appends decisions to a file an hour, in batches, so that no ping waits for a disk."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from app.journal.lines import Line

FLUSH_S = 0.25
"""How long a line may wait: a kill loses less than a second of them."""

WAITING_MAX = 200_000
"""Lines held while the disk does not take them; beyond that the oldest batch is given up and counted."""


def hour_file(at: float) -> str:
    """The name of the file which holds the lines of this hour (UTC)."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H.jsonl")


class JournalWriter:
    """One writer a directory. `append` only remembers; `run` writes every quarter of a second until cancelled."""

    def __init__(self, directory: Path) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self._directory = directory
        self._encoder = msgspec.json.Encoder()
        self._waiting: list[tuple[float, bytes]] = []
        self.lost = 0

    @property
    def waiting(self) -> int:
        """How many lines are not written yet."""
        return len(self._waiting)

    def append(self, line: Line) -> None:
        """Take one line; it is on its way to the file within a quarter of a second."""
        self._waiting.append((line.at, self._encoder.encode(line)))

    async def run(self, on_error: Callable[[OSError], None]) -> None:
        """Write until cancelled, then write what is left. A full disk keeps the lines waiting and is reported."""
        try:
            while True:
                await asyncio.sleep(FLUSH_S)
                try:
                    await asyncio.to_thread(self.flush)
                except OSError as error:
                    on_error(error)
        finally:
            self.flush()

    def flush(self) -> None:
        """Write everything that waits, each line to the file of its hour."""
        batch, self._waiting = self._waiting, []
        hours: dict[str, list[bytes]] = {}
        for at, text in batch:
            hours.setdefault(hour_file(at), []).append(text)
        try:
            for name, lines in hours.items():
                with (self._directory / name).open("ab") as file:
                    file.write(b"\n".join(lines) + b"\n")
        except OSError:
            self._put_back(batch)
            raise

    def _put_back(self, batch: list[tuple[float, bytes]]) -> None:
        waiting = batch + self._waiting
        self.lost += max(len(waiting) - WAITING_MAX, 0)
        self._waiting = waiting[-WAITING_MAX:]
