"""All connections of one process: how many there may be, and how long each may do nothing.

Whoever has no key can open connections and say little or nothing on them. So there is room for a bounded number, those
without a key make way for new ones, and a clock runs for whoever owes us the rest of a request.
"""

import asyncio
import logging
import sys
from collections import Counter, deque
from collections.abc import Callable
from typing import Protocol

if sys.platform != "win32":
    import resource

CONNECTIONS_MAX = 4_096
"""A proxy keeps some dozens, a seller without one some hundreds; each takes about 8 kB."""

RESERVED_DESCRIPTORS = 192
"""For the database (19 connections), the journal, deliveries and what is read at a reload."""

HEAD_S = 10.0
BODY_S = 20.0
"""From the first byte of a request to the last of its headers, and of its body."""
SILENT_S = 10.0
"""How long a connection stays open on which no valid key was shown, after its last answer."""
SILENT_WITH_KEY_S = 75.0
"""The same with a key; proxies keep connections for 60 seconds, and must be the first to close them."""
UNREAD_S = 30.0
"""How long a client may not read its answers."""
LINGER_S = 2.0
"""How long a connection stays half open after its last answer, for that to be read."""

STUCK_MAX = 256
"""Connections without a key whose answers are not read; each keeps up to some 100 kB of them."""

_SWEEP_S = 1.0
_PIECES_S = 0.005
"""How long long inputs from strangers are read in one turn of the event loop."""
_EVICTED = 32
_FULL_NO_MORE = 0.8

_log = logging.getLogger(__name__)


class Peer(Protocol):
    """A connection as it is bounded here.

    `active_at` is when it last began or ended a request, by the machine's steady clock.
    """

    keyed: bool
    active_at: float

    @property
    def address(self) -> str: ...

    @property
    def is_busy(self) -> bool:
        """Whether an answer is being made for it."""
        ...

    def check(self, now: float) -> None:
        """End it if it has done nothing for too long."""
        ...

    def drop(self) -> None:
        """End it at once."""
        ...

    def read_on(self) -> bool:
        """Read the next piece of what it has sent; whether there is more that may be read now."""
        ...


class Addresses(Protocol):
    """Some network addresses."""

    def __contains__(self, address: str | None, /) -> bool: ...


class Connections:
    """Admits, keeps and ends connections. At most `most` are open, and `per_address` (0: any number) from one address.

    The bound per address never applies to `proxies`, behind which every seller has the same one.
    """

    def __init__(self, steady: Callable[[], float], most: int, per_address: int = 0) -> None:
        self._steady = steady
        self._most = most
        self._per_address = per_address
        self.proxies: Addresses = frozenset()
        self._open: dict[Peer, None] = {}
        self._addresses: Counter[str] = Counter()
        self._stuck: dict[Peer, None] = {}
        self._unread: deque[Peer] = deque()
        self._sweeps = self._is_full = False

    def __len__(self) -> int:
        return len(self._open)

    def admit(self, peer: Peer, loop: asyncio.AbstractEventLoop) -> bool:
        """Whether a new connection may stay; an idle one is ended for it where there are too many."""
        is_bounded = self._per_address and peer.address not in self.proxies
        if is_bounded and self._addresses[peer.address] >= self._per_address:
            return False
        if len(self._open) >= self._most:
            self._make_room()
        if len(self._open) >= self._most:
            return False
        self._open[peer] = None
        self._addresses[peer.address] += 1
        if not self._sweeps:
            self._sweeps = True
            loop.call_later(_SWEEP_S, self._sweep, loop)
        return True

    def forget(self, peer: Peer) -> None:
        """A connection has ended, or is about to."""
        if peer in self._open:
            del self._open[peer]
            self._stuck.pop(peer, None)
            self._addresses[peer.address] -= 1
            if not self._addresses[peer.address]:
                del self._addresses[peer.address]

    def is_stuck(self, peer: Peer) -> None:
        """Its answers are not read; the first such without a key is ended where there are too many."""
        if peer.keyed:
            return
        self._stuck[peer] = None
        if len(self._stuck) > STUCK_MAX:
            self._end(next(iter(self._stuck)))

    def is_read_again(self, peer: Peer) -> None:
        """They are read."""
        self._stuck.pop(peer, None)

    def read_later(self, peer: Peer, loop: asyncio.AbstractEventLoop) -> None:
        """Read on here when the others that wait for it had their turn."""
        self._unread.append(peer)
        if len(self._unread) == 1:
            loop.call_soon(self._read_on, loop)

    def _read_on(self, loop: asyncio.AbstractEventLoop) -> None:
        until = self._steady() + _PIECES_S
        while self._unread:
            peer = self._unread.popleft()
            if peer.read_on():
                self._unread.append(peer)
            if self._steady() >= until:
                break
        if self._unread:
            loop.call_soon(self._read_on, loop)

    def _make_room(self) -> None:
        """End idle connections: those without a key first, and of these the ones that have been so for longest.

        Several at once, since looking at all of them costs as much as a few requests.
        """
        if not self._is_full:
            self._is_full = True
            _log.warning("all %d connections are taken: idle ones without a key are ended for new ones", self._most)
        idle = sorted([peer for peer in self._open if not peer.is_busy], key=lambda peer: (peer.keyed, peer.active_at))
        several = max(1, self._most // _EVICTED)
        strangers = sum(not peer.keyed for peer in idle[:several])
        for peer in idle[: strangers or 1]:
            self._end(peer)

    def _end(self, peer: Peer) -> None:
        self.forget(peer)
        peer.drop()

    def _sweep(self, loop: asyncio.AbstractEventLoop) -> None:
        """Once a second: end those that owe us something for too long."""
        now = self._steady()
        for peer in list(self._open):
            peer.check(now)
        if self._is_full and len(self._open) < _FULL_NO_MORE * self._most:
            self._is_full = False
            _log.warning("new connections find space again: %d are open", len(self._open))
        self._sweeps = bool(self._open) or self._is_full
        if self._sweeps:
            loop.call_later(_SWEEP_S, self._sweep, loop)


def raise_descriptors() -> int:
    """Raise the number of files and sockets of this process as far as the system lets it, and return it."""
    if sys.platform == "win32":
        return CONNECTIONS_MAX + RESERVED_DESCRIPTORS
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = hard if hard != resource.RLIM_INFINITY else max(soft, 65_536)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        except (OSError, ValueError):
            return soft
    return wanted


def connections_max(descriptors: int) -> int:
    """How many connections so many descriptors leave room for."""
    return max(16, min(CONNECTIONS_MAX, descriptors - RESERVED_DESCRIPTORS - accept_backlog(descriptors)))


def accept_backlog(descriptors: int) -> int:
    """How many connections the kernel may hold for us: all of them are accepted at once, before any other is closed."""
    return max(16, min(2_048, descriptors // 8))
