"""The density of what was bid is exact: it is that of the draws, slice by slice and mixed."""

import numpy as np
import pytest

from app.domain.pricing.exploration import jitter
from app.domain.pricing.price_points import drawn_point
from tests.bids import bid
from tests.build import model
from training.evaluation.estimators import density_of, kernel_weights
from training.evaluation.ledger import ledger
from training.evaluation.rebid import rebid
from training.histories.bids import LoggedBid

LOW, HIGH, BEST = 1_000.0, 4_000.0, 2_000.0


def test_the_mixture_of_slices_is_what_draws_are_spread_by() -> None:
    random = np.random.default_rng(1)
    rows = []
    for number in range(8_000):
        spread = 0.3 if random.random() < 0.1 else 0.1
        drawn = jitter(BEST, LOW, HIGH, spread, float(random.random()))
        rows.append(
            bid(
                number, price_cents=int(drawn), best=BEST, low=LOW, high=HIGH, bid_value=HIGH, value=HIGH, spread=spread
            )
        )
    log = ledger(rows)
    density = density_of(log)
    assert {spread: float(share[0]) for spread, share in density.share_of.items()} == pytest.approx(
        {0.1: 0.9, 0.3: 0.1}, abs=0.01
    )
    edges = np.linspace(np.log(LOW), np.log(HIGH), 13)
    shares = np.histogram(np.log(log.price), edges)[0] / len(log)
    middles = (edges[1:] + edges[:-1]) / 2
    # All rows have one density, so that each may be asked about a price of its own.
    expected = density.at(np.resize(middles, len(log)))[: len(middles)] * (edges[1] - edges[0])
    assert shares == pytest.approx(expected, abs=0.02)
    grid = np.linspace(np.log(LOW), np.log(HIGH), len(log))
    mass = float(density.at(grid).sum()) * (grid[1] - grid[0])
    assert mass == pytest.approx(1.0, abs=0.002)


def test_what_one_seller_explores_says_nothing_of_another() -> None:
    rows = [bid(number, seller="acme", spread=0.1, low=LOW, high=HIGH, best=BEST) for number in range(4)]
    rows += [bid(number + 4, seller="bluebird", spread=0.02, low=LOW, high=HIGH, best=BEST) for number in range(4)]
    density = density_of(ledger(rows))
    assert {spread: share.tolist() for spread, share in density.share_of.items()} == {
        0.02: [0.0] * 4 + [1.0] * 4,
        0.1: [1.0] * 4 + [0.0] * 4,
    }
    assert density.usual.tolist() == [0.1] * 4 + [0.02] * 4
    a_tenth_off = density.reaches(np.full(8, np.log(1.1 * BEST)))
    assert a_tenth_off.tolist() == [True] * 4 + [False] * 4


def test_reach_ends_where_prices_were_hardly_tried() -> None:
    log = ledger([bid(number, best=BEST, low=LOW, high=HIGH, spread=0.1) for number in range(10)])
    density = density_of(log)

    def reached(cents: float) -> bool:
        return bool(density.reaches(np.full(10, np.log(cents)))[0])

    assert [reached(cents) for cents in (1_400.0, 1_600.0, 2_000.0, 2_500.0, 2_700.0, 4_500.0)] == [
        False,
        True,
        True,
        True,
        False,
        False,
    ]


@pytest.mark.parametrize("best", [LOW, LOW * 1.05, LOW * 0.98])
def test_a_bid_at_a_floor_near_the_best_bid_is_explored_as_one_just_above_it(best: float) -> None:
    density = density_of(ledger([bid(0, best=best, low=LOW, high=HIGH, spread=0.1)]))
    at, above, beneath = (bool(density.reaches(np.log([cents]))[0]) for cents in (LOW, LOW + 0.5, LOW - 1.0))
    assert (at, above, beneath) == (True, True, False)


