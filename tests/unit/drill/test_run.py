"""A drill is kept, broken or not to be had here, by what it says, counts and raises."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from app.cli import main
from app.drill.drill import LOST, NEVER, NotHere, Say
from app.drill.run import DrillReport, all_drills, reported, run_drill


@dataclass
class Told:
    """A drill that does what it is told."""

    does: Callable[[Path, Say], list[str]]
    PROMISE: str = "nothing is lost"
    IN_SAMPLE: bool = True

    def drill(self, folder: Path, say: Say) -> list[str]:
        """What it was told to do."""
        return self.does(folder, say)


def away(_folder: Path, _say: Say) -> list[str]:
    raise NotHere("a database server")


def failing(_folder: Path, _say: Say) -> list[str]:
    raise RuntimeError("the service did not start")


def losing(_folder: Path, say: Say) -> list[str]:
    say.count("sales", 3)
    say.count(LOST)
    return []


def writing(folder: Path, say: Say) -> list[str]:
    (folder / "config").write_text("mine")
    say("it writes")
    say.most("ms", 3.26)
    say.most("ms", 1.0)
    return []


def report_of(*does: Callable[[Path, Say], list[str]]) -> DrillReport:
    results = [run_drill(each.__name__, Told(each), 3, lambda _: None, is_sample=True) for each in does]
    return reported(results, 3, 0.5, is_sample=True)


def test_a_drill_is_judged_by_what_it_finds_and_by_what_it_counts() -> None:
    report = report_of(writing, away, losing, failing)
    assert [each.verdict for each in report.drills] == ["kept", "not here", "broken", "broken"]
    assert report.broken == ["losing", "failing"]
    assert report.drills[1].found == ("a database server",)
    assert report.drills[2].found == ("lost: 1",)
    assert "RuntimeError: the service did not start" in report.drills[3].found[0]
    assert report.never == {**dict.fromkeys(NEVER, 0), LOST: 1}
    assert report.drills[0].figures == {"ms": 3.3}


def test_chance_follows_from_seed_and_name() -> None:
    def drawn(name: str, seed: int) -> float:
        return Say(lambda _: None, name=name, seed=seed).chance.random()

    assert drawn("a", 1) == drawn("a", 1)
    assert len({drawn("a", 1), drawn("a", 2), drawn("b", 1)}) == 3


def test_its_folder_is_gone_afterwards() -> None:
    folders: list[Path] = []

    def noted(folder: Path, _say: Say) -> list[str]:
        folders.append(folder)
        return [] if folder.is_dir() else ["it has no folder"]

    assert report_of(noted).broken == []
    assert not folders[0].exists()


def test_every_drill_promises_something_in_a_sentence_and_a_sample_has_some() -> None:
    drills = all_drills()
    assert len(drills) >= 15
    assert {name for name, each in drills.items() if each.IN_SAMPLE} >= {"killed_many_times"}
    assert all(10 < len(each.PROMISE) < 250 and not each.PROMISE.endswith(".") for each in drills.values())


def test_the_list_has_all_and_a_sample_fewer(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["drill", "--list"]) == 0
    whole = capsys.readouterr().out.splitlines()
    assert [line.partition(":")[0] for line in whole] == [*all_drills()]
    assert main(["drill", "--list", "--sample"]) == 0
    assert 0 < len(capsys.readouterr().out.splitlines()) < len(whole)


def test_a_drill_that_there_is_not_is_refused_by_name(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["drill", "killed_twice"]) == 2
    assert "there is no drill 'killed_twice': choose of " in capsys.readouterr().err


def test_the_table_ends_with_what_never_happens_and_how_to_do_it_again(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    drills = {each.__name__: Told(each) for each in (writing, away, losing)}
    monkeypatch.setattr("app.cli.service.drill.all_drills", lambda: drills)
    assert main(["drill", "--seed", "5"]) == 1
    said = capsys.readouterr()
    assert said.out.splitlines()[-3:] == [
        "never: lost 1, sold twice 0, caps overrun 0, deliveries lost 0, replays that differ 0.",
        "1 kept, 1 broken, 1 not here.",
        "Again: leadbid drill losing --seed 5",
    ]
    assert "it writes" in said.err
    assert main(["drill", "writing", "away", "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert [each["verdict"] for each in report["drills"]] == ["kept", "not here"]
    assert report["never"]["lost"] == 0
    assert main(["drill", "writing", "losing", "--json", "--seed", "7", "--runs", "2"]) == 1
    report = json.loads(capsys.readouterr().out)
    assert [(each["drill"], each["seed"]) for each in report["drills"]] == [
        ("writing", 7),
        ("writing", 8),
        ("losing", 7),
        ("losing", 8),
    ]


def test_whoever_stops_the_drills_sees_what_was_done_by_then(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(_folder: Path, _say: Say) -> list[str]:
        raise KeyboardInterrupt

    drills = {each.__name__: Told(each) for each in (writing, stopped, losing)}
    monkeypatch.setattr("app.cli.service.drill.all_drills", lambda: drills)
    assert main(["drill", "--json"]) == 130
    report = json.loads(capsys.readouterr().out)
    assert [(each["drill"], each["verdict"]) for each in report["drills"]] == [("writing", "kept")]
