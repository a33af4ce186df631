"""The report of a candidate: on one page, as JSON, and as an exit status that says whether money may move."""

import json
import re
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from tests.browser import BIDDER, PHONE, Browser
from tests.evaluated import CONFIG, dataset, journal, logged, models
from tests.hostile import assert_harmless, hostile
from training.evaluation.evaluation import SCHEMA, Evaluation
from training.evaluation.page.page import page
from training.main import main

Capture = pytest.CaptureFixture[str]

SECTIONS = [
    "Gates",
    "What it is based on",
    "Does it know which leads convert?",
    "What does it go by?",
    "Does it know what a bid wins?",
    "What would it have earned?",
    "Spending through the day",
    "Has anything drifted?",
    "What if?",
]

# What is wider than its screen, which tables and explained decisions may scroll within themselves.
LOOK = """
  const seen = page.defaultView;
  const plots = [...page.querySelectorAll("figure svg")].map((svg) => {
    const inside = svg.getBBox(), box = svg.viewBox.baseVal;
    return Math.max(-inside.x, inside.x + inside.width - box.width, -inside.y, inside.y + inside.height - box.height);
  });
  return {
    width: seen.innerWidth, wanted: page.documentElement.scrollWidth, plots: plots.length, spill: Math.max(...plots),
    small: Math.min(...[...page.querySelectorAll("figure svg")].map((svg) => svg.getBoundingClientRect().width)),
  };
"""


class World:
    """Models, a dataset of their bids, and what `evaluate` made of them once."""

    def __init__(self, folder: Path) -> None:
        self.models = models(folder)
        self.data = dataset(folder / "data", logged(self.models, 700))
        self.journal, self.page = journal(folder / "journal"), folder / "report.html"

    def words(self, *more: str, data: Path | None = None) -> list[str]:
        """A command line about this world."""
        where = ["--data", str(data or self.data), "--models", str(self.models), "--config", str(CONFIG)]
        return ["evaluate", "--vertical", "solar", *where, *more]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return World(tmp_path_factory.mktemp("evaluated"))


@pytest.fixture(scope="module")
def told(world: World, tmp_path_factory: pytest.TempPathFactory) -> tuple[int, dict[str, Any]]:
    """The exit status of a run about the challenger, and its JSON."""
    with pytest.MonkeyPatch.context() as patch:
        heard: list[str] = []
        patch.setattr("builtins.print", lambda *said, **_: heard.append(str(said[0])))
        status = main(
            world.words("--version", "0002", "--out", str(world.page), "--journal", str(world.journal), "--json")
        )
    return status, json.loads(heard[-1])


def test_the_status_is_that_of_the_verdict(told: tuple[int, dict[str, Any]]) -> None:
    status, found = told
    assert found["verdict"] == {0: "promote", 1: "do not promote", 2: "cannot be evaluated"}[status]
    passed = [gate["passed"] for gate in found["gates"]]
    assert status == (1 if False in passed else 2 if None in passed else 0)


def test_the_page_has_every_section_and_needs_nothing_from_elsewhere(
    world: World, told: tuple[int, dict[str, Any]]
) -> None:
    text = world.page.read_text()
    assert re.findall(r"<h2>(.*?)</h2>", text) == SECTIONS
    assert text.count("<figure>") >= 10
    assert not re.search(r"(src|href)=(?!['\"]?(data:|#))|https?://(?!www\.w3\.org)|@import|<script", text)
    for word in (
        "solar-tx, daily",
        "solar-tx, money",
        "over the limit",
        "SNIPS",
        "effective",
        "not evaluable",
        "truthful",
        "constant shade",
        "low_value",
        "by state",
    ):
        assert word in text


@pytest.mark.long
def test_the_same_evaluation_gives_the_same_bytes(world: World, told: tuple[int, dict[str, Any]]) -> None:
    assert page(msgspec.convert(told[1], type=Evaluation)) == world.page.read_text()


def test_names_of_models_columns_sellers_and_policies_are_text_everywhere(
    world: World, told: tuple[int, dict[str, Any]]
) -> None:
    found = msgspec.convert(told[1], type=Evaluation)
    # One plot of each kind.
    found = replace(found, dependences=found.dependences[:1])
    assert_harmless(page(hostile(found, keep=("by_method", "measure"))), world.page.read_text(), times=60)


