"""Names, phones and emails, out of whatever they stand in."""

from app.dialects.text import Scalar
from app.dialects.values.kinds import Noted, Trouble
from app.dialects.values.people import FIRST_KEPT, email, name, phone, split_name
from tests.table import each_row

DIGITS = "2124985634"


@each_row("raw", ["(212) 498-5634", "+1 212 498 5634", "212.498.5634", "1-212-498-5634", DIGITS, int(DIGITS)])
def test_a_phone_that_can_be_dialed_stays_as_it_came(raw: Scalar) -> None:
    assert phone(raw) == str(raw)


@each_row(
    "raw",
    [
        "2124985634.0",
        2124985634.0,
        "2.124985634E9",
        "2.124985634e+09",
        "tel:+1-212-498-5634",
        "cell: 212-498-5634",
        "212-498-JOEG",
        "0012124985634",
        "011 1 212 498 5634",
        "２１２４９８５６３４",
        "212\u2011498\u20115634",
        "%2B12124985634",
        "212/498/5634",
        "2124985634, 2124985634",
    ],
)
def test_any_other_is_its_ten_digits(raw: Scalar) -> None:
    assert phone(raw) == DIGITS


@each_row("raw", ["(212)498-5634 x12", "212498 5634;ext=3", "212-498-5634 ext. 7", "212-498-5634 #7"])
def test_an_extension_is_cut_with_a_warning(raw: str) -> None:
    assert phone(raw) == Noted(DIGITS, "the extension was cut; ten digits can be dialed")


def test_of_two_phones_in_one_the_first_is_kept() -> None:
    assert phone("(212) 498-5634 or (917) 555-1234") == Noted(DIGITS, FIRST_KEPT)


@each_row("raw", ["asdf", "123", "2.12473E+09", "+44 20 7946 0958"])
def test_what_is_no_phone_stays_as_it_came_to_be_judged(raw: str) -> None:
    assert phone(raw) == raw


@each_row("raw", ["", "none", "N/A", "0", "null", "{{phone}}", "-", None])
def test_what_says_nothing_is_absent(raw: Scalar) -> None:
    assert phone(raw) is None
    assert email(raw) is None


@each_row(
    ("raw", "address"),
    [
        ("ada@lovelace.net,", "ada@lovelace.net"),
        ("ada@lovelace.net.", "ada@lovelace.net"),
        ("mailto:ada@lovelace.net", "ada@lovelace.net"),
        ("MAILTO:ada@lovelace.net?subject=x", "ada@lovelace.net"),
        ("<ada@lovelace.net>", "ada@lovelace.net"),
        ("Ada King <ada@lovelace.net>", "ada@lovelace.net"),
        ("'ada@lovelace.net'", "ada@lovelace.net"),
        ("ada%40lovelace.net", "ada@lovelace.net"),
        ("ada&#64;lovelace.net", "ada@lovelace.net"),
        ("ada @ lovelace .net", "ada@lovelace.net"),
        ("\u200bada@lovelace.net", "ada@lovelace.net"),
        ("O'Brien+x@lovelace.net", "O'Brien+x@lovelace.net"),
        ("e-mail: ada@lovelace.net", "ada@lovelace.net"),
        ("ada@lovelace.net (work)", "ada@lovelace.net"),
        ('<a href="mailto:ada@lovelace.net">ada@lovelace.net</a>', "ada@lovelace.net"),
        ("[ada@lovelace.net](mailto:ada@lovelace.net)", "ada@lovelace.net"),
        ("ada/king@lovelace.net", "ada/king@lovelace.net"),
        ("ada", "ada"),
        ("a@b@c.net", "a@b@c.net"),
    ],
)
def test_an_email_loses_what_it_was_wrapped_in(raw: str, address: str) -> None:
    assert email(raw) == address


@each_row(
    ("raw", "address", "warning"),
    [
        ("ada leads@lovelace.net", "ada+leads@lovelace.net", "a space was read as the plus that forms make one of"),
        ("ada@gmail.con", "ada@gmail.con", "its domain looks misspelled"),
        ("ada@gmial.com", "ada@gmial.com", "its domain looks misspelled"),
        ("ada@gmail.co", "ada@gmail.co", "its domain looks misspelled"),
        ("ada@a.net; b@c.net", "ada@a.net", FIRST_KEPT),
        ("ada@a.net / b@c.net", "ada@a.net", FIRST_KEPT),
        ("home: ada@a.net work: b@c.net", "ada@a.net", FIRST_KEPT),
    ],
)
def test_an_email_that_may_not_be_what_was_typed_is_warned_of(raw: str, address: str, warning: str) -> None:
    assert email(raw) == Noted(address, warning)


@each_row("raw", ["noemail@noemail.com", "none@none.com", "no-email@email.com", "na@na.com", "none@gmail.com"])
def test_an_address_of_nobody_is_none(raw: str) -> None:
    assert email(raw) is None


@each_row("raw", ["N/A", "n/a", "-", "None", "undefined", "{{last_name}}", "[last_name]", ""])
def test_what_says_that_there_is_no_name_is_none(raw: str) -> None:
    assert name(100)(raw) is None


@each_row("raw", ["Null", "Na", "Nan", "Smith 3rd", "Tom/Ann", "<b>Lee</b>"])
def test_a_name_stays(raw: str) -> None:
    assert name(100)(raw) == raw
    assert name(2)("x" * 3) == Trouble("at most 2 characters")


@each_row(
    ("raw", "meant"),
    [
        ('"Ada"', "Ada"),
        ("“Ada”,", "Ada"),
        ('"Ada', "Ada"),
        ('Ada "Countess"', 'Ada "Countess"'),
        ("Ada “Al”", "Ada “Al”"),
    ],
)
def test_quotes_around_a_name_go_and_those_of_a_nickname_stay(raw: str, meant: str) -> None:
    assert name(100)(raw) == meant


@each_row(
    ("whole", "parts"),
    [
        ("Ada King", ("Ada", "King")),
        ("King, Ada", ("Ada", "King")),
        ("Martin King, Jr.", ("Martin", "King, Jr.")),
        ("Mrs. Ada King", ("Mrs. Ada", "King")),
        ("DR MARTIN L KING JR", ("DR MARTIN", "L KING JR")),
        ("Dr. Martin King, Jr.", ("Dr. Martin", "King, Jr.")),
        ("Mr King Jr.", ("Mr", "King Jr.")),
        ("Dr King", ("Dr", "King")),
        ("Ada N/A", ("Ada", "")),
        ("Ada", ("Ada", "")),
        ("", ("", "")),
    ],
)
def test_a_whole_name_is_split(whole: str, parts: tuple[str, str]) -> None:
    assert split_name(whole) == parts
