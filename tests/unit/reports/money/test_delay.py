"""What share of conversions has come by an age, and what that leaves to come."""

import pytest

from app.reports.money.delay import CONVERSIONS_MIN, conversion_delay, still_to_come
from tests.table import each_row

DAY_S = 86_400.0


def test_few_conversions_say_nothing_and_are_spread_evenly() -> None:
    delay = conversion_delay(10 * DAY_S, [DAY_S] * (CONVERSIONS_MIN - 1))
    assert not delay.is_measured
    assert [delay.share_by(days * DAY_S) for days in (-1, 0, 5, 10, 20)] == [0.0, 0.0, 0.5, 1.0, 1.0]


def test_the_share_is_that_of_conversions_so_old() -> None:
    delay = conversion_delay(10 * DAY_S, [DAY_S] * 15 + [4 * DAY_S] * 5 + [30 * DAY_S] * 100)
    assert delay.is_measured
    assert [delay.share_by(days * DAY_S) for days in (0.5, 1, 3.9, 4, 10)] == [0.0, 0.75, 0.75, 1.0, 1.0]


@each_row(
    ("chance", "share", "left"),
    [(0.2, 0.0, 0.2), (0.2, 1.0, 0.0), (0.5, 0.5, 1 / 3), (0.2, 0.75, 0.05 / 0.85), (1.0, 0.5, 1.0), (0.0, 0.5, 0.0)],
)
def test_a_lead_that_has_not_converted_yet_is_less_likely_to(chance: float, share: float, left: float) -> None:
    assert still_to_come(chance, share) == pytest.approx(left)


def test_what_came_and_what_is_to_come_add_up_to_what_was_expected() -> None:
    # Of 1,000 leads with a chance of 0.2 each, 150 have converted when 0.75 of conversions have come.
    chance, share = 0.2, 0.75
    came = 1_000 * chance * share
    assert came + (1_000 - came) * still_to_come(chance, share) == pytest.approx(1_000 * chance)
