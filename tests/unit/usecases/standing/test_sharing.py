"""Replicas that share a cap promise together what one alone would promise."""

from random import Random

import pytest
from msgspec.structs import replace

from app.domain.caps.division import Claim, LiveWeight, Replica, ReplicaState
from app.domain.caps.pacing import ShadowPrice
from app.usecases.standing.changes import PacingHeld, ReplicasRead, RoomDivided, ShadowPricesRead
from app.usecases.standing.counter import LINGERS_S, QUIET_S
from app.usecases.standing.standing import LiveStanding
from tests.build import NOW, campaign, cap
from tests.replicas import Replicas
from tests.standing import BUYING, COUNTER, caps, pass_time, promise, sell, sold_elsewhere, used
from tests.table import each_row

RESOURCE = "campaign/solar-tx/daily/"
SMALL = campaign(caps=(cap(limit=10),))


def other(*, claim: Claim | None = None, turn: int = 99, count: int = 2, age_s: float = 0.1) -> Replica:
    return Replica(2, "two", turn, age_s, ReplicaState(count, turn, {} if claim is None else {RESOURCE: claim}))


def take_turn(standing: LiveStanding, *others: Replica, now: float = NOW, turn: int = 10) -> ReplicaState:
    """Read the others, divide, publish."""
    standing.apply(ReplicasRead(run=1, at=now, others=others))
    divided, state = standing.divided(now, turn, 0.0)
    standing.apply(divided)
    standing.apply(replace(divided, published=True))
    return state


def joined(*others: Replica) -> LiveStanding:
    """One of which all others have read."""
    standing = used()
    take_turn(standing, *others, turn=9)
    take_turn(standing, *others, turn=10)
    return standing


def room(standing: LiveStanding, now: float = NOW) -> float:
    return caps(standing, now, SMALL)[0].room


@each_row(("limit", "count"), [(20, 2), (100, 3)])
def test_replicas_honor_every_bid_at_a_cap_that_binds(limit: int, count: int) -> None:
    for seed in range(2):
        shop = Replicas(limit, count, seed)
        shop.run_until(45.0)
        assert shop.honored == 1.0
        assert shop.accepted > 0.4 * limit


def test_without_a_division_they_do_not() -> None:
    shop = Replicas(100, 3, seed=1, posted=0.6, shares=False)
    shop.run_until(45.0)
    assert shop.honored < 0.97


@each_row("posted", [0.3, 1.0])
def test_they_honor_them_too_while_some_die_and_others_start(posted: float) -> None:
    for seed in range(2):
        shop = Replicas(100, 3, seed, posted=posted)
        for until, then in ((3.0, shop.kill_one), (4.0, shop.start_one), (6.0, shop.kill_one), (8.0, shop.start_one)):
            shop.run_until(until)
            then()
        shop.run_until(60.0)
        assert shop.honored == 1.0
        assert shop.accepted > 50


@each_row("seconds", [2.0, 6.0])
def test_they_honor_them_too_while_one_is_cut_off(seconds: float) -> None:
    for seed in range(3):
        shop = Replicas(100, 3, seed, posted=1.0, pings_s=20.0)
        shop.run_until(1.5)
        shop.cut_off(seed, seconds)
        shop.run_until(1.5 + seconds)
        assert shop.bids > 0
        shop.run_until(45.0)
        assert shop.honored == 1.0
        assert shop.accepted > 90


@pytest.mark.parametrize("seed", [*range(6), *(pytest.param(seed, marks=pytest.mark.long) for seed in range(6, 60))])
def test_they_honor_them_whatever_becomes_of_each(seed: int) -> None:
    chance = Random(seed)
    limit, count, posted = chance.choice([10, 30, 100, 300]), chance.choice([2, 3, 4]), chance.choice([0.3, 0.7, 1.0])
    shop = Replicas(limit, count, seed, pings_s=chance.choice([10.0, 30.0, 60.0]), posted=posted, life_s=10)
    while shop.now < 25.0:
        shop.run_until(shop.now + chance.uniform(0.5, 5.0))
        place = chance.randrange(len(shop.living))
        match chance.choice(["dies", "starts", "is cut off", "goes on"]):
            case "dies" if len(shop.living) > 1:
                shop.kill_one(place)
            case "starts" if len(shop.living) < 5:
                shop.start_one()
            case "is cut off":
                shop.cut_off(place, chance.uniform(0.5, 8.0))
    shop.run_until(40.0)
    assert shop.honored == 1.0
    assert shop.accepted > 0


def test_the_last_one_leaves_to_the_dead_what_they_promised_unseen() -> None:
    shop = Replicas(60, 3, posted=1.0, pings_s=0.0)
    shop.run_until(2.0)
    for one in shop.living[1:]:
        shop.ping_often(one)
        shop.kill_one(1)
    shop.run_until(6.0)
    shop.ping_often(shop.living[0])
    shop.run_until(26.0)
    assert shop.accepted == shop.bids > 40
    assert shop.honored == 1.0


def test_a_successor_of_the_only_one_honors_its_bids() -> None:
    shop = Replicas(60, 1, seed=3, posted=0.8)
    shop.run_until(2.0)
    shop.start_one()
    shop.run_until(2.3)
    shop.kill_one()
    shop.run_until(40.0)
    assert shop.honored == 1.0


