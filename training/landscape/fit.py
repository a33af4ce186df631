"""Fit one form of a landscape: constants a seller, shrunk to those of all, by turns with the trees of the index."""

from collections.abc import Callable, Sequence
from functools import partial

import msgspec
import numpy as np
from msgspec.structs import astuple
from scipy.optimize import minimize

from app.scoring.artefact import Node
from app.scoring.landscape import SPREAD_STEP, Constants, LegLandscape
from training.conversion.features import Column
from training.landscape.auctions import POINTS_MAX, AuctionLog
from training.landscape.boosted import features_of, grown, table, total
from training.landscape.forms import (
    KNOTS,
    NAMES,
    SPREAD,
    BidRows,
    Form,
    Priced,
    Slopes,
    chance,
    rows,
    rows_between,
    slopes,
)
from training.statistics import Array

# With 2,000 auctions 24 small steps earn .989 of what the truth would, 40 larger ones .965, none .981; with 6,000 .996,
# .993 and .985. Below some 1,500 the facts cost about as much as they bring.
TREES = 24
ROUNDS = 4
"""The constants are fitted anew after every quarter of the trees."""

STEPS, STEPS_BETWEEN = 60, 15
STEPS_OF_TABLE = 5
"""So many times as many steps are taken towards a table, each of whose jumps closes slowly; they cost less each."""

_STEP = -4.0
_BEYOND = 0.5
"""How far in the logarithm the threshold outside all edges lies, as a guess."""
_STREAM, _STREAM_BESIDE_TABLE = 0.7, -3.0
"""Rivals of the first stream, as a guess: of a log with a few prices the table says all that can be known."""


_ROUND_CENTS = 100.0 * np.array(
    [*range(1, 10), *range(10, 30, 2), *range(30, 100, 5), *range(100, 200, 10), *range(200, 600, 25)], dtype=float
)

_READ = {"rivals": rows, "logistic": rows, "stepped": rows_between}


class _Prior(msgspec.Struct, frozen=True):
    """Standard deviations of sellers around what they have in common, of that around a guess, and of the list's steps,
    in logarithms all. Ten thousand rows outweigh them, a hundred do not.
    """

    sellers: Array
    guess: Array
    step: float


_PRIOR = _Prior(np.array([0.7, 0.4, 0.15, 0.25, 1.0]), np.array([1.5, 1.0, 0.5, 0.7, 1.5]), 2.0)
_PRIORS = {
    "rivals": _PRIOR,
    "logistic": _PRIOR,
    # Thresholds are free, so that the scale on which they lie must not be: half of it would make the same chances, and
    # trees that learn by heart, as each would count for twice as much.
    "stepped": _Prior(np.array([0.7, 0.4, 0.15, 0.15, 1.0]), np.array([1.5, 1.0, 0.2, 0.2, 1.5]), 3.0),
}

Seen = Callable[[Array, Array], Slopes]
"""What constants of each row, and steps of the list, say of the auctions."""


class Fit(msgspec.Struct, frozen=True):
    """One form as the service reads it, with the constants of every seller, and those that all have in common."""

    landscape: LegLandscape
    pooled: Constants


