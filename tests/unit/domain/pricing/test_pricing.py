"""What a lead is worth and what is bid for it."""

from math import inf, nan
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from app.domain.pricing.landscape import OrtbCurve
from app.domain.pricing.pricing import Quote, Valuation, quote
from tests.table import each_row

CURVE = OrtbCurve(half_cents=2_000)
PLAIN = Valuation(probability=0.2, worth=40_000.0)
FULL = Valuation(
    probability=0.2,
    worth=40_000.0,
    quality_factor=0.9,
    handling=250.0,
    boosts=(("weekend", 300.0), ("launch", 100.0)),
    signals=(("storm", 500.0), ("frost", -200.0)),
    shadows=(("daily", 600.0), ("TX", -100.0)),
    budget=0.25,
    return_rate=0.2,
)


def quoted(valuation: Valuation = PLAIN, *, floor: int = 500, ceiling: int = 6_000, min_price: int = 0) -> Quote | str:
    return quote(valuation, CURVE, floor_cents=floor, ceiling_cents=ceiling, min_price_cents=min_price)


def test_every_term_moves_the_value_as_the_rule_says() -> None:
    assert FULL.value == pytest.approx(0.9 * 0.2 * 40_000 - 250 + 400 + 300)
    assert FULL.bid_value == pytest.approx((FULL.value - 500) / (1.25 * 0.8))
    assert PLAIN.value == PLAIN.bid_value == 8_000.0


def test_the_best_bid_is_that_of_the_landscape_between_floor_and_ceiling() -> None:
    found = quoted()
    assert isinstance(found, Quote)
    assert (found.bid_value, found.low, found.high) == (8_000.0, 500.0, 6_000.0)
    assert found.best == CURVE.best_bid(8_000.0, 500.0, 6_000.0)


@each_row(
    ("probability", "limits", "code"),
    [
        (0.0, {}, "low_value"),
        (0.0125, {}, "low_value"),
        (0.012501, {}, None),
        (0.2, {"floor": 6_001}, "low_value"),
        (0.2, {"floor": 0}, None),
        (0.00001, {"floor": 0}, "low_value"),
        (0.2, {"min_price": 6_000}, None),
        (0.2, {"min_price": 6_001}, "below_floor"),
        (0.1, {"min_price": 4_000}, "below_floor"),
        (0.1, {"min_price": 3_999}, None),
        (0.01, {"min_price": 9_000}, "low_value"),
    ],
)
def test_what_earns_nothing_is_declined_for_its_own_reason(
    probability: float, limits: dict[str, int], code: str | None
) -> None:
    found = quoted(replace(PLAIN, probability=probability), **limits)
    assert found == code if code else isinstance(found, Quote)


@each_row(
    "broken",
    [
        {"probability": nan},
        {"probability": -0.1},
        {"probability": 1.1},
        {"worth": nan},
        {"worth": inf},
        {"quality_factor": nan},
        {"handling": inf},
        {"shadows": (("daily", nan),)},
        {"budget": nan},
        {"boosts": (("x", inf),)},
    ],
)
def test_a_number_that_is_none_never_becomes_a_bid(broken: dict[str, Any]) -> None:
    assert quoted(replace(PLAIN, **broken)) == "model_unavailable"


@given(
    probability=st.floats(0.0, 1.0),
    worth=st.floats(0.0, 1e7),
    handling=st.floats(0.0, 1e5),
    shadow=st.floats(-1e5, 1e5),
    budget=st.floats(0.0, 2.0),
    floor=st.integers(0, 10_000),
    ceiling=st.integers(0, 10_000),
    min_price=st.integers(0, 10_000),
)
def test_a_quote_never_passes_its_bounds_nor_the_leads_worth(
    probability: float,
    worth: float,
    handling: float,
    shadow: float,
    budget: float,
    floor: int,
    ceiling: int,
    min_price: int,
) -> None:
    valuation = Valuation(
        probability=probability, worth=worth, handling=handling, shadows=(("daily", shadow),), budget=budget
    )
    found = quoted(valuation, floor=floor, ceiling=ceiling, min_price=min_price)
    if isinstance(found, Quote):
        assert max(floor, min_price, 1) <= found.low <= found.best <= found.high <= min(ceiling, found.bid_value)
