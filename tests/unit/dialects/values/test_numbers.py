"""A number with whatever people write around it; what could be two numbers, or of another unit, is none."""

from app.dialects.values.kinds import Noted, Trouble, integer, number, reader_of
from app.dialects.values.numbers import ANY, FieldUnit, ReadNumber, number_in, unit_of
from app.domain.vertical import Field
from tests.table import each_row

MIDDLE = "a range; its middle was read"
BOUND = "an open range; its bound was read"
ABOUT = "an approximate number; it was read as exact"


@each_row(
    "text",
    [
        *("185", "$185", "$ 185", "185$", "185 USD", "USD 185", "US$185", "185 dollars", "185.00", "$185.0"),
        *("$185/mo", "$185 / month", "$185 per month", "185 a month", "185 monthly", "185 kWh", '"185"', "  185  "),
    ],
)
def test_a_currency_and_a_unit_are_dropped(text: str) -> None:
    assert number_in(text, unit_of(("monthly_bill",))) == ReadNumber(185.0)


@each_row(
    ("text", "value"),
    [("1,250", 1250.0), ("$1,234.50", 1234.5), ("150k", 150_000.0), ("$150K", 150_000.0), ("$.50", 0.5), ("-5", -5.0)],
)
def test_thousands_are_read_as_they_are_written(text: str, value: float) -> None:
    assert number_in(text, ANY) == ReadNumber(value)


@each_row(
    ("text", "value", "warning"),
    [
        ("$151-200", 175.5, MIDDLE),
        ("$151 - $200", 175.5, MIDDLE),
        ("$151–$200", 175.5, MIDDLE),
        ("$151 to $200", 175.5, MIDDLE),
        ("between 151 and 200", 175.5, MIDDLE),
        ("$151-200/mo", 175.5, MIDDLE),
        ("$151-$200 per month", 175.5, MIDDLE),
        ("0-50", 25.0, MIDDLE),
        ("100-150k", 125_000.0, MIDDLE),
        ("$100k-$150k", 125_000.0, MIDDLE),
        ("150+", 150.0, BOUND),
        ("$150+/mo", 150.0, BOUND),
        ("> 150", 150.0, BOUND),
        (">=150", 150.0, BOUND),
        ("over $150", 150.0, BOUND),
        ("more than 150", 150.0, BOUND),
        ("150 or more", 150.0, BOUND),
        ("150 and up", 150.0, BOUND),
        ("< 100", 100.0, BOUND),
        ("under $100", 100.0, BOUND),
        ("less than 100", 100.0, BOUND),
        ("up to $100", 100.0, BOUND),
        ("100 or less", 100.0, BOUND),
        ("~185", 185.0, ABOUT),
        ("about $185", 185.0, ABOUT),
    ],
)
def test_a_range_is_its_middle_and_an_open_one_its_bound(text: str, value: float, warning: str) -> None:
    assert number_in(text, unit_of(("monthly_bill",))) == ReadNumber(value, warning)


@each_row(
    "text",
    [
        *("", "abc", "12,50", "1 200", "--1", "1-2-3", "200-151", "-5-10", "2026-11-21", "212-555-0134", "1.5M"),
        *("185 euros", "€185", "20%", "1/2", "185 x", "5+5", "10 to", "to 10", "$", "$185/yr", "x" * 60, "1,23"),
    ],
)
def test_what_could_be_two_numbers_or_is_none_is_not_guessed(text: str) -> None:
    assert number_in(text, unit_of(("monthly_bill",))) is None


@each_row(
    ("names", "text", "value"),
    [
        (("roof_age",), "9 years", 9.0),
        (("roof_age",), "9 yrs.", 9.0),
        (("roof_age",), "9 years old", 9.0),
        (("roof_age",), "6 months", None),
        (("term_months",), "36 months", 36.0),
        (("term_months",), "3 years", None),
        (("annual_income",), "$50k/yr", 50_000.0),
        (("annual_income",), "$5,000 per month", None),
        (("interest_rate",), "4.5%", 4.5),
        (("bill",), "4.5%", None),
        (("income", "yearly_income"), "$50,000 a year", 50_000.0),
    ],
)
def test_a_unit_is_dropped_only_where_it_is_the_fields_own(
    names: tuple[str, ...], text: str, value: float | None
) -> None:
    read = number_in(text, unit_of(names))
    assert (read.value if read is not None else None) == value


def test_milliseconds_are_told_from_seconds() -> None:
    assert number_in("300 ms", FieldUnit("millisecond")) == ReadNumber(300.0)
    assert number_in("3 s", FieldUnit("millisecond")) is None


def test_of_a_range_an_integer_is_the_whole_part_of_its_middle() -> None:
    assert integer(0, 500)("151-200") == Noted(175, MIDDLE)
    assert integer(0, 100)("151-200") == Trouble("from 0 to 100")
    assert integer()("5.5 years") == Trouble("a whole number")
    assert number(0, 500)("151-200") == Noted(175.5, MIDDLE)
    assert reader_of(Field(name="roof_age", type="integer", maximum=80))("20+ years") == Noted(20, BOUND)
