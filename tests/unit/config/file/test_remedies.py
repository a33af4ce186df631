"""Keys and tables where the schema has none: each is answered with what was probably meant."""

from collections.abc import Callable

from app.config.file.problem import Problem
from app.config.file.remedies import SMALLEST
from app.config.file.shape import repeated_tables
from app.config.load import LoadedConfig
from app.config.schema import BuyerFile
from tests.table import each_row

Wrong = Callable[..., list[str]]
Loading = Callable[..., LoadedConfig | tuple[Problem, ...]]


@each_row(
    ("line", "remedy"),
    [
        ('states = ["TX"]', "it belongs in `territory`, as territory = { states = ... }."),
        ('state = "TX"', "it belongs in `territory`, as territory = { states = ... }."),
        ('zip_file = "zips.txt"', "it belongs in `territory`"),
        ('hours = "9-5"', "it belongs in `schedule`, as schedule = [{ hours = ... }] or `boosts`"),
        ("limit = 50", "it belongs in `caps`, as caps = [{ limit = ... }]."),
        ('max_age = "24h"', "it belongs in `consent`"),
        ("max_bid = 12", "it is called `ceiling` here, as ceiling = 45.00."),
        ("daily_budget = 100", 'it is called `caps` here, as caps = [{ limit = 250, window = "day" }].'),
        ("territory = { ceiling = 5 }", "move it above that table's header"),
        ("colour = 1", "`leadbid check --reference` lists the keys of each table."),
    ],
)
def test_a_key_that_is_not_there_is_answered_with_its_place(wrong_campaign: Wrong, line: str, remedy: str) -> None:
    (problem,) = wrong_campaign(line)
    assert "there is no key" in problem
    assert remedy in problem.partition("Remedy: ")[2]


@each_row(
    ("line", "remedy"),
    [
        ('legs = "exclusive, shared"', 'write it in brackets, as ["exclusive", "shared"].'),
        ("legs = 2", 'write it in brackets, as ["exclusive", "shared"].'),
        ('schedule = "mon-fri 9-5"', "[[campaigns.schedule]], or [{ days = ..., hours = ... }] in its place."),
        ('filters = { field = "homeowner", is = true }', 'or [{ field = "age", at_least = 21 }] in its place.'),
        ('territory = "TX"', "write it as { key = value }, where the keys are `states`, "),
        ("boosts = [5]", "where the keys are `name`, `dollars`, "),
    ],
)
def test_a_value_in_place_of_a_list_or_a_table_is_answered_with_its_form(
    wrong_campaign: Wrong, line: str, remedy: str
) -> None:
    (problem,) = wrong_campaign(line)
    assert remedy in problem


def test_single_brackets_of_a_table_that_may_repeat_are_answered_with_double_ones(problems: Wrong) -> None:
    (problem,) = problems("[[campaigns]]", "[campaigns]")
    assert "buyer.toml:18: campaigns: a table is not a list" in problem
    assert "as [[campaigns]], or" in problem
    (problem,) = problems("[buyer]", "[[buyer]]")
    assert "write its header in single brackets, as [buyer]." in problem


@each_row("text", ["", "# nothing yet\n"])
def test_an_empty_file_is_answered_with_one_that_can_be_served(loading: Loading, text: str) -> None:
    (problem,) = loading(text)  # type: ignore[misc]
    assert (
        str(problem)
        == f"buyer.toml: the file is empty. Remedy: have `leadbid init` write one, or begin with\n{SMALLEST}"
    )
    found = loading(SMALLEST)
    assert isinstance(found, LoadedConfig)
    assert found.declared.campaigns[0].fallback_cents == 1_200


def test_a_file_without_its_buyer_is_answered_with_the_lines_to_add(small: str, loading: Loading) -> None:
    problems = loading(small[small.index("[[verticals]]") :])
    assert not isinstance(problems, LoadedConfig)
    assert str(problems[0]).endswith(
        "`buyer` is missing. Remedy: add these lines\n  [buyer]\n"
        '  legal_name = "Harbor Lead Partners LLC"\n  brands = ["Harbor Lead Partners"]\n'
        '  time_zone = "America/New_York"'
    )


def test_the_tables_that_may_repeat_are_those_of_the_schema() -> None:
    assert {"campaigns", "campaigns.caps", "verticals.fields", "sellers", "destinations"} <= repeated_tables()
    assert not {"buyer", "campaigns.territory", "campaigns.legs"} & repeated_tables()
    assert {name for name in repeated_tables() if "." not in name} == {*BuyerFile.__struct_encode_fields__} - {
        "at",
        "buyer",
        "alerts",
        "console",
        "retention",
    }
