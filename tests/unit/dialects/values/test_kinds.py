"""A value is what was declared, however it is spelled, or it is refused: none is ever taken for another."""

from hypothesis import example, given, settings
from hypothesis import strategies as st

from app.dialects.text import Scalar, alike, alike_value, says_nothing, text_of
from app.dialects.values.kinds import (
    FALSE,
    TRUE,
    Trouble,
    boolean,
    choice,
    day,
    integer,
    mapped,
    number,
    reader_of,
    unread,
)
from app.dialects.values.yes_no import IN_WORDS
from app.domain.vertical import Field
from tests.table import each_row

quick = settings(derandomize=True, deadline=None, max_examples=200)

spelled = st.text("aAbB12-_ .+", min_size=1, max_size=5)
scalars = st.one_of(st.none(), st.booleans(), st.integers(-99, 99), st.floats(-9, 9), spelled, st.text(max_size=6))
BANDS = ("1-5", "15", "15+", "over_20", "-1")


@quick
@given(raw=scalars)
@example(raw="-1")
@example(raw="- 1")
@example(raw="1 5")
@example(raw=15.0)
def test_a_choice_takes_another_spelling_of_its_values_and_no_other_value(raw: Scalar) -> None:
    held = choice(BANDS)(raw)
    if held is None:
        assert says_nothing(text_of(raw))
    elif not isinstance(held, Trouble):
        assert isinstance(held, str)
        assert alike_value(held) == alike_value(text_of(raw))


@each_row(
    ("raw", "held"),
    [
        ("1-5", "1-5"),
        ("1 _ 5", "1-5"),
        ("15", "15"),
        ("-15", None),
        ("1-5+", None),
        ("Over 20", "over_20"),
        ("-over-20", "over_20"),
        ("-1", "-1"),
        (-1, "-1"),
        ("1", None),
    ],
)
def test_a_sign_between_digits_or_before_them_counts(raw: Scalar, held: str | None) -> None:
    assert choice(BANDS)(raw) == (held or Trouble("one of its listed values", text_of(raw)))


@quick
@given(values=st.dictionaries(spelled, st.sampled_from(BANDS), max_size=4), raw=scalars)
@example(values={"-": "15"}, raw="")
@example(values={"-": "15"}, raw=None)
@example(values={"_": "15"}, raw="NA")
@example(values={"1": "15"}, raw="-1")
@example(values={"12": "15"}, raw="1-2")
def test_a_map_of_values_leaves_what_it_does_not_name_as_it_is(values: dict[str, str], raw: Scalar) -> None:
    read = mapped(choice(BANDS), values)
    named = {alike_value(theirs): ours for theirs, ours in values.items()}
    text = text_of(raw)
    if alike_value(text) in named:
        assert read(raw) == named[alike_value(text)]
    else:
        assert read(raw) == choice(BANDS)(raw)


def test_nothing_is_taken_for_a_named_value_because_it_is_empty() -> None:
    read = mapped(boolean, {"-": "no", "?": "yes", "_": "yes"})
    assert [read(raw) for raw in ("-", "?", "_")] == [False, True, True]
    assert [read(raw) for raw in ("", " ", None, "NA")] == [None] * 4
    assert mapped(boolean, {"": "no"})("") is False


@quick
@given(raw=scalars)
@example(raw="2")
@example(raw=2.0)
@example(raw="02")
@example(raw="-1")
@example(raw="yes no")
@example(raw="trueish")
def test_yes_and_no_have_the_listed_spellings_alone(raw: Scalar) -> None:
    value, text = boolean(raw), text_of(raw)
    if isinstance(value, bool):
        assert text.lower() in TRUE | FALSE or alike(text.partition(",")[0].strip("!. ")) in IN_WORDS
    else:
        assert value == unread(text, "yes or no")


@quick
@given(amount=st.integers(-99_999_999, 99_999_999), spelling=st.sampled_from(["{}", "{:,}", "${:,}", "{}.0", " {} "]))
def test_a_whole_number_is_the_same_however_it_is_written(amount: int, spelling: str) -> None:
    assert integer()(spelling.format(amount)) == amount
    assert number()(spelling.format(amount)) == amount


@each_row("raw", ["12,50", "1,2,3", "1,23", ",500", "1,0000", "12,5.0", "1,200,", "--1", "1 200"])
def test_a_comma_stands_between_thousands_or_the_number_is_none(raw: str) -> None:
    """ "12,50" is no hundred times twelve and a half."""
    assert isinstance(number()(raw), Trouble)
    assert isinstance(integer()(raw), Trouble)


@each_row("raw", ["5/1/20091", "5/1/2009x", "5/1/2009/7", "2009-05-011", "13/1/2009", "2/30/2009"])
def test_a_date_with_something_behind_it_is_none(raw: str) -> None:
    assert isinstance(day(raw), Trouble)


@each_row("raw", ["5/1/2009", "05-01-2009 10:30", "5/1/2009, 10:30 AM", "2009-05-01T10:00:00Z"])
def test_a_date_may_have_its_time_behind_it(raw: str) -> None:
    assert day(raw) == "2009-05-01"


@each_row(
    ("field", "raw"),
    [
        (Field(name="f", type="choice", values=("a", "b")), "c"),
        (Field(name="f", type="choice", values=("a", "b")), True),
        (Field(name="f", type="choice", values=("a", "b")), 0),
        (Field(name="f", type="integer", minimum=1), 0),
        (Field(name="f", type="integer"), 1.5),
        (Field(name="f", type="integer"), True),
        (Field(name="f", type="number", maximum=9), "9.01"),
        (Field(name="f", type="number"), "a lot"),
        (Field(name="f", type="boolean"), "maybe"),
        (Field(name="f", type="boolean"), 3),
        (Field(name="f", type="boolean"), "yes,no"),
        (Field(name="f", type="boolean"), "No, yes"),
        (Field(name="homeowner", type="boolean"), "Yes, I rent"),
        (Field(name="homeowner", type="boolean"), "No, own"),
        (Field(name="renter", type="boolean"), "Yes, I own"),
        (Field(name="f", type="date"), "soon"),
        (Field(name="f", type="date"), 20_090_501.5),
    ],
)
def test_what_a_field_may_not_be_is_never_guessed(field: Field, raw: Scalar) -> None:
    assert isinstance(reader_of(field)(raw), Trouble)
