"""Fit one form of a landscape: constants a seller, shrunk to those of all, by turns with the trees of the index."""

from collections.abc import Sequence

import msgspec
import numpy as np
from scipy.optimize import minimize

from app.scoring.artefact import Feature, Node
from training.conversion.features import Column
from training.landscape.auctions import AuctionLog
from training.landscape.boosted import features_of, grown, table, total
from training.landscape.forms import KNOTS, NAMES, BidRows, Form, chance, rows, slopes
from training.statistics import Array, losses

# With 2,000 auctions 24 small steps earn .989 of what the truth would, 40 larger ones .965, none .981; with 6,000 .996,
# .993 and .985. Below some 1,500 the facts cost about as much as they bring.
TREES = 24
ROUNDS = 4
"""The constants are fitted anew after every quarter of the trees."""

STEPS, STEPS_BETWEEN = 60, 15

# Standard deviations of sellers around what they have in common, of that around a guess, and of the list's steps, in
# logarithms all. Ten thousand rows outweigh them, a hundred do not.
_AMONG_SELLERS = np.array([0.7, 0.4, 0.15, 0.25, 1.0])
_AROUND_GUESS = np.array([1.5, 1.0, 0.5, 0.7, 1.5])
_STEP, _AROUND_STEP = -4.0, 2.0


class Fit(msgspec.Struct, frozen=True, kw_only=True):
    """One form. `centre` is the mean log v; constants by seller and of all, a column for each of `NAMES`."""

    form: Form
    winners: int
    centre: float
    sellers: tuple[str, ...]
    constants: Array
    pooled: Array
    knots: Array
    steps: Array
    features: tuple[Feature, ...]
    trees: tuple[Node, ...]


class _Problem(msgspec.Struct, frozen=True, kw_only=True):
    """What stays the same while constants are sought; `one_hot` has a row a seller."""

    form: Form
    winners: int
    at: BidRows
    won: Array
    seller: Array
    one_hot: Array
    guess: Array


def fit(log: AuctionLog, columns: Sequence[Column], form: Form, winners: int) -> Fit:
    """The best constants and trees of this form."""
    log = log.disclosed
    features, trees = features_of(columns, log), list[Node]()
    X = table(features, log)
    log_bid, log_worth = np.log(log.bid_cents), np.log(log.worth_cents)
    centre = float(log_worth.mean())
    names, seller = np.unique(log.seller.astype(str), return_inverse=True)
    knots = np.linspace(log_bid.min(), log_bid.max() + 1e-6, KNOTS)
    problem = _Problem(
        form=form,
        winners=winners,
        at=rows(log_bid, log_worth - centre, knots),
        won=log.won.astype(float),
        seller=seller,
        one_hot=np.equal.outer(np.arange(len(names)), seller).astype(float),
        guess=np.array([0.7, centre - 0.6, 0.0, -0.7, 0.0]),
    )
    theta = np.concatenate([np.full(KNOTS, _STEP), problem.guess, np.zeros(len(names) * len(NAMES))])
    index = np.zeros(len(log))
    for turn in range(ROUNDS + 1):
        theta = _sought(problem, theta, index, steps=STEPS if turn in (0, ROUNDS) else STEPS_BETWEEN)
        if turn == ROUNDS or not features:
            break
        constants = _by_seller(problem, theta)[seller]
        for _ in range(TREES // ROUNDS):
            now = slopes(form, winners, problem.at, index, constants, theta[:KNOTS], problem.won)
            tree, added = grown(features, X, now.by_index, now.curvature)
            trees.append(tree)
            index = index + added
    return Fit(
        form=form,
        winners=winners,
        centre=centre,
        sellers=tuple(names.tolist()),
        constants=_by_seller(problem, theta),
        pooled=theta[KNOTS : KNOTS + len(NAMES)],
        knots=knots,
        steps=theta[:KNOTS],
        features=features,
        trees=tuple(trees),
    )


def predict(fitted: Fit, log: AuctionLog) -> Array:
    """P(win) of each row of any log; a seller that was not seen is as sellers are."""
    known = {name: position for position, name in enumerate(fitted.sellers)}
    constants = np.vstack([fitted.constants, fitted.pooled])[[known.get(name, len(known)) for name in log.seller]]
    index = total(fitted.trees, table(fitted.features, log))
    at = rows(np.log(log.bid_cents), np.log(log.worth_cents) - fitted.centre, fitted.knots)
    return chance(fitted.form, fitted.winners, at, index, constants, fitted.steps)


def _by_seller(problem: _Problem, theta: Array) -> Array:
    own = theta[KNOTS + len(NAMES) :].reshape(len(problem.one_hot), len(NAMES))
    return np.asarray(theta[KNOTS : KNOTS + len(NAMES)] + own)


def _sought(problem: _Problem, theta: Array, index: Array, *, steps: int) -> Array:
    """Constants and a list of highest posterior probability, after so many steps towards them at most."""

    def lost(theta: Array) -> tuple[float, Array]:
        own = theta[KNOTS + len(NAMES) :].reshape(len(problem.one_hot), len(NAMES))
        constants, sizes = _by_seller(problem, theta)[problem.seller], theta[:KNOTS]
        now = slopes(problem.form, problem.winners, problem.at, index, constants, sizes, problem.won)
        value = float(losses(problem.won, now.chance).sum())
        gradient = -(problem.one_hot @ now.by_name)
        off = (sizes - _STEP) / _AROUND_STEP
        away = (theta[KNOTS : KNOTS + len(NAMES)] - problem.guess) / _AROUND_GUESS
        apart = own / _AMONG_SELLERS
        value += 0.5 * float(np.sum(off**2) + np.sum(away**2) + np.sum(apart**2))
        parts = (
            off / _AROUND_STEP - now.by_knot,
            gradient.sum(0) + away / _AROUND_GUESS,
            (gradient + apart / _AMONG_SELLERS).ravel(),
        )
        return value, np.concatenate(parts)

    return np.asarray(minimize(lost, theta, jac=True, method="L-BFGS-B", options={"maxiter": steps}).x)
