"""A curve without a shape of its own: it never falls, keeps flat steps flat, and is bid along just above its jumps."""

from math import log

from hypothesis import given
from hypothesis import strategies as st

from app.domain.pricing.stepped import Stepped, SteppedCurve

EDGES = (300.5, 3_500.5, 5_000.5, 7_500.5)
CENTS = st.floats(1.0, 20_000.0)


def curve(middle: float = 8.0, rivals: float = 1e-6, winners: int = 1, first: float = 6.0) -> SteppedCurve:
    """Rivals who bid $3, 35, 50 or 75; hardly any that follow the lead's value unless told."""
    thresholds = (first, *[log(edge) for edge in EDGES[1:]], 12.0)
    table = Stepped(winners=winners, rivals=rivals, spread=0.5, listed=2.0, edges=EDGES, thresholds=thresholds)
    return SteppedCurve(competition=table, middle=middle)


CURVES = st.builds(curve, st.floats(5.0, 10.0), st.floats(1e-6, 6.0), st.integers(1, 4), st.floats(4.0, 8.0))


@given(CURVES, CENTS, CENTS)
def test_a_higher_bid_never_wins_less_often(each: SteppedCurve, one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert 0.0 < each.win_probability(low) <= each.win_probability(high) + 1e-12 < 1.0


@given(CURVES, st.floats(600.0, 20_000.0))
def test_the_best_bid_is_nearly_that_of_a_fine_grid_with_the_edges(each: SteppedCurve, worth: float) -> None:
    tried = [500.0 + (worth - 500.0) * step / 400 for step in range(400)]
    tried += [edge + 0.5 for edge in EDGES if 500.0 <= edge + 0.5 < worth]
    best = max(each.win_probability(bid) * (worth - bid) for bid in tried)
    bid = each.best_bid(worth, 500.0, worth)
    assert 500.0 <= bid <= worth
    assert each.win_probability(bid) * (worth - bid) >= 0.99 * best


def test_between_two_jumps_nothing_more_is_won() -> None:
    each = curve()
    assert each.win_probability(3_501.0) - each.win_probability(3_500.0) > 0.1
    assert each.win_probability(4_999.0) - each.win_probability(3_501.0) < 1e-6


def test_the_bid_is_the_first_cent_above_a_jump() -> None:
    assert curve().best_bid(9_000.0, 500.0, 9_000.0) in {3_501.0, 5_001.0, 7_501.0}
    # Where even the lowest edge is out of bounds, the lowest price that is allowed buys as much.
    assert curve().best_bid(3_000.0, 500.0, 3_000.0) == 500.0


def test_better_leads_meet_more_rivals_at_the_higher_prices() -> None:
    assert curve(middle=8.0 + log(2.0)).win_probability(4_000.0) < curve().win_probability(4_000.0)


def test_where_more_may_win_a_bid_wins_more_often() -> None:
    assert curve(winners=3).win_probability(4_000.0) > curve().win_probability(4_000.0) + 0.1
