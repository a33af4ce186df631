"""Caps of campaigns and sellers, in leads and in dollars."""

from collections.abc import Callable

import pytest

from app.config.caps import limit_in_words
from app.config.file.problem import Problem
from app.config.load import Declared
from app.domain.caps.caps import Cap

Declaring = Callable[..., Declared]
Wrong = Callable[..., list[str]]
Warned = Callable[..., tuple[Problem, ...]]

CAPS = 'caps = [{ limit = 100, window = "day" }]'


@pytest.fixture
def with_caps(declared: Declaring) -> Declaring:
    return lambda caps: declared(CAPS, f"caps = [{caps}]")


@pytest.fixture
def wrong_caps(problems: Wrong) -> Wrong:
    return lambda caps: problems(CAPS, f"caps = [{caps}]")


def test_a_count_is_leads_and_spend_is_cents(with_caps: Declaring) -> None:
    caps = (
        with_caps('{ limit = 1_000, window = "week" }, { measure = "spend", limit = "2,500.50", window = "month" }')
        .campaigns[0]
        .caps
    )
    assert [(cap.measure, cap.limit) for cap in caps] == [("count", 1_000), ("spend", 250_050)]
    assert [limit_in_words(cap) for cap in caps] == ["1,000 a week", "$2,500 a month"]


def test_a_cap_belongs_to_its_campaign_and_its_windows_to_the_campaigns_zone(campaign_with: Declaring) -> None:
    (cap,) = campaign_with('time_zone = "America/Chicago"').campaigns[0].caps
    assert cap == Cap(
        name="count-per-day",
        owner="solar-tx",
        measure="count",
        limit=100,
        window="day",
        scope="campaign",
        zone="America/Chicago",
    )


def test_caps_without_a_name_are_told_apart_by_what_they_count(with_caps: Declaring) -> None:
    caps = (
        with_caps(
            '{ limit = 9, window = "day" }, { limit = 5, window = "day", scope = "campaign_seller" }, '
            '{ limit = 4, window = "day", scope = "campaign_territory", unit = "zip3" }, '
            '{ limit = 20, window = "total" }, { limit = 900, window = "day", measure = "spend" }'
        )
        .campaigns[0]
        .caps
    )
    assert [cap.name for cap in caps] == [
        "count-per-day",
        "count-per-day-each-seller",
        "count-per-day-each-zip3",
        "count-total",
        "spend-per-day",
    ]
    assert [limit_in_words(cap) for cap in caps[1:4]] == ["5 a day, each seller", "4 a day, each zip3", "20 in total"]


@pytest.mark.parametrize(
    ("cap", "said"),
    [
        ('{ limit = 0, window = "day" }', "a cap must be above zero"),
        ('{ limit = -5, window = "day" }', "a cap must be above zero"),
        ('{ limit = 2.5, window = "day" }', "2.5 is not a number of leads"),
        ('{ limit = "5", window = "day" }', 'for dollars add measure = "spend"'),
        ('{ limit = true, window = "day" }', "true is not a number of leads"),
        ('{ measure = "spend", limit = "a lot", window = "day" }', '"a lot" is not a dollar amount'),
        ('{ limit = 5, window = "dya" }', "did you mean `day`?"),
        ('{ limit = 5, window = "day", scope = "seller" }', 'scope: "seller" is not one of the allowed values'),
        ('{ limit = 5, window = "day", unit = "zip" }', "only a cap by territory has a `unit`"),
        ('{ limit = 5, window = "day" }, { limit = 6, window = "day" }', "two caps are named `count-per-day`"),
        ('{ name = "approved-leads", limit = 5, window = "day" }', 'simple parsers would read "approved"'),
        ('{ name = "ok-leads", limit = 5, window = "day" }', 'simple parsers would read "ok"'),
    ],
)
def test_a_cap_that_makes_no_sense_is_refused(wrong_caps: Wrong, cap: str, said: str) -> None:
    (problem,) = wrong_caps(cap)
    assert said in problem


def test_a_day_above_its_week_is_warned_of(warnings: Warned) -> None:
    (warning,) = warnings(CAPS, 'caps = [{ limit = 200, window = "day" }, { limit = 150, window = "week" }]')
    assert warning.path == "campaigns.solar-tx.caps[0].limit"
    assert "`count-per-day` (200 a day) is above `count-per-week` (150 a week)" in warning.reason


def test_windows_of_different_measures_are_not_nested(warnings: Warned) -> None:
    spend = '{ measure = "spend", limit = 1, window = "week" }'
    assert warnings(CAPS, f'caps = [{{ limit = 200, window = "day" }}, {spend}]') == ()
