"""How far an estimate may be off because its models are: what chance in the sampled days alone does not show.

F was learned from this very log. Its error is the jackknife's: each of the cross-fitted models in the place of all, and
how far the estimate moves with it (Quenouille and Tukey, by groups). What owning a lead is worth was measured on the
leads that were won; its error is drawn with the days, seller by seller. Both are the same for all policies in one draw,
so that they cancel in a difference as far as they should. And whoever bids more wins better leads, because rivals know
something: by how much is not known of a price that was not bid.
"""

from collections.abc import Callable

import msgspec
import numpy as np

from training.bootstrap import Resamples
from training.evaluation.ledger import Ledger
from training.evaluation.winning import FOLDS, CrossFitted
from training.evaluation.yardstick import Yardstick, quality_factors
from training.statistics import Array

ROWS_MAX = 10_000
"""So many rows, spread over the log, tell by how much the models differ."""

SELECTION = 0.06
"""Deviation of how much better, as a share, leads are that a bid wins which is e times as high, in the house market."""


class ModelError(msgspec.Struct, frozen=True, kw_only=True):
    """Of one log. `moves` has by draw how much of each model's departure is added, `factors` by draw and seller how far
    the quality factor departs, as a share, `selection` by draw how far it does with the bid; all are 0 in the first
    draw, which is the sample itself.
    """

    at: Array
    winning: CrossFitted
    at_logged: list[Array]
    moves: Array
    factors: Array
    selection: Array
    seller: Array
    log_price: Array

    def at_bids(self, bids: Array) -> list[Array]:
        """F at these bids by each of the models, of the rows that are looked at."""
        return self.winning.each(bids, self.at)

    def of_wins(self, at_bids: list[Array], estimate: Callable[[Array, Array], Array]) -> Array:
        """By draw how far the mean row of an estimate departs, which follows from F at the logged bid and at others."""
        by_model = [
            estimate(at_logged, at)[self.at].mean(axis=0) for at_logged, at in zip(self.at_logged, at_bids, strict=True)
        ]
        return np.asarray(self.moves @ (np.array(by_model) - np.mean(by_model, axis=0)))

    def of_worth(self, bids: Array, total: Array, believed: Array) -> Array:
        """By draw how far the mean of what won leads are worth departs; `believed` of it is not known."""
        farther = np.where(bids > 0.0, np.log(np.maximum(bids, 1.0)) - self.log_price, 0.0)
        by_bid = np.outer(self.selection, (total * farther[:, None]).mean(axis=0))
        by_seller = np.array([believed[self.seller == number].sum(axis=0) for number in range(self.factors.shape[1])])
        return np.asarray(self.factors @ by_seller / len(believed) + by_bid)


def model_error(
    log: Ledger, probability: Array, yardstick: Yardstick, winning: CrossFitted, again: Resamples, seed: int = 2
) -> ModelError:
    """All of it that does not depend on a policy."""
    at = np.arange(0, len(log), -(-len(log) // ROWS_MAX))
    names, seller = np.unique(log.seller.astype(str), return_inverse=True)
    drawn = quality_factors(log, probability, again)
    usual = np.array([yardstick.quality_factor[name] for name in names])
    # The variance of a delete-a-group jackknife is (groups - 1) / groups times the sum of squares.
    scale = np.sqrt((FOLDS - 1) / FOLDS)
    normal = np.random.default_rng(seed).normal(size=(len(again.times), FOLDS + 1))
    normal[0] = 0.0
    return ModelError(
        at=at,
        winning=winning,
        at_logged=winning.each(log.price, at),
        moves=scale * normal[:, :FOLDS],
        factors=drawn / usual - 1.0,
        selection=SELECTION * normal[:, FOLDS],
        seller=seller,
        log_price=np.log(np.maximum(log.price, 1.0)),
    )