def test_alone_a_replica_stands_as_if_there_were_no_others() -> None:
    alone, single = joined(), used()
    for standing in (alone, single):
        for number in range(8):
            promise(standing, b"nonce%d" % number, NOW + number, buying=SMALL)
        sell(standing, b"nonce1", NOW + 9.0, buying=SMALL)
        if standing is alone:
            take_turn(standing, now=NOW + 9.0, turn=11)
        pass_time(standing, NOW + 10.0)
    assert caps(alone, NOW + 10.0, SMALL) == caps(single, NOW + 10.0, SMALL)


def test_live_bids_of_another_count_until_they_end() -> None:
    standing = joined()
    # One that stopped promises nothing unseen.
    dead = other(claim=Claim(True, 0.0, 0.0, (LiveWeight(NOW + 30.0, 4.0, 0.0),)), count=0, age_s=60.0)
    take_turn(standing, dead)
    assert caps(standing, NOW, SMALL)[0].live == 4.0
    assert room(standing) == 6.0
    take_turn(standing, dead, now=NOW + 31.0)
    assert room(standing, NOW + 31.0) == 10.0


def test_a_cap_that_nobody_claims_is_not_told_of_while_little_of_it_is_promised() -> None:
    standing = joined(other())
    caps(standing, NOW, SMALL)
    assert take_turn(standing, other()).claims == {}
    assert room(standing) == pytest.approx(2.5)
    promise(standing, b"nonce", buying=SMALL)
    promise(standing, b"other", buying=SMALL)
    state = take_turn(standing, other(turn=11), turn=12)
    assert [each.mean for each in state.claims[RESOURCE].weights] == [2.0]


def test_one_that_others_have_not_read_of_promises_nothing() -> None:
    standing = used()
    state = take_turn(standing, other(turn=3), turn=9)
    assert state.count == 0
    assert room(standing) == 0.0
    assert take_turn(standing, other(turn=8), turn=10).count == 0, "it read before we had published"
    assert take_turn(standing, other(turn=9), turn=11).count == 2
    assert room(standing) > 0.0


def test_what_is_not_published_yet_only_takes_rights_away() -> None:
    standing = joined(other(claim=Claim(True, 8.0)))
    before = room(standing)
    standing.apply(ReplicasRead(run=1, at=NOW, others=(other(claim=Claim(True, 0.0), turn=100),)))
    divided, _ = standing.divided(NOW, 101, 0.0)
    standing.apply(divided)
    assert room(standing) == before < 5.0
    standing.apply(replace(divided, published=True))
    assert room(standing) > before


def test_without_a_word_for_too_long_nothing_is_promised() -> None:
    standing = joined(other())
    assert room(standing) > 0.0
    standing.apply(RoomDivided(turn=0, share=0.0))
    assert room(standing) == 0.0
    assert caps(standing, NOW, BUYING)[1].room == 0.0, "nor under a cap that is met only now"


def test_a_sold_bid_weighs_for_others_until_they_have_heard_of_its_sale() -> None:
    standing = joined(other())
    for number in range(3):
        promise(standing, b"nonce%d" % number, buying=SMALL)
    sell(standing, b"nonce0", NOW + 1.0, buying=SMALL)
    told = take_turn(standing, other(turn=20), now=NOW + 1.0, turn=21).claims[RESOURCE]
    assert sum([each.mean for each in told.weights]) == 3.0
    told = take_turn(standing, other(turn=21), now=NOW + 1.1 + LINGERS_S, turn=22).claims[RESOURCE]
    assert sum([each.mean for each in told.weights]) == 2.0


def test_shadow_prices_are_moved_here_or_read() -> None:
    standing = used(9)
    caps(standing, NOW, SMALL)
    standing.apply(PacingHeld(ours=False))
    before = standing.duals()
    sell(standing, b"nonce", NOW + 60.0, buying=SMALL)
    pass_time(standing, NOW + 120.0)
    assert standing.duals() == before
    standing.apply(ShadowPricesRead(prices={RESOURCE: ShadowPrice(0.7, NOW + 100.0)}))
    assert standing.duals()[RESOURCE] == 0.7


def test_a_cap_that_only_others_sell_under_is_known_to_who_paces() -> None:
    standing = joined(other())
    standing.apply(sold_elsewhere(b"nonce", COUNTER))
    assert standing.unmet() == {COUNTER}
    assert standing.unmet() == set()
    assert caps(standing, NOW, SMALL)[0].used == 1


def test_a_cap_that_leads_meet_often_is_not_promised_by_two_at_once() -> None:
    single = campaign(caps=(cap(limit=1),))
    standing = joined(other())
    assert caps(standing, NOW, single)[0].room == 1.0
    assert caps(standing, NOW + 60.0, single)[0].room == 0.25
    assert caps(standing, NOW + 61.0 + QUIET_S, single)[0].room == 1.0


def test_a_new_window_gives_no_more_than_the_last_one_until_the_room_is_divided_anew() -> None:
    standing = joined(other(claim=Claim(True, 8.0)))
    left = room(standing)
    take_turn(standing, other(claim=Claim(True, 8.0)), turn=11)
    tomorrow = NOW + 86_400.0
    assert 0.0 < room(standing, tomorrow) <= max(left, 2.0)
    take_turn(standing, other(), now=tomorrow, turn=12)
    assert room(standing, tomorrow) > 2.0