def fit(log: AuctionLog, columns: Sequence[Column], form: Form, winners: int, *, moves_spread: bool = False) -> Fit:
    """The best constants and trees of this form; the facts move the middle, and the spread if they are to."""
    log = log.told
    features, trees, spread_trees = features_of(columns, log), list[Node](), list[Node]()
    X = table(features, log)
    log_bid, log_worth = np.log(log.bid_cents), np.log(log.worth_cents)
    centre = float(log_worth.mean())
    names, seller = np.unique(log.seller.astype(str), return_inverse=True)
    knots = edges_of(log) if form == "stepped" else np.linspace(log_bid.min(), log_bid.max() + 1e-6, KNOTS)
    read = partial(_READ[form], knots=knots)
    won, guess, index = log.won.astype(float), np.array([_STREAM, centre - 0.6, 0.0, -0.7, 0.0]), np.zeros(len(log))
    wider = np.zeros((len(log), len(NAMES)))
    at, priced = read(log_bid, log_worth - centre), _priced(log, centre, read)

    def seen(index: Array, constants: Array, steps: Array) -> Slopes:
        return slopes(form, winners, at, priced, index, constants + wider, steps, won)

    usual = _usual_steps(log, knots) if form == "stepped" else np.full(len(knots), _STEP)
    if form == "stepped" and len(log.points):
        guess[0] = _STREAM_BESIDE_TABLE
    theta = np.concatenate([usual, guess, np.zeros(len(names) * len(NAMES))])
    for turn in range(ROUNDS + 1):
        most = (STEPS if turn in (0, ROUNDS) else STEPS_BETWEEN) * (STEPS_OF_TABLE if form == "stepped" else 1)
        theta = _sought(partial(seen, index), seller, guess, theta, usual, _PRIORS[form], steps=most)
        if turn == ROUNDS or not features:
            break
        steps, pooled, own = _parts(theta, len(usual))
        for _ in range(TREES // ROUNDS):
            now = seen(index, (pooled + own)[seller], steps)
            tree, added = grown(features, X, now.by_index, now.curvature)
            trees.append(tree)
            index = index + added
            if moves_spread:
                by_spread = seen(index, (pooled + own)[seller], steps).by_name[:, SPREAD]
                tree, added = grown(features, X, by_spread, by_spread**2)
                spread_trees.append(tree)
                wider[:, SPREAD] += added
    steps, pooled, own = _parts(theta, len(usual))
    constants = [Constants(*row) for row in (pooled + own).tolist()]
    widths = _widths(seen(index, (pooled + own)[seller], steps), seller, _PRIORS[form])
    landscape = LegLandscape(
        leg=log.leg,
        form=form,
        winners=winners,
        centre=centre,
        first_knot=0.0 if form == "stepped" else float(knots[0]),
        knot_step=1.0 if form == "stepped" else float(knots[1] - knots[0]),
        edges=tuple(knots.tolist()) if form == "stepped" else (),
        steps=tuple(steps.tolist()),
        features=features,
        trees=tuple(trees),
        spread_trees=tuple(spread_trees),
        sellers=dict(zip(names.tolist(), constants, strict=True)),
        widths=dict(zip(names.tolist(), widths.tolist(), strict=True)),
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
    X, worth = table(learned.features, log), np.log(log.worth_cents) - learned.centre
    index = total(learned.trees, X)
    constants[:, SPREAD] += SPREAD_STEP * np.rint(total(learned.spread_trees, X) / SPREAD_STEP)
    knots = np.array(learned.edges) if learned.edges else learned.first_knot + learned.knot_step * np.arange(KNOTS)
    log_bids = np.log(np.broadcast_to(bids, (len(log), np.shape(bids)[-1])))
    by_bid = [_READ[learned.form](column, worth, knots) for column in log_bids.T]
    return np.column_stack([chance(learned.form, learned.winners, at, index, constants, steps) for at in by_bid])


def edges_of(log: AuctionLog) -> Array:
    """Prices in cents at which a table may jump: just below those that were bid, where these are few.

    Else just above the round ones that lie among most bids, for rivals pay in round dollars.
    """
    if len(log.points):
        return log.points - 0.5
    low, high = np.quantile(log.bid_cents, (0.002, 0.998))
    among = np.array([price for price in _ROUND_CENTS.tolist() if low <= price <= high])
    prices = among if len(among) else np.unique(log.bid_cents)
    return np.asarray(prices[:: -(-len(prices) // POINTS_MAX)] + 0.5)


def _usual_steps(log: AuctionLog, edges: Array) -> Array:
    """As if rivals bid any price: a bid meets those above itself, or on a step that is bid all over above its end."""
    lowest, highest = np.log(edges[:1]), np.log(edges[-1:])
    inner = [lowest - _BEYOND, np.log(edges)] if len(log.points) else [np.log(edges), highest + _BEYOND]
    return np.asarray(np.log(np.diff(np.concatenate(inner), prepend=0.0)))


def _priced(log: AuctionLog, centre: float, read: Callable[[Array, Array], BidRows]) -> Priced:
    """What disclosed prices add."""
    lost = log.priced
    beaten = log.beaten_cents if len(lost) else np.zeros(0)
    return Priced(rows=lost, beaten=read(np.log(beaten), np.log(log.worth_cents[lost]) - centre))


def _widths(now: Slopes, seller: Array, prior: _Prior) -> Array:
    """By seller the standard deviation of the middle of its rivals' bids, given all that was seen of it."""
    return np.asarray(1.0 / np.sqrt(np.bincount(seller, now.curvature) + prior.sellers[1] ** -2))


def _parts(theta: Array, knots: int) -> tuple[Array, Array, Array]:
    """The steps of the list, the constants of all, and by how much those of each seller differ from them."""
    own = theta[knots + len(NAMES) :].reshape(-1, len(NAMES))
    return theta[:knots], theta[knots : knots + len(NAMES)], own


def _sought(seen: Seen, seller: Array, guess: Array, theta: Array, usual: Array, prior: _Prior, *, steps: int) -> Array:
    """Constants and a list of highest posterior probability, after so many steps towards them at most."""
    one_hot = np.equal.outer(np.arange(seller.max() + 1), seller).astype(float)

    def lost(theta: Array) -> tuple[float, Array]:
        sizes, pooled, own = _parts(theta, len(usual))
        now = seen((pooled + own)[seller], sizes)
        value = -float(np.log(now.likelihood).sum())
        gradient = -(one_hot @ now.by_name)
        off = (sizes - usual) / prior.step
        away = (pooled - guess) / prior.guess
        apart = own / prior.sellers
        value += 0.5 * float(np.sum(off**2) + np.sum(away**2) + np.sum(apart**2))
        by_all, by_seller = gradient.sum(0) + away / prior.guess, gradient + apart / prior.sellers
        return value, np.concatenate([off / prior.step - now.by_knot, by_all, by_seller.ravel()])

    return np.asarray(minimize(lost, theta, jac=True, method="L-BFGS-B", options={"maxiter": steps}).x)
