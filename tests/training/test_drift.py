"""A week of bids is held against those before it: what moved is named, and chance moves nothing."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from app.scoring.load import load_version
from tests.bids import AT, bid, write_bids
from training.drift import window as windows
from training.drift.drift import Drift, drift
from training.drift.window import REFERENCE, sample, window, window_like
from training.histories.bids import LoggedBid
from training.histories.dataset import BIDS, SUMMARY, DatasetSummary, VerticalCounts
from training.main import main

Capture = pytest.CaptureFixture[str]
DAY = 86_400.0
SHIPPED = Path(__file__).parents[2] / "models"
Change = Callable[[np.random.Generator, int], dict[str, Any]]


def nothing(_: np.random.Generator, __: int) -> dict[str, Any]:
    return {}


def drawn(rows: int, days: tuple[float, float], seed: int, change: Change = nothing) -> list[LoggedBid]:
    """Bids between two days, each won by chance and every won one a matured lead that converts as predicted."""
    random = np.random.default_rng(seed)
    bids = []
    for number in range(rows):
        at = AT + DAY * float(random.uniform(*days))
        won, chance = bool(random.random() < 0.4), float(random.beta(2.0, 8.0))
        told: dict[str, Any] = {
            "at": at,
            "seller": "acme" if random.random() < 0.6 else "bluebird",
            "facts": {"tier": "good" if random.random() < 0.7 else "poor", "bill": float(random.lognormal(5.0, 0.5))},
            "probability": chance,
            "price_cents": int(random.lognormal(7.5, 0.3)),
            "won": won,
            "converted": bool(random.random() < chance) if won else None,
        }
        bids.append(bid(seed * 100_000 + number, **{**told, **change(random, number)}))
    return sorted(bids, key=lambda each: each.at)


def held(before: list[LoggedBid], now: list[LoggedBid]) -> Drift:
    usual = window(sample("solar", before), None)
    return drift(usual, window_like(usual, sample("solar", now), None))


def test_weeks_of_the_same_world_have_not_drifted() -> None:
    before = drawn(2_000, (0.0, 28.0), 1)
    found = [held(before, drawn(250, (28.0, 35.0), seed)) for seed in range(2, 22)]
    assert [each.found for each in found] == ["none"] * 20
    assert {each.name for each in found[0].shifts} == {
        "field tier",
        "field bill",
        "seller",
        "bid",
        "bid / value",
        "price paid, acme",
        *({"price paid, bluebird"} & {each.name for each in found[0].shifts}),
    }


@pytest.mark.parametrize(
    ("change", "name"),
    [
        (lambda random, _: {"facts": {"tier": "poor", "bill": float(random.lognormal(5.0, 0.5))}}, "field tier"),
        (lambda random, _: {"facts": {"tier": "good" if random.random() < 0.7 else "poor"}}, "field bill"),
        (lambda _, number: {"seller": "acme" if number % 10 == 0 else "bluebird"}, "seller"),
        (lambda random, _: {"price_cents": int(random.lognormal(8.3, 0.3))}, "bid"),
        (
            lambda random, _: {"seller": "acme", "won": True, "price_cents": int(random.lognormal(8.5, 0.3))},
            "price paid, acme",
        ),
    ],
)
def test_what_moved_is_named_first(change: Change, name: str) -> None:
    found = held(drawn(1_500, (0.0, 28.0), 1), drawn(300, (28.0, 35.0), 2, change))
    assert found.found == "major"
    assert name in [each.name for each in found.shifts if each.level == "major"]


def test_leads_that_convert_half_as_often_are_a_drift_and_a_constant_curse_is_none() -> None:
    def cursed(random: np.random.Generator, _: int) -> dict[str, Any]:
        return {"won": True, "probability": 0.3, "converted": bool(random.random() < 0.15)}

    def honest(random: np.random.Generator, _: int) -> dict[str, Any]:
        return {"won": True, "probability": 0.3, "converted": bool(random.random() < 0.3)}

    before, now = drawn(1_000, (0.0, 28.0), 1, honest), drawn(400, (28.0, 35.0), 2, cursed)
    found = held(before, now).level
    assert found is not None
    assert (found.moved, round(found.before, 1), round(found.now)) == (True, 1.0, 2)
    steady = held(drawn(1_000, (0.0, 28.0), 3, cursed), now).level
    assert steady is not None
    assert not steady.moved


def test_mornings_against_evenings_are_no_drift_but_a_new_rhythm_over_weeks_is() -> None:
    def at_hour(hour: int) -> Change:
        return lambda random, _: {"facts": {"local_hour": hour + int(random.integers(8))}}

    short = held(drawn(400, (0.0, 0.3), 1, at_hour(6)), drawn(400, (0.5, 0.8), 2, at_hour(14)))
    assert "field local_hour" not in [each.name for each in short.shifts]
    long = held(drawn(400, (0.0, 14.0), 1, at_hour(6)), drawn(400, (14.0, 28.0), 2, at_hour(14)))
    assert long.shifts[0].name == "field local_hour"
    assert long.found == "major"


def test_too_few_pings_can_say_nothing() -> None:
    found = held(drawn(1_000, (0.0, 28.0), 1), drawn(120, (28.0, 35.0), 2))
    assert found.why_not == "120 pings in the recent window, at least 200"
    assert held([], drawn(300, (28.0, 35.0), 2)).why_not == "0 pings in the earlier window, at least 200"


def test_of_very_many_bids_a_sample_is_looked_at_whatever_their_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(windows, "PINGS_MAX", 500)
    bids = drawn(3_000, (0.0, 30.0), 1)
    found = sample("solar", bids)
    assert len(found.bids) == len(found.pings) == 500
    assert found.leads == sum(each.won is True for each in bids)
    days = np.array([(each.at - AT) / DAY for each in found.bids])
    assert abs(days.mean() - 15.0) < 1.5


def dataset(folder: Path, bids: list[LoggedBid]) -> Path:
    folder.mkdir(exist_ok=True)
    write_bids(folder / BIDS, bids)
    trade = VerticalCounts(
        vertical="solar", bids=len(bids), won=0, lost=0, undecided=0, leads=0, matured=0, converted=0, returned=0
    )
    summary = DatasetSummary(
        since=bids[0].at,
        until=bids[-1].at,
        as_of=bids[-1].at,
        maturity_s=DAY,
        pings=len(bids),
        with_bid=len(bids),
        tests=0,
        repeats=0,
        declined={},
        posts={},
        verticals=(trade,),
        traffic={},
        left_out={},
        noted={},
    )
    (folder / SUMMARY).write_bytes(msgspec.json.encode(summary))
    return folder


def test_a_scheduler_hears_by_the_exit_status(tmp_path: Path, capsys: Capture) -> None:
    usual, poor = drawn(1_500, (0.0, 28.0), 1), {"facts": {"tier": "poor", "bill": 150.0}}
    where = ["--models", str(tmp_path / "none")]
    steady = dataset(tmp_path / "steady", [*usual, *drawn(300, (28.0, 35.0), 2)])
    assert main(["drift", "--data", str(steady), *where]) == 0
    assert "solar: no drift" in capsys.readouterr().out
    changed = dataset(tmp_path / "changed", [*usual, *drawn(300, (28.0, 35.0), 2, lambda *_: poor)])
    assert main(["drift", "--data", str(changed), *where]) == 1
    assert "solar: major drift" in capsys.readouterr().out
    assert main(["drift", "--data", str(changed), "--json", *where]) == 1
    assert json.loads(capsys.readouterr().out)[0]["shifts"][0]["level"] == "major"
    assert main(["drift", "--data", str(steady), "--since", str(AT), *where]) == 2
    assert "too little data" in capsys.readouterr().out


def test_the_window_beside_the_live_model_is_what_counts(tmp_path: Path, capsys: Capture) -> None:
    models = tmp_path / "models"
    shutil.copytree(SHIPPED / "solar" / "0001", models / "solar" / "0001")
    (models / "current.toml").write_text('solar = "0001"\n')
    model, reads = load_version(models, "solar", "0001")
    usual = drawn(1_500, (0.0, 28.0), 1)
    file = models / "solar" / "0001" / REFERENCE
    seen = window(sample("solar", usual), model.probability, [*reads, "tier", "bill"])
    file.write_bytes(msgspec.json.encode(seen))
    # There are no bids before these to compare them with, nor are any needed.
    words = ["drift", "--models", str(models), "--data"]
    assert main([*words, str(dataset(tmp_path / "same", drawn(300, (28.0, 35.0), 2)))]) == 0
    assert "score" in capsys.readouterr().out
    poor = drawn(300, (28.0, 35.0), 2, lambda *_: {"facts": {"tier": "poor", "bill": 150.0}})
    assert main([*words, str(dataset(tmp_path / "other", poor))]) == 1
    file.write_bytes(b"{")
    assert main([*words, str(tmp_path / "same")]) == 2
    assert f"{file} cannot be read" in capsys.readouterr().err


@pytest.mark.parametrize("text", [None, b"{"])
def test_without_a_dataset_the_remedy_is_said(text: bytes | None, tmp_path: Path, capsys: Capture) -> None:
    if text is not None:
        (tmp_path / SUMMARY).write_bytes(text)
    assert main(["drift", "--data", str(tmp_path)]) == 2
    assert "dataset" in capsys.readouterr().err
