"""Prices of which only some are allowed: the best of them, and how exploration draws among them."""

from math import exp, log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.pricing.landscape import OrtbCurve
from app.domain.pricing.price_points import drawn_point, point_weights, points_of_both
from app.domain.pricing.pricing import Quote, Valuation, quote
from tests.table import each_row

CURVE = OrtbCurve(half_cents=2_000)
POINTS = (300, 3_500, 5_000, 7_500)
PRICES = st.lists(st.integers(1, 10_000), min_size=1, max_size=8, unique=True).map(lambda each: tuple(sorted(each)))


def quoted(
    bid_value: float, points: tuple[int, ...] = POINTS, floor: int = 100, ceiling: int = 9_000, least: int = 0
) -> Quote | str:
    return quote(Valuation(probability=1.0, worth=bid_value), CURVE, floor, ceiling, least, points)


@given(st.floats(101.0, 20_000.0), PRICES, st.integers(1, 2_000), st.integers(2_000, 10_000), st.integers(0, 5_000))
def test_the_best_of_the_allowed_prices_is_bid(
    bid_value: float, points: tuple[int, ...], floor: int, ceiling: int, least: int
) -> None:
    within = [each for each in points if max(floor, least) <= each <= ceiling and each < bid_value]
    found = quoted(bid_value, points, floor, ceiling, least)
    if isinstance(found, str):
        assert within == []
        return
    assert found.best in within
    assert set(within) <= {*found.within}
    best = max((bid_value - each) * CURVE.win_probability(each) for each in within)
    assert (bid_value - found.best) * CURVE.win_probability(found.best) == pytest.approx(best)
    assert [(each.cents, each.win_probability) for each in found.points] == [
        (each, CURVE.win_probability(each)) for each in points
    ]


@each_row(
    ("bid_value", "limits", "code"),
    [
        (299.0, {}, "low_value"),
        (300.0, {}, "low_value"),
        (301.0, {}, None),
        (3_000.0, {"floor": 301}, "low_value"),
        (9_000.0, {"ceiling": 299}, "low_value"),
        (3_000.0, {"least": 301}, "below_floor"),
        (9_000.0, {"least": 7_501}, "below_floor"),
        (9_000.0, {"least": 7_500}, None),
        (9_000.0, {"points": (9_500,)}, "low_value"),
    ],
)
def test_where_no_allowed_price_earns_anything_the_reason_says_why(
    bid_value: float, limits: dict[str, int], code: str | None
) -> None:
    found = quoted(bid_value, **limits)  # type: ignore[arg-type]
    assert found == code if code else isinstance(found, Quote)


@each_row(
    ("one", "other", "both"),
    [((), (), ()), (POINTS, (), POINTS), ((), POINTS, POINTS), (POINTS, (3_500, 4_000, 7_500), (3_500, 7_500))],
)
def test_two_lists_allow_what_stands_in_both(
    one: tuple[int, ...], other: tuple[int, ...], both: tuple[int, ...]
) -> None:
    assert points_of_both(one, other) == both


@each_row("spread", [0.1, 0.3, 1.0])
@each_row("best", POINTS)
def test_exploration_draws_each_price_as_often_as_its_weight_says(best: int, spread: float) -> None:
    steps = 20_000
    drawn = [drawn_point(POINTS, best, spread, (step + 0.5) / steps) for step in range(steps)]
    weights = point_weights(POINTS, best, spread)
    for price, weight in zip(POINTS, weights, strict=True):
        assert drawn.count(price) / steps == pytest.approx(weight / sum(weights), abs=1e-4)
    assert drawn == sorted(drawn)


def test_a_price_is_the_rarer_the_farther_it_lies_from_the_best_one() -> None:
    assert point_weights((3_500, 5_000), 3_500, 0.3) == pytest.approx([1.0, exp(-0.5 * (log(50 / 35) / 0.3) ** 2)])


def test_without_deviation_or_choice_the_best_price_itself_is_bid() -> None:
    assert drawn_point(POINTS, 3_500.0, 0.0, 0.99) == 3_500
    assert drawn_point((5_000,), 5_000.0, 0.3, 0.99) == 5_000


@given(PRICES, st.integers(0, 7), st.floats(0.0001, 5.0), st.floats(0.0, 1.0, exclude_max=True))
def test_whatever_is_drawn_is_allowed(points: tuple[int, ...], best: int, spread: float, place: float) -> None:
    assert drawn_point(points, float(points[best % len(points)]), spread, place) in points
