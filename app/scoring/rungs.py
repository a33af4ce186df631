"""How likely a lead comes to each rung before a sale, stored beside a model."""

from math import isfinite

import msgspec

from app.domain.pricing.rungs import RUNGS, RungCurve
from app.scoring.artefact import LOG_ODDS_MAX, Unusable

RUNGS_FILE = "rungs.json"


def parse_rungs(body: bytes) -> dict[str, RungCurve]:
    """The curves by rung written in these bytes. Raises `Unusable`."""
    try:
        curves = msgspec.json.decode(body, type=dict[str, RungCurve])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Unusable(f"{RUNGS_FILE} holds no curves: {error}") from None
    for name, curve in curves.items():
        if name not in RUNGS:
            raise Unusable(f"{RUNGS_FILE}: {name!r} is no rung, there are {', '.join(RUNGS)}")
        if not (isfinite(curve.slope) and curve.slope >= 0.0 and abs(curve.intercept) <= LOG_ODDS_MAX):
            raise Unusable(f"{RUNGS_FILE}: the curve of {name} does not rise, or has no bounds")
    return curves
