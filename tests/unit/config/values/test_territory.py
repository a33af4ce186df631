"""Territories, and lists of ZIPs in files of their own."""

from collections.abc import Callable

from app.config.file.problem import Problem
from app.config.load import Declared, LoadedConfig
from app.config.values.territory import territory_in_words
from app.domain.catalogue import index_campaigns
from tests.table import each_row

CAMPAIGN = "ceiling = 60\n"

Declaring = Callable[..., Declared]
Wrong = Callable[..., list[str]]
Warned = Callable[..., tuple[Problem, ...]]
Loading = Callable[..., LoadedConfig | tuple[Problem, ...]]


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


def test_a_wrong_county_is_told_with_its_line_and_its_key(wrong_campaign: Wrong) -> None:
    (problem,) = wrong_campaign('territory.counties = [\n  "Travis, TX",\n  "Travvis, TX",\n]')
    assert problem.startswith("buyer.toml:24: campaigns.solar-tx.territory.counties[1]: there is no county ")


def test_counties_and_circles_become_their_zips_and_keep_their_names(campaign_with: Declaring) -> None:
    territory = (
        campaign_with(
            'territory = { counties = ["Hillsborough, FL", "Pinellas County, Florida"], '
            'around = [{ zip = "34205", miles = 10 }], zip_prefixes = ["342"], not_counties = ["Pasco, FL"], '
            'not_zips = ["33602"] }'
        )
        .campaigns[0]
        .territory
    )
    assert {"33578", "33701", "34205", "34221"} <= territory.zips
    assert territory.covers("33578", "FL")
    assert territory.covers("34221", "FL")
    assert not territory.covers("33602", "FL")
    assert not territory.covers("34652", "FL")
    assert not territory.covers("32801", "FL")
    assert territory.areas == ("Hillsborough County, FL", "Pinellas County, FL", "10 miles around 34205")
    assert territory_in_words(territory) == (
        "Hillsborough County, FL; Pinellas County, FL; 10 miles around 34205; "
        f"{len(territory.zips)} ZIPs in all, ZIP 342.., not {len(territory.not_zips)} ZIPs"
    )


def test_a_county_alone_is_bought_and_not_everywhere(campaign_with: Declaring) -> None:
    found = campaign_with('territory = { counties = ["Travis, TX"] }')
    index = index_campaigns(found.campaigns)
    assert not found.campaigns[0].territory.is_everywhere
    assert index.candidates("solar", "78701", "TX") == [*found.campaigns]
    assert index.candidates("solar", "75201", "TX") == []


def test_a_state_can_be_bought_without_one_of_its_counties(campaign_with: Declaring) -> None:
    territory = (
        campaign_with('territory = { states = ["FL"], not_counties = ["Miami-Dade, FL"] }').campaigns[0].territory
    )
    assert territory.covers("33602", "FL")
    assert not territory.covers("33133", "FL")


@each_row(
    ("keys", "said"),
    [
        (
            'states = ["FL"], counties = ["Hillsborough, FL"]',
            "counties[0]: Hillsborough County, FL lies in FL, which is included as a whole",
        ),
        ('around = [{ zip = "79834", miles = 0.1 }]', "around[0]: 0.1 miles around 79834 covers no other ZIP code"),
    ],
)
def test_an_area_that_adds_nothing_is_warned_of(loaded: Callable[..., LoadedConfig], keys: str, said: str) -> None:
    (warning,) = loaded("ceiling = 60\n", f"ceiling = 60\nterritory = {{ {keys} }}\n").warnings
    assert said in str(warning)


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
    assert "the leading zero is missing: 02139" in found[0]
    assert "remove the last four digits: 33604" in found[1]


def test_a_list_in_another_format_is_not_told_line_by_line(wrong_campaign: Wrong) -> None:
    found = wrong_campaign('territory = { zip_file = "a.csv" }', files={"a.csv": "city\n" * 500})
    assert len(found) == 11
    assert "490 more entries are not ZIP codes" in "".join(found)


