"""One value, however it is written: read by its type, absent, noted, or in trouble."""

from app.dialects.text import Scalar, text_of
from app.dialects.values import fields, kinds, people
from app.dialects.values.kinds import Noted, ReadValue, Trouble, ValueReader
from app.domain.vertical import Field
from tests.table import each_row

ABSENT: list[Scalar] = [None, "", "  ", "NA", "n/a", "N/A", "null", "\x00"]


@each_row(
    "read",
    [
        fields.zip_code,
        fields.state,
        fields.lead_type,
        fields.min_price,
        fields.moment,
        fields.ip_address,
        fields.trustedform,
        fields.leadid,
        fields.landing_page,
        fields.hashed,
        kinds.boolean,
        kinds.day,
        kinds.text(64),
        kinds.integer(),
        kinds.number(),
        kinds.choice(("a", "b")),
    ],
)
def test_empty_values_and_placeholders_are_absent(read: ValueReader) -> None:
    assert [read(value) for value in ABSENT] == [None] * len(ABSENT)


@each_row(
    ("raw", "value"),
    [
        ("78701", "78701"),
        (78701, "78701"),
        (78701.0, "78701"),
        (" 78701 ", "78701"),
        ("78701-1234", "78701"),
        ("78701 1234", "78701"),
        ("787011234", "78701"),
        (787011234, "78701"),
        ("02139", "02139"),
        ("02139-1234", "02139"),
        ("021391234", "02139"),
        ("78701.0", "78701"),
        ("'02139", "02139"),
        ("US-02139", "02139"),
        ("ZIP 02139-1234", "02139"),
        ('="02139"', "02139"),
        ("00501", "00501"),
        ("00001", "00001"),
    ],
)
def test_a_zip_has_five_digits(raw: Scalar, value: str) -> None:
    assert fields.zip_code(raw) == value


@each_row(
    ("raw", "value"),
    [(2139, "02139"), ("2139", "02139"), ("2139.0", "02139"), (2139.0, "02139"), (501, "00501"), (21391234, "02139")],
)
def test_zeros_that_a_zip_lost_are_put_back_with_a_warning(raw: Scalar, value: str) -> None:
    assert fields.zip_code(raw) == Noted(value, "too few digits; leading zeros were added")


@each_row("raw", ["787011", "12-3456", "K1A 0B1", "00000", 0, 12, -78701, 78701.5, "７８７０１", True, "1e4"])
def test_what_is_no_zip_is_in_trouble(raw: Scalar) -> None:
    assert fields.zip_code(raw) == Trouble("five digits")


@each_row("raw", ["TX", "tx", " Tx ", "Texas", "TEXAS"])
def test_a_state_may_be_spelled_out(raw: str) -> None:
    assert fields.state(raw) == "TX"


@each_row(
    ("raw", "value"),
    [("New York", "NY"), ("north_carolina", "NC"), ("District of Columbia", "DC"), ("Puerto Rico", "PR"), ("WV", "WV")],
)
def test_states_of_several_words_are_states(raw: str, value: str) -> None:
    assert fields.state(raw) == value


@each_row(
    ("raw", "value"),
    [
        *((each, "NY") for each in ("N.Y.", "n.y", "US-NY", "us_ny", "USA-NY", "New York (NY)", "NY - New York")),
        *((each, "NY") for each in ("NY, USA", "New York, NY", "New York, United States", "'NY'", "State of New York")),
        ("New York State", "NY"),
        *((each, "DC") for each in ("Washington, D.C.", "Washington DC", "D.C.", "US-DC", "District of Columbia (DC)")),
        *(("Fla.", "FL"), ("Calif.", "CA"), ("Mass", "MA"), ("W.Va.", "WV"), ("W. Virginia", "WV"), ("Penn.", "PA")),
        *(("N. Carolina", "NC"), ("Washington", "WA"), ("Wash.", "WA"), ("P.R.", "PR"), ("U.S. Virgin Islands", "VI")),
        *(("Tex.", "TX"), ("Ore.", "OR"), ("Miss.", "MS"), ("Commonwealth of Virginia", "VA"), ("Georgia (US)", "GA")),
    ],
)
def test_a_state_is_read_as_newspapers_iso_and_people_write_it(raw: str, value: str) -> None:
    assert fields.state(raw) == value


@each_row("raw", ["Tejas", "New Yrok", "NY, NJ", "NY/NJ", "Kansas City, MO", "Cali", "Mis.", "US", "N", "Texas " * 20])
def test_a_state_is_not_guessed_from_a_city_a_slip_or_two_states(raw: str) -> None:
    assert fields.state(raw) == Trouble("two letters of a US state")


