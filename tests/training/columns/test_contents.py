"""What a column of texts holds is seen by some of them, and by its name where they could be several things."""

import pytest

from training.histories.columns import contents


@pytest.mark.parametrize(
    ("texts", "decimals"),
    [
        (["1,234.50", "2,000.00"], ["."]),
        (["320,000", "45,000"], [".", ","]),
        (["950", "1,250"], [".", ","]),
        (["12,5", "320,000"], [".", ","]),
        (["0,125", "0,250"], [","]),
        (["1.234,5", "2,25"], [","]),
        (["low", "high"], []),
    ],
)
def test_decimal_signs_are_those_by_which_most_are_numbers(texts: list[str], decimals: list[str]) -> None:
    assert contents.decimals_of(texts, "bill") == decimals


@pytest.mark.parametrize(
    ("texts", "word", "times"),
    [
        (["1767263820", "1767263821"], "created_at", True),
        (["2125551234", "2125551235"], "account", False),
        (["1767263820000", "1767263821000"], "x", True),
        (["20260131", "20260201"], "x", True),
        (["26", "40"], "time_on_page", False),
        (["13/01/2026", "14/01/2026"], "x", True),
        (["13.01.26 10:37", "14.01.26 10:37"], "x", True),
        (["Mon Jan 05 2026 10:37:00 GMT-0500 (Eastern Standard Time)"], "x", True),
        (["1985-05-01"], "x", True),
        (["basic.4y", "illiterate"], "x", False),
        ([], "created_at", False),
    ],
)
def test_times_are_seen_by_how_they_are_written_or_by_the_name_of_their_column(
    texts: list[str], word: str, times: bool
) -> None:
    assert contents.are_times(texts, word) == times


def test_which_of_day_and_month_stands_first_may_stay_open() -> None:
    assert contents.leave_days_open(["1/2/2026", "12/12/26 10:00"])
    assert not contents.leave_days_open(["1/2/2026", "1/13/2026"])
    assert contents.month_first("31.01.2026 10:37") == "01/31/2026 10:37"


def test_a_time_that_nobody_reads_still_looks_like_one() -> None:
    assert contents.look_like_times(["05-JAN-26 10.37.00.000000 AM"])
    assert not contents.look_like_times(["a-b", "5-6-7"])


@pytest.mark.parametrize(
    "text",
    [
        "j@mail.example",
        "Jane <j@mail.example>",
        "(212) 473-1000 x12",
        "2124731000.0",
        "10.0.0.1",
        "123-45-6789",
        "2001:db8::1",
    ],
)
def test_people_are_seen_by_value(text: str) -> None:
    assert contents.say_who([text, "web"], distinct=2, filled=2)


def test_an_id_of_ten_digits_is_no_phone_where_many_leads_have_it() -> None:
    assert contents.say_who(["2345678901"], distinct=1, filled=1)
    assert not contents.say_who(["2345678901"], distinct=1, filled=9)


def test_days_of_excel_are_seen_in_a_column_of_times_alone() -> None:
    assert contents.are_days_of_excel(46_023.4, 46_100.0, "created_at")
    assert contents.are_days_of_excel(46_023.4, 46_100.0, "lead_submitted")
    assert not contents.are_days_of_excel(46_023.4, 46_100.0, "income")
    assert not contents.are_days_of_excel(46_023.4, 46_100.0, "submitted_income")
