"""Runs several processes of the service on one port, and starts again one that dies.

All of them accept from one listening socket, which lives in the process that watches them: where one dies, what waits
to be accepted goes to the others. (With SO_REUSEPORT each would have a queue of its own, and whoever waits in that of a
dead process is reset.) A pipe ties each to the watching process, so that none outlives it, however it ends.
"""

import logging
import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any

if sys.platform != "win32":
    from multiprocessing.reduction import DupFd
else:
    DupFd = None

BACK_OFF_S, BACK_OFF_MAX_S = 0.5, 30.0
"""How long after its death one is started again: doubled each time, unless it has lived for a minute."""
STEADY_S = 60.0

_LOOK_S = 0.1
_UP = b"up"

_log = logging.getLogger(__name__)

Work = Callable[[int, Connection], None]
"""What a worker does, given its number and its end of the pipe. It must be importable, since it is sent to another
process; what it needs beside is bound with `functools.partial`.
"""


@dataclass
class _Worker:
    number: int
    process: BaseProcess | None = None
    pipe: Connection | None = None
    started_at: float = 0.0
    starts_at: float = 0.0
    back_off_s: float = BACK_OFF_S
    is_up: bool = False
    was_up: bool = False


class Workers:
    """So many processes that do the same work. `end_s` is how long they may take to stop in order."""

    def __init__(self, count: int, work: Work, end_s: float) -> None:
        self._work = work
        self._end_s = end_s
        self._workers = [_Worker(number) for number in range(1, count + 1)]
        # Not forked: threads of libraries would not live on in the other process.
        self._new = multiprocessing.get_context("spawn")
        self._is_stopping = False

    def stop(self) -> None:
        """Have `run` end: what is under way is finished first."""
        self._is_stopping = True

    def run(self) -> int:
        """Keep them up until it is to stop; 1 where none of them can start, which has said why itself."""
        try:
            # The first one meets what prevents all of them, and says it once.
            self._start(self._workers[0])
            while not self._is_stopping:
                self._wait()
                if not self._look():
                    return 1
        finally:
            self._end()
        return 0

    def _start(self, worker: _Worker) -> None:
        ours, theirs = self._new.Pipe()
        worker.process = self._new.Process(target=self._work, args=(worker.number, theirs), name=_name(worker))
        worker.pipe, worker.started_at, worker.is_up = ours, time.monotonic(), False
        worker.process.start()
        theirs.close()

    def _wait(self) -> None:
        processes = [each.process.sentinel for each in self._workers if each.process is not None]
        pipes = [each.pipe for each in self._workers if each.pipe is not None and not each.is_up]
        wait([*processes, *pipes], _LOOK_S)

    def _look(self) -> bool:
        """Take note of who is up and who has died, and start who is due; false where the first start has failed."""
        for each in self._workers:
            if each.process is not None and not each.is_up and _said_up(each):
                each.is_up = True
                _log.info("worker %d is up, process %s%s", each.number, each.process.pid, " again" * each.was_up)
                each.was_up = True
            if each.process is not None and not each.process.is_alive():
                if not any(other.was_up for other in self._workers):
                    return False
                self._mourn(each)
        if any(each.was_up for each in self._workers):
            for each in self._workers:
                if each.process is None and time.monotonic() >= each.starts_at:
                    self._start(each)
        return True

    def _mourn(self, worker: _Worker) -> None:
        """Say that one has died, and when it is started again."""
        process = worker.process
        if process is None:
            return
        lived_s = time.monotonic() - worker.started_at
        worker.back_off_s = BACK_OFF_S if lived_s >= STEADY_S else worker.back_off_s
        worker.starts_at = time.monotonic() + worker.back_off_s
        _log.error(
            "worker %d, process %s, has died (%s) after %.0f s; it is started again in %.1f s",
            worker.number,
            process.pid,
            _cause(process.exitcode),
            lived_s,
            worker.back_off_s,
        )
        worker.back_off_s = min(2 * worker.back_off_s, BACK_OFF_MAX_S)
        worker.process = None
        _close(worker)
        process.close()

    def _end(self) -> None:
        """Have all of them stop in order at once; who does not in time is killed."""
        until = time.monotonic() + self._end_s
        for each in self._workers:
            _close(each)
        for each in self._workers:
            if each.process is not None:
                each.process.join(max(until - time.monotonic(), 0.0))
                if each.process.is_alive():
                    _log.error("worker %d does not stop, and is killed", each.number)
                    each.process.kill()
                    each.process.join()


class HeldFile:
    """An open file that a worker gets a copy of, and keeps open as long as it lives; Windows has no such copies."""

    def __init__(self, descriptor: int | None) -> None:
        self.descriptor = descriptor

    def __reduce__(self) -> tuple[Callable[..., "HeldFile"], tuple[object]]:
        copy = DupFd(self.descriptor) if DupFd is not None and self.descriptor is not None else None
        return _received, (copy,)


def _received(copy: Any) -> HeldFile:
    return HeldFile(None if copy is None else copy.detach())


def say_up(pipe: Connection) -> None:
    """Told by a worker that it serves."""
    with suppress(OSError):
        pipe.send_bytes(_UP)


def when_left(pipe: Connection, stop: Callable[[], None], end_s: float) -> None:
    """Have a worker stop as soon as nobody watches it any more; who has not stopped in time ends at once."""

    def watch() -> None:
        with suppress(EOFError, OSError):
            pipe.recv_bytes()
        stop()
        time.sleep(end_s)
        os._exit(1)

    threading.Thread(target=watch, name="watched", daemon=True).start()


def _said_up(worker: _Worker) -> bool:
    if worker.pipe is None:
        return False
    try:
        return worker.pipe.poll() and worker.pipe.recv_bytes() == _UP
    except (EOFError, OSError):
        return False


def _close(worker: _Worker) -> None:
    if worker.pipe is not None:
        worker.pipe.close()
        worker.pipe = None


def _name(worker: _Worker) -> str:
    return f"worker {worker.number}"


def _cause(code: int | None) -> str:
    if code is None or code >= 0:
        return f"status {code}"
    with suppress(ValueError):
        return signal.Signals(-code).name
    return f"signal {-code}"
