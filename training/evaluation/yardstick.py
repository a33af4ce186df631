"""One value of a lead for all policies: the prediction of one model, corrected by each seller's outcomes."""

import msgspec
import numpy as np

from training.bootstrap import Resamples
from training.evaluation.ledger import Ledger
from training.statistics import Array

CONVERSIONS_PRIOR = 20.0
LEADS_PRIOR = 50.0
"""As when sellers' habits are measured: so much record counts as much as the belief before it."""


class LeadWorth(msgspec.Struct, frozen=True, kw_only=True):
    """By row, of the lead once it is owned: P(conversion), value in cents, and the share of its price that is paid."""

    probability: Array
    value: Array
    paid: Array

    def a_win(self, bids: Array) -> Array:
        """Wins, conversions, value and spend of winning each row at these bids."""
        return np.column_stack([np.ones(len(bids)), self.probability, self.value, bids * self.paid])


class Yardstick(msgspec.Struct, frozen=True, kw_only=True):
    """Of leads that were won and have matured `known` is what happened; of all others what is `expected` of each row.

    By seller `quality_factor` is realised over predicted value of won leads: who wins an auction has mostly thought too
    well of the lead.
    """

    known: LeadWorth
    expected: LeadWorth
    quality_factor: dict[str, float]


def yardstick(log: Ledger, probability: Array) -> Yardstick:
    """Measured with this P(conversion) on each row's leg."""
    matured = log.matured
    names = np.unique(log.seller.astype(str))
    by_seller = quality_factors(log, probability)[0]
    quality_factor = dict(zip(names.tolist(), by_seller.tolist(), strict=True))
    factor = np.array([quality_factor[seller] for seller in log.seller])
    rate = float(log.returned[matured].sum()) / (float(matured.sum()) + LEADS_PRIOR)
    chance = factor * probability
    expected = LeadWorth(probability=chance, value=chance * log.worth, paid=np.full(len(log), 1.0 - rate))
    known = LeadWorth(
        probability=np.where(matured, np.nan_to_num(log.converted), expected.probability),
        value=np.where(matured, np.nan_to_num(log.realised), expected.value),
        paid=np.where(matured, 1.0 - log.returned, expected.paid),
    )
    return Yardstick(known=known, expected=expected, quality_factor=quality_factor)


def quality_factors(log: Ledger, probability: Array, again: Resamples | None = None) -> Array:
    """A column a seller, in the order of their names: its ratio shrunk to that of all, and that of all to 1.

    A row a draw where the log is drawn again; else one, of the log itself.
    """
    matured = log.matured
    predicted, realised = np.where(matured, probability * log.worth, 0.0), np.where(matured, log.realised, 0.0)
    expected = float(probability[matured].sum())
    prior = CONVERSIONS_PRIOR * float(predicted.sum()) / expected if expected > 0.0 else 1.0
    names, seller = np.unique(log.seller.astype(str), return_inverse=True)
    own = np.equal.outer(seller, np.arange(len(names)))
    columns = np.hstack([own * predicted[:, None], own * realised[:, None]])
    sums = columns.sum(axis=0)[None] if again is None else again.sums(columns)
    hoped, came = np.hsplit(sums, 2)
    everyone = (prior + came.sum(axis=1)) / (prior + hoped.sum(axis=1))
    return np.asarray((prior * everyone[:, None] + came) / (prior + hoped))
