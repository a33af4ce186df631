"""Choose among fitted landscapes by what each would have earned on auctions that none of them has seen."""

from collections.abc import Sequence

import msgspec
import numpy as np
from scipy.special import softmax

from training.landscape.auctions import AuctionLog
from training.landscape.fit import Fit, curves, edges_of
from training.landscape.forms import Form
from training.statistics import Array, losses, saving

GRID = 64
"""Bids that are compared for each lead: steps of some 8 % are fine enough to tell forms apart."""
ROWS_MAX = 4_000
"""So many of the newest auctions, spread over all, say what a form earns."""
RESAMPLES = 200


class TriedFit(msgspec.Struct, frozen=True, kw_only=True):
    """One fit on auctions that it had not seen: P(win) at the bids that were made, and what its own bids would earn, in
    cents by row. `priced` is whether it learned from disclosed prices.
    """

    fitted: Fit
    priced: bool
    predicted: Array
    losses: Array
    surplus: Array


def tried(fits: Sequence[tuple[Fit, bool]], newest: AuctionLog) -> list[TriedFit]:
    """Every fit with its own bids, replayed on what became of the bids that were made.

    A bid that won would have won with a higher one, one that lost would have lost with a lower one, and where a price
    was disclosed nothing is left open. For the rest a blend of all fits is asked, each as likely as it makes these
    auctions: a form that is off has no say in what its own bids would have won.
    """
    some = newest.rows(np.arange(0, len(newest), -(-len(newest) // ROWS_MAX)))
    bids = _bids(some)
    by_fit = [curves(fitted, some, bids) for fitted, _ in fits]
    at_logged = [curves(fitted, newest, newest.bid_cents[:, None])[:, 0] for fitted, _ in fits]
    weights = _blend(np.column_stack([losses(newest.won, predicted) for predicted in at_logged]))
    believed = np.tensordot(weights, by_fit, axes=1)
    at_bid = weights @ [curves(fitted, some, some.bid_cents[:, None])[:, 0] for fitted, _ in fits]
    earned = _replayed(some, bids, believed, at_bid) * (some.worth_cents[:, None] - bids)
    allowed = (bids < some.worth_cents[:, None]) & (bids >= some.floor_cents[:, None])
    rows, trials = np.arange(len(some)), []
    for number, (fitted, priced) in enumerate(fits):
        hoped = np.where(allowed, by_fit[number] * (some.worth_cents[:, None] - bids), -1.0)
        best = hoped.argmax(axis=1)
        surplus = np.where(hoped[rows, best] > 0.0, earned[rows, best], 0.0)
        predicted = at_logged[number]
        lost = losses(newest.won, predicted)
        trials.append(TriedFit(fitted=fitted, priced=priced, predicted=predicted, losses=lost, surplus=surplus))
    return trials


def _bids(log: AuctionLog) -> Array:
    """What a buyer may bid: the prices of its list, or any, the best of which may lie just above those of rivals."""
    if len(log.points):
        return log.points
    even = np.geomspace(max(float(log.floor_cents.min()), 50.0), float(log.worth_cents.max()), GRID)
    return np.union1d(even, np.ceil(edges_of(log)))


def chosen(trials: Sequence[TriedFit], errors: float, usual: Form) -> TriedFit:
    """The `usual` form that predicts best from won and lost alone, unless another trial is better.

    Better is what predicts clearly better and does not clearly earn less, or earns clearly more and predicts half as
    clearly better: neither figure alone has been right in every market.
    """
    plain = [each for each in trials if _is_plain(each, usual)]
    best = min(plain, key=lambda each: float(each.losses.sum()))
    for other in trials:
        if _is_better(other, best, errors):
            best = other
    return best


def _is_plain(trial: TriedFit, usual: Form) -> bool:
    learned = trial.fitted.landscape
    return learned.form == usual and not trial.priced and not learned.spread_trees


def _is_better(one: TriedFit, than: TriedFit, errors: float) -> bool:
    closer, more = saving(one.losses, than.losses), saving(than.surplus, one.surplus)
    if closer.is_clear(errors):
        return not saving(one.surplus, than.surplus).is_clear(errors)
    return more.is_clear(errors) and closer.is_clear(0.5 * errors)


def _replayed(log: AuctionLog, bids: Array, believed: Array, at_bid: Array) -> Array:
    """P(win) of each row at each of the bids, given what became of the one that was made."""
    made, at = log.bid_cents[:, None], np.clip(at_bid[:, None], 1e-6, 1.0 - 1e-6)
    if_won = np.where(bids >= made, 1.0, np.minimum(believed / at, 1.0))
    if_lost = np.where(bids <= made, 0.0, np.clip((believed - at) / (1.0 - at), 0.0, 1.0))
    told = log.priced
    if len(told):
        assert log.winning_cents is not None
        if_lost[told] = bids > log.winning_cents[told, None]
    return np.asarray(np.where(log.won[:, None] == 1, if_won, if_lost))


def _blend(costs: Array) -> Array:
    """Weights of the columns: how likely each makes these auctions, on average over auctions as they might have been.

    Where forms are about as good they share the say; one that is worse by more than chance has none. (A mixture fitted
    to the auctions gives all a third: its likelihood is too flat to tell a form that is off by a few hundredths.)
    """
    again = np.random.default_rng(0).dirichlet(np.ones(len(costs)), RESAMPLES) * len(costs)
    return np.asarray(softmax(-again @ costs, axis=1).mean(axis=0))
