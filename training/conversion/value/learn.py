"""What a conversion brings, E[V | converts, facts]: a model where later conversions say that it helps, or the mean."""

from collections.abc import Sequence
from math import log

import msgspec
import numpy as np

from app.scoring.artefact import AMOUNT_MAX, SCHEMA, Amount, Scorer
from app.scoring.card import AmountRow, LearnedValue
from app.scoring.compile import compiled
from app.scoring.load import PARITY_ROWS_MIN
from training.conversion.artefact import parity_facts
from training.conversion.candidates import Estimator, fitted, scores
from training.conversion.encoders import encoded
from training.conversion.export import amount_scorer_of
from training.conversion.features import Column, table
from training.conversion.gates import LEVEL, PARITY_MAX
from training.conversion.options import FitOptions
from training.conversion.train import Slices
from training.conversion.value.amounts import tried
from training.errors import TrainingError
from training.histories.history import History
from training.statistics import Array

TOLD_MIN = 50
"""Of fewer values not even the mean is known to some tenths."""

MODEL_MIN = 200
"""Of fewer a model would learn the luck of each."""

HIGH_SHARE = 0.99
"""What the largest hundredth brought counts as the smallest of them: one sale of a mansion is no reason to bid more."""


class ValueParts(msgspec.Struct, frozen=True):
    """What is served of values, and what the card says of it; of too few, or where it fails, only a `note`."""

    scorer: Scorer | None = None
    card: LearnedValue | None = None
    note: str = ""


def learn_value(
    history: History,
    columns: Sequence[Column],
    X: Array,
    slices: Slices,
    options: FitOptions,
    *,
    version: str,
    seed: int,
) -> ValueParts:
    """The model of values of this history's conversions; it learns from all but the newest leads, which judge it."""
    if history.value is None:
        return ValueParts()
    told = (history.converted == 1) & ~np.isnan(history.value)
    learned, newest = (np.flatnonzero(told[part]) + part.start for part in (slices.learn, slices.newest))
    if len(learned) < TOLD_MIN:
        return ValueParts(note=f"value: told of {len(learned):,} conversions of {TOLD_MIN} needed: none is learned")
    values = np.clip(history.value, 0.0, AMOUNT_MAX)
    low, high = (float(np.quantile(values[learned], share)) for share in (1.0 - HIGH_SHARE, HIGH_SHARE))
    if high <= 0.0:
        return ValueParts(note="value: no conversion brought anything: none is learned")
    shares, curve = np.minimum(values / high, 1.0), Amount(low, high)
    weights = options.rows(learned).counts
    mean = float(np.average(shares[learned], weights=weights))
    best, model = None, None
    if len(learned) >= MODEL_MIN:
        known = encoded(columns, X)
        best = tried(columns, known, X[learned], shares[learned], weights, seed=seed)
        if best.is_kept:
            model = fitted(best.build(columns, known, seed=seed), X[learned], shares[learned], weights)
    scorer = _constant(mean, curve, history.vertical, version)
    if model is not None:
        scorer = amount_scorer_of(model, columns, curve, vertical=history.vertical, version=version)
    read = columns if model is not None else ()
    card = LearnedValue(
        model=best.name if best is not None and model is not None else "mean",
        learned=len(learned),
        mean=mean * high,
        high=high,
        capped=int(np.sum(history.value[learned] > high)),
        saved=best.saved.mean if best is not None else 0.0,
        saved_noise=best.saved.noise if best is not None else 0.0,
        newest=len(newest),
        predicted_over_observed=_level(amounts(model, X[newest], curve, mean), shares[newest] * high),
        parity=_parity(model, read, scorer, history, slices.newest, mean),
    )
    if why := _why_not(card, shares[newest] * high, history.value[learned]):
        return ValueParts(card=None, note=why)
    return ValueParts(scorer, card)


def amounts(model: Estimator | None, X: Array, curve: Amount, mean: float) -> Array:
    """What the pipeline says, in dollars, as the service bounds it; without one, the `mean` share."""
    shares = np.full(len(X), mean) if model is None else np.exp(np.minimum(scores(model, X), 0.0))
    return np.maximum(curve.high * shares, curve.low)


def value_lines(found: ValueParts) -> list[str]:
    """What was learned of values, in words."""
    card = found.card
    if card is None:
        return [found.note] if found.note else []
    kept = "the mean" if card.model == "mean" else f"a model of it ({card.model})"
    lines = [
        f"value: a conversion brings {card.mean:,.2f} on the mean of {card.learned:,}; {kept} is served",
        f"value: a model saves {card.saved:.4f} of the deviance of later conversions (noise {card.saved_noise:.4f})",
        f"value: {card.capped:,} above {card.high:,.2f} count as that (the largest 1 %)",
    ]
    if card.newest:
        level = card.predicted_over_observed
        lines.append(f"value: predicted/observed {level:.3f} on the {card.newest:,} newest conversions")
    return lines


def _constant(mean: float, curve: Amount, vertical: str, version: str) -> Scorer:
    return Scorer(
        schema=SCHEMA,
        vertical=vertical,
        version=version,
        features=(),
        baseline=log(mean),
        terms=(),
        trees=(),
        calibrator=curve,
    )


def _level(predicted: Array, observed: Array) -> float:
    return float(np.sum(predicted)) / float(np.sum(observed)) if np.sum(observed) > 0.0 else 1.0


def _parity(
    model: Estimator | None, columns: Sequence[Column], scorer: Scorer, history: History, part: slice, mean: float
) -> tuple[AmountRow, ...]:
    """Leads as the scorer of P(conversion) has them, with what the pipeline says of each. Raises `TrainingError`."""
    places = np.unique(np.linspace(part.start, part.stop - 1, PARITY_ROWS_MIN).astype(int))
    assert isinstance(scorer.calibrator, Amount)
    facts = parity_facts(columns, scorer, history.rows(places))
    said = amounts(model, table(columns, facts), scorer.calibrator, mean)
    served, high = compiled(scorer), scorer.calibrator.high
    if max(abs(served(each) - float(amount)) for each, amount in zip(facts, said, strict=True)) > PARITY_MAX * high:
        raise TrainingError("the service would not say the values that scikit-learn says: report this as a bug")
    return tuple(AmountRow(each, float(amount)) for each, amount in zip(facts, said, strict=True))


def _why_not(card: LearnedValue, observed: Array, told: Array) -> str:
    """Why this must not price: its level is off on the newest conversions by more than luck explains."""
    noise = float(np.std(observed) / np.sqrt(len(observed))) if len(observed) else 0.0
    usual, (low, high) = float(np.mean(observed)) if len(observed) else 0.0, LEVEL
    least, most = (card.predicted_over_observed * usual / max(usual + side * 2.0 * noise, 1e-9) for side in (1.0, -1.0))
    if len(observed) and usual > 0.0 and (least > high or most < low):
        return (
            f"value: left out, as predicted/observed is {card.predicted_over_observed:.2f} on the newest conversions "
            f"({low} to {high}): train on a more recent stretch"
        )
    return f"value: left out, as {np.mean(told < 0.0):.0%} of it is below 0" if np.mean(told < 0.0) > 0.5 else ""