def test_a_ceiling_near_the_best_bid_is_explored_too_and_a_far_bound_is_not() -> None:
    def reached(best: float, cents: float) -> bool:
        log = ledger([bid(0, best=best, low=LOW, high=HIGH, bid_value=HIGH, value=HIGH, spread=0.1)])
        return bool(density_of(log).reaches(np.log([cents]))[0])

    assert reached(HIGH, HIGH)
    assert not reached(LOW * 1.4, LOW)
    assert not reached(HIGH / 1.4, HIGH)


def test_a_bid_that_did_not_explore_has_no_density() -> None:
    log = ledger([bid(0, spread=0.0), bid(1, low=2_140.0, high=2_140.0), bid(2)])
    assert density_of(log).drawn.tolist() == [False, False, True]


POINTS = (1_500, 2_100, 3_500)


def at_points(prices: list[int], spread: float = 0.3) -> list[LoggedBid]:
    kept = {
        "best": 2_100.0,
        "low": 1_000.0,
        "high": HIGH,
        "bid_value": HIGH,
        "value": HIGH,
        "points": (900, *POINTS, 4_500),
    }
    return [bid(number, price_cents=price, spread=spread, **kept) for number, price in enumerate(prices)]


def test_among_price_points_the_density_is_the_share_of_each() -> None:
    steps = 4_000
    log = ledger(at_points([drawn_point(POINTS, 2_100.0, 0.3, (step + 0.5) / steps) for step in range(steps)]))
    density = density_of(log)
    for price in POINTS:
        share = float(np.mean(log.price == price))
        assert density.at(np.full(steps, np.log(price)))[0] == pytest.approx(share, abs=1e-3)
    assert density.at(np.full(steps, np.log(2_000.0))).max() == 0.0


def test_only_prices_that_exploration_really_drew_are_within_reach() -> None:
    narrow, wide = (density_of(ledger(at_points([2_100] * 9, spread))) for spread in (0.1, 0.3))
    reached = [[bool(each.reaches(np.full(9, np.log(price)))[0]) for price in POINTS] for each in (narrow, wide)]
    assert reached == [[False, True, False], [True, True, True]]


def test_a_policy_at_price_points_is_weighed_by_the_bids_that_met_its_price() -> None:
    steps = 3_000
    log = ledger(at_points([drawn_point(POINTS, 2_100.0, 0.3, (step + 0.5) / steps) for step in range(steps)]))
    weights = kernel_weights(density_of(log), np.log(log.price), np.full(steps, 1_500.0))
    assert set(np.flatnonzero(weights)) == set(np.flatnonzero(log.price == 1_500.0))
    assert weights.mean() == pytest.approx(1.0, abs=0.01)


def test_bids_at_price_points_and_at_any_price_stand_in_one_log() -> None:
    free = density_of(ledger([bid(0, best=BEST, low=LOW, high=HIGH, spread=0.3)]))
    mixed = density_of(ledger([bid(9, best=BEST, low=LOW, high=HIGH, spread=0.3), *at_points([2_100])]))
    at = np.log(np.array([2_100.0, 2_100.0]))
    assert mixed.is_discrete.tolist() == [True, False]
    assert mixed.at(at)[1] == pytest.approx(free.at(at[:1])[0])


def test_what_a_model_would_bid_again_is_one_of_the_prices_allowed() -> None:
    log = ledger(at_points([2_100] * 3))
    found = [rebid(log, model(chance)).bids for chance in (0.02, 0.12, 0.3)]
    assert [float(bids[0]) for bids in found] == [0.0, 1_500.0, 3_500.0]


def test_a_policys_price_falls_to_the_next_that_is_allowed() -> None:
    log = ledger([*at_points([2_100, 2_100, 2_100]), bid(7)])
    assert log.allowed(np.array([3_400.0, 2_100.0, 899.0, 1_234.0])).tolist() == [2_100.0, 2_100.0, 0.0, 1_234.0]
