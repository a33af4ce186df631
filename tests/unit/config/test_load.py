"""The whole file: what it declares, and problems with file, line, key, reason and remedy."""

import re
from collections.abc import Callable
from pathlib import Path

from app.config.file.problem import Problem
from app.config.load import Declared, LoadedConfig, load
from tests.table import each_row

Loading = Callable[..., LoadedConfig | tuple[Problem, ...]]
Declaring = Callable[..., Declared]
Wrong = Callable[..., list[str]]
Warned = Callable[..., tuple[Problem, ...]]


def test_a_small_configuration_has_neither_problems_nor_warnings(declared: Declaring, warnings: Warned) -> None:
    found = declared()
    assert warnings() == ()
    assert [campaign.name for campaign in found.campaigns] == ["solar-tx"]
    assert found.buyer.brands == ("Harbor",)
    assert found.operators[0].key_sha256 == ("2" * 64,)
    assert tuple(found.contents) == (Path("buyer.toml"),)


def test_a_problem_names_file_line_key_reason_and_remedy(problems: Wrong) -> None:
    (problem,) = problems("limit = 100", "limitt = 100, limit = 100")
    assert problem == (
        "buyer.toml:23: campaigns.solar-tx.caps[0].limitt: there is no key `limitt` here. Remedy: did you mean `limit`?"
    )


def test_every_problem_of_a_file_is_told_at_once_in_the_order_of_lines(small: str, loading: Loading) -> None:
    text = (
        small.replace('"America/New_York"', '"New York"')
        .replace("ceiling = 60", 'ceiling = "sixty"')
        .replace('window = "day"', 'window = "dya"')
        .replace("https://", "http://")
        .replace("[[sellers]]", "[[seller]]")
    )
    found = loading(text)
    assert not isinstance(found, LoadedConfig)
    assert [problem.line for problem in found] == sorted(problem.line for problem in found)
    assert [problem.path for problem in found] == [
        "buyer.time_zone",
        "campaigns.solar-tx.ceiling",
        "campaigns.solar-tx.caps[0].window",
        "seller",
        "destinations.crm.url",
    ]
    assert all(problem.remedy for problem in found)


def test_a_table_without_a_required_key_is_told_what_to_add(problems: Wrong) -> None:
    (problem,) = problems("ceiling = 60\n", "")
    assert problem == "buyer.toml:18: campaigns.solar-tx: `ceiling` is missing. Remedy: add `ceiling = 45.00`."


def test_members_without_a_name_are_told_by_their_position(problems: Wrong) -> None:
    assert "campaigns[0]: `name` is missing" in problems('name = "solar-tx"\n', "")[0]


def test_a_file_that_is_no_toml_is_told_by_line(problems: Wrong) -> None:
    (problem,) = problems('brands = ["Harbor"]', 'brands = ["Harbor]')
    assert problem.startswith("buyer.toml:3: this is not TOML: ")
    assert "quotes" in problem


def test_a_key_that_stands_twice_is_told_as_such(problems: Wrong) -> None:
    (problem,) = problems("ceiling = 60\n", "ceiling = 60\nceiling = 70\n")
    assert "buyer.toml:22: " in problem
    assert "twice" in problem


@each_row(
    "text",
    [
        b"\xff\xfe",
        b'[buyer]\nname = "\x80"',
        "x = " + "[" * 100_000,
        "x = " + "[" * 30 + "]" * 30,
        "x = " + "9" * 9_999,
    ],
)
def test_a_file_that_is_no_text_is_a_problem_and_no_crash(loading: Loading, text: str | bytes) -> None:
    found = loading(text)
    assert not isinstance(found, LoadedConfig)
    assert len(found) == 1


def test_a_missing_file_is_a_problem(tmp_path: Path) -> None:
    found = load(tmp_path / "buyer.toml", environ={})
    assert not isinstance(found, LoadedConfig)
    assert "cannot be read" in found[0].reason
    assert "--config" in found[0].remedy


def test_line_ends_of_windows_and_a_byte_order_mark_change_nothing(small: str, loading: Loading) -> None:
    found = loading(b"\xef\xbb\xbf" + small.replace("\n", "\r\n").encode())
    assert isinstance(found, LoadedConfig)
    wrong = loading(small.replace("limit = 100", "limit = 0").replace("\n", "\r\n").encode())
    assert not isinstance(wrong, LoadedConfig)
    assert wrong[0].line == 23


def test_the_hash_changes_with_the_file_and_with_every_list_but_not_with_a_secret(campaign_with: Declaring) -> None:
    territory = 'territory = { zip_file = "zips.txt" }'
    first = campaign_with(territory, files={"zips.txt": "33604"})
    assert re.fullmatch("[0-9a-f]{16}", first.config_hash)
    assert first.config_hash == campaign_with(territory, files={"zips.txt": "33604"}).config_hash
    assert first.config_hash != campaign_with(territory, files={"zips.txt": "33605"}).config_hash
    assert first.config_hash != campaign_with("").config_hash
    assert tuple(first.contents) == (Path("buyer.toml"), Path("zips.txt"))


def test_what_cannot_be_read_does_not_blame_what_refers_to_it(problems: Wrong) -> None:
    (problem,) = problems(
        'type = "choice", values = ["none", "some", "heavy"] },',
        'type = "chioce", values = ["none", "some", "heavy"] },',
    )
    assert "verticals.solar.fields.roof_shade.type" in problem
    assert "did you mean `choice`?" in problem


def test_a_file_without_campaigns_or_sellers_is_legal_but_odd(loading: Loading) -> None:
    found = loading('[buyer]\nlegal_name = "A"\nbrands = ["A"]\ntime_zone = "UTC"\n')
    assert isinstance(found, LoadedConfig)
    assert [warning.path for warning in found.warnings] == ["campaigns", "sellers"]


_ODD_VALUES = ("1", "-5", "1.5", '"x"', '""', "[]", "{}", "true", "inf", "nan", "1979-05-27", '["a", 1]', "{ a = 1 }")


def test_no_value_in_any_place_is_more_than_a_problem(small: str, loading: Loading) -> None:
    """Each value of the file in turn becomes each of these: always a line and a remedy, never a crash."""
    places = [
        found.span(1) for found in re.finditer(r' = ("[^"]*"|\[[^\[\]{}]*\]|\{[^{}]*\}|[\w.]+)(?=[ ,}\n])', small)
    ]
    assert len(places) > 30
    for start, end in places:
        for odd in _ODD_VALUES:
            found = loading(small[:start] + odd + small[end:])
            if not isinstance(found, LoadedConfig):
                assert all(problem.line and problem.remedy for problem in found), (small[start:end], odd)
