"""An amount is read however a ledger writes it, by the decimal sign of its column alone."""

import pytest

from training.histories.columns.amounts import amount_of, cell_number


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("950", 950.0),
        ("1,250", 1_250.0),
        ("320,000", 320_000.0),
        ("1,234.50", 1_234.5),
        ("$1,234.50", 1_234.5),
        ("US$ 12", 12.0),
        ("12.5 USD", 12.5),
        ("€ 9", 9.0),
        ("1 234", 1_234.0),
        ("1\u00a0234\u00a0€", 1_234.0),
        ("1'234.5", 1_234.5),
        ("12,34,567.00", 1_234_567.0),
        ("(1,234.50)", -1_234.5),
        ("($5)", -5.0),
        ("-$5", -5.0),
        ("$-5", -5.0),
        ("−5", -5.0),
        ("1,234.50-", -1_234.5),
        ("12.5%", 12.5),
        ("320K", 320_000.0),
        ("5.07E+22", 5.07e22),
        (".5", 0.5),
    ],
)
def test_an_amount_is_read_as_ledgers_write_it(text: str, value: float) -> None:
    assert amount_of(text) == value


@pytest.mark.parametrize(
    "text", ["", "-", "$", "12,5", "0,125", "1,2345", "1,23", "(5", "--5", "5-6", "1.2.3", "٣", "x" * 99]
)
def test_what_could_be_another_number_or_none_is_none(text: str) -> None:
    assert amount_of(text) is None


@pytest.mark.parametrize(
    ("text", "value"), [("12,5", 12.5), ("1.234,50 €", 1_234.5), ("0,125", 0.125), ("320,000", 320.0), ("7", 7.0)]
)
def test_a_column_of_decimal_commas_is_read_by_them(text: str, value: float) -> None:
    assert amount_of(text, ",") == value
    assert amount_of("1.5", ",") is None


def test_a_cell_may_hold_a_unit_and_never_a_range() -> None:
    assert cell_number("1,850 sq ft", ".", "size") == 1_850.0
    assert cell_number("150-200", ".", "bill") is None
    assert cell_number("0,125", ".", "rate") is None
