"""What models said of leads that are old enough to be judged, beside what became of them."""

from collections.abc import Callable, Iterable, Mapping

import msgspec

from app.domain.auction.weighing import Offer
from app.store.exports import OutcomeRow, SoldRow

_OFFER = msgspec.json.Decoder(Offer)

ROWS_AT_ONCE = 20
"""A rest after each so many keeps whoever counts from holding up pings."""


class Calibration(msgspec.Struct, kw_only=True):
    """Of one model: how many leads, what it predicted of all of them together, and how many converted."""

    leads: int = 0
    predicted: float = 0.0
    converted: int = 0


def calibrations(
    sold: Iterable[SoldRow],
    outcomes: Iterable[OutcomeRow],
    matures_s: Mapping[str, float],
    now: float,
    rest: Callable[[], None] = lambda: None,
) -> dict[tuple[str, str], Calibration]:
    """By vertical and version. `matures_s` is how long leads of a vertical have to convert.

    Leads that no model scored count nowhere, nor those of which a restart lost what was predicted.
    """
    converted_at: dict[str, float] = {}
    for number, row in enumerate(outcomes):
        if row.event == "sold":
            converted_at[row.lead_id] = min(row.occurred_at, converted_at.get(row.lead_id, row.occurred_at))
        if not number % ROWS_AT_ONCE:
            rest()
    found: dict[tuple[str, str], Calibration] = {}
    for number, sale in enumerate(sold):
        if not number % ROWS_AT_ONCE:
            rest()
        ends_at = sale.sold_at + matures_s.get(sale.vertical, 0.0)
        if sale.vertical not in matures_s or ends_at > now or not sale.model_version or sale.decision is None:
            continue
        valuation = _OFFER.decode(sale.decision).valuation
        if valuation is None or valuation.expected:
            continue
        calibration = found.setdefault((sale.vertical, sale.model_version), Calibration())
        calibration.leads += 1
        calibration.predicted += valuation.probability
        calibration.converted += converted_at.get(sale.lead_id, ends_at + 1.0) <= ends_at
    return found
