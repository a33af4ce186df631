"""P(win at any bid) of every logged ping, learned from the others of the log: for the auctions that nobody saw."""

from collections.abc import Callable
from typing import Any, get_args

import msgspec
import numpy as np
from msgspec.structs import replace
from sklearn.ensemble import HistGradientBoostingClassifier

from app.wire.ping import Leg
from training.conversion.candidates import threads_for
from training.evaluation.ledger import Ledger
from training.landscape.auctions import AuctionLog, check_enough, columns_of, log_of
from training.landscape.boosted import categorical, features_of, table
from training.landscape.fit import Fit, fit, predict
from training.statistics import Array, expit, log_odds

FOLDS = 4
VALUES_MAX = 30
"""Rarer values of a fact are as if it were missing."""
ROWS_MIN, OF_EACH_MIN = 300, 30
"""Auctions of a leg, and of them won and lost, below which nothing can be said of other bids than those made."""

_TREES, _LEAVES, _RATE = 100, 10, 0.07
_RIVALS_ROWS = 5_000
"""So many rows, spread over all: a handful of constants needs no more."""
_SHARED_WINNERS = 3
"""A first word alone, which the trees correct."""
_ABSENT = ("zip3",)
"""Facts of too many values to say anything of rivals here."""
_EDGE = 0.002
"""No bid wins for sure, and none loses for sure."""

Winning = Callable[[Array], Array]
"""P(win) of each row of a log at these bids in cents."""


class CrossFitted(msgspec.Struct, frozen=True, kw_only=True):
    """F of every row, by the model that has not seen its ping; `fold` says by row which that is."""

    by_fold: Callable[[Array, Array], Array]
    fold: Array

    def __call__(self, bids: Array) -> Array:
        """P(win) of each row at these bids in cents."""
        return self.by_fold(bids, self.fold)

    def each(self, bids: Array, at: Array) -> list[Array]:
        """The same by each of the models in turn, of the rows at these positions and 0 elsewhere."""
        some = np.zeros(len(bids))
        some[at] = bids[at]
        return [self.by_fold(some, np.full(len(self.fold), number)) for number in range(FOLDS)]


def cross_fitted(log: Ledger, worth_cents: Array, *, seed: int = 1) -> CrossFitted:
    """F(b | x) of each row by a model that has not seen its ping; never falls in b. `worth_cents` is p V on the leg.

    Leg by leg the geometric mean of two sets of boosted trees, over b / v, b, v, V, seller and the lead's facts,
    monotone in the bid. One of them is also told what a plain stream of rivals would do: it knows better what to expect
    a little beyond the bids that were made, the other is not misled where rivals are no such stream. Raises TooThin.
    """
    fold = np.random.default_rng(seed).integers(FOLDS, size=int(log.ping.max(initial=0)) + 1)[log.ping]
    legs = {leg: rows for leg in get_args(Leg) if len(rows := np.flatnonzero(log.leg == leg))}
    for leg, rows in legs.items():
        check_enough(leg, log.won[rows], ROWS_MIN, OF_EACH_MIN)
    of_leg = {leg: _leg(log, leg, rows, worth_cents[rows], fold[rows], seed) for leg, rows in legs.items()}

    def winning(bids: Array, fold: Array) -> Array:
        chance = np.zeros(len(log))
        for leg, rows in legs.items():
            chance[rows] = of_leg[leg](bids[rows], fold[rows])
        # Below what the seller takes nobody wins.
        return np.where((bids > 0.0) & (bids >= log.floor), np.clip(chance, _EDGE, 1.0 - _EDGE), 0.0)

    return CrossFitted(by_fold=winning, fold=fold)


def _leg(
    log: Ledger, leg: Leg, rows: Array, worth_cents: Array, fold: Array, seed: int
) -> Callable[[Array, Array], Array]:
    bids = [log.bids[int(row)] for row in rows]
    auctions = replace(log_of(bids, bids[0].vertical, leg), worth_cents=worth_cents, winning_cents=None)
    auctions = replace(auctions, facts={"seller": auctions.seller, **auctions.facts})
    columns = [column for column in columns_of(auctions.facts) if column.name not in _ABSENT]
    features = features_of(columns, auctions, VALUES_MAX)
    kinds = categorical(features)
    fixed = np.column_stack([np.log(worth_cents), np.log(log.worth[rows]), table(features, auctions)])
    models: list[tuple[Fit, list[_Trees]]] = []
    for held_out in range(FOLDS):
        others = np.flatnonzero(fold != held_out)
        some = auctions.rows(others[:: max(len(others) // _RIVALS_ROWS, 1)])
        rivals = fit(some, (), "rivals", 1 if leg == "exclusive" else _SHARED_WINNERS)
        seen = _rows(rivals, auctions.rows(others), fixed[others])
        with threads_for(len(others)):
            pair = [_monotone(3 - first, kinds, seed).fit(seen[:, first:], auctions.won[others]) for first in (0, 1)]
        shown = _rows(rivals, auctions, fixed)
        models.append((rivals, [_Trees(trees, shown[:, first:], sum(kinds)) for first, trees in enumerate(pair)]))

    def winning(bids: Array, by: Array) -> Array:
        chance = np.zeros(len(bids))
        for number, (rivals, pair) in enumerate(models):
            asked = np.flatnonzero((by == number) & (bids > 0.0))
            if len(asked):
                shown = _rising(rivals, replace(auctions.rows(asked), bid_cents=bids[asked]), fixed[asked])
                odds = [log_odds(trees.chance(asked, shown[:, first:])) for first, trees in enumerate(pair)]
                chance[asked] = expit(np.mean(odds, axis=0))
        return chance

    return winning


class _Trees:
    """Fitted trees and the rows they are asked of, encoded once: scikit-learn would encode them at each question."""

    def __init__(self, trees: Any, rows: Array, names: int) -> None:
        # Names come first in what is encoded, then the numbers, of which those that rise are the first.
        self._rows, self._first = trees._preprocess_X(rows, reset=False), names
        trees._preprocessor, self._trees = None, trees

    def chance(self, at: Array, rising: Array) -> Array:
        """What they say of the rows at these positions, once the first numbers are these."""
        rows = self._rows[at]
        rows[:, self._first : self._first + rising.shape[1]] = rising
        return np.asarray(self._trees.predict_proba(rows)[:, 1])


def _monotone(rising: int, are_categories: list[bool], seed: int) -> Any:
    """Trees over `rising` columns that may only raise the chance, then log v, log V, and names or numbers."""
    return HistGradientBoostingClassifier(
        max_iter=_TREES,
        max_leaf_nodes=_LEAVES,
        learning_rate=_RATE,
        min_samples_leaf=40,
        l2_regularization=5.0,
        monotonic_cst=[1] * rising + [0] * (2 + len(are_categories)),
        categorical_features=[False] * (rising + 2) + are_categories,
        early_stopping=False,
        random_state=seed,
    )


def _rows(rivals: Fit, auctions: AuctionLog, fixed: Array) -> Array:
    """What may only raise the chance comes first."""
    return np.column_stack([_rising(rivals, auctions, fixed), fixed])


def _rising(rivals: Fit, auctions: AuctionLog, fixed: Array) -> Array:
    """What the stream of rivals says, b / v and b: each may only raise the chance."""
    log_bid = np.log(auctions.bid_cents)
    return np.column_stack([log_odds(predict(rivals, auctions)), log_bid - fixed[:, 0], log_bid])
