"""Intervals are held against a truth that the market itself gives, estimator by estimator."""

import json

import numpy as np
import pytest

from training.lab.coverage import FIGURES
from training.lab.logged import simulated_log
from training.main import main


def test_the_truth_is_what_comes_of_many_auctions() -> None:
    simulated = simulated_log(1_500, 2, 0.25)
    again = simulated.reruns(80)
    wins, left = simulated.outcome(again, simulated.log.price)
    assert wins == pytest.approx(float(simulated.log.won.mean()), abs=0.04)
    assert simulated.outcome(again, np.zeros(len(simulated.log))) == (0.0, 0.0)
    dear_wins, dear_left = simulated.outcome(again, simulated.log.high)
    assert dear_wins > wins
    assert dear_left < left


@pytest.mark.long
def test_the_command_prints_one_object_at_the_end(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["coverage", "--seeds", "1", "--rows", "1200", "--json"]) == 0
    printed = capsys.readouterr()
    (line,) = printed.out.splitlines()
    told = json.loads(line)
    assert (told["nominal"], told["seeds"], told["rows"]) == (0.9, 1, 1_200)
    assert {(each["method"], each["figure"]) for each in told["coverage"]} >= {("CCR", figure) for figure in FIGURES}
    assert all(0.0 <= each["covered"] <= 1.0 and each["width"] > 0.0 for each in told["coverage"])
    assert "1 of 1 logs" in printed.err


@pytest.mark.long
def test_intervals_hold_the_truth_as_often_as_they_say(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["coverage", "--seeds", "30", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)["coverage"]
    covered = {(each["method"], each["figure"]): each["covered"] for each in told}
    for method in ("CCR", "DR"):
        for figure in FIGURES:
            assert covered[method, figure] >= 0.8, (method, figure)
