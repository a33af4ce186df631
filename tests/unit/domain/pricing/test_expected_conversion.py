"""What share of leads is expected to convert, by seller and state."""

import pytest

from app.domain.pricing.expected_conversion import ExpectedConversion
from tests.table import each_row

EXPECTED = ExpectedConversion(rate=0.08, by_seller={"acme": 0.10, "cheap": 0.02}, by_state={"TX": 0.04, "CA": 1.0})


@each_row(
    ("seller", "state", "rate"),
    [
        ("other", "NY", 0.08),
        ("acme", "NY", 0.10),
        ("other", "TX", 0.04),
        ("acme", "TX", 0.05),
        ("cheap", "TX", 0.01),
        ("acme", "CA", 1.0),
    ],
)
def test_what_a_seller_and_a_state_differ_by_is_multiplied(seller: str, state: str, rate: float) -> None:
    assert EXPECTED.of(seller, state) == pytest.approx(rate)
