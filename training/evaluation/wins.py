"""How good a win model is: the predicted win rate of bids, beside how many won."""

from collections.abc import Mapping

import msgspec
import numpy as np

from app.domain.catalogue import Model
from training.evaluation.curves import anlp, falls
from training.evaluation.ledger import Ledger
from training.statistics import Array, ReliabilityBin, bins_by_mass, bins_by_name, bounded, losses

SELLERS, SELLER_ROWS_MIN = 4, 80
"""So many sellers, the largest, have their own win rate by bid where they have so many bids."""


class WinFigures(msgspec.Struct, frozen=True, kw_only=True):
    """One landscape on the decided bids it speaks of; a constant's figures are those of the share won."""

    name: str
    rows: int
    log_loss: float
    log_loss_constant: float
    brier: float
    brier_constant: float


class SellerWins(msgspec.Struct, frozen=True, kw_only=True):
    """A seller's win rate by bid."""

    seller: str
    by_bid: tuple[ReliabilityBin, ...]


class Wins(msgspec.Struct, frozen=True, kw_only=True):
    """The landscapes, the one that is judged first; its win rates by bid, by seller, and by bid for each seller.

    `anlp` is the average negative log-likelihood of disclosed winning prices, in the logarithm of the price.
    """

    models: tuple[WinFigures, ...]
    by_bid: tuple[ReliabilityBin, ...]
    by_seller: tuple[ReliabilityBin, ...]
    sellers: tuple[SellerWins, ...]
    looked: int = 0
    falls: int = 0
    prices: int = 0
    anlp: float | None = None


def wins(log: Ledger, by_landscape: Mapping[str, Array], model: Model) -> Wins:
    """`by_landscape` holds P(win) at the logged price, NaN where a seller is not known; the curves are the model's."""
    first = next(iter(by_landscape.values()))
    known = np.flatnonzero(~np.isnan(first))
    won, price, chance = log.won[known].astype(np.float64), log.price[known], first[known]
    seller = log.seller[known].astype(str)
    largest = bins_by_name(seller, chance, won, count_min=SELLER_ROWS_MIN, most=SELLERS)
    looked, fallen = falls(log, model)
    prices, surprise = anlp(log, model)
    return Wins(
        models=tuple(found for name, values in by_landscape.items() if (found := _figures(name, log.won, values))),
        by_bid=bins_by_mass(price, chance, won, 12),
        by_seller=bins_by_name(seller, chance, won),
        sellers=tuple(
            SellerWins(seller=each.name, by_bid=bins_by_mass(price[own], chance[own], won[own], 8))
            for each in largest
            for own in [seller == each.name]
        ),
        looked=looked,
        falls=fallen,
        prices=prices,
        anlp=surprise,
    )


def _figures(name: str, won: Array, predicted: Array) -> WinFigures | None:
    known = ~np.isnan(predicted)
    if not known.any():
        return None
    happened, chance = won[known].astype(np.float64), bounded(predicted[known])
    share = np.full(len(happened), happened.mean())
    return WinFigures(
        name=name,
        rows=int(known.sum()),
        log_loss=float(losses(happened, chance).mean()),
        log_loss_constant=float(losses(happened, share, edge=1e-6).mean()),
        brier=float(np.mean((happened - chance) ** 2)),
        brier_constant=float(np.mean((happened - share) ** 2)),
    )
