"""Money between text and cents."""

from hypothesis import given
from hypothesis import strategies as st

from app.domain.money import CENTS_MAX, cents, dollars
from tests.table import each_row

READ = [
    (12.5, 1250),
    (0.29, 29),
    (12.29, 1229),
    (7, 700),
    ("12.50", 1250),
    ("12.509", 1250),
    ("$1,200", 120_000),
    ("$ 5", 500),
    (" 1,234,567.89 ", 123_456_789),
    (".5", 50),
    ("5.", 500),
    ("0", 0),
    ("-0.00", 0),
    (1e-7, 0),
    ("1e2", 10_000),
    (10_000_000, CENTS_MAX),
]
REFUSED = [
    "",
    " ",
    "$",
    ".",
    "free",
    "12,50",
    "1,23,456",
    "1_000",
    "0x10",
    "--1",
    "-1",
    -0.01,
    10_000_000.01,
    "1e9",
    "1e999999",
    "nan",
    "sNaN",
    "inf",
    "-inf",
    float("nan"),
    float("inf"),
    True,
    False,
    None,
    [],
    b"1",
    "٣",
    "1 2",
    "1" * 25,
    10**5000,
]


@each_row(("written", "read"), READ)
def test_an_amount_is_read_as_it_is_written_and_rounded_down(written: object, read: int) -> None:
    assert cents(written) == read


@each_row("written", REFUSED, ids=lambda written: type(written).__name__)
def test_what_is_no_amount_of_money_is_none(written: object) -> None:
    assert cents(written) is None


@given(st.integers(0, CENTS_MAX))
def test_cents_survive_being_written_as_dollars(amount: int) -> None:
    assert cents(dollars(amount)) == amount


@given(st.text() | st.floats() | st.integers())
def test_no_input_breaks_the_reader(written: object) -> None:
    read = cents(written)
    assert read is None or 0 <= read <= CENTS_MAX


@each_row(("amount", "text"), [(1250, "12.50"), (-5, "-0.05"), (0, "0.00"), (-1250, "-12.50"), (7, "0.07")])
def test_dollars_have_two_decimals_and_the_sign_in_front(amount: int, text: str) -> None:
    assert dollars(amount) == text