@each_row("raw", ["ZZ", "Ontario", 12, True])
def test_what_is_no_state_is_in_trouble(raw: Scalar) -> None:
    assert fields.state(raw) == Trouble("two letters of a US state")


@each_row(
    ("raw", "value"),
    [
        (True, True),
        (1, True),
        (1.0, True),
        ("1", True),
        ("Yes", True),
        ("Y", True),
        ("TRUE", True),
        ("on", True),
        (False, False),
        (0, False),
        ("0", False),
        (2, False),
        ("2", False),
        ("No", False),
        ("n", False),
        ("f", False),
    ],
)
def test_yes_and_no_have_many_spellings(raw: Scalar, value: bool) -> None:
    assert kinds.boolean(raw) is value


@each_row("raw", [3, "maybe", -1, 0.5])
def test_what_is_neither_yes_nor_no_is_in_trouble(raw: Scalar) -> None:
    assert kinds.boolean(raw) == Trouble("yes or no")


@each_row(
    ("raw", "cents"),
    [("12.50", 1250), (12.5, 1250), (12, 1200), ("$1,200", 120_000), ("0", 0), (0, 0), (" 3.999 ", 399)],
)
def test_a_floor_is_read_in_dollars(raw: Scalar, cents: int) -> None:
    assert fields.min_price(raw) == cents


@each_row("raw", ["-7", "twelve", "5-10", True, "1e999", "1" * 30, 10**40])
def test_what_is_no_price_is_in_trouble(raw: Scalar) -> None:
    assert isinstance(fields.min_price(raw), Trouble)


@each_row(
    "raw",
    [
        "yesterday",
        "13/13/2026",
        "11/21/2026 13:00 PM",
        "2026-02-30",
        5,
        "5",
        1e300,
        "9" * 40,
        True,
        "1999-12-31",
    ],
)
def test_what_is_no_time_is_in_trouble(raw: Scalar) -> None:
    assert fields.moment(raw) == Trouble("a time in ISO 8601 or epoch seconds")


@each_row(
    ("raw", "value"),
    [
        ("203.0.113.9", "203.0.113.9"),
        (" 203.0.113.9, 10.0.0.1", "203.0.113.9"),
        ("2001:db8::1", "2001:db8::1"),
        ("::ffff:203.0.113.9", "::ffff:203.0.113.9"),
        ("0", None),
    ],
)
def test_an_ip_address_is_the_consumers_first_one(raw: str, value: str | None) -> None:
    assert fields.ip_address(raw) == value


@each_row("raw", ["512.555.0134", "5125550134", "ada@lovelace.example", "localhost", 7, "1.2.3.4.5"])
def test_what_is_no_ip_address_is_ignored(raw: Scalar) -> None:
    assert fields.ip_address(raw) == Noted(None, "not an IP address; it was ignored")


