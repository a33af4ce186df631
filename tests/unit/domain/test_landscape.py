"""The ORTB curve and its closed form."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.landscape import OrtbCurve

CURVES = st.floats(1.0, 20_000.0).map(lambda cents: OrtbCurve(half_cents=cents))
CENTS = st.floats(1.0, 50_000.0)


@given(CURVES, st.floats(1.0, 60_000.0), CENTS, CENTS)
def test_the_closed_form_is_as_good_as_a_fine_grid(curve: OrtbCurve, worth: float, one: float, other: float) -> None:
    low, high = sorted((one, other))

    def surplus(bid: float) -> float:
        return curve.win_probability(bid) * (worth - bid)

    best = curve.best_bid(worth, low, high)
    grid = max(surplus(low + (high - low) * step / 500) for step in range(501))
    assert low <= best <= high
    assert surplus(best) >= grid - 1e-9 * worth


@given(CURVES, CENTS, CENTS)
def test_a_higher_bid_never_wins_less_often(curve: OrtbCurve, one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert 0.0 <= curve.win_probability(low) <= curve.win_probability(high) < 1.0


def test_half_of_the_auctions_are_won_at_the_half_price() -> None:
    assert OrtbCurve(half_cents=2_000).win_probability(2_000) == 0.5


@pytest.mark.parametrize("bid", [0.0, -5.0])
def test_nothing_is_won_for_nothing(bid: float) -> None:
    assert OrtbCurve(half_cents=2_000).win_probability(bid) == 0.0


@pytest.mark.parametrize("worth", [0.0, -100.0])
def test_what_is_worth_nothing_gets_the_lowest_bid(worth: float) -> None:
    assert OrtbCurve(half_cents=2_000).best_bid(worth, 500.0, 6_000.0) == 500.0
