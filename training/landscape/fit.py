"""Fit one form of a landscape: constants a seller, shrunk to those of all, by turns with the trees of the index."""

from collections.abc import Callable, Sequence
from functools import partial

import msgspec
import numpy as np
from msgspec.structs import astuple
from scipy.optimize import minimize

from app.scoring.artefact import Node
from app.scoring.landscape import Constants, LegLandscape
from training.conversion.features import Column
from training.landscape.auctions import AuctionLog
from training.landscape.boosted import features_of, grown, table, total
from training.landscape.forms import KNOTS, NAMES, Form, Priced, Slopes, chance, rows, slopes
from training.statistics import Array

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


Seen = Callable[[Array, Array], Slopes]
"""What constants of each row, and steps of the list, say of the auctions."""


class Fit(msgspec.Struct, frozen=True):
    """One form as the service reads it, with the constants of every seller, and those that all have in common."""

    landscape: LegLandscape
    pooled: Constants


def fit(log: AuctionLog, columns: Sequence[Column], form: Form, winners: int) -> Fit:
    """The best constants and trees of this form."""
    log = log.told
    features, trees = features_of(columns, log), list[Node]()
    X = table(features, log)
    log_bid, log_worth = np.log(log.bid_cents), np.log(log.worth_cents)
    centre = float(log_worth.mean())
    names, seller = np.unique(log.seller.astype(str), return_inverse=True)
    knots = np.linspace(log_bid.min(), log_bid.max() + 1e-6, KNOTS)
    won, guess, index = log.won.astype(float), np.array([0.7, centre - 0.6, 0.0, -0.7, 0.0]), np.zeros(len(log))
    seen = partial(
        slopes, form, winners, rows(log_bid, log_worth - centre, knots), _priced(log, centre, knots), won=won
    )
    theta = np.concatenate([np.full(KNOTS, _STEP), guess, np.zeros(len(names) * len(NAMES))])
    for turn in range(ROUNDS + 1):
        most = STEPS if turn in (0, ROUNDS) else STEPS_BETWEEN
        theta = _sought(partial(seen, index), seller, guess, theta, steps=most)
        if turn == ROUNDS or not features:
            break
        steps, pooled, own = _parts(theta)
        for _ in range(TREES // ROUNDS):
            now = seen(index, (pooled + own)[seller], steps)
            tree, added = grown(features, X, now.by_index, now.curvature)
            trees.append(tree)
            index = index + added
    steps, pooled, own = _parts(theta)
    constants = [Constants(*row) for row in (pooled + own).tolist()]
    landscape = LegLandscape(
        leg=log.leg,
        form=form,
        winners=winners,
        centre=centre,
        first_knot=float(knots[0]),
        knot_step=float(knots[1] - knots[0]),
        steps=tuple(steps.tolist()),
        features=features,
        trees=tuple(trees),
        sellers=dict(zip(names.tolist(), constants, strict=True)),
    )
    return Fit(landscape, Constants(*pooled.tolist()))


def predict(fitted: Fit, log: AuctionLog) -> Array:
    """P(win) of each row of any log at its bid; a seller that was not seen is as sellers are."""
    return np.asarray(curves(fitted, log, log.bid_cents[:, None])[:, 0])


def curves(fitted: Fit, log: AuctionLog, bids: Array) -> Array:
    """P(win) of each row of any log, a column a bid: those of `bids`, the same for all rows or a row for each."""
    learned = fitted.landscape
    constants = np.array([astuple(learned.sellers.get(name, fitted.pooled)) for name in log.seller])
    constants, steps = constants.reshape(-1, len(NAMES)), np.array(learned.steps)
    index, worth = total(learned.trees, table(learned.features, log)), np.log(log.worth_cents) - learned.centre
    knots = learned.first_knot + learned.knot_step * np.arange(KNOTS)
    log_bids = np.log(np.broadcast_to(bids, (len(log), np.shape(bids)[-1])))
    by_bid = [rows(column, worth, knots) for column in log_bids.T]
    return np.column_stack([chance(learned.form, learned.winners, at, index, constants, steps) for at in by_bid])


def _priced(log: AuctionLog, centre: float, knots: Array) -> Priced:
    """What disclosed prices add."""
    lost = log.priced
    beaten = log.beaten_cents if len(lost) else np.zeros(0)
    return Priced(rows=lost, beaten=rows(np.log(beaten), np.log(log.worth_cents[lost]) - centre, knots))


def _parts(theta: Array) -> tuple[Array, Array, Array]:
    """The steps of the list, the constants of all, and by how much those of each seller differ from them."""
    return theta[:KNOTS], theta[KNOTS : KNOTS + len(NAMES)], theta[KNOTS + len(NAMES) :].reshape(-1, len(NAMES))


def _sought(seen: Seen, seller: Array, guess: Array, theta: Array, *, steps: int) -> Array:
    """Constants and a list of highest posterior probability, after so many steps towards them at most."""
    one_hot = np.equal.outer(np.arange(seller.max() + 1), seller).astype(float)

    def lost(theta: Array) -> tuple[float, Array]:
        sizes, pooled, own = _parts(theta)
        now = seen((pooled + own)[seller], sizes)
        value = -float(np.log(now.likelihood).sum())
        gradient = -(one_hot @ now.by_name)
        off = (sizes - _STEP) / _AROUND_STEP
        away = (pooled - guess) / _AROUND_GUESS
        apart = own / _AMONG_SELLERS
        value += 0.5 * float(np.sum(off**2) + np.sum(away**2) + np.sum(apart**2))
        by_all, by_seller = gradient.sum(0) + away / _AROUND_GUESS, gradient + apart / _AMONG_SELLERS
        return value, np.concatenate([off / _AROUND_STEP - now.by_knot, by_all, by_seller.ravel()])

    return np.asarray(minimize(lost, theta, jac=True, method="L-BFGS-B", options={"maxiter": steps}).x)
