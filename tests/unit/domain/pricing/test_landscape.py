"""Curves of winning: the ORTB one and its closed form, and those that are learned."""

from itertools import pairwise
from math import exp, log

from hypothesis import given
from hypothesis import strategies as st

from app.domain.pricing.landscape import LIST_PLACES, LIST_STEP, LearnedCurve, Logistic, OrtbCurve, Rivals
from tests.table import each_row

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


@each_row("bid", [0.0, -5.0])
def test_nothing_is_won_for_nothing(bid: float) -> None:
    assert OrtbCurve(half_cents=2_000).win_probability(bid) == 0.0


@each_row("worth", [0.0, -100.0])
def test_what_is_worth_nothing_gets_the_lowest_bid(worth: float) -> None:
    assert OrtbCurve(half_cents=2_000).best_bid(worth, 500.0, 6_000.0) == 500.0


def listed(*steps: tuple[float, float]) -> tuple[float, ...]:
    """So many rivals at each of these prices in cents, as a table of steps."""
    return tuple(
        float(sum(rivals for price, rivals in steps if log(price) > place * LIST_STEP)) for place in range(LIST_PLACES)
    )


LEARNED = st.builds(
    LearnedCurve,
    competition=st.builds(
        Rivals,
        winners=st.integers(1, 4),
        rivals=st.floats(0.01, 20.0),
        spread=st.floats(0.1, 2.0),
        listed=st.floats(0.0, 5.0).map(lambda lists: listed((1_500.0, lists), (3_000.0, 0.5 * lists))),
    )
    | st.builds(Logistic, spread=st.floats(0.1, 2.0)),
    middle=st.floats(log(100.0), log(20_000.0)),
)
BIDS = [20.0 * 1.05**step for step in range(160)]


@given(LEARNED)
def test_no_learned_curve_falls_as_the_bid_rises(curve: LearnedCurve) -> None:
    chances = [curve.win_probability(bid) for bid in BIDS]
    assert all(0.0 <= chance <= 1.0 for chance in chances)
    assert all(low <= high + 1e-12 for low, high in pairwise(chances))
    assert curve.win_probability(0.0) == curve.win_probability(-5.0) == 0.0


@given(LEARNED, st.floats(600.0, 30_000.0), st.floats(1.0, 500.0))
def test_the_best_bid_is_nearly_as_good_as_any_within_its_bounds(curve: LearnedCurve, worth: float, low: float) -> None:
    best = curve.best_bid(worth, low, worth)
    assert low <= best <= worth
    surplus = (worth - best) * curve.win_probability(best)
    grid = [low * (worth / low) ** (step / 400) for step in range(401)]
    most = max((worth - bid) * curve.win_probability(bid) for bid in grid)
    # Between two steep steps of a price list the coarse grid may choose the lesser one; just above the only step that
    # can be won, next to nothing of what a lead is worth is left to be gained at all.
    assert most - surplus <= max(0.09 * most, 0.03 * worth)


@given(LEARNED)
def test_bounds_that_leave_no_choice_are_kept(curve: LearnedCurve) -> None:
    assert curve.best_bid(5_000.0, 700.0, 700.0) == 700.0


@given(LEARNED, st.floats(1.0, 30_000.0), st.floats(0.0, 1.0), st.floats(0.0, 1.0))
def test_bounds_are_kept_however_narrow(curve: LearnedCurve, worth: float, low: float, high: float) -> None:
    low_cents = 1.0 + (worth - 1.0) * low
    high_cents = low_cents + (worth - low_cents) * high
    assert low_cents <= curve.best_bid(worth, low_cents, high_cents) <= high_cents


def test_more_winners_win_more_often_and_bid_less() -> None:
    alone, three = (
        LearnedCurve(competition=Rivals(winners=winners, rivals=6.0, spread=0.5, listed=listed()), middle=log(3_000.0))
        for winners in (1, 3)
    )
    assert three.win_probability(3_000.0) > alone.win_probability(3_000.0) + 0.2
    assert three.best_bid(6_000.0, 500.0, 6_000.0) < alone.best_bid(6_000.0, 500.0, 6_000.0)


def test_a_price_list_is_outbid_by_little() -> None:
    rivals = Rivals(winners=1, rivals=0.01, spread=0.5, listed=listed((2_000.0, 2.5)))
    best = LearnedCurve(competition=rivals, middle=log(3_000.0)).best_bid(6_000.0, 500.0, 6_000.0)
    assert 2_000.0 < best < 2_000.0 * exp(3 * LIST_STEP)


def test_what_was_asked_before_never_changes_an_answer() -> None:
    rivals = Rivals(winners=1, rivals=3.0, spread=0.5, listed=listed((2_000.0, 1.0)))
    asked = [(worth, high) for worth in (3_000.0, 3_100.0, 9_000.0) for high in (2_500.0, worth)]
    first = [LearnedCurve(competition=rivals, middle=8.0).best_bid(worth, 100.0, high) for worth, high in asked]
    again = [
        LearnedCurve(competition=rivals, middle=8.0).best_bid(worth, 100.0, high) for worth, high in reversed(asked)
    ]
    assert first == again[::-1]
