"""One value of a lead for all policies: the prediction of one model, corrected by each seller's outcomes."""

import msgspec
import numpy as np

from training.evaluation.ledger import Ledger
from training.statistics import Array

CONVERSIONS_PRIOR = 20.0
LEADS_PRIOR = 50.0
"""As when sellers' habits are measured: so much record counts as much as the belief before it."""


class Yardstick(msgspec.Struct, frozen=True, kw_only=True):
    """By row, of the lead once it is owned: P(conversion), value in cents, and the share of its price that is paid.

    Of leads that were won and have matured it is what happened; of all others what is expected. By seller
    `quality_factor` is realized over predicted value of won leads: who wins an auction has mostly thought too well of
    the lead.
    """

    probability: Array
    value: Array
    paid: Array
    expected_probability: Array
    expected_value: Array
    expected_paid: Array
    quality_factor: dict[str, float]

    def a_win(self, bids: Array) -> Array:
        """Wins, conversions, value and spend of winning each row at these bids, as far as it is known what came."""
        return np.column_stack([np.ones(len(bids)), self.probability, self.value, bids * self.paid])

    def an_expected_win(self, bids: Array) -> Array:
        """The same as it was to be expected of each row."""
        spend = bids * self.expected_paid
        return np.column_stack([np.ones(len(bids)), self.expected_probability, self.expected_value, spend])


def yardstick(log: Ledger, probability: Array) -> Yardstick:
    """Measured with this P(conversion) on each row's leg."""
    matured = log.matured
    quality_factor = _by_seller(log, probability, matured)
    factor = np.array([quality_factor[seller] for seller in log.seller])
    rate = _return_rate(log, matured)
    expected_value = factor * probability * log.worth
    return Yardstick(
        probability=np.where(matured, np.nan_to_num(log.converted), factor * probability),
        value=np.where(matured, np.nan_to_num(log.realised), expected_value),
        paid=np.where(matured, 1.0 - log.returned, 1.0 - rate),
        expected_probability=factor * probability,
        expected_value=expected_value,
        expected_paid=np.full(len(log), 1.0 - rate),
        quality_factor=quality_factor,
    )


def _by_seller(log: Ledger, probability: Array, matured: Array) -> dict[str, float]:
    """A seller's ratio shrunk to that of all, and that of all to 1."""
    predicted, realised = np.where(matured, probability * log.worth, 0.0), np.where(matured, log.realised, 0.0)
    expected = float(probability[matured].sum())
    prior = CONVERSIONS_PRIOR * float(predicted.sum()) / expected if expected > 0.0 else 1.0
    everyone = (prior + float(realised.sum())) / (prior + float(predicted.sum()))
    found = {}
    for seller in sorted(set(log.seller.tolist())):
        own = log.seller == seller
        found[seller] = (prior * everyone + float(realised[own].sum())) / (prior + float(predicted[own].sum()))
    return found


def _return_rate(log: Ledger, matured: Array) -> float:
    return float(log.returned[matured].sum()) / (float(matured.sum()) + LEADS_PRIOR)
