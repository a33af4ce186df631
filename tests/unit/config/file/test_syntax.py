"""Files that are no TOML: the line at fault, and what its writer is told to write instead."""

from collections.abc import Callable

from app.config.file.problem import Problem
from tests.table import each_row

Wrong = Callable[..., list[str]]
Loading = Callable[..., tuple[Problem, ...]]

LATER = '\n[[campaigns]]\nname = "b"\nvertical = "solar"\nceiling = 1\nconversion_value = 20\n\n[[sellers]]'


@each_row(
    ("line", "remedy"),
    [
        ("ceiling = $60", "write money as 12.50"),
        ("ceiling = 60,00", "without a comma"),
        ("ceiling = 060", "without leading zeros"),
        ("ceiling = sixty", "in quotes"),
        ("ceiling: 60", "an equals sign"),
        ("ceiling = 60;", "without a semicolon"),
        ("ceiling = 60 // dollars", "begins with #"),
        ("ceiling = 60\npaused = False", "in lower case"),
        ("ceiling = 60\nbrand = \u201cHarbor\u201d", "a word processor"),
        ('ceiling = 60\nbrand = "C:\\Users"', "a backslash"),
        ('ceiling = 60\nterritory = { states = ["TX"],', "on one line"),
        ("ceiling = 60 60", "check that line"),
    ],
)
def test_a_beginners_slip_is_told_by_what_to_write(problems: Wrong, line: str, remedy: str) -> None:
    (problem,) = problems("ceiling = 60", line)
    assert problem.startswith(f"buyer.toml:{21 + line.count(chr(10))}: this is not TOML: ")
    assert remedy in problem.partition("Remedy: ")[2]


@each_row("text", ['{"buyer": {}}', "<buyer/>"])
def test_another_format_is_told_as_such(loading: Loading, text: str) -> None:
    (problem,) = loading(text)
    assert "neither JSON nor XML" in str(problem)


def test_single_brackets_are_told_where_they_stand_however_far_above(small: str, loading: Loading) -> None:
    text = small.replace("[[campaigns]]", "[campaigns]").replace("[[sellers]]", "# 60 lines\n" * 60 + LATER)
    (problem,) = loading(text)
    assert str(problem) == (
        "buyer.toml:18: [campaigns] has single brackets, so it can only stand once; it stands again in line 87. "
        "Remedy: write [[campaigns]] wherever it stands."
    )


def test_single_brackets_below_double_ones_are_told_too(problems: Wrong) -> None:
    (problem,) = problems("[[sellers]]", LATER.replace("[[campaigns]]", "[campaigns]"))
    assert problem == (
        "buyer.toml:27: [campaigns] has single brackets, and stands before. "
        "Remedy: write [[campaigns]] wherever it stands."
    )


def test_a_table_of_which_there_is_one_stands_once(problems: Wrong) -> None:
    (problem,) = problems("[[verticals]]", "[buyer]\n[[verticals]]")
    assert problem == "buyer.toml:6: this is not TOML: [buyer] is defined twice. Remedy: keep one of them."


def test_a_key_that_stands_twice_is_named(problems: Wrong) -> None:
    (problem,) = problems("ceiling = 60\n", "ceiling = 60\nceiling = 70\n")
    assert problem == (
        "buyer.toml:22: this is not TOML: `ceiling` is defined twice in one table. Remedy: keep one of them."
    )
