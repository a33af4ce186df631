"""How a territory's demand moves the price."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.pricing.demand import DemandStanding
from tests.table import each_row

AMOUNTS = st.floats(0.0, 10_000.0)


@each_row(
    ("left", "expected", "cents"),
    [
        (0.0, 10.0, 500.0),
        (5.0, 10.0, 250.0),
        (10.0, 10.0, 0.0),
        (15.0, 10.0, -250.0),
        (20.0, 10.0, -500.0),
        (1_000.0, 10.0, -500.0),
        (5.0, 0.0, -500.0),
        (0.0, 0.0, 0.0),
        (-3.0, 10.0, 500.0),
        (-3.0, 0.0, 500.0),
    ],
)
def test_leads_cost_more_where_a_territory_is_full_and_less_where_they_are_owed(
    left: float, expected: float, cents: float
) -> None:
    assert DemandStanding("TX", left, expected).shadow_cents(500) == pytest.approx(cents)


@given(AMOUNTS, AMOUNTS, AMOUNTS)
def test_more_open_capacity_never_makes_a_lead_dearer(one: float, other: float, expected: float) -> None:
    low, high = sorted((one, other))
    scarce, plenty = DemandStanding("TX", low, expected), DemandStanding("TX", high, expected)
    assert plenty.shadow_cents(500) <= scarce.shadow_cents(500)
    assert abs(plenty.shadow_cents(500)) <= 500


@each_row(("left", "full"), [(0.0, True), (0.9, True), (1.0, False), (-1.0, True)])
def test_a_limit_is_full_when_not_one_more_lead_can_be_worked(left: float, full: bool) -> None:
    assert DemandStanding("TX", left, 10.0, limit=True).is_full is full


@given(st.floats(-100.0, 100.0), AMOUNTS)
def test_without_a_limit_a_territory_is_never_full(left: float, expected: float) -> None:
    assert not DemandStanding("TX", left, expected).is_full
