"""What a model must show before it may price: each gate with its figure, passed or not."""

from collections.abc import Collection

from app.scoring.card import CalibratorAttempt, FieldCheck, Figures, Gate
from training.conversion.calibrators import AUC_LOSS_MAX
from training.conversion.leaks import ALONE_MAX, REMOVAL_MAX, suspected
from training.conversion.train import Trained

CONVERTED_MIN = 100
LEVEL = (0.8, 1.25)
PARITY_MAX = 1e-9


def gates(
    trained: Trained,
    checks: tuple[FieldCheck, ...],
    true: Figures | None,
    *,
    difference: float,
    trusted: Collection[str] = (),
) -> tuple[Gate, ...]:
    """Every gate. `true` are the hidden truth's own figures on the newest leads, `difference` the scorer's largest.

    `trusted` are fields of which somebody has said that every ping knows them, however much they tell.
    """
    newest = trained.newest
    found = [
        _enough(newest),
        *(_no_leak(check, check.name in trusted) for check in checks if suspected(check)),
        Gate(
            name="beats a constant",
            passed=newest.skill > 0.0,
            found=f"saves {newest.skill:.1%} of a constant's log-loss on the newest leads",
            figure=newest.skill,
            remedy="its fields tell nothing of the newest leads: more fields, or more recent leads to learn from",
        ),
        _ranking(newest, trained.newest_raw),
        *_not_inverted(trained.attempts),
        _level(newest),
        Gate(
            name="scorer equals pipeline",
            passed=difference <= PARITY_MAX,
            found=f"largest difference {difference:.1e}, at most {PARITY_MAX:g}",
            figure=difference,
            remedy="the service would not say what scikit-learn says: report this as a defect",
        ),
    ]
    if not any(suspected(check) for check in checks):
        found.insert(1, _no_leaks(checks))
    if true is not None:
        found.append(
            Gate(
                name="not too good to be honest",
                passed=newest.auc < true.auc,
                found=f"AUC {newest.auc:.3f}, below the truth's own {true.auc:.3f}",
                figure=newest.auc,
                remedy="something in the history tells the outcome: look for it",
            )
        )
    return tuple(found)


def upside_down(attempts: tuple[CalibratorAttempt, ...]) -> tuple[CalibratorAttempt, ...]:
    """The calibrators that would have ranked the best leads lowest, or lost much of the ranking."""
    return tuple(each for each in attempts if each.slope <= 0.0 or each.auc < each.raw_auc - AUC_LOSS_MAX)


def _enough(newest: Figures) -> Gate:
    converted = round(newest.rows * newest.converted)
    return Gate(
        name="enough history",
        passed=converted >= CONVERTED_MIN,
        found=f"{converted} conversions among the newest {newest.rows:,} leads, at least {CONVERTED_MIN}",
        figure=converted,
        remedy="a longer history; until then nobody can say how good the model is",
    )


def _ranking(newest: Figures, raw: Figures) -> Gate:
    """What is served ranks as the raw model does."""
    return Gate(
        name="ranking kept",
        passed=newest.auc >= raw.auc - AUC_LOSS_MAX and newest.slope > 0.0,
        found=f"AUC {newest.auc:.3f}, raw {raw.auc:.3f}; slope {newest.slope:.2f}",
        figure=newest.auc - raw.auc,
        remedy="the best leads would be priced lowest: the world turned between the leads learnt from and the newest",
    )


def _not_inverted(attempts: tuple[CalibratorAttempt, ...]) -> list[Gate]:
    """The model ranks the leads right that calibrate it: on these a calibrator of it would turn its ranking.

    Such a calibrator is refused, yet a ranking that has turned once is none to spend money by.
    """
    slope = min((each.slope for each in attempts), default=None)
    if slope is None:
        return []
    refused = "".join(
        f"; {each.method} refused: AUC {each.raw_auc:.3f} to {each.auc:.3f}" for each in upside_down(attempts)
    )
    return [
        Gate(
            name="calibrators not inverted",
            passed=slope > 0.0,
            found=f"slope {slope:.2f} on the leads that calibrate, above 0{refused}",
            figure=slope,
            remedy="the share that converts moved there against the ranking: learn from leads that came under one set "
            "of conditions, or add the field that tells the conditions apart",
        )
    ]


def _level(newest: Figures) -> Gate:
    low, high = LEVEL
    ratio = newest.predicted_over_observed
    return Gate(
        name="level",
        passed=low <= ratio <= high,
        found=f"predicted/observed {ratio:.3f} on the newest leads, {low} to {high}",
        figure=ratio,
        remedy=f"conversions are {'rarer' if ratio > 1.0 else 'more frequent'} now than in the leads learnt from: "
        "train on a more recent stretch, or when more of the new kind have matured",
    )


def _no_leaks(checks: tuple[FieldCheck, ...]) -> Gate:
    alone = max(checks, key=lambda check: check.alone)
    removal = max(checks, key=lambda check: check.removal)
    return Gate(
        name="no suspected leak",
        passed=True,
        found=f"strongest alone {alone.name} {alone.alone:.3f} of {ALONE_MAX:.2f}, "
        f"by removal {removal.name} {removal.removal:.3f} of {REMOVAL_MAX:.2f}",
        figure=alone.alone,
    )


def _no_leak(check: FieldCheck, trusted: bool) -> Gate:  # noqa: FBT001 - the one thing that is said of it
    told = f"{check.name}: AUC {check.alone:.3f} alone, {check.removal:.3f} lost without it"
    return Gate(
        name="suspected leak",
        passed=trusted,
        found=f"{told}; trusted all the same"
        if trusted
        else f"{told}; if it is written after the bid, declare "
        "known_at_ping = false; if every ping has it, a specification may say trusted = true",
        figure=check.alone if check.alone > ALONE_MAX else check.removal,
    )
