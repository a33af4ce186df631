"""Bids while the clock is moved: each keeps what it has left of its life, and no more."""

from app.usecases.standing.changes import ClockLeapt, ClockWasAhead, TimePassed
from app.usecases.standing.standing import LiveStanding
from tests.build import NOW
from tests.standing import LIFETIME_S, bid_made, caps, promise, used
from tests.table import each_row

HOUR = 3_600
EXPIRY = int(NOW) + LIFETIME_S


def leapt(standing: LiveStanding, by: int, at: float) -> None:
    """The clock, which stood at `at`, is put forward."""
    standing.apply(ClockLeapt(at=at + by, by=by, until=at + by + LIFETIME_S))


def is_live(standing: LiveStanding, nonce: bytes, expires_at: int, now: float) -> bool:
    """As a post is judged."""
    return now < expires_at + standing.moved_s(nonce, expires_at, now)


@each_row("by", [30, HOUR])
def test_a_bid_keeps_what_it_has_left_when_the_clock_is_put_forward(by: int) -> None:
    standing = used()
    promise(standing, b"nonce---")
    leapt(standing, by, NOW + 20.0)
    for passed, lives in ((20.0, True), (119.0, True), (121.0, False)):
        standing.apply(TimePassed(at=NOW + by + passed))
        assert (standing.live(b"nonce---", NOW + by + passed) is not None) is lives
        assert is_live(standing, b"nonce---", EXPIRY, NOW + by + passed) is lives
    assert standing.live_bids == 0


def test_a_bid_keeps_its_room_when_the_clock_is_put_forward() -> None:
    standing = used()
    promise(standing, b"nonce---")
    leapt(standing, 600, NOW + 20.0)
    standing.apply(TimePassed(at=NOW + 700.0))
    assert caps(standing, NOW + 700.0)[0].live == 1.0
    standing.apply(TimePassed(at=NOW + 721.0))
    assert caps(standing, NOW + 721.0)[0].live == 0.0


def test_a_bid_that_is_not_remembered_keeps_what_it_has_left_too() -> None:
    standing = used()
    leapt(standing, HOUR, NOW + 20.0)
    assert is_live(standing, b"unknown-", EXPIRY, NOW + HOUR + 119.0)
    assert not is_live(standing, b"unknown-", EXPIRY, NOW + HOUR + 121.0)


def test_a_bid_that_was_made_after_a_leap_lives_as_long_as_any() -> None:
    standing = used()
    leapt(standing, HOUR, NOW - HOUR)
    promise(standing, b"nonce---")
    assert is_live(standing, b"nonce---", EXPIRY, NOW + 119.0)
    assert not is_live(standing, b"nonce---", EXPIRY, NOW + 121.0)


def test_a_bid_lives_through_two_leaps() -> None:
    standing = used()
    promise(standing, b"nonce---")
    leapt(standing, HOUR, NOW + 20.0)
    leapt(standing, HOUR, NOW + HOUR + 40.0)
    assert is_live(standing, b"nonce---", EXPIRY, NOW + 2 * HOUR + 119.0)
    assert not is_live(standing, b"nonce---", EXPIRY, NOW + 2 * HOUR + 121.0)


def test_a_forgotten_bid_of_a_clock_that_was_ahead_does_not_live_for_an_hour() -> None:
    standing = used()
    standing.apply(ClockWasAhead(by=HOUR, longest_s=LIFETIME_S))
    made_at_the_end = EXPIRY + HOUR
    assert is_live(standing, b"unknown-", made_at_the_end, NOW + 119.0)
    assert not is_live(standing, b"unknown-", made_at_the_end, NOW + 121.0)
    assert not is_live(standing, b"unknown-", made_at_the_end - 600, NOW)
    assert is_live(standing, b"unknown-", EXPIRY, NOW)


def test_a_repeat_says_the_same_lifetime_after_a_leap() -> None:
    bid = bid_made(b"nonce---").moved(HOUR)
    assert (bid.expires_at - bid.at, bid.moved_s) == (LIFETIME_S, HOUR)
