"""From log-odds to a probability, by the curve that training chose, or from a logarithm to an amount."""

from bisect import bisect_right
from collections.abc import Callable
from math import exp, log1p, tanh

from app.scoring.artefact import Amount, Beta, Calibrator, Isotonic, Sigmoid


def straight(calibrator: Calibrator) -> tuple[float, float] | None:
    """Slope and intercept of a curve that is a straight line in log-odds, as without a calibrator; of no other."""
    if isinstance(calibrator, Isotonic | Beta | Amount):
        return None
    return (calibrator.slope, calibrator.intercept) if isinstance(calibrator, Sigmoid) else (1.0, 0.0)


def calibrated(calibrator: Calibrator) -> Callable[[float], float]:
    """The curve as a function. By `tanh`, since `exp` overflows."""
    if isinstance(calibrator, Isotonic):
        return _curve(calibrator)
    if isinstance(calibrator, Beta):
        return _beta(calibrator)
    if isinstance(calibrator, Amount):
        low, high = calibrator.low, calibrator.high
        return lambda score: max(high * exp(min(score, 0.0)), low)
    slope, intercept = straight(calibrator) or (1.0, 0.0)
    return lambda score: 0.5 + 0.5 * tanh(0.5 * (slope * score + intercept))


def _beta(calibrator: Beta) -> Callable[[float], float]:
    a, b, c = calibrator.a, calibrator.b, calibrator.c

    def curve(score: float) -> float:
        # log(1 + e^s) = max(s, 0) + log(1 + e^-|s|); log p is minus that of -s, log(1 - p) minus that of s.
        bend = log1p(exp(-abs(score)))
        stretched = c - a * (max(-score, 0.0) + bend) + b * (max(score, 0.0) + bend)
        return 0.5 + 0.5 * tanh(0.5 * stretched)

    return curve


def _curve(calibrator: Isotonic) -> Callable[[float], float]:
    xs, ys = calibrator.scores, calibrator.probabilities

    def curve(score: float) -> float:
        above = bisect_right(xs, score)
        if above in (0, len(xs)):
            return ys[above and -1]
        x, y = xs[above - 1], ys[above - 1]
        return y + (score - x) * (ys[above] - y) / (xs[above] - x)

    return curve
