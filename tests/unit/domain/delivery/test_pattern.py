"""A configured pattern finds what Python's engine finds, in a time that grows as the text; others are refused."""

import re

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from app.domain.delivery.pattern import Pattern, PatternError
from tests.costs import GROWTH_MAX, growth
from tests.table import each_row

ATOMS = st.sampled_from(["a", "b", "[ab]", "[^a]", ".", r"\d", "x"])
COUNTS = st.sampled_from(["", "", "", "*", "+", "?", "{2}", "{1,2}", "{0,}"])
PARTS = st.lists(st.tuples(ATOMS, COUNTS).map("".join), min_size=1, max_size=5)


@settings(max_examples=120)
@given(
    parts=PARTS,
    group=st.tuples(st.integers(0, 5), st.integers(0, 5)),
    ends=st.sampled_from(["", "^", "$", "^$"]),
    text=st.text("abx1\n", max_size=12),
)
def test_it_finds_what_the_usual_engine_finds(parts: list[str], group: tuple[int, int], ends: str, text: str) -> None:
    low, high = sorted(min(each, len(parts)) for each in group)
    grouped = [*parts[:low], "(", *parts[low:high], ")", *parts[high:]]
    written = "^" * ("^" in ends) + "".join(grouped if low < high else parts) + "$" * ("$" in ends)
    try:
        pattern = Pattern(written)
    except PatternError:
        assume(False)
    match = re.search(written, text)
    assert pattern.search(text) == (None if match is None else match[1 if match.re.groups else 0])


@each_row(
    "pattern",
    [
        "id=([0-9]+)",
        r'"id":\s*"?([0-9a-f-]+)',
        r"^OK (\w+)$",
        "id=(.+);",
        r'name="F9errCode"[^>]*value="([^"]*)"',
        r"Existing ID: (\d+)",
        "[0-9]{36}",
        "",
    ],
)
def test_what_picks_a_value_out_of_an_answer_is_taken(pattern: str) -> None:
    assert isinstance(Pattern(pattern), Pattern)


@each_row(
    ("pattern", "said"),
    [
        ("(a+)+b", "`)+b` at character 4 is not allowed"),
        (r"(a)\1", "is not allowed"),
        ("x(?=y)", "is not allowed"),
        ("a|b", "is not allowed"),
        ("a+?b", "`?b` at character 3 is not allowed"),
        ("a*a*b", "two repeats that follow each other may share characters"),
        (r"\s*\W*x", "two repeats that follow each other may share characters"),
        ("a?a?aa", "two repeats"),
        ("[", "cannot be read"),
        ("id=([0-9]+", "cannot be read"),
        ("a{40}b{40}", "counts to more than 64"),
        ("x" * 300, "longer than 256"),
    ],
)
def test_what_might_take_the_square_of_the_time_is_refused_with_the_remedy(pattern: str, said: str) -> None:
    with pytest.raises(PatternError, match=re.escape(said)):
        Pattern(pattern)


@each_row(
    ("pattern", "unit"),
    [
        ("a[^b]*c", "a"),
        ("[0-9]+x", "1"),
        (r"\s*x", " "),
        (".*x", "a"),
        ("id=([^;]+);", "id="),
        ('name="error"[^>]*value="([^"]*)"', 'name="error"value="'),
        ("a.*b.*c.*d", "abc"),
        ("a.{0,20}b.{0,20}c", "ab"),
        ("[0-9]{60}x", "1"),
    ],
)
def test_twice_the_text_takes_twice_the_time(pattern: str, unit: str) -> None:
    search = Pattern(pattern).search
    assert growth(lambda size: search(unit * (size // len(unit))), 400) <= GROWTH_MAX
