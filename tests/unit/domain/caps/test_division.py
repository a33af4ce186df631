"""The room under a cap is divided so that all that anybody may promise fits into it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.caps.division import (
    LEASE_S,
    CapSeat,
    Claim,
    LiveWeight,
    Replica,
    ReplicaState,
    dealt,
    divide,
    sure,
    unclaimed_share,
    weighed,
)

CAP = "campaign/solar-tx/daily/"


def other(claim: Claim | None = None, *, count: int = 3, turn: int = 9, age_s: float = 0.1, run: int = 2) -> Replica:
    return Replica(run, "two", 9, age_s, ReplicaState(count, turn, {} if claim is None else {CAP: claim}))


def claim(unseen: float, *, wants: bool = True) -> Claim:
    return Claim(wants=wants, unseen=unseen)


@given(
    room=st.floats(0.0, 1_000.0),
    unit=st.sampled_from([1.0, 6_000.0]),
    count=st.integers(1, 7),
)
def test_what_is_dealt_is_all_there_is_and_in_whole_bids_but_for_one_part(room: float, unit: float, count: int) -> None:
    parts = [dealt(room, unit, count, place) for place in range(count)]
    assert sum(parts) == pytest.approx(room)
    assert sum([part % unit > 1e-6 * unit for part in parts]) <= 1 or count == 1
    assert max(parts) - min(parts) < 2.0 * unit


def test_two_left_over_are_dealt_to_two_of_three() -> None:
    assert [dealt(2.0, 1.0, 3, place) for place in range(3)] == [1.0, 1.0, 0.0]


def test_alone_everything_is_ours() -> None:
    mine = divide(7.3, 10.0, 1.0, CAP, (), (), CapSeat(1, 0, 1))
    assert (mine.unseen, mine.apart) == (7.3, 0.0)


def test_what_another_may_promise_unseen_is_kept_for_it() -> None:
    mine = divide(10.0, 20.0, 1.0, CAP, (), [other(claim(8.0))], CapSeat(2, 0, 2))
    assert (mine.unseen, mine.apart) == (2.0, 8.0)


def test_more_than_our_part_is_left_to_the_others() -> None:
    mine = divide(10.0, 20.0, 1.0, CAP, (), [other(claim(2.0))], CapSeat(2, 1, 2))
    assert (mine.unseen, mine.apart) == (5.0, 5.0)


def test_who_has_not_read_of_a_claim_may_promise_its_share_of_what_nobody_claims() -> None:
    mine = divide(12.0, 12.0, 1.0, CAP, [(10, 1.0)], [other(turn=9)], CapSeat(1, 0, 2))
    assert mine.apart == pytest.approx(12.0 * unclaimed_share(3) + 1.0)


def test_who_has_read_of_it_may_promise_what_was_left_to_it_then() -> None:
    told = [(5, 1.0), (8, 0.0), (11, 1.0)]
    assert divide(0.5, 12.0, 1.0, CAP, told, [other(turn=9)], CapSeat(1, 0, 2)).apart == 0.0
    assert divide(0.5, 12.0, 1.0, CAP, told, [other(turn=12)], CapSeat(1, 0, 2)).apart == 1.0


def test_the_dead_keep_what_they_may_have_promised_and_take_no_part() -> None:
    dead = other(claim(4.0), age_s=LEASE_S + 1.0)
    assert not dead.is_live
    mine = divide(10.0, 20.0, 1.0, CAP, (), [dead], CapSeat(1, 0, 1))
    assert (mine.unseen, mine.apart) == (6.0, 4.0)


def test_one_that_may_promise_nothing_yet_is_left_nothing_of_what_nobody_claims() -> None:
    assert unclaimed_share(0) == 0.0
    assert divide(5.0, 5.0, 1.0, CAP, [(10, 0.0)], [other(count=0)], CapSeat(1, 0, 2)).unseen == 4.0


def test_too_much_claimed_leaves_nothing_until_it_is_over() -> None:
    mine = divide(1.0, 9.0, 1.0, CAP, (), [other(claim(3.0))], CapSeat(2, 0, 2))
    assert (mine.unseen, mine.apart) == (0.0, 3.0)


def test_live_bids_of_a_silent_replica_weigh_until_they_end() -> None:
    weights = (LiveWeight(100.0, 3.0, 0.5), LiveWeight(130.0, 2.0, 0.25))
    assert weighed(weights, 99.0) == (5.0, 0.75)
    assert weighed(weights, 100.0) == (2.0, 0.25)
    assert weighed(weights, 130.0) == (0.0, 0.0)
    assert sure(2.0, 0.25) == 3.5


@given(data=st.data(), room=st.floats(0.0, 60.0), count=st.integers(2, 5))
def test_whoever_divides_next_all_that_is_claimed_fits_into_the_room(
    data: st.DataObject, room: float, count: int
) -> None:
    """Nobody promises anything meanwhile, and each divides anew whenever its turn comes."""
    unseen = [0.0] * count
    for turn in range(30):
        me = data.draw(st.integers(0, count - 1))
        others = [other(claim(unseen[run]), run=run) for run in range(count) if run != me]
        mine = divide(room, room, 1.0, CAP, (), others, CapSeat(count, (me + turn) % count, count))
        unseen[me] = mine.unseen
        assert sum(unseen) <= room + 1e-9
        assert mine.apart + mine.unseen >= room - 1e-9 or room < sum(unseen)
