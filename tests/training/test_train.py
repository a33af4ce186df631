"""Fitting on the oldest, judging on the newest, and keeping a calibrator only where it earns its place."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from sklearn.calibration import CalibratedClassifierCV
from sklearn.frozen import FrozenEstimator
from sklearn.metrics import roc_auc_score

from app.domain.vertical import Vertical
from training.conversion.features import columns_of, table
from training.conversion.train import Slices, calibrate, chance, pipeline, slices_of, train
from training.histories.history import History

Draw = Callable[..., History]
Array = np.ndarray[Any, Any]


class Fixed:
    """A fitted model which says as log-odds what the first column says; scikit-learn may calibrate it."""

    _estimator_type = "classifier"
    classes_ = np.array([0, 1])

    def fit(self, rows: Array, labels: Array) -> "Fixed":  # noqa: ARG002 - scikit-learn asks for the signature
        return self

    def decision_function(self, rows: Array) -> Array:
        scores: Array = np.asarray(rows[:, 0], dtype=float)
        return scores

    def predict_proba(self, rows: Array) -> Array:
        yes = 1.0 / (1.0 + np.exp(-self.decision_function(rows)))
        return np.column_stack([1.0 - yes, yes])

    def predict(self, rows: Array) -> Array:
        return (self.predict_proba(rows)[:, 1] > 0.5).astype(int)

    def __sklearn_is_fitted__(self) -> bool:
        return True

    def __sklearn_tags__(self) -> Any:
        return pipeline((), seed=0).named_steps["trees"].__sklearn_tags__()


def scored(rows: int, *, stretch: float, drift_of_calibration_slice: bool = False) -> tuple[Array, Array, Slices]:
    """Scores that should be multiplied by `stretch`, or that stand upside down in the slice which calibrates."""
    random = np.random.default_rng(8)
    scores = random.normal(-0.5, 1.2, rows)
    slices = slices_of(rows)
    odds = stretch * scores
    if drift_of_calibration_slice:
        # Within this slice the share converted rises while the scores fall, as on a file whose base rate drifts.
        inside = slices.calibrate
        place = np.linspace(-1.0, 1.0, inside.stop - inside.start)
        scores[inside] = random.normal(0.0, 0.4, len(place)) - 1.5 * place
        odds[inside] = 3.0 * place
    labels = (random.random(rows) < 1.0 / (1.0 + np.exp(-odds))).astype(int)
    return scores.reshape(-1, 1), labels, slices


def test_slices_are_consecutive_and_the_newest_is_last() -> None:
    slices = slices_of(1_000)
    cuts = [slices.fit, slices.calibrate, slices.choose, slices.newest]
    assert [cut.start for cut in cuts] == [0, 600, 750, 850]
    assert [cut.stop for cut in cuts] == [600, 750, 850, 1_000]


def test_a_calibrator_that_would_turn_the_ranking_upside_down_is_not_kept() -> None:
    rows, labels, slices = scored(6_000, stretch=1.0, drift_of_calibration_slice=True)
    raw = Fixed()
    trapped = CalibratedClassifierCV(FrozenEstimator(raw), method="sigmoid").fit(
        rows[slices.calibrate], labels[slices.calibrate]
    )
    newest = rows[slices.newest], labels[slices.newest]
    assert (
        roc_auc_score(newest[1], chance(trapped, newest[0]))
        < 0.4
        < 0.7
        < roc_auc_score(newest[1], chance(raw, newest[0]))
    )
    model, kept, attempts = calibrate(raw, rows, labels, slices)
    assert (model, kept) == (raw, None)
    assert all("upside down" in attempt.why_not for attempt in attempts)


def test_a_calibrator_that_lowers_the_loss_of_later_leads_is_kept() -> None:
    rows, labels, slices = scored(6_000, stretch=0.4)
    model, kept, attempts = calibrate(Fixed(), rows, labels, slices)
    assert kept in ("sigmoid", "isotonic")
    (chosen,) = [attempt for attempt in attempts if attempt.method == kept]
    assert chosen.log_loss + chosen.noise < chosen.raw_log_loss
    assert chosen.slope == pytest.approx(0.4, abs=0.1)
    newest = slices.newest
    assert np.mean(chance(model, rows[newest])) == pytest.approx(np.mean(labels[newest]), rel=0.1)


def test_a_model_that_is_honest_already_keeps_no_calibrator() -> None:
    rows, labels, slices = scored(6_000, stretch=1.0)
    _, kept, attempts = calibrate(Fixed(), rows, labels, slices)
    assert kept is None
    assert all("chance" in attempt.why_not for attempt in attempts)


def test_beyond_the_scores_it_has_seen_a_calibrated_model_still_says_a_number() -> None:
    rows, labels, slices = scored(3_000, stretch=0.4)
    model = CalibratedClassifierCV(FrozenEstimator(Fixed()), method="isotonic").fit(
        rows[slices.calibrate], labels[slices.calibrate]
    )
    said = chance(model, np.array([[-50.0], [50.0]]))
    assert np.all((said >= 0.0) & (said <= 1.0))


def test_a_trained_model_ranks_leads_it_has_not_seen(draw: Draw, vertical: Vertical) -> None:
    history = draw(signal=2.5)
    columns, _ = columns_of(vertical)
    trained = train(columns, table(columns, history.facts), history.converted, seed=1)
    assert trained.newest.auc > 0.65
    assert trained.newest.skill > 0.0
    assert trained.newest.rows == 600
    assert trained.random_cv.rows == 4_000


def test_drift_shows_in_the_newest_leads_and_not_in_a_random_split(draw: Draw, vertical: Vertical) -> None:
    history = draw(shift=2.0)
    columns, _ = columns_of(vertical)
    trained = train(columns, table(columns, history.facts), history.converted, seed=1)
    assert trained.newest_raw.predicted_over_observed < 0.8
    assert trained.random_cv.predicted_over_observed == pytest.approx(1.0, abs=0.05)


def test_one_seed_is_one_model(draw: Draw, vertical: Vertical) -> None:
    history = draw(1_500)
    columns, _ = columns_of(vertical)
    rows, labels = table(columns, history.facts), history.converted
    one, other = (pipeline(columns, seed=3, trees=10).fit(rows, labels) for _ in range(2))
    assert np.array_equal(chance(one, rows), chance(other, rows))
