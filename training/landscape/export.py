"""Write down fitted landscapes as the plain numbers that the service reads, with rows that prove it reads them so."""

from collections.abc import Mapping, Sequence

import msgspec
import numpy as np

from app.scoring.landscape import SCHEMA, Constants, LandscapeArtefact, LandscapeRow, LegLandscape
from app.wire.ping import Leg, Value
from training.histories.history import plain
from training.landscape.fit import Fit, predict
from training.landscape.log import AuctionLog

PARITY_ROWS = 30


def leg_of(fitted: Fit, leg: Leg, learnt: Sequence[str]) -> LegLandscape:
    """One leg, for the sellers of whom enough was `learnt`."""
    constants = {name: Constants(*row.tolist()) for name, row in zip(fitted.sellers, fitted.constants, strict=True)}
    return LegLandscape(
        leg=leg,
        form=fitted.form,
        winners=fitted.winners,
        centre=fitted.centre,
        first_knot=float(fitted.knots[0]),
        knot_step=float(fitted.knots[1] - fitted.knots[0]),
        steps=tuple(fitted.steps.tolist()),
        features=fitted.features,
        trees=fitted.trees,
        sellers={name: constants[name] for name in learnt},
    )


def artefact_of(vertical: str, legs: Mapping[Leg, tuple[Fit, LegLandscape, AuctionLog]]) -> LandscapeArtefact:
    """The whole artefact; its rows are spread over the logs, with and without what they say of the lead."""
    rows = [row for name, (fitted, leg, log) in legs.items() for row in _rows(name, fitted, leg, log)]
    return LandscapeArtefact(
        schema=SCHEMA, vertical=vertical, legs=tuple(leg for _, leg, _ in legs.values()), parity=tuple(rows)
    )


def facts_at(log: AuctionLog, row: int) -> dict[str, Value]:
    """The facts of one row that are there."""
    facts = {name: plain(values[row]) for name, values in log.facts.items()}
    return {name: value for name, value in facts.items() if value is not None and value == value}


def _rows(name: Leg, fitted: Fit, leg: LegLandscape, log: AuctionLog) -> list[LandscapeRow]:
    known = np.flatnonzero(np.isin(log.seller, list(leg.sellers)))
    chosen = log.rows(known[np.linspace(0, len(known) - 1, PARITY_ROWS).astype(int)])
    blank = msgspec.structs.replace(
        chosen, facts={name: np.full(len(chosen), None, dtype=object) for name in chosen.facts}
    )
    return [
        LandscapeRow(
            seller=str(shown.seller[at]),
            leg=name,
            facts=facts_at(shown, at),
            worth_cents=float(shown.worth_cents[at]),
            bid_cents=float(shown.bid_cents[at]),
            chance=float(chance),
        )
        for shown in (chosen, blank)
        for at, chance in enumerate(predict(fitted, shown))
    ]