@each_row(
    ("keys", "files", "said"),
    [
        ('states = ["Texxas"]', {}, 'states[0]: "Texxas" is not a US state'),
        ('states = "TX"', {}, "write it in brackets"),
        ("zips = [2139]", {}, 'write it in quotes: "02139"'),
        ('zip_prefixes = ["12x"]', {}, "zip_prefixes[0]"),
        ('states = ["TX"], not_states = ["TX"]', {}, "not_states[0]: TX is in `states` too"),
        ('zips = ["33604"], not_zips = ["33604"]', {}, "everything that it includes is also excluded"),
        ('zip_file = "zips.txt"', {}, "zip_file: zips.txt cannot be read (No such file or directory)"),
        ('zip_file = "zips.txt"', {"zips.txt": "# none yet"}, "the file contains no ZIP code"),
        ('zip_file = "zips.txt"', {"zips.txt": b"\xff\xfe"}, "zips.txt is not UTF-8 text"),
        ('zip_fil = "zips.txt"', {}, "did you mean `zip_file`?"),
        (
            'counties = ["Hilsboro County, FL"]',
            {},
            'counties[0]: there is no county "Hilsboro County" in FL. Remedy: did you mean `Hillsborough`?',
        ),
        ('counties = ["Foo, DE"]', {}, "it may be `Kent`, `New Castle`, `Sussex`"),
        ('counties = ["Saint Croix, VI"]', {}, "name its ZIPs instead"),
        ('counties = ["Hillsborough"]', {}, 'write it as "Hillsborough, FL"'),
        ("counties = [33602]", {}, 'write it as "Hillsborough, FL"'),
        ('counties = ["Hillsborough, Flordia"]', {}, '"Flordia" is not a US state'),
        ('counties = ["Baltimore, MD"]', {}, 'write "Baltimore County, MD" or "Baltimore City, MD"'),
        ('not_counties = ["Miami-Date, FL"]', {}, "not_counties[0]: there is no county"),
        (
            'around = [{ zip = "00000", miles = 5 }]',
            {},
            'territory.around[0].zip: "00000" is not a ZIP code with a location',
        ),
        ('around = [{ zip = "33602", miles = 0 }]', {}, "around[0].miles: 0 is out of bounds. Remedy: use 0.1 to 500"),
        ('around = [{ zip = "33602", miles = -5 }]', {}, "around[0].miles: -5 is out of bounds"),
        ('around = [{ zip = "33602", miles = 5_000 }]', {}, "around[0].miles: 5000 is out of bounds"),
        ('around = [{ zip = "33602" }]', {}, "around[0]: `miles` is missing"),
        ('around = { zip = "33602", miles = 5 }', {}, 'or [{ zip = "33602", miles = 25 }] in its place'),
        (
            'counties = ["Travis, TX"], states = ["FL"], not_states = ["TX"]',
            {},
            "counties[0]: all of Travis County, TX is also excluded",
        ),
        (
            'around = [{ zip = "33602", miles = 1 }], zips = ["10001"], not_counties = ["Hillsborough, FL"]',
            {},
            "around[0]: all of 1 miles around 33602 is also excluded",
        ),
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


@each_row(
    ("keys", "files", "said"),
    [
        ('zips = ["33602", "00000", "99998"]', {}, "territory.zips: nobody has such a ZIP code: 00000, 99998."),
        ('zip_prefixes = ["336", "000", "9"]', {}, "territory.zip_prefixes: nobody has such a ZIP code: 000."),
        ('states = ["TX"], not_zips = ["00000"]', {}, "territory.not_zips: nobody has such a ZIP code: 00000."),
        ('zip_file = "z"', {"z": "33602\n00000\n"}, "territory.zip_file: nobody has such a ZIP code: 00000."),
        ('zip_file = "z"', {"z": "\n".join(f"000{n:02d}" for n in range(100))}, "00008, 00009 and 90 more."),
        ('states = ["TX"], not_states = ["FL"]', {}, "not_states[0]: FL is not in `states`"),
    ],
)
def test_what_can_have_no_effect_is_warned_of(warnings: Warned, keys: str, files: dict[str, str], said: str) -> None:
    (warning,) = warnings(CAMPAIGN, f"{CAMPAIGN}territory = {{ {keys} }}\n", files=files)
    assert said in str(warning)
