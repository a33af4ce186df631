"""The gates of a conversion model: each with its figure and result."""

from collections.abc import Iterator, Mapping

from app.scoring.card import CalibratorAttempt, FieldCheck, Figures, Gate
from training.conversion.calibrators import AUC_LOSS_MAX
from training.conversion.enough import CrossValidation, HistorySize, cross_validation
from training.conversion.leaks import ALONE_MAX, REMOVAL_MAX, against, suspected
from training.conversion.train import Trained

LEVEL = (0.8, 1.25)
PARITY_MAX = 1e-9

_REMEDIES = {
    "enough history": "use a longer history, with each lead once; with this one the model cannot be judged",
    "beats a constant": "its fields do not predict the newest leads: use more fields, or more recent leads",
    "ranking kept": "the best leads would be priced lowest: the relation reversed between the training leads and the "
    "newest",
    "calibrators not inverted": "the share that converts moved there against the ranking: learn from leads that came "
    "under one set of conditions, or add the field that tells the conditions apart",
    "scorer equals pipeline": "the service would not score like scikit-learn: report this as a bug",
    "not too good to be honest": "a field of the history leaks the outcome: find and remove it",
}
_TURNED = (
    "conversions are {} now than in the leads learned from: "
    "train on a more recent stretch, or when more of the new kind have matured"
)


def gates(
    trained: Trained,
    past: HistorySize,
    checks: tuple[FieldCheck, ...],
    true: Figures | None,
    *,
    difference: float,
    trusted: Mapping[str, str],
) -> Iterator[Gate]:
    """Every gate. `true` are the hidden truth's own figures on the newest leads, `difference` the scorer's largest.

    `trusted` are fields of which somebody has said, with the reason, that every ping knows them, whatever they tell.
    """
    newest, raw = trained.newest, trained.newest_raw
    yield _gate("enough history", past.found, past.newest, passed=past.is_enough)
    leaks = [_no_leak(check, trusted.get(check.name)) for check in checks if suspected(check)]
    if not leaks:
        alone, removal = max(checks, key=lambda each: each.alone), max(checks, key=lambda each: each.removal)
        found = (
            f"strongest alone {alone.name} {alone.alone:.3f} of {ALONE_MAX:.2f}, "
            f"by removal {removal.name} {removal.removal:.3f} of {REMOVAL_MAX:.2f}"
        )
        if removal.removal > REMOVAL_MAX:
            found += f", which is honest of a field that tells {removal.alone:.2f} alone beside {removal.others} others"
        leaks = [_gate("no suspected leak", found, alone.alone, passed=True)]
    yield from leaks
    folds = None if past.is_long else cross_validation(trained.random_cv, newest)
    yield _beats_a_constant(newest, folds)
    # What is served ranks as the raw model does.
    found = f"AUC {newest.auc:.3f}, raw {raw.auc:.3f}; slope {newest.slope:.2f}"
    kept = newest.auc >= raw.auc - AUC_LOSS_MAX and newest.slope > 0.0
    yield _gate("ranking kept", found, newest.auc - raw.auc, passed=kept)
    if trained.attempts:
        yield _not_inverted(trained.attempts)
    yield _level(newest.predicted_over_observed, folds)
    found = f"largest difference {difference:.1e}, at most {PARITY_MAX:g}"
    yield _gate("scorer equals pipeline", found, difference, passed=difference <= PARITY_MAX)
    if true is not None:
        found = f"AUC {newest.auc:.3f}, below the truth's own {true.auc:.3f}"
        yield _gate("not too good to be honest", found, newest.auc, passed=newest.auc < true.auc)


def _gate(name: str, found: str, figure: float, remedy: str = "", *, passed: bool) -> Gate:
    return Gate(name=name, passed=passed, found=found, figure=figure, remedy=remedy or _REMEDIES.get(name, ""))


def _beats_a_constant(newest: Figures, folds: CrossValidation | None) -> Gate:
    found = f"saves {newest.skill:.1%} of a constant's log-loss on the newest leads"
    if folds is None:
        return _gate("beats a constant", found, newest.skill, passed=newest.skill > 0.0)
    (low, high), (_, best) = folds.auc, folds.newest_auc
    found += (
        f" and {folds.figures.skill:.1%} in cross-validation; AUC {folds.figures.auc:.3f} ({low:.3f} to {high:.3f}), "
        f"and up to {best:.3f} on the newest"
    )
    return _gate("beats a constant", found, folds.figures.skill, passed=folds.beats_a_constant)


def _level(ratio: float, folds: CrossValidation | None) -> Gate:
    """Of few conversions the ratio is known roughly: then what it may be counts, and that of cross-validation."""
    low, high = LEVEL
    found = f"predicted/observed {ratio:.3f} on the newest leads, {low} to {high}"
    passed = low <= ratio <= high
    if folds is not None:
        (least, most), usual = folds.newest_level, folds.figures.predicted_over_observed
        found += f"; with so few it may be {least:.2f} to {most:.2f}, and is {usual:.3f} in cross-validation"
        passed = passed or (least <= high and most >= low and low <= usual <= high)
    remedy = _TURNED.format("rarer" if ratio > 1.0 else "more frequent")
    return _gate("level", found, ratio, remedy, passed=passed)


def _not_inverted(attempts: tuple[CalibratorAttempt, ...]) -> Gate:
    """The model ranks the leads right that calibrate it: on these a calibrator of it would turn its ranking.

    Such a calibrator is refused, yet a ranking that has turned once is none to spend money by.
    """
    slope = min(each.slope for each in attempts)
    # Those that would have ranked the best leads lowest, or lost much of the ranking.
    turned = [each for each in attempts if each.slope <= 0.0 or each.auc < each.raw_auc - AUC_LOSS_MAX]
    refused = "".join(f"; {each.method} refused: AUC {each.raw_auc:.3f} to {each.auc:.3f}" for each in turned)
    found = f"slope {slope:.2f} on the leads that calibrate, above 0{refused}"
    return _gate("calibrators not inverted", found, slope, passed=slope > 0.0)


def _no_leak(check: FieldCheck, trusted: str | None) -> Gate:
    advice = (
        "if it is written after the bid, declare known_at_ping = false; if every ping has it, a specification may say "
        "trusted = true, with the reason"
    )
    told = advice if trusted is None else f"trusted: {trusted}"
    figure = check.alone if check.alone > ALONE_MAX else check.removal
    found = f"{check.name}: {against(check)}; {told}"
    return _gate("suspected leak", found, figure, passed=trusted is not None)