def test_the_json_reads_back_as_what_it_is(told: tuple[int, dict[str, Any]]) -> None:
    found = msgspec.convert(told[1], type=Evaluation)
    assert found.schema == SCHEMA
    assert msgspec.json.decode(msgspec.json.encode(found)) == told[1]
    assert list(told[1]) == [
        "schema",
        "vertical",
        "candidate",
        "champion",
        "verdict",
        "gates",
        "rows",
        "conversions",
        "wins",
        "policies",
        "pacing",
        "caps",
        "drift",
        "dependences",
        "delays",
        "notes",
    ]
    assert found.policies is not None
    names = [policy.name for policy in found.policies.policies]
    assert names[:3] == ["as logged", "candidate 0002", "champion 0001"]
    assert names[-2:] == ["constant shade", "truthful"]
    candidate = found.policies.policies[1]
    assert set(candidate.by_method) == {"DM", "SNIPS", "DR", "CCR"}
    for earned in candidate.by_method.values():
        assert earned.surplus.low <= earned.surplus.at <= earned.surplus.high
    assert sum(candidate.fates.values()) == found.rows.decided
    assert found.rows.won + found.rows.lost == found.rows.decided == found.rows.bids - found.rows.undecided


def test_a_model_that_bids_as_it_did_earns_what_it_did(told: tuple[int, dict[str, Any]]) -> None:
    found = msgspec.convert(told[1], type=Evaluation)
    assert found.policies is not None
    logged_, _, champion = found.policies.policies[:3]
    # Decided again from what the log keeps, the live model's bid is the one that was jittered.
    assert champion.support.ratio[2] == pytest.approx(1.0, abs=0.02)
    assert champion.by_method["CCR"].wins.at == pytest.approx(logged_.by_method["CCR"].wins.at, abs=0.02)


@pytest.mark.long
def test_a_log_that_never_explored_cannot_say(world: World, tmp_path: Path, capsys: Capture) -> None:
    quiet = dataset(tmp_path / "quiet", logged(world.models, 600, spreads=(0.0, 0.0)))
    assert main(world.words("--version", "0002", "--out", str(tmp_path / "quiet.html"), data=quiet)) == 2
    assert "open  the log can speak of it: only 0% of its bids" in capsys.readouterr().out
    assert "Cannot be evaluated" in (tmp_path / "quiet.html").read_text()


def test_without_bids_the_card_speaks(world: World, tmp_path: Path, capsys: Capture) -> None:
    words = ["evaluate", "--vertical", "solar", "--models", str(world.models), "--out", str(tmp_path / "card.html")]
    assert main(words) == 0
    text = (tmp_path / "card.html").read_text()
    assert re.findall(r"<h2>(.*?)</h2>", text) == SECTIONS[:4]
    assert "no bids" in text
    assert "solar 0001: promote" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("more", "remedy"),
    [
        (["--vertical", "solar", "--data", "nowhere"], "holds no dataset"),
        (["--vertical", "solar", "--data", "DATA", "--journal", "nowhere"], "nowhere is no journal"),
        (["--vertical", "boats"], "has no live version of boats: name one"),
        (["--vertical", "solar", "--version", "0009"], "cannot be read"),
    ],
)
def test_what_cannot_be_asked_is_said_with_its_remedy(
    world: World, more: list[str], remedy: str, capsys: Capture
) -> None:
    more = [str(world.data) if word == "DATA" else word for word in more]
    assert main(["evaluate", "--models", str(world.models), *more]) == 2
    assert remedy in capsys.readouterr().err


def test_a_browser_shows_all_of_it(world: World, told: tuple[int, dict[str, Any]], browser: Browser) -> None:
    screens = [(world.page.read_text(), width) for width in (BIDDER, PHONE)]
    looks, console = browser.browse_each(screens, LOOK)
    assert console == []
    for seen, (_, width) in zip(looks, screens, strict=True):
        assert seen["wanted"] <= seen["width"] == width
        assert seen["plots"] >= 10
        assert seen["spill"] < 12
        assert seen["small"] > 300
