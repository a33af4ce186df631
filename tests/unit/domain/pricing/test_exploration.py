"""The jitter against the truncated normal distribution it promises."""

from math import exp, inf, log
from statistics import NormalDist

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.pricing.exploration import DOUBT_MIN, doubt, jitter
from tests.table import each_row

PLACES = st.floats(0.0, 1.0, exclude_max=True)
CENTS = st.floats(1.0, 1e6)
SIGMAS = st.floats(0.0, 5.0)


def truncated_cdf(x: float, best: float, low: float, high: float, spread: float) -> float:
    normal = NormalDist(log(best), spread)
    below, above = normal.cdf(log(low)), normal.cdf(log(high))
    return (normal.cdf(log(x)) - below) / (above - below)


@given(CENTS, CENTS, CENTS, SIGMAS, PLACES)
def test_a_jittered_price_stays_within_its_bounds(
    one: float, two: float, three: float, spread: float, place: float
) -> None:
    low, best, high = sorted((one, two, three))
    assert low <= jitter(best, low, high, spread, place) <= high


@each_row("spread", [0.1, 0.3, 1.0])
@each_row(
    ("best", "low", "high"),
    [(2_000.0, 500.0, 6_000.0), (2_000.0, 1_900.0, 2_050.0), (500.0, 500.0, 900.0), (900.0, 1.0, 900.0)],
)
def test_its_distribution_is_the_truncated_normal_in_logarithms(
    best: float, low: float, high: float, spread: float
) -> None:
    places = [(step + 0.5) / 200 for step in range(200)]
    for place in places:
        drawn = jitter(best, low, high, spread, place)
        assert truncated_cdf(drawn, best, low, high, spread) == pytest.approx(place, abs=1e-6)


def test_its_median_is_the_best_bid_where_the_bounds_are_far() -> None:
    assert jitter(2_000.0, 1.0, 1e6, 0.1, 0.5) == pytest.approx(2_000.0)
    assert jitter(2_000.0, 1.0, 1e6, 0.1, NormalDist().cdf(1.0)) == pytest.approx(2_000.0 * exp(0.1))


@given(PLACES, PLACES, SIGMAS)
def test_a_later_place_is_never_a_lower_price(one: float, other: float, spread: float) -> None:
    first, second = sorted((one, other))
    assert jitter(2_000.0, 500.0, 6_000.0, spread, first) <= jitter(2_000.0, 500.0, 6_000.0, spread, second) + 1e-6


@each_row(("best", "price"), [(2_000.0, 2_000.0), (100.0, 500.0), (9_000.0, 6_000.0)])
def test_without_deviation_the_best_bid_itself_is_bid_within_bounds(best: float, price: float) -> None:
    assert jitter(best, 500.0, 6_000.0, 0.0, 0.9) == price


def test_where_bounds_meet_there_is_one_price() -> None:
    assert jitter(500.0, 500.0, 500.0, 0.3, 0.2) == 500.0


def test_the_nearer_rivals_are_known_the_less_is_explored_down_to_a_rest() -> None:
    assert doubt(inf) == doubt(0.4) == 1.0
    assert doubt(0.05) == pytest.approx(0.5)
    assert doubt(0.0) == DOUBT_MIN
    doubts = [doubt(width) for width in (0.0, 0.01, 0.03, 0.06, 0.09, 0.2)]
    assert doubts == sorted(doubts)
