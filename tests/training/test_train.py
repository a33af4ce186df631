"""Fitting on the oldest, judging on the newest, and keeping a calibrator only where it earns its place."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from app.domain.vertical import Vertical
from app.scoring.artefact import Sigmoid
from tests.histories import facts_in
from training.conversion.calibrators import Calibrated, ScoredLeads, attempt
from training.conversion.candidates import Candidate, boosting, candidates, chance, logistic
from training.conversion.features import columns_of, table
from training.conversion.options import FitOptions
from training.conversion.selection.trials import forward
from training.conversion.train import CV_ROWS_MAX, calibrate, slices_of, train
from training.errors import TrainingError
from training.histories.history import History
from training.statistics import expit

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


def scored(rows: int, *, stretch: float, drift: float = 0.0, turned: bool = False) -> tuple[Array, Array]:
    """Scores that should be multiplied by `stretch`, while the level moves by `drift` over all rows.

    Where it is `turned` the share converted rises within the second quarter of all while the scores fall.
    """
    random = np.random.default_rng(8)
    scores = random.normal(-0.5, 1.2, rows)
    odds = stretch * scores + drift * np.linspace(-0.5, 0.5, rows)
    if turned:
        inside = slice(rows // 2, rows * 3 // 4)
        place = np.linspace(-1.0, 1.0, inside.stop - inside.start)
        scores[inside] = random.normal(0.0, 0.4, len(place)) - 1.5 * place
        odds[inside] = 3.0 * place
    return scores.reshape(-1, 1), (random.random(rows) < expit(odds)).astype(int)


def unseen(rows: Array, labels: Array) -> list[ScoredLeads]:
    """By fold, as the search has them."""
    return [ScoredLeads(rows[later, 0], labels[later]) for _, later in forward(len(labels))]


def test_all_but_the_newest_leads_are_learned_from() -> None:
    slices = slices_of(1_000)
    assert (slices.learn, slices.newest) == (slice(0, 850), slice(850, 1_000))


def test_what_is_served_was_fitted_to_all_but_the_newest_leads(draw: Draw, vertical: Vertical) -> None:
    history = draw(2_000, signal=2.5)
    columns, _ = columns_of(vertical)
    rows = table(columns, facts_in(history))
    only = (Candidate("boosting", boosting, ({"trees": 20},)),)
    trained = train(columns, rows, history.converted, seed=1, options=FitOptions(among=only))
    again = boosting(columns, seed=1, trees=20).fit(rows[:1_700], history.converted[:1_700])
    assert np.array_equal(chance(trained.raw, rows), chance(again, rows))
    assert any("fitted to the 1,700 leads before the newest" in note for note in trained.notes)


def test_a_calibrator_that_would_turn_the_ranking_upside_down_is_not_kept() -> None:
    rows, labels = scored(6_000, stretch=1.0, turned=True)
    seen, _ = unseen(rows, labels)
    trapped = attempt("sigmoid", seen, seen).curve
    later = slice(4_500, 6_000)
    turned = roc_auc_score(labels[later], chance(Calibrated(Fixed(), trapped), rows[later]))
    assert turned < 0.4 < 0.7 < roc_auc_score(labels[later], rows[later, 0])
    raw = Fixed()
    model, kept, attempts = calibrate(raw, unseen(rows, labels))
    assert (model, kept) == (raw, None)
    assert all("upside down" in attempt.why_not for attempt in attempts)


def test_a_calibrator_that_lowers_the_loss_of_later_leads_is_kept_and_fitted_to_all_of_them() -> None:
    rows, labels = scored(6_000, stretch=0.4)
    model, kept, attempts = calibrate(Fixed(), unseen(rows, labels))
    assert kept == "sigmoid"
    (chosen,) = [attempt for attempt in attempts if attempt.method == kept]
    assert chosen.log_loss + chosen.noise < chosen.raw_log_loss
    assert chosen.slope == pytest.approx(0.4, abs=0.1)
    assert isinstance(model, Calibrated)
    assert isinstance(model.calibrator, Sigmoid)
    assert model.calibrator.slope == pytest.approx(0.4, abs=0.05)
    assert attempt("sigmoid", *unseen(rows, labels)).curve != model.calibrator


@pytest.mark.parametrize("drift", [0.0, 2.0, -2.0])
def test_a_model_that_is_honest_already_keeps_no_calibrator_however_the_level_moves(drift: float) -> None:
    rows, labels = scored(6_000, stretch=1.0, drift=drift)
    _, kept, attempts = calibrate(Fixed(), unseen(rows, labels))
    assert kept is None
    assert all("chance" in attempt.why_not for attempt in attempts)


def test_a_calibrator_follows_no_trend_of_the_level() -> None:
    rows, labels = scored(12_000, stretch=0.6, drift=1.5)
    model, kept, _ = calibrate(Fixed(), unseen(rows, labels))
    assert kept
    # The later half, which the curve was fitted to, converts far more often than the scores say.
    assert np.mean(labels[6_000:]) > np.mean(expit(rows[6_000:, 0])) + 0.08
    assert np.mean(chance(model, rows)) == pytest.approx(np.mean(expit(rows[:, 0])), abs=0.04)


def test_beyond_the_scores_it_has_seen_a_calibrated_model_still_says_a_number() -> None:
    seen, _ = unseen(*scored(3_000, stretch=0.4))
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


@pytest.mark.long
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
    ("part", "name"),
    [
        (slice(0, 850), "oldest"),
        (slice(850, 1_275), "choose a candidate"),
        (slice(1_275, 1_700), "last ones to learn from"),
        (slice(1_700, 2_000), "newest"),
    ],
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
        columns,
        table(columns, facts_in(history)),
        history.converted,
        seed=1,
        options=FitOptions(among=only),
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


@pytest.mark.long
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
    only = (Candidate("logistic", logistic, ({"c": 0.2},)),)
    options = FitOptions(among=only)
    trained = train(columns, table(columns, facts_in(history)), history.converted, seed=1, options=options)
    assert trained.newest_raw.predicted_over_observed < 0.8
    assert trained.random_cv.predicted_over_observed == pytest.approx(1.0, abs=0.05)


def test_one_seed_is_one_model(draw: Draw, vertical: Vertical) -> None:
    history = draw(1_500)
    columns, _ = columns_of(vertical)
    rows, labels = table(columns, facts_in(history)), history.converted
    one, other = (boosting(columns, seed=3, trees=10).fit(rows, labels) for _ in range(2))
    assert np.array_equal(chance(one, rows), chance(other, rows))
