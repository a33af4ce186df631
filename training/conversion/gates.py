"""What a model must show before it may price: each gate with its figure, passed or not."""

import msgspec

from training.conversion.figures import Figures
from training.conversion.leaks import ALONE_MAX, REMOVAL_MAX, FieldCheck
from training.conversion.train import AUC_LOSS_MAX, Trained

CONVERTED_MIN = 100
LEVEL = (0.8, 1.25)
PARITY_MAX = 1e-9


class Gate(msgspec.Struct, frozen=True, kw_only=True):
    """One demand, and what was found."""

    name: str
    passed: bool
    found: str


def gates(
    trained: Trained, checks: tuple[FieldCheck, ...], true: Figures | None, *, difference: float
) -> tuple[Gate, ...]:
    """Every gate. `true` are the hidden truth's own figures on the newest leads, `difference` the scorer's largest."""
    newest, raw = trained.newest, trained.newest_raw
    low, high = LEVEL
    found = [
        _enough(newest),
        *(_no_leak(check) for check in checks if check.suspected),
        Gate(
            name="beats a constant",
            passed=newest.skill > 0.0,
            found=f"saves {newest.skill:.1%} of a constant's log-loss on the newest leads",
        ),
        Gate(
            name="ranking kept",
            passed=newest.auc >= raw.auc - AUC_LOSS_MAX and newest.slope > 0.0,
            found=f"AUC {newest.auc:.3f}, raw {raw.auc:.3f}; slope {newest.slope:.2f}",
        ),
        Gate(
            name="level",
            passed=low <= newest.predicted_over_observed <= high,
            found=f"predicted/observed {newest.predicted_over_observed:.3f} on the newest leads, {low} to {high}",
        ),
        Gate(
            name="scorer equals pipeline",
            passed=difference <= PARITY_MAX,
            found=f"largest difference {difference:.1e}, at most {PARITY_MAX:g}",
        ),
    ]
    if not any(check.suspected for check in checks):
        found.insert(1, _no_leaks(checks))
    if true is not None:
        found.append(
            Gate(
                name="not too good to be honest",
                passed=newest.auc < true.auc,
                found=f"AUC {newest.auc:.3f}, below the truth's own {true.auc:.3f}",
            )
        )
    return tuple(found)


def _enough(newest: Figures) -> Gate:
    converted = round(newest.rows * newest.converted)
    return Gate(
        name="enough history",
        passed=converted >= CONVERTED_MIN,
        found=f"{converted} conversions among the newest {newest.rows:,} leads, at least {CONVERTED_MIN}",
    )


def _no_leaks(checks: tuple[FieldCheck, ...]) -> Gate:
    alone = max(checks, key=lambda check: check.alone)
    removal = max(checks, key=lambda check: check.removal)
    return Gate(
        name="no suspected leak",
        passed=True,
        found=f"strongest alone {alone.name} {alone.alone:.3f} of {ALONE_MAX:.2f}, "
        f"by removal {removal.name} {removal.removal:.3f} of {REMOVAL_MAX:.2f}",
    )


def _no_leak(check: FieldCheck) -> Gate:
    return Gate(
        name="suspected leak",
        passed=False,
        found=f"{check.name}: AUC {check.alone:.3f} alone, {check.removal:.3f} lost without it; if it is written after "
        "the bid, declare known_at_ping = false",
    )
