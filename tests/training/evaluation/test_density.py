"""The density of what was bid is exact: it is that of the draws, slice by slice and mixed."""

import numpy as np
import pytest

from app.domain.pricing.exploration import jitter
from tests.bids import bid
from training.evaluation.estimators import density_of
from training.evaluation.ledger import ledger

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
    assert density.share_of == pytest.approx({0.1: 0.9, 0.3: 0.1}, abs=0.01)
    edges = np.linspace(np.log(LOW), np.log(HIGH), 13)
    shares = np.histogram(np.log(log.price), edges)[0] / len(log)
    middles = (edges[1:] + edges[:-1]) / 2
    # All rows have one density, so that each may be asked about a price of its own.
    expected = density.at(np.resize(middles, len(log)))[: len(middles)] * (edges[1] - edges[0])
    assert shares == pytest.approx(expected, abs=0.02)
    grid = np.linspace(np.log(LOW), np.log(HIGH), len(log))
    mass = float(density.at(grid).sum()) * (grid[1] - grid[0])
    assert mass == pytest.approx(1.0, abs=0.002)


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
