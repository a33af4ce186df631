"""Territories, and lists of ZIPs in files of their own."""

from collections.abc import Callable

import pytest

from app.config.load import Declared, Loaded
from app.config.problem import Problem
from app.config.territory import territory_in_words

Declaring = Callable[..., Declared]
Wrong = Callable[..., list[str]]
Loading = Callable[..., Loaded | tuple[Problem, ...]]


def test_states_zips_prefixes_and_files_add_up_and_exclusions_take_away(campaign_with: Declaring) -> None:
    territory = (
        campaign_with(
            'territory = { states = ["tx", "Oklahoma"], zips = ["33611"], zip_file = "lists/tampa.txt", '
            'zip_prefixes = ["342"], not_states = ["NY"], not_zip_file = "no.txt" }',
            files={"lists/tampa.txt": "# Tampa\n33604, 33605\n\n33606 # downtown\n", "no.txt": '"75001"\r\n75002\r\n'},
        )
        .campaigns[0]
        .territory
    )
    assert territory.states == {"TX", "OK"}
    assert territory.zips == {"33604", "33605", "33606", "33611"}
    assert territory.prefixes == ("342",)
    assert territory.not_states == {"NY"}
    assert territory.not_zips == {"75001", "75002"}
    assert territory_in_words(territory) == ("OK, TX, 33604, 33605, 33606, 33611, ZIP 342.., not NY, not 75001, 75002")


def test_long_lists_are_told_by_their_number(campaign_with: Declaring) -> None:
    zips = "\n".join(f"{number:05d}" for number in range(501, 600))
    found = campaign_with('territory = { zip_file = "zips.txt" }', files={"zips.txt": zips})
    assert territory_in_words(found.campaigns[0].territory) == "99 ZIPs"


def test_a_wrong_line_of_a_list_is_told_with_the_list_and_its_line(wrong_campaign: Wrong) -> None:
    found = wrong_campaign(
        'territory = { zip_file = "zips.txt" }', files={"zips.txt": "33604\n2139\n33604-1234\nTampa\n"}
    )
    path = "campaigns.solar-tx.territory.zip_file"
    assert [problem.partition(f"{path}: ")[0] for problem in found] == ["zips.txt:2: ", "zips.txt:3: ", "zips.txt:4: "]
    assert "a leading zero is lost: 02139" in found[0]
    assert "leave the last four digits out: 33604" in found[1]


def test_a_list_in_another_format_is_not_told_line_by_line(wrong_campaign: Wrong) -> None:
    found = wrong_campaign('territory = { zip_file = "a.csv" }', files={"a.csv": "city\n" * 500})
    assert len(found) == 11
    assert "490 more entries are no ZIPs" in "".join(found)


@pytest.mark.parametrize(
    ("keys", "files", "said"),
    [
        ('states = ["Texxas"]', {}, 'states[0]: "Texxas" is no US state'),
        ('states = "TX"', {}, "write it in brackets"),
        ("zips = [2139]", {}, 'write it in quotes: "02139"'),
        ('zip_prefixes = ["12x"]', {}, "zip_prefixes[0]"),
        ('states = ["TX"], not_states = ["TX"]', {}, "not_states[0]: TX is in `states` too"),
        ('zips = ["33604"], not_zips = ["33604"]', {}, "everything that it names is left out again"),
        ('zip_file = "zips.txt"', {}, "zip_file: zips.txt cannot be read (No such file or directory)"),
        ('zip_file = "zips.txt"', {"zips.txt": "# none yet"}, "the file names no ZIP"),
        ('zip_file = "zips.txt"', {"zips.txt": b"\xff\xfe"}, "the file is no text in UTF-8"),
        ('zip_fil = "zips.txt"', {}, "did you mean `zip_file`?"),
    ],
)
def test_a_territory_that_makes_no_sense_is_refused(
    wrong_campaign: Wrong, keys: str, files: dict[str, str | bytes], said: str
) -> None:
    (problem,) = wrong_campaign(f"territory = {{ {keys} }}", files=files)
    assert said in problem


def test_a_name_that_no_file_can_have_is_a_problem_and_no_crash(wrong_campaign: Wrong) -> None:
    (problem,) = wrong_campaign('territory = { zip_file = "a\\u0000b" }')
    assert "cannot be read" in problem
