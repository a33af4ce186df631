"""Each gate fails on the one figure that it watches, and says that figure."""

from typing import Any

import pytest
from msgspec.structs import replace

from app.scoring.card import CalibratorAttempt, FieldCheck, Figures, Gate
from tests.cards import FIGURES
from training.conversion.enough import HistorySize
from training.conversion.gates import gates
from training.conversion.train import Trained, slices_of

GOOD = replace(FIGURES, rows=4_000)
TRUE = replace(GOOD, auc=0.74)
LONG = HistorySize(leads=26_000, converted=2_600, newest=400, weeks=26.0)
HONEST = (FieldCheck(name="age", alone=0.6, removal=0.01), FieldCheck(name="tier", alone=0.58, removal=0.02))


def judged(
    newest: Figures = GOOD,
    past: HistorySize = LONG,
    folds: Figures = GOOD,
    raw: Figures = GOOD,
    checks: tuple[FieldCheck, ...] = HONEST,
    true: Figures | None = TRUE,
    difference: float = 1e-15,
    attempts: tuple[CalibratorAttempt, ...] = (),
    trusted: dict[str, str] | None = None,
) -> tuple[Gate, ...]:
    trained = Trained(
        raw=None,
        model=None,
        calibrator=None,
        attempts=attempts,
        slices=slices_of(4_000),
        newest=newest,
        newest_raw=raw,
        random_cv=folds,
    )
    return tuple(gates(trained, past, checks, true, difference=difference, trusted=trusted or {}))


def failed(**given: Any) -> dict[str, str]:
    return {gate.name: gate.found for gate in judged(**given) if not gate.passed}


def test_a_good_model_passes_every_gate() -> None:
    assert failed() == {}
    assert len(judged()) == 7


@pytest.mark.parametrize(
    ("given", "gate", "figure"),
    [
        ({"past": replace(LONG, newest=80, converted=399)}, "enough history", "399 conversions in 26,000 leads, 80"),
        ({"past": replace(LONG, copies=3)}, "enough history", "each stands there 3 times: 866 differ"),
        ({"newest": replace(GOOD, skill=-0.01)}, "beats a constant", "-1.0%"),
        ({"newest": replace(GOOD, auc=0.64)}, "ranking kept", "0.640"),
        ({"newest": replace(GOOD, slope=-0.2)}, "ranking kept", "-0.20"),
        ({"newest": replace(GOOD, predicted_over_observed=0.79)}, "level", "0.790"),
        ({"newest": replace(GOOD, predicted_over_observed=1.26)}, "level", "1.260"),
        ({"newest": replace(GOOD, predicted_over_observed=float("nan"))}, "level", "nan"),
        ({"difference": 2e-9}, "scorer equals pipeline", "2.0e-09"),
        ({"difference": float("nan")}, "scorer equals pipeline", "nan"),
        ({"true": replace(GOOD, auc=0.65)}, "not too good to be honest", "0.650"),
    ],
)
def test_a_figure_out_of_bounds_fails_its_gate(given: dict[str, Any], gate: str, figure: str) -> None:
    (found,) = [(name, text) for name, text in failed(**given).items()]
    assert found[0] == gate
    assert figure in found[1]


def test_a_suspected_leak_is_named_with_its_remedy() -> None:
    leak = FieldCheck(name="call_length", alone=0.95, removal=0.2)
    found = failed(checks=(*HONEST, leak))["suspected leak"]
    assert "call_length" in found
    assert "known_at_ping = false" in found


def test_an_honest_field_that_carries_much_is_named_with_why_it_passes() -> None:
    honest = FieldCheck(name="tier", alone=0.62, removal=0.07)
    (told,) = [gate for gate in judged(checks=(*HONEST[:1], honest)) if gate.name == "no suspected leak"]
    assert told.passed
    assert "by removal tier 0.070 of 0.05, which is honest of a field that tells 0.62 alone beside" in told.found


def test_a_suspect_that_somebody_vouches_for_may_be_read_and_is_named() -> None:
    leak = FieldCheck(name="tier", alone=0.82, removal=0.07)
    trained = judged(checks=(*HONEST, leak), trusted={"tier": "the form asks for it"})
    (told,) = [gate for gate in trained if gate.name == "suspected leak"]
    assert told.passed
    assert "trusted: the form asks for it" in told.found


def test_a_calibrator_that_would_turn_the_ranking_fails_a_gate_though_it_is_refused() -> None:
    turned = CalibratorAttempt(
        method="sigmoid",
        slope=-0.86,
        log_loss=0.33,
        raw_log_loss=0.27,
        noise=0.01,
        auc=0.203,
        raw_auc=0.797,
        why_not="its slope is not positive: it would turn the ranking upside down",
    )
    found = failed(attempts=(turned,))["calibrators not inverted"]
    assert "slope -0.86" in found
    assert "sigmoid refused: AUC 0.797 to 0.203" in found
    upright = replace(turned, slope=0.9, auc=0.796, why_not="it gains no more than chance may give")
    assert failed(attempts=(upright,)) == {}


def test_a_gate_tells_its_figure_and_what_to_do() -> None:
    level = next(gate for gate in judged(newest=replace(GOOD, predicted_over_observed=0.4)) if gate.name == "level")
    assert (level.passed, level.figure) == (False, 0.4)
    assert "more recent stretch" in level.remedy


def test_a_real_history_has_no_truth_to_be_compared_with() -> None:
    assert "not too good to be honest" not in {gate.name for gate in judged(true=None)}
