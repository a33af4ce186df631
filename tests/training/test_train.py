"""Fitting on the oldest, judging on the newest, and keeping a calibrator only where it earns its place."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from app.domain.vertical import Vertical
from tests.histories import facts_in
from training.conversion.calibrators import Calibrated, ScoredLeads, attempt
from training.conversion.candidates import Candidate, boosting, candidates, chance, logistic
from training.conversion.features import columns_of, table
from training.conversion.options import FitOptions
from training.conversion.train import CV_ROWS_MAX, Slices, calibrate, slices_of, train
from training.errors import TrainingError
from training.histories.history import History

Draw = Callable[..., History]
Array = np.ndarray[Any, Any]


class Fixed:
    """A fitted model which says as log-odds what the first column says."""

    def decision_function(self, rows: Array) -> Array:
        scores: Array = np.asarray(rows[:, 0], dtype=float)
        return scores

    def predict_proba(self, rows: Array) -> Array:
        yes = 1.0 / (1.0 + np.exp(-self.decision_function(rows)))
        return np.column_stack([1.0 - yes, yes])


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
    seen = ScoredLeads(rows[slices.calibrate, 0], labels[slices.calibrate])
    trapped = Calibrated(raw, attempt("sigmoid", seen, seen).curve)
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
    assert kept in ("sigmoid", "beta", "isotonic")
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
    seen = ScoredLeads(rows[slices.calibrate, 0], labels[slices.calibrate])
    model = Calibrated(Fixed(), attempt("isotonic", seen, seen).curve)
    said = chance(model, np.array([[-50.0], [50.0]]))
    assert np.all((said >= 0.0) & (said <= 1.0))


def test_a_trained_model_ranks_leads_it_has_not_seen(draw: Draw, vertical: Vertical) -> None:
    history = draw(signal=2.5)
    columns, _ = columns_of(vertical)
    trained = train(columns, table(columns, facts_in(history)), history.converted, seed=1)
    assert trained.newest.auc > 0.65
    assert trained.newest.skill > 0.0
    assert trained.newest.rows == 600
    assert trained.random_cv.rows == 4_000
    assert trained.random_cv.auc == pytest.approx(trained.newest.auc, abs=0.08)


def test_the_chosen_candidate_is_the_one_that_was_fitted_and_every_one_is_shown(draw: Draw, vertical: Vertical) -> None:
    history = draw(signal=2.5)
    columns, _ = columns_of(vertical)
    heard: list[str] = []
    trained = train(columns, table(columns, facts_in(history)), history.converted, seed=1, tell=heard.append)
    assert {each.candidate for each in trained.candidates} == {each.name for each in candidates(4_000)}
    (chosen,) = [each for each in trained.candidates if each.chosen]
    assert (trained.candidate, trained.settings) == (chosen.candidate, chosen.settings)
    assert type(trained.raw[-1]).__name__ in ("LogisticRegression", "HistGradientBoostingClassifier", "LGBMClassifier")
    assert trained.notes[0].startswith(trained.candidate)
    assert len(heard) == len(trained.candidates) + 2


@pytest.mark.parametrize(
    ("part", "name"), [(slice(0, 600), "oldest"), (slice(1_200, 1_500), "calibrate"), (slice(1_700, 2_000), "newest")]
)
def test_a_history_part_of_which_never_converts_is_refused_by_name(
    draw: Draw, vertical: Vertical, part: slice, name: str
) -> None:
    history = draw(2_000)
    columns, _ = columns_of(vertical)
    labels = history.converted.copy()
    labels[part] = 0
    with pytest.raises(TrainingError, match=rf"0 of the \d+ .*{name}.* leads converted"):
        train(columns, table(columns, facts_in(history)), labels, seed=1)


def test_only_the_candidates_asked_for_are_tried(draw: Draw, vertical: Vertical) -> None:
    history = draw(2_000)
    columns, _ = columns_of(vertical)
    only = (Candidate("logistic", logistic, ({"c": 0.1},)),)
    trained = train(
        columns, table(columns, facts_in(history)), history.converted, seed=1, options=FitOptions(among=only)
    )
    assert [each.candidate for each in trained.candidates] == ["logistic"]
    assert list(trained.raw.named_steps) == ["columns", "weights"]


def test_lightgbm_is_trained_and_judged_like_any_other(draw: Draw, vertical: Vertical) -> None:
    pytest.importorskip("lightgbm", reason="the extra `lightgbm` is not installed")
    history = draw(2_000, signal=2.5)
    columns, _ = columns_of(vertical)
    rows = table(columns, facts_in(history))
    only = [each for each in candidates(2_000) if each.name == "lightgbm"]
    trained = train(columns, rows, history.converted, seed=1, options=FitOptions(among=only))
    again = train(columns, rows, history.converted, seed=1, options=FitOptions(among=only))
    assert trained.random_cv.auc > 0.65
    assert (trained.candidates, trained.newest) == (again.candidates, again.newest)
    assert set(trained.raw.predict(rows)) <= {0, 1}


def test_a_long_history_is_cross_validated_on_a_part_of_it_and_says_so(draw: Draw, vertical: Vertical) -> None:
    small = draw(3_000)
    columns, _ = columns_of(vertical)
    # The same leads over and over are as long a history as any other.
    times = CV_ROWS_MAX // 3_000 + 2
    rows, labels = np.tile(table(columns, facts_in(small)), (times, 1)), np.tile(small.converted, times)
    only = (Candidate("boosting", boosting, ({"trees": 2},)),)
    trained = train(columns, rows, labels, seed=1, options=FitOptions(among=only))
    assert trained.random_cv.rows == CV_ROWS_MAX
    assert any(f"{CV_ROWS_MAX:,} leads drawn from {len(labels):,}" in note for note in trained.notes)


def test_drift_shows_in_the_newest_leads_and_not_in_a_random_split(draw: Draw, vertical: Vertical) -> None:
    history = draw(shift=2.0)
    columns, _ = columns_of(vertical)
    trained = train(columns, table(columns, facts_in(history)), history.converted, seed=1)
    assert trained.newest_raw.predicted_over_observed < 0.8
    assert trained.random_cv.predicted_over_observed == pytest.approx(1.0, abs=0.05)


def test_one_seed_is_one_model(draw: Draw, vertical: Vertical) -> None:
    history = draw(1_500)
    columns, _ = columns_of(vertical)
    rows, labels = table(columns, facts_in(history)), history.converted
    one, other = (boosting(columns, seed=3, trees=10).fit(rows, labels) for _ in range(2))
    assert np.array_equal(chance(one, rows), chance(other, rows))
