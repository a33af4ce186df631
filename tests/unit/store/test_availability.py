"""Whether sales can be recorded: said by what became of writes, and logged once on the way in and out."""

import pytest

from app.domain.auction.withholding import ENDS_S
from app.store.engine.availability import BUSY_S, HUNG_S, RETRY_S, Availability


class Clock:
    """Seconds that pass when they are told to."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def availability(clock: Clock) -> Availability:
    """One that has just seen a write succeed."""
    seen = Availability(clock)
    seen.committed()
    return seen


def looked_at(availability: Availability) -> str:
    """Its state by now."""
    availability.look()
    return availability.state


def test_a_write_that_fails_is_trouble_until_one_succeeds(clock: Clock, availability: Availability) -> None:
    clock.now += 3.0
    availability.failed("locked")
    availability.look()
    assert (availability.state, availability.unwritable_s) == ("trouble", 3.0)
    availability.committed()
    availability.look()
    assert (availability.state, availability.unwritable_s) == ("writable", 0.0)


def test_trouble_that_lasts_is_away_as_of_the_last_write_that_succeeded(
    clock: Clock, availability: Availability
) -> None:
    clock.now += ENDS_S - 0.5
    availability.failed("locked")
    assert looked_at(availability) == "trouble"
    clock.now += 0.5
    assert looked_at(availability) == "away"


def test_an_idle_database_is_not_in_trouble(clock: Clock, availability: Availability) -> None:
    clock.now += 3_600.0
    assert looked_at(availability) == "writable"


def test_a_write_that_fails_among_others_that_succeed_is_its_own_bad_luck(
    clock: Clock, availability: Availability
) -> None:
    clock.now += BUSY_S / 2
    availability.failed("deadlock")
    assert looked_at(availability) == "writable"
    assert not availability.proven_within(60.0)


def test_a_commit_that_hangs_is_trouble_without_any_answer(clock: Clock, availability: Availability) -> None:
    availability.begun()
    clock.now += HUNG_S
    assert looked_at(availability) == "writable"
    clock.now += 0.1
    assert looked_at(availability) == "trouble"
    availability.ended()
    assert looked_at(availability) == "writable"


def test_each_state_is_logged_once(clock: Clock, availability: Availability, caplog: pytest.LogCaptureFixture) -> None:
    for _ in range(40):
        clock.now += 0.5
        availability.failed("the disk is full")
        availability.look()
    availability.committed()
    for _ in range(5):
        availability.look()
    assert [record.message for record in caplog.records] == [
        "no sale can be recorded, the disk is full: posts get 503, and ever fewer pings a bid",
        "no sale could be recorded for 12 s, the disk is full: no bid is made until one can",
        "sales can be recorded again after 20 s: bidding goes on",
    ]


def test_a_write_is_tried_once_a_second_however_many_ask(clock: Clock, availability: Availability) -> None:
    assert [availability.may_try() for _ in range(3)] == [True, False, False]
    clock.now += RETRY_S
    assert [availability.may_try() for _ in range(3)] == [True, False, False]
