"""Targets and sub-sources in the simulated market."""

import json

import numpy as np
import pytest

from app.domain.targets.targets import CampaignTarget, TargetKind
from training.lab.targets import Bought
from training.main import main


def reached(kind: TargetKind) -> float:
    target = CampaignTarget(name=kind, owner="house", kind=kind, amount=1.0, window="day", zone="Etc/UTC")
    day = Bought(
        seller=np.array([0, 0, 3]),
        price=np.array([1_000.0, 1_000.0, 6_000.0]),
        conversions=np.array([0.1, 0.1, 0.2]),
        worth=np.array([30_000.0, 30_000.0, 30_000.0]),
    )
    assert day.surplus == pytest.approx(4_000.0)
    return day.reached(target)


def test_what_a_day_comes_to_is_told_in_the_terms_of_each_target() -> None:
    kinds: tuple[TargetKind, ...] = ("cost_per_acquisition", "return_on_spend", "minimum")
    assert [reached(kind) for kind in kinds] == pytest.approx([20_000.0, 1.5, 3.0])
    assert [reached("share_of_leads"), reached("share_of_spend")] == pytest.approx([2 / 3, 3 / 4])


@pytest.mark.long
def test_each_target_is_met_and_keeps_nearly_what_the_best_fixed_multiplier_does(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["simulate", "--targets", "--seeds", "2", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert len(rows) == 5
    for row in rows:
        assert max(row["by_seed"]["worst_miss"]) <= 0.02, row["policy"]
        assert row["share_of_best_fixed"] >= 0.98, row["policy"]


@pytest.mark.long
def test_a_poisoned_sub_source_is_bid_much_less_for_within_two_hundred_leads(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["simulate", "--subsources", "--seeds", "1", "--per-seed", "20000", "--json"]) == 0
    rows = {row["policy"]: row for row in json.loads(capsys.readouterr().out)}
    assert rows["after 0 leads"]["bid_share"] == 1.0
    assert rows["after 200 leads"]["quality_factor"] < 0.5 * rows["after 200 leads"]["others_factor"]
    assert rows["after 200 leads"]["bid_share"] < 0.7


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--targets", "--market", "top3"], "--targets has a market of its own: leave out --market"),
        (["--subsources", "--price-points", "5"], "--subsources has a market of its own"),
        (["--targets", "--subsources"], "ask for one of them"),
    ],
)
def test_what_does_not_go_together_is_refused_by_name(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["simulate", *words]) == 2
    assert said in capsys.readouterr().err