@each_row(
    ("address", "kept"),
    [
        ("203.0.113.77", "203.0.113.0"),
        (" 203.0.113.77, 10.0.0.1", "203.0.113.0"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1::"),
        ("2001:db8::77", "2001:db8::"),
        ("::ffff:203.0.113.77", "203.0.113.0"),
        ("0", None),
        ("nonsense", Noted(None, "not an IP address; it was ignored")),
        ("2001:::", Noted(None, "not an IP address; it was ignored")),
    ],
)
def test_of_an_address_only_its_network_is_kept(address: str, kept: ReadValue) -> None:
    assert fields.network(address) == kept


def test_a_page_loses_what_was_typed_into_it() -> None:
    assert fields.landing_page("https://q.example/auto?email=ada@x.example#top") == "https://q.example/auto"
    assert isinstance(fields.landing_page("https://q.example/ada@lovelace.example"), Noted)
    assert isinstance(fields.landing_page("https://q.example/" + "x" * 600), Noted)


@each_row(("raw", "value"), [("Exclusive", "exclusive"), ("shared", "shared"), ("ANY", "any"), ("both", "any")])
def test_a_lead_type_is_one_of_three(raw: str, value: str) -> None:
    assert fields.lead_type(raw) == value
    assert fields.lead_type("new") == Trouble("exclusive, shared or any")


@each_row(("raw", "value"), [(3, 3), ("3", 3), (3.0, 3), ("3.0", 3), ("$1,200", 1200), (-4, -4)])
def test_a_whole_number_may_come_as_text(raw: Scalar, value: int) -> None:
    read = kinds.integer()(raw)
    assert read == value
    assert type(read) is int


@each_row("raw", ["three", 3.5, True, "1e999", 10**40, "1_000", "inf", float("inf")])
def test_what_is_no_whole_number_is_in_trouble(raw: Scalar) -> None:
    assert kinds.integer()(raw) == Trouble("a whole number")


def test_numbers_stay_within_their_bounds() -> None:
    assert kinds.integer(16, 100)(15) == kinds.integer(16, 100)("101") == Trouble("from 16 to 100")
    assert kinds.number(0)("-0.5") == Trouble("at least 0")
    assert kinds.number(maximum=2.5)(3) == Trouble("at most 2.5")
    assert kinds.integer(16, 100)(16) == kinds.integer(16, 100)("16") == 16
    assert kinds.number(0, 1)("0.25") == 0.25


@each_row("raw", ["very_good", "Very Good", "VERY-GOOD", "verygood"])
def test_a_choice_is_met_whatever_its_case_and_separators(raw: str) -> None:
    assert kinds.choice(("excellent", "very_good"))(raw) == "very_good"


def test_a_choice_may_be_a_number_or_a_yes() -> None:
    assert kinds.choice(("1", "2"))(2) == "2"
    assert kinds.choice(("yes", "no"))(True) == "yes"
    assert kinds.choice(("none", "n/a"))("N/A") == "n/a"
    assert kinds.choice(("a", "b"))("c") == Trouble("one of its listed values", "c")


def test_values_that_differ_in_separators_alone_are_told_apart() -> None:
    read = kinds.choice(("1-2", "12"))
    assert (read("1-2"), read("12")) == ("1-2", "12")


@each_row("raw", ["2026-11-21", "2026-11-21T10:00:00Z", "11/21/2026", "11-21-2026 10:00"])
def test_a_day_is_a_day(raw: str) -> None:
    assert kinds.day(raw) == "2026-11-21"
    assert kinds.day("2026-11-31") == kinds.day("soon") == Trouble("a date, as in 2026-11-21")


def test_a_seller_may_have_its_own_words_for_values() -> None:
    read = kinds.mapped(kinds.choice(("good", "poor")), {"A+": "good", "7": "poor"})
    assert [read(value) for value in ("a+", "A+", 7, "7", "good")] == ["good", "good", "poor", "poor", "good"]
    assert kinds.mapped(kinds.boolean, {"own": "yes", "rent": "no"})("Own") is True


def test_a_text_that_is_too_long_is_cut_or_refused() -> None:
    assert kinds.text(3)("abcd") == Noted("abc", "at most 3 characters; the rest was cut")
    assert kinds.text(3, cut=False)("abcd") == Trouble("at most 3 characters")


def test_a_person_may_be_called_null() -> None:
    assert people.name(100)("Null") == "Null"
    assert people.name(100)(" Na ") == "Na"
    assert people.name(10)("x" * 11) == Trouble("at most 10 characters")


def test_a_day_of_birth_is_kept_as_it_came_but_for_none() -> None:
    for text in ("1980-01-02", "1/2/80", "Jan 2, 1980", "1970-01-01", "1980"):
        assert people.birth_date(text) == text
    for nothing in ("N/A", "unknown", "Not provided", "0000-00-00", "00/00/0000", "0000-00-00T00:00:00Z", "", 0):
        assert people.birth_date(nothing) is None
    assert people.birth_date("{{dob}}") == kinds.unread("{{dob}}", "")
    assert people.birth_date("x" * 41) == Trouble("at most 40 characters")


def test_text_has_no_control_characters_and_no_halves_of_characters() -> None:
    assert text_of("a\x00b\r\nc\ud800d") == "a b  c d"
    assert text_of("Zoë 🙂") == "Zoë 🙂"


def test_a_field_is_read_as_declared() -> None:
    assert kinds.reader_of(Field(name="a", type="integer", minimum=1))("0") == Trouble("at least 1")
    assert kinds.reader_of(Field(name="a", type="number"))("0.5") == 0.5
    assert kinds.reader_of(Field(name="a", type="boolean"))("no") is False
    assert kinds.reader_of(Field(name="a", type="date"))("1/2/2026") == "2026-01-02"
    assert kinds.reader_of(Field(name="a", type="choice", values=("x",)))("X") == "x"
    assert isinstance(kinds.reader_of(Field(name="a", type="text"))("call 512-555-0134"), Noted)
