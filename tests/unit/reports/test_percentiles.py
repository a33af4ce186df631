"""Where the values of a count lie."""

from collections import Counter
from statistics import quantiles

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.reports.percentiles import percentile, percentiles, quantile
from tests.table import each_row


def test_percentiles_of_prices_are_whole_cents() -> None:
    assert percentiles({}) == {}
    assert percentiles({700: 1}) == {"p5": 700, "p25": 700, "p50": 700, "p75": 700, "p95": 700}
    assert percentiles(dict.fromkeys(range(10001), 1)) == {
        "p5": 500,
        "p25": 2_500,
        "p50": 5_000,
        "p75": 7_500,
        "p95": 9_500,
    }


def test_percentiles_are_those_of_all_prices_laid_out() -> None:
    prices = [900, 900, 1_100, 1_250, 1_250, 1_250, 2_000]
    cuts = quantiles(prices, n=100, method="inclusive")
    assert percentiles(Counter(prices)) == {f"p{percent}": round(cuts[percent - 1]) for percent in (5, 25, 50, 75, 95)}


@each_row(("share", "value"), [(0.5, 2.0), (0.95, 9.0), (0.0, 1.0), (1.0, 9.0)])
def test_a_quantile_is_the_value_that_a_share_of_all_does_not_exceed(share: float, value: float) -> None:
    assert quantile({9.0: 1, 1.0: 4, 2.0: 5}, share) == value


def test_nothing_has_no_quantile() -> None:
    assert quantile({}, 0.5) is None
    assert percentile({}, 50) == 0.0


@given(st.lists(st.integers(1, 10_000), min_size=2, max_size=60), st.integers(1, 99))
def test_a_percentile_is_that_of_all_values_laid_out(values: list[int], percent: int) -> None:
    cuts = quantiles(values, n=100, method="inclusive")
    assert percentile(Counter(values), percent) == pytest.approx(cuts[percent - 1])
