"""A time that cannot be is refused; one that a missing zone or a clock explains is not."""

from app.domain.post.outcome_time import time_trouble
from tests.table import each_row

SOLD_AT = 1_795_190_400.0
NOW = SOLD_AT + 3_600.0
HOUR, DAY = 3_600.0, 86_400.0


@each_row("at", [None, NOW, NOW + 14 * HOUR, SOLD_AT - 8 * HOUR, SOLD_AT - 36 * HOUR])
def test_what_a_zone_or_a_clock_explains_is_taken(at: float | None) -> None:
    assert time_trouble(at, SOLD_AT, NOW) == ""


@each_row("at", [NOW + DAY, NOW + 10 * 365 * DAY])
def test_tomorrow_has_not_happened(at: float) -> None:
    assert time_trouble(at, SOLD_AT, NOW).startswith("occurred_at: lies in the future; send when it happened")


@each_row("at", [SOLD_AT - 3 * DAY, SOLD_AT - 365 * DAY])
def test_what_happened_before_the_sale_is_of_another_lead(at: float) -> None:
    assert time_trouble(at, SOLD_AT, NOW).startswith("occurred_at: lies before the lead was bought; send when")
