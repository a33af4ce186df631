"""How much of a core a process got when it wanted one: what a request takes beyond that is other work's doing."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec


class CoreShare(msgspec.Struct):
    """1.0 where the process never waited for a core, or where the system does not tell."""

    share: float = 1.0


@contextmanager
def core_share(pid: int) -> Iterator[CoreShare]:
    """That of its first thread, which answers all requests, for as long as this lasts; known afterwards."""
    got, (ran, waited) = CoreShare(), _nanoseconds(pid)
    yield got
    ran, waited = _nanoseconds(pid)[0] - ran, _nanoseconds(pid)[1] - waited
    if ran > 0:
        got.share = ran / (ran + waited)


def _nanoseconds(pid: int) -> tuple[int, int]:
    """How long it ran, and how long it was ready to run and waited."""
    path = Path(f"/proc/{pid}/schedstat")
    if not path.exists():
        return 0, 0
    ran, waited, _ = path.read_text().split()
    return int(ran), int(waited)
