"""A verdict says no where a gate failed, and leaves open what nobody looked at."""

import msgspec
import numpy as np
import pytest

from app.scoring.card import Gate
from training.drift.drift import Drift
from training.drift.psi import Shift
from training.drift.window import Window
from training.evaluation.caps import Caps, CapUsage
from training.evaluation.conversions import conversions
from training.evaluation.verdict import cap_gate, conversion_gates, drift_gate, exit_status, verdict, win_gates
from training.evaluation.wins import WinFigures, Wins
from training.statistics import Array

RANDOM = np.random.default_rng(2)
CHANCES = RANDOM.uniform(0.05, 0.6, 400)
CONVERTED = (RANDOM.random(400) < CHANCES).astype(np.int8)
WINDOW = Window(vertical="solar", since=0.0, until=1.0, pings=9, histograms={}, leads=0, predicted=0.0, converted=0)
USE = CapUsage(
    owner="acme",
    campaign="solar-tx",
    cap="daily",
    measure="count",
    windows=3,
    full=1,
    breached=0,
    fullest=1.0,
    dual_most=0.0,
)


@pytest.mark.parametrize(
    ("passed", "said", "status"),
    [
        ([True, True], "promote", 0),
        ([True, None], "cannot be evaluated", 2),
        ([None, False, True], "do not promote", 1),
    ],
)
def test_a_failed_gate_wins_over_an_open_one(passed: list[bool | None], said: str, status: int) -> None:
    found = verdict([Gate(name="some", passed=each, found="") for each in passed])
    assert (found, exit_status(found)) == (said, status)


def judged(champion: Array) -> bool | None:
    """Whether `CHANCES` predict no worse than these."""
    models = {"candidate 2": CHANCES, "champion 1": champion}
    found = conversions([{}] * 400, ["acme"] * 400, CONVERTED, models)
    (gate,) = (each for each in conversion_gates(found, None) if each.name == "predicts conversions no worse")
    return gate.passed


def test_a_scorer_that_did_not_change_is_no_worse() -> None:
    assert judged(CHANCES.copy())
    assert judged(np.full(400, 0.9))
    better = np.where(CONVERTED == 1, CHANCES + 0.3, CHANCES * 0.5)
    assert not judged(better)


def drifted(*shifts: Shift, why_not: str = "") -> Gate:
    return drift_gate(Drift(vertical="solar", before=WINDOW, now=WINDOW, shifts=shifts, why_not=why_not))


def test_drift_that_nobody_looked_at_is_open() -> None:
    few = drifted(why_not="9 pings in the recent window, at least 200")
    assert (few.passed, few.found) == (None, "not looked at: 9 pings in the recent window, at least 200")
    assert drifted(Shift(name="seller", psi=0.4, chance=0.01, level="major")).passed is None
    assert drifted(Shift(name="score", psi=0.4, chance=0.01, level="major")).passed is False
    assert drifted(Shift(name="score", psi=0.2, chance=0.01, level="moderate")).passed


def test_a_cap_nobody_could_read_is_open_and_a_broken_one_fails_all_the_same() -> None:
    assert cap_gate(Caps(uses=(USE,), windows=(), unread=0)).passed
    unread = cap_gate(Caps(uses=(USE,), windows=(), unread=4))
    assert unread.passed is None
    assert "not looked at: 4 pings whose configuration is not kept" in unread.found
    broken = msgspec.structs.replace(USE, breached=1)
    assert cap_gate(Caps(uses=(broken,), windows=(), unread=4)).passed is False


def test_a_model_without_curves_of_its_own_has_no_gate_for_them() -> None:
    figures = WinFigures(
        name="as it was bid", rows=900, log_loss=0.5, log_loss_constant=0.6, brier=0.2, brier_constant=0.3
    )
    wins = Wins(models=(figures,), by_bid=(), by_seller=(), sellers=())
    assert [gate.name for gate in win_gates(wins)] == ["predicts wins"]
    assert [gate.passed for gate in win_gates(msgspec.structs.replace(wins, looked=9, falls=1))] == [True, False]
