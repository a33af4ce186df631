"""Prices as strangers write them."""

from hypothesis import given
from hypothesis import strategies as st

from app.mock_exchange.market.prices import DOLLARS_MAX, cents_of
from tests.table import each_row


@each_row(
    ("price", "cents"),
    [
        (21.4, 2140),
        (21, 2100),
        ("21.40", 2140),
        (" 21. ", 2100),
        (0, 0),
        ("0", 0),
        (0.29, 29),
        (DOLLARS_MAX, 1_000_000),
    ],
)
def test_dollars_are_read_as_a_number_or_as_text(price: object, cents: int) -> None:
    assert cents_of(price) == cents


@each_row(
    ("price", "wrong"),
    [
        (None, "no price"),
        ("", "price is not a number"),
        ("twelve dollars", "price is not a number"),
        ("NaN", "price is not a number"),
        ("inf", "price is not a number"),
        ("1e3", "price is not a number"),
        ("1_000", "price is not a number"),
        ("٣", "price is not a number"),
        ("9" * 5_000, "price is not a number"),
        (True, "price is not a number"),
        ([21.4], "price is not a number"),
        (-0.01, "price is negative"),
        ("-5", "price is negative"),
        (10_000.01, "price is absurd"),
        (10**400, "price is absurd"),
        (1e308, "price is absurd"),
    ],
)
def test_anything_else_is_named(price: object, wrong: str) -> None:
    assert cents_of(price) == wrong


@given(st.integers(0, DOLLARS_MAX * 100))
def test_every_cent_survives_being_written(cents: int) -> None:
    text = f"{cents // 100}.{cents % 100:02d}"
    assert cents_of(text) == cents_of(float(text)) == cents
