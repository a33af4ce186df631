"""How often the intervals of an evaluation hold the truth, in logs of the simulated market whose truth is known."""

from collections.abc import Callable, Sequence

import msgspec
import numpy as np

from training.bootstrap import Interval
from training.evaluation.earned import earned, surplus
from training.evaluation.estimators import METHODS, estimated, known_of
from training.evaluation.support import support
from training.lab.logged import SimulatedLog, simulated_log
from training.lab.truth import RESERVE_CENTS, Rivals
from training.landscape.auctions import log_of
from training.landscape.fit import curves, fit
from training.statistics import Array

FIGURES = ("surplus", "wins", "gain")
NOMINAL = 0.9
SPREAD = 0.25
RERUNS = 120
"""With so many auctions of each lead the truth itself is off by a fiftieth of an interval at most."""
SHADES = {"constant .35": 0.35, "constant .65": 0.65}
_TRIED = np.geomspace(0.1, 1.0, 24)
_EVERY = 3


class Covered(msgspec.Struct, frozen=True, kw_only=True):
    """One figure by one estimator: in how many logs and policies it could be asked, and what share held the truth.

    `bias` and `error` (root mean square) are of the estimate, `width` is the mean half of its interval; money in cents.
    """

    method: str
    figure: str
    asked: int
    covered: float
    bias: float
    error: float
    width: float


class Checked(msgspec.Struct, frozen=True, kw_only=True):
    """One interval and the truth it was to hold."""

    policy: str
    method: str
    figure: str
    interval: Interval
    true: float


def coverage(
    seeds: Sequence[int], rows: int, rivals: Rivals, tell: Callable[[str], None]
) -> tuple[list[Covered], list[Checked]]:
    """Every estimator on every figure, over a log a seed; policies of which a log cannot speak are left out."""
    asked: list[Checked] = []
    for number, seed in enumerate(seeds, 1):
        asked += asked_of(simulated_log(rows, seed, SPREAD, rivals))
        tell(f"{number} of {len(seeds)} logs")
    pairs = [(method, figure) for method in METHODS for figure in FIGURES]
    return [found for pair in pairs if (found := _covered(*pair, asked)) is not None], asked


def asked_of(simulated: SimulatedLog) -> list[Checked]:
    """Three policies on one log, each against the best bids as they were reckoned, without the jitter."""
    log = simulated.log
    known, again = known_of(log, log.probability), simulated.reruns(RERUNS)
    calm = np.floor(log.best)
    rival, rival_true = estimated(known, calm), simulated.outcome(again, calm)
    asked = []
    for name, bids in _policies(simulated).items():
        policy, (wins, left) = estimated(known, bids), simulated.outcome(again, bids)
        if support(known, policy).why_not:
            continue
        for method, estimate in policy.estimates.items():
            figures = earned(estimate, known.again)
            gain = surplus(estimate, known.again, rival.estimates[method])
            held = {"surplus": (figures.surplus, left), "wins": (figures.wins, wins)}
            held["gain"] = (gain, left - rival_true[1])
            asked += [
                Checked(policy=name, method=method, figure=figure, interval=span, true=true)
                for figure, (span, true) in held.items()
            ]
    return asked


def _policies(simulated: SimulatedLog) -> dict[str, Array]:
    """Two constant shades, and what a landscape that learned from this very log would bid."""
    log = simulated.log
    worth = log.probability * log.worth
    auctions = log_of(simulated.log.bids, "house", "exclusive")
    some = auctions.rows(np.arange(0, len(log), _EVERY))
    bids = np.maximum(np.floor(_TRIED * worth[:, None]), RESERVE_CENTS + 1.0)
    hoped = curves(fit(some, (), "rivals", 1), auctions, bids) * (worth[:, None] - bids)
    shaded = {name: np.maximum(np.floor(share * worth), float(RESERVE_CENTS)) for name, share in SHADES.items()}
    return {**shaded, "learned": bids[np.arange(len(bids)), hoped.argmax(axis=1)]}


def _covered(method: str, figure: str, asked: Sequence[Checked]) -> Covered | None:
    same = [each for each in asked if (each.method, each.figure) == (method, figure)]
    if not same:
        return None
    missed = np.array([each.interval.at - each.true for each in same])
    return Covered(
        method=method,
        figure=figure,
        asked=len(same),
        covered=float(np.mean([each.interval.low <= each.true <= each.interval.high for each in same])),
        bias=float(missed.mean()),
        error=float(np.sqrt(np.mean(missed**2))),
        width=float(np.mean([0.5 * (each.interval.high - each.interval.low) for each in same])),
    )
