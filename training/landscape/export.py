"""Write down learned landscapes as the plain numbers that the service reads, with rows that prove it reads them so."""

from collections.abc import Sequence

import numpy as np
from msgspec.structs import replace

from app.scoring.landscape import SCHEMA, LandscapeArtefact, LandscapeRow
from training.landscape.auctions import facts_at
from training.landscape.fit import predict
from training.landscape.learn import LearnedLeg

PARITY_ROWS = 30


def artefact_of(vertical: str, legs: Sequence[LearnedLeg]) -> LandscapeArtefact:
    """The whole artefact; its rows are spread over the logs, with and without what they say of the lead."""
    learned, rows = tuple(leg.landscape for leg in legs), tuple(row for leg in legs for row in _rows(leg))
    return LandscapeArtefact(schema=SCHEMA, vertical=vertical, legs=learned, parity=rows)


def _rows(leg: LearnedLeg) -> list[LandscapeRow]:
    known = np.flatnonzero(np.isin(leg.log.seller, list(leg.landscape.sellers)))
    chosen = leg.log.rows(known[np.linspace(0, len(known) - 1, PARITY_ROWS).astype(int)])
    blank = replace(chosen, facts={name: np.full(len(chosen), None, dtype=object) for name in chosen.facts})
    return [
        LandscapeRow(
            seller=str(shown.seller[at]),
            leg=leg.leg,
            facts=facts_at(shown.facts, at),
            worth_cents=float(shown.worth_cents[at]),
            bid_cents=float(shown.bid_cents[at]),
            chance=float(chance),
        )
        for shown in (chosen, blank)
        for at, chance in enumerate(predict(leg.fitted, shown))
    ]
