"""There is room for a bounded number of connections, and those without a key make way."""

import asyncio
from typing import cast

from app.http.connections import STUCK_MAX, Connections, accept_backlog, connections_max, raise_descriptors


class Caller:
    """A connection that says whether it was ended."""

    def __init__(self, *, keyed: bool = False, active_at: float = 0.0, busy: bool = False, address: str = "a") -> None:
        self.keyed, self.active_at, self.is_busy, self.address = keyed, active_at, busy, address
        self.ended = False
        self.pieces = 0

    def check(self, _: float) -> None:
        """It does nothing for too long."""

    def drop(self) -> None:
        self.ended = True

    def read_on(self) -> bool:
        self.pieces -= 1
        return self.pieces > 0


class Later:
    """A loop that does nothing later."""

    def call_later(self, *_: object) -> None:
        """Do nothing."""


LOOP = cast(asyncio.AbstractEventLoop, Later())


def full(*callers: Caller, per_address: int = 0) -> Connections:
    """As many connections as there may be."""
    connections = Connections(lambda: 0.0, len(callers), per_address)
    assert all(connections.admit(each, LOOP) for each in callers)
    return connections


def test_the_one_without_a_key_that_has_been_idle_for_longest_makes_way() -> None:
    seller, old, new, busy = (
        Caller(keyed=True, active_at=0.0),
        Caller(active_at=1.0),
        Caller(active_at=2.0),
        Caller(active_at=0.0, busy=True),
    )
    connections = full(seller, old, new, busy)
    assert connections.admit(Caller(active_at=3.0), LOOP)
    assert [each.ended for each in (seller, old, new, busy)] == [False, True, False, False]


def test_one_with_a_key_makes_way_only_where_all_have_one() -> None:
    first, second = Caller(keyed=True, active_at=1.0), Caller(keyed=True, active_at=0.0)
    connections = full(first, second)
    assert connections.admit(Caller(), LOOP)
    assert (first.ended, second.ended) == (False, True)


def test_no_connection_makes_way_while_it_is_being_answered() -> None:
    busy = Caller(busy=True), Caller(busy=True)
    assert not full(*busy).admit(Caller(), LOOP)
    assert not any(each.ended for each in busy)


def test_one_address_has_no_more_than_its_share_and_gets_it_back() -> None:
    first, other = Caller(), Caller(address="b")
    connections = Connections(lambda: 0.0, 10, 1)
    assert connections.admit(first, LOOP)
    assert not connections.admit(Caller(), LOOP)
    assert connections.admit(other, LOOP)
    connections.forget(first)
    assert connections.admit(Caller(), LOOP)


def test_of_too_many_who_do_not_read_the_first_without_a_key_is_ended() -> None:
    callers = [Caller() for _ in range(STUCK_MAX + 1)]
    seller = Caller(keyed=True)
    connections = full(seller, *callers)
    for each in (seller, *callers):
        connections.is_stuck(each)
    assert [each.ended for each in (seller, *callers)] == [False, True] + [False] * STUCK_MAX


def test_there_is_room_for_files_beside_the_connections() -> None:
    for descriptors in (1_024, 4_096, 20_000, 1_048_576):
        assert connections_max(descriptors) + accept_backlog(descriptors) < descriptors
    assert connections_max(raise_descriptors()) >= 256
