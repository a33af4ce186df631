"""The simulated market with a file of real leads: their outcomes are real, only the rivals are simulated."""

import msgspec
import numpy as np

from training.conversion.candidates import boosting
from training.conversion.encoders import encoded
from training.conversion.features import Column, columns_among, stacked
from training.conversion.train import cross_validated
from training.errors import TrainingError
from training.histories.history import History
from training.histories.spec import Spec
from training.lab.truth import HouseWorld, Rivals, around
from training.statistics import Array, log_odds

PLACES_MAX = 60
"""Rivals pay by the category with most values up to so many, as by a city."""


class NoMarket(TrainingError):
    """No market can be held over these leads: the text says why, and what to do."""


class RealLeads(msgspec.Struct, frozen=True, kw_only=True):
    """Leads of a file with what rivals believe of each (log-odds, by models that had not seen it)."""

    history: History
    columns: tuple[Column, ...]
    odds: Array
    worth_cents: Array
    place: str


def real_leads(history: History, spec: Spec, value: float, seed: int) -> RealLeads:
    """Ready to be auctioned. A lead that does not say what it would bring brings `value` dollars. Raises NoMarket."""
    columns, _ = columns_among(spec.fields)
    categories = [column.name for column in columns if column.kind == "category"]
    if not categories:
        raise NoMarket("no field of the specification is a choice: rivals pay by one, as by a city")
    X, y = stacked(columns, history.columns, len(history)), history.converted
    model = boosting(columns, seed=seed, encoded=encoded(columns, X))
    dollars = np.full(len(history), value) if history.value is None else history.value
    dollars = np.where(np.isfinite(dollars) & (dollars > 0.0), dollars, value)
    return RealLeads(
        history=history,
        columns=columns,
        odds=log_odds(cross_validated(model, X, y, folds=5, seed=seed)),
        worth_cents=dollars * 100.0,
        place=_place(history, categories),
    )


def world_of(leads: RealLeads, seed: int, rivals: Rivals) -> HouseWorld:
    """One seed's market: other sellers and rivals, the same leads in the same order."""
    return around(
        {column.name: leads.history.columns[column.name] for column in leads.columns},
        leads.odds,
        leads.worth_cents,
        leads.history.converted,
        leads.place,
        seed,
        rivals,
    )


def _place(history: History, categories: list[str]) -> str:
    counts = {name: len({str(value) for value in history.columns[name]}) for name in categories}
    few = {name: count for name, count in counts.items() if count <= PLACES_MAX}
    return max(few or counts, key=lambda name: counts[name])
