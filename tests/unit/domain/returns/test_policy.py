"""What a seller takes back, and what its answer can still change."""

import pytest

from app.domain.returns.invoice import month_bounds
from app.domain.returns.policy import ReturnPolicy, objection
from app.domain.returns.settling import may_become
from tests.table import each_row

DAY_S = 86_400.0


def test_a_seller_without_a_list_takes_back_anything_for_thirty_days() -> None:
    assert objection(ReturnPolicy(), "other", 0.0, 30 * DAY_S) == ""
    assert "31 days ago" in objection(ReturnPolicy(), "other", 0.0, 31 * DAY_S)


def test_a_reason_that_a_seller_does_not_take_is_refused_with_those_that_it_takes() -> None:
    policy = ReturnPolicy(window_s=2 * DAY_S, reasons=("invalid_phone", "duplicate"))
    assert objection(policy, "duplicate", 0.0, DAY_S) == ""
    assert "only for invalid_phone, duplicate" in objection(policy, "fraud", 0.0, DAY_S)
    assert "within 48 hours" in objection(policy, "duplicate", 0.0, 3 * DAY_S)


def test_a_credit_is_never_taken_back_and_a_refusal_may_become_one() -> None:
    assert not any(may_become("accepted", each) for each in ("requested", "refused", "expired", "accepted"))
    assert may_become("refused", "accepted")
    assert may_become("expired", "accepted")
    assert not may_become("refused", "requested")


def test_months_are_as_long_as_local_clocks_make_them() -> None:
    november = month_bounds("2026-11", "America/New_York")
    assert (november[1] - november[0]) / 3_600.0 == 30 * 24 + 1
    assert month_bounds("2026-03", "America/New_York")[1] == month_bounds("2026-04", "America/New_York")[0]


@each_row("month", ["2026-13", "2026-1", "11/2026", "", "2026-11-01", "0000-01"])
def test_what_is_no_month_is_said(month: str) -> None:
    with pytest.raises(ValueError, match="is not a month"):
        month_bounds(month, "UTC")
