"""Bought leads as training reads them: inputs, predictions and outcomes."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec
import numpy as np

from app.wire.ping import Leg, Value
from training.histories.bids import read_rows
from training.histories.history import History, columns_from


class Lead(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """One lead. `probability` (on its leg) and `worth` are those of its bid, `None` where that was a fallback price.

    `converted` is `None` until it has matured. `value_cents` is what a conversion brought, `None` of any other lead.
    """

    lead_id: str
    at: float
    seller: str
    leg: Leg
    model: str
    price_cents: int
    probability: float | None
    worth: float | None
    converted: bool | None
    value_cents: int | None
    returned: bool
    facts: dict[str, Value]


def read_leads(path: Path, vertical: str) -> Iterator[Lead]:
    """The leads of one vertical, oldest first. ParquetError where the file cannot be read."""
    return read_rows(path, Lead, "vertical = $vertical", {"vertical": vertical})


def history_of(leads: Iterable[Lead], vertical: str) -> History:
    """What a conversion model learns from: exclusive leads that have matured.

    A shared lead is sold to others as well and converts less; the model speaks of exclusive ones.
    """
    kept = [lead for lead in leads if lead.converted is not None and lead.leg == "exclusive"]
    return History(
        vertical=vertical,
        source="bought leads with their outcomes",
        columns=columns_from([lead.facts for lead in kept]),
        converted=np.array([bool(lead.converted) for lead in kept], dtype=np.int8),
        at=np.array([lead.at for lead in kept], dtype=np.float64),
    )
