"""How likely a lead comes to each disposition before a sale, stored beside a model."""

from math import isfinite

import msgspec

from app.domain.pricing.disposition_value import EARLIER, DispositionCurve
from app.scoring.artefact import LOG_ODDS_MAX, Unusable

DISPOSITIONS_FILE = "dispositions.json"


def parse_dispositions(body: bytes) -> dict[str, DispositionCurve]:
    """The curves by disposition written in these bytes. Raises `Unusable`."""
    try:
        curves = msgspec.json.decode(body, type=dict[str, DispositionCurve])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Unusable(f"{DISPOSITIONS_FILE} holds no curves: {error}") from None
    for name, curve in curves.items():
        if name not in EARLIER:
            raise Unusable(f"{DISPOSITIONS_FILE}: {name!r} is no disposition, there are {', '.join(EARLIER)}")
        if not (isfinite(curve.slope) and curve.slope >= 0.0 and abs(curve.intercept) <= LOG_ODDS_MAX):
            raise Unusable(f"{DISPOSITIONS_FILE}: the curve of {name} does not rise, or has no bounds")
    return curves
