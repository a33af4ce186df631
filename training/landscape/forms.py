"""The forms of F(b|x) that a landscape may take, as functions of a few constants a seller and one index a lead.

`rivals`: they arrive as a Poisson stream, so that with L expected above a bid P(fewer than N are above) is
exp(-L) sum over k < N of L^k / k!. L is a stream of rivals who value the lead much as we do, around an index, and one
of rivals who pay by a price list, whatever the lead; the list is a sum of narrow steps at fixed knots, the same at
every seller but for its size. `logistic`: log-odds of winning that are linear in the logarithm of the bid. `stepped`:
the stream, and beside it one of rivals who pay a few prices only: each bids the highest of them that it would pay, so
that a bid between two of them meets all who would pay the next. What is met there is free of shape: a threshold on the
scale of the stream for every step between two prices. All rise with the bid by construction, and have their centre
where log v, the seller and m(x) put it.
"""

from typing import Literal

import msgspec
import numpy as np

from app.domain.pricing.landscape import EPSILON, LIST_PLACES, LIST_STEP, STEEP
from app.scoring.landscape import KNOT_WIDTH
from training.statistics import Array

Form = Literal["rivals", "logistic", "stepped"]

KNOTS = 32

NAMES = ("stream", "middle", "slope", "spread", "lists")
SPREAD = 3
"""By seller, the logarithms of: the expected rivals of the first stream, the middle of their bids over v, how it moves
with v, their spread, and how many pay by a list."""


_UNLIKELY = 1e-4
"""A price that a form holds impossible costs this much and not everything."""


class BidRows(msgspec.Struct, frozen=True, kw_only=True):
    """What F is asked of: `worth` is log v less its mean, `above` by knot how much of its step lies above the bid.

    Of the form `stepped`, 1 for every step that the bid has reached.
    """

    log_bid: Array
    worth: Array
    above: Array


class Priced(msgspec.Struct, frozen=True, kw_only=True):
    """Lost auctions whose price is known: their positions, and bids that would have won them."""

    rows: Array
    beaten: BidRows


class Slopes(msgspec.Struct, frozen=True, kw_only=True):
    """Of each row: the likelihood of what became of it, the gradient of its logarithm by each of `NAMES`, each knot and
    the index, and by the index its curvature.
    """

    likelihood: Array
    by_name: Array
    by_knot: Array
    by_index: Array
    curvature: Array


def rows(log_bid: Array, worth: Array, knots: Array) -> BidRows:
    """Rows for these knots, which lie evenly on the logarithm of the bid; a list is read as coarsely as when served."""
    place = np.clip(np.rint(log_bid / LIST_STEP), 0, LIST_PLACES - 1)
    width = KNOT_WIDTH * (knots[1] - knots[0])
    return BidRows(log_bid=log_bid, worth=worth, above=tail((place[:, None] * LIST_STEP - knots) / width))


def rows_between(log_bid: Array, worth: Array, knots: Array) -> BidRows:
    """Rows for steps between these prices in cents, from below the lowest to above the highest."""
    reached = np.exp(log_bid)[:, None] >= np.concatenate([[0.0], knots])
    return BidRows(log_bid=log_bid, worth=worth, above=reached.astype(float))


def chance(form: Form, winners: int, at: BidRows, index: Array, constants: Array, steps: Array) -> Array:
    """P(win) of each row; `constants` has a column for each of `NAMES`, `steps` the logarithm of each knot's step,
    or of the form `stepped` of how much the threshold rises with it, in logarithms of cents."""
    return _of(form, winners, at, index, constants, steps)[0]


