"""What one conversion contributes."""

import pytest

from app.domain.pricing.pricing import Worth
from app.wire.ping import Value
from tests.table import each_row

LOAN = Worth(base_cents=1_000, field="loan", rate=0.01, missing_cents=5_000, low_cents=2_000, high_cents=400_000)


@each_row(
    ("worth", "facts", "cents"),
    [
        (Worth(base_cents=40_000), {"loan": 1e9}, 40_000.0),
        (LOAN, {"loan": 250_000}, 251_000.0),
        (LOAN, {"loan": 100.0}, 2_000.0),
        (LOAN, {"loan": 10_000_000}, 400_000.0),
        (LOAN, {}, 6_000.0),
        (LOAN, {"loan": "a lot"}, 6_000.0),
        (Worth(field="loan", rate=0.01), {"loan": 10_000_000}, 10_000_000.0),
        (Worth(field="loan", rate=0.01), {"loan": -5}, 0.0),
    ],
)
def test_a_lead_is_worth_its_base_and_a_share_of_its_amount_within_bounds(
    worth: Worth, facts: dict[str, Value], cents: float
) -> None:
    assert worth.of(facts) == pytest.approx(cents)
