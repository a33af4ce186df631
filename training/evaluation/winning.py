"""P(win at any bid) of every logged ping, learned from the others of the log: for the auctions that nobody saw."""

from collections.abc import Callable
from typing import Any

import msgspec
import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier

from training.conversion.threads import threads_for
from training.evaluation.ledger import Array, Ledger
from training.landscape.fit import Fit, fit, predict
from training.landscape.log import AuctionLog, objects
from training.statistics import log_odds

FOLDS = 4
VALUES_MAX = 30
"""Rarer values of a fact are one value to the trees."""
ROWS_MIN = 300
OF_EACH_MIN = 30
"""Auctions of a leg, and of them won and lost, below which nothing can be said of other bids than those made."""

_TREES, _LEAVES, _RATE = 100, 10, 0.07
_RIVALS_ROWS = 5_000
_SHARED_WINNERS = 3
"""A first word alone, which the trees correct."""
_EDGE = 0.002
"""No bid wins for sure, and none loses for sure."""
_ABSENT = ("zip", "zip3", "sub_id")
"""Facts of too many values to say anything of rivals here."""

Winning = Callable[[Array], Array]
"""P(win) of each row of a log at these bids in cents."""


class TooThin(Exception):
    """There are too few auctions: the text says of which leg, and how many it takes."""


def cross_fitted(log: Ledger, worth_cents: Array, *, seed: int = 1) -> Winning:
    """F(b | x) of each row by a model that has not seen its ping; never falls in b. `worth_cents` is p V on the leg.

    Leg by leg the geometric mean of two sets of boosted trees, over b / v, b, v, V, seller and the lead's facts,
    monotone in the bid. One of them is also told what a plain stream of rivals would do: it knows better what to expect
    a little beyond the bids that were made, the other is not misled where rivals are no such stream. Raises TooThin.
    """
    fold = np.random.default_rng(seed).integers(FOLDS, size=int(log.ping.max(initial=0)) + 1)[log.ping]
    legs = {leg: np.flatnonzero(log.leg == leg) for leg in sorted(set(log.leg.tolist()))}
    for leg, rows in legs.items():
        _check_enough(leg, log.won[rows])
    of_leg = {leg: _leg(log, rows, worth_cents[rows], fold[rows], seed) for leg, rows in legs.items()}

    def winning(bids: Array) -> Array:
        chance = np.zeros(len(log))
        for leg, rows in legs.items():
            chance[rows] = of_leg[leg](bids[rows])
        # Below what the seller takes nobody wins.
        return np.where((bids > 0.0) & (bids >= log.floor), np.clip(chance, _EDGE, 1.0 - _EDGE), 0.0)

    return winning


def _check_enough(leg: str, won: Array) -> None:
    wins = int(won.sum())
    losses = len(won) - wins
    if len(won) < ROWS_MIN or min(wins, losses) < OF_EACH_MIN:
        raise TooThin(
            f"{len(won):,} decided bids of the {leg} leg, {wins:,} won and {losses:,} lost: it takes {ROWS_MIN}, "
            f"and {OF_EACH_MIN} of each"
        )


def _leg(log: Ledger, rows: Array, worth_cents: Array, fold: Array, seed: int) -> Winning:
    columns = [log.seller[rows], *_facts(log, rows)]
    fixed = np.column_stack([np.log(worth_cents), np.log(log.worth[rows]), *map(_coded, columns)])
    auctions = _auctions(log, rows, worth_cents)
    winners = 1 if auctions.leg == "exclusive" else _SHARED_WINNERS
    models = []
    for held_out in range(FOLDS):
        others = np.flatnonzero(fold != held_out)
        rivals = fit(auctions.rows(_some(others)), (), "rivals", winners)
        seen = _rows(rivals, auctions.rows(others), fixed[others])
        pair = []
        with threads_for(len(others)):
            for first in (0, 1):
                trees = _monotone(3 - first, [_is_category(values) for values in columns], seed)
                pair.append(trees.fit(seen[:, first:], auctions.won[others]))
        models.append((rivals, pair))

    def winning(bids: Array) -> Array:
        chance = np.zeros(len(bids))
        for held_out, (rivals, pair) in enumerate(models):
            asked = np.flatnonzero((fold == held_out) & (bids > 0.0))
            if len(asked):
                at = msgspec.structs.replace(auctions.rows(asked), bid_cents=bids[asked])
                shown = _rows(rivals, at, fixed[asked])
                odds = [log_odds(trees.predict_proba(shown[:, first:])[:, 1]) for first, trees in enumerate(pair)]
                chance[asked] = 1.0 / (1.0 + np.exp(-np.mean(odds, axis=0)))
        return chance

    return winning


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
    """What the stream of rivals says, b / v and b come first, which may only raise the chance."""
    log_bid = np.log(auctions.bid_cents)
    return np.column_stack([log_odds(predict(rivals, auctions)), log_bid - fixed[:, 0], log_bid, fixed])


def _some(rows: Array) -> Array:
    """Spread over all of them: a handful of constants needs no more."""
    return rows[:: max(len(rows) // _RIVALS_ROWS, 1)]


def _auctions(log: Ledger, rows: Array, worth_cents: Array) -> AuctionLog:
    first = log.bids[int(rows[0])]
    return AuctionLog(
        vertical=first.vertical,
        leg=first.leg,
        seller=log.seller[rows],
        facts={},
        worth_cents=worth_cents,
        bid_cents=log.price[rows],
        floor_cents=log.floor[rows],
        won=log.won[rows],
    )


def _facts(log: Ledger, rows: Array) -> list[Array]:
    facts = [log.bids[row].facts for row in rows]
    names = dict.fromkeys(name for each in facts for name in each if name not in _ABSENT)
    return [objects([each.get(name) for each in facts]) for name in names]


def _is_category(values: Array) -> bool:
    return any(isinstance(value, str) for value in values)


def _coded(values: Array) -> Array:
    """Numbers as they are, names as numbers of the most frequent ones; all others share one."""
    if not _is_category(values):
        return np.array([np.nan if value is None else float(value) for value in values])
    words = np.array([value if isinstance(value, str) else "" for value in values], dtype=object).astype(str)
    names, counts = np.unique(words, return_counts=True)
    usual = names[np.argsort(-counts, kind="stable")][:VALUES_MAX]
    numbers = {str(name): float(number) for number, name in enumerate(usual)}
    return np.array([numbers.get(str(word), float(len(usual))) for word in words])