def slopes(
    form: Form,
    winners: int,
    at: BidRows,
    priced: Priced,
    index: Array,
    constants: Array,
    steps: Array,
    won: Array,
) -> Slopes:
    """What the fit needs to know at these constants: of bids that won, or lost, or lost and would have won higher."""
    chance, by_name, by_list, by_index = _of(form, winners, at, index, constants, steps)
    curvature = by_index**2 / (chance * (1.0 - chance))
    likelihood = np.where(won == 1, chance, 1.0 - chance)
    lost = priced.rows
    weight = won / chance - (1 - won) / (1.0 - chance)
    if len(lost):
        beaten = _of(form, winners, priced.beaten, index[lost], constants[lost], steps)
        more, more_by_name, more_by_list, more_by_index = beaten
        likelihood[lost] = np.maximum(more - chance[lost], 0.0) + _UNLIKELY
        weight_higher = 1.0 / likelihood[lost]
        weight[lost] = -weight_higher
        curvature[lost] = np.maximum(curvature[lost], more_by_index**2 / (more * (1.0 - more)))
    by_name, by_index, by_knot = by_name * weight[:, None], by_index * weight, (weight * by_list) @ at.above
    if len(lost):
        by_name[lost] += more_by_name * weight_higher[:, None]
        by_index[lost] += more_by_index * weight_higher
        by_knot += (weight_higher * more_by_list) @ priced.beaten.above
    by_knot *= np.exp(steps)
    return Slopes(likelihood=likelihood, by_name=by_name, by_knot=by_knot, by_index=by_index, curvature=curvature)


def tail(z: Array) -> Array:
    """S(z)."""
    return np.asarray(1.0 / (1.0 + np.exp(np.clip(STEEP * z, -60.0, 60.0))))


def _of(
    form: Form, winners: int, at: BidRows, index: Array, constants: Array, steps: Array
) -> tuple[Array, Array, Array, Array]:
    """P(win) of each row and its derivatives by name, by knot and by the index.

    That by a knot is of each row a number, times what of the knot's step is above, times the step: to multiply all of
    them out took most of a fit's time.
    """
    stream, middle, slope, spread, lists = constants.T
    width, usual = np.exp(spread), middle + (1.0 + slope) * at.worth + index
    above, falls, z = _stream(at.log_bid, usual, width)
    by_name = np.zeros((len(z), len(NAMES)))
    if form == "logistic":
        inner, by_expected = 1.0 - above, np.full(len(z), -(1.0 - 2.0 * EPSILON))
        rivals, by_list = np.ones(len(z)), np.zeros(len(z))
    else:
        rivals, by_list, listed = np.exp(stream), np.exp(lists), at.above @ np.exp(steps)
        if form == "stepped":
            others, met, z_met = _stream(listed, usual, width)
            listed, met = by_list * others, by_list * met
            by_list = -met / width
        else:
            listed = by_list * listed
        expected = rivals * above + listed
        few = _poisson(winners, expected)
        inner, by_expected = np.sum(few, axis=0), -(1.0 - 2.0 * EPSILON) * few[-1]
        by_name[:, 0] = by_expected * rivals * above
        by_name[:, 4] = by_expected * listed
        by_list = by_expected * by_list
    by_index, by_spread = rivals * falls, rivals * falls * z
    if form == "stepped":
        by_index, by_spread = by_index + met, by_spread + met * z_met
    by_name[:, 1] = by_expected * by_index / width
    by_name[:, 2] = by_name[:, 1] * at.worth
    by_name[:, 3] = by_expected * by_spread
    return EPSILON + (1.0 - 2.0 * EPSILON) * inner, by_name, by_list, by_name[:, 1]


def _poisson(count: int, expected: Array) -> list[Array]:
    """P(none), P(one) and so on, so many of them, of what comes as often as is expected."""
    terms = [np.exp(-expected)]
    for number in range(1, count):
        terms.append(terms[-1] * expected / number)
    return terms


def _stream(log_bid: Array, usual: Array, width: Array) -> tuple[Array, Array, Array]:
    """What share of a stream is above these bids, how fast it falls there, and where they lie in it."""
    z = (log_bid - usual) / width
    above = tail(z)
    return above, STEEP * above * (1.0 - above), z
