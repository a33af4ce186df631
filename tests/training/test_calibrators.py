"""Each curve finds the bend it is made for, none may turn the ranking, and what it says is what its numbers say."""

from typing import Any

import numpy as np
import pytest

from app.scoring.artefact import Beta, Isotonic, Sigmoid
from training.conversion.calibrators import METHODS, Method, ScoredLeads, TriedCurve, attempt, best, curved
from training.statistics import expit

Array = np.ndarray[Any, Any]


def labelled(true: Any, *, rows: int = 20_000, seed: int = 3) -> ScoredLeads:
    """Scores, and outcomes whose log-odds are `true` of them."""
    random = np.random.default_rng(seed)
    scores = random.normal(-0.5, 1.5, rows)
    return ScoredLeads(scores, (random.random(rows) < expit(true(scores))).astype(int))


def test_a_sigmoid_finds_the_slope_and_the_intercept() -> None:
    curve = attempt("sigmoid", labelled(lambda s: 0.5 * s + 0.3), labelled(lambda s: s, seed=4)).curve
    assert isinstance(curve, Sigmoid)
    assert (curve.slope, curve.intercept) == pytest.approx((0.5, 0.3), abs=0.05)


def test_a_beta_finds_ends_that_bend_apart() -> None:
    def true(scores: Array) -> Array:
        return curved_log_odds(scores, 0.4, 1.6, 0.2)

    tried = attempt("beta", labelled(true), labelled(true, seed=4))
    curve, found = tried.curve, tried.attempt
    assert isinstance(curve, Beta)
    assert (curve.a, curve.b, curve.c) == pytest.approx((0.4, 1.6, 0.2), abs=0.12)
    assert not found.why_not
    straight = attempt("sigmoid", labelled(true), labelled(true, seed=4)).curve
    later = labelled(true, seed=5)
    assert loss(curved(curve, later.scores), later) < loss(curved(straight, later.scores), later)


@pytest.mark.parametrize(("a", "b", "level"), [(-0.5, 1.0, "a"), (1.0, -0.5, "b")])
def test_a_beta_holds_an_end_level_that_would_fall(a: float, b: float, level: str) -> None:
    curve = attempt("beta", labelled(lambda s: curved_log_odds(s, a, b, 0.0)), labelled(lambda s: s)).curve
    assert getattr(curve, level) == 0.0


@pytest.mark.parametrize("method", METHODS)
def test_no_curve_that_turns_the_ranking_upside_down_is_kept(method: Method) -> None:
    found = attempt(method, labelled(lambda s: -s), labelled(lambda s: s, seed=4)).attempt
    assert "upside down" in found.why_not
    assert found.slope < 0.0


def test_points_of_a_rising_curve_keep_their_distance() -> None:
    curve = attempt("isotonic", labelled(lambda s: np.floor(2.0 * s)), labelled(lambda s: s)).curve
    assert isinstance(curve, Isotonic)
    assert np.min(np.diff(curve.scores)) > 0.9e-3
    assert np.all(np.diff(curve.probabilities) >= 0.0)


def test_a_rising_curve_never_says_that_nobody_or_everybody_converts() -> None:
    seen = labelled(lambda s: np.where(s < -2.0, -50.0, np.where(s > 2.0, 50.0, s)))
    curve = attempt("isotonic", seen, seen).curve
    assert isinstance(curve, Isotonic)
    below, above = np.sum(seen.scores < -2.0), np.sum(seen.scores > 2.0)
    assert curve.probabilities[0] == pytest.approx(0.5 / (below + 1), rel=0.05)
    assert 1.0 - curve.probabilities[-1] == pytest.approx(0.5 / (above + 1), rel=0.05)


def test_the_plainest_curve_is_taken_that_the_best_does_not_clearly_beat() -> None:
    def tried(true: Any) -> list[TriedCurve]:
        return [attempt(method, labelled(true), labelled(true, seed=4)) for method in METHODS]

    def taken(true: Any) -> str:
        chosen = best(tried(true))
        return chosen.attempt.method if chosen else "none"

    assert taken(lambda s: 0.5 * s) == "sigmoid"
    assert taken(lambda s: curved_log_odds(s, 0.3, 1.7, 0.0)) == "beta"
    assert taken(lambda s: np.where(s > 0.0, 1.0, -1.0)) == "isotonic"
    assert taken(lambda s: s) == "none"


def test_a_curve_that_flattens_the_ranking_is_not_kept() -> None:
    # Which leads converted in the calibrating slice has nothing to do with their scores but for the very highest.
    seen = labelled(lambda s: np.where(s > 3.0, 2.0, 0.0))
    found = attempt("isotonic", seen, labelled(lambda s: s, seed=4)).attempt
    assert "AUC" in found.why_not


def curved_log_odds(scores: Array, a: float, b: float, c: float) -> Array:
    log_odds: Array = -a * np.logaddexp(0.0, -scores) + b * np.logaddexp(0.0, scores) + c
    return log_odds


def loss(said: Array, later: ScoredLeads) -> float:
    return float(-np.mean(np.where(later.converted == 1, np.log(said), np.log1p(-said))))
