"""How good a win model is: what was foretold of bids, beside how many won."""

from collections.abc import Mapping

import msgspec
import numpy as np

from training.evaluation.grades import Grade, by_mass, by_name
from training.evaluation.ledger import Array, Ledger
from training.statistics import bounded, losses

PRICES_MIN = 50
"""Disclosed prices below which no density can be judged."""


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
    by_bid: tuple[Grade, ...]


class Wins(msgspec.Struct, frozen=True, kw_only=True):
    """The landscapes, the one that is judged first; its win rates by bid, by seller, and by bid for each seller.

    `anlp` is the average negative log-likelihood of disclosed winning prices, in the logarithm of the price.
    """

    models: tuple[WinFigures, ...]
    by_bid: tuple[Grade, ...]
    by_seller: tuple[Grade, ...]
    sellers: tuple[SellerWins, ...]
    looked: int = 0
    falls: int = 0
    prices: int = 0
    anlp: float | None = None


def wins(
    log: Ledger, by_model: Mapping[str, Array], *, looked: int, falls: int, anlp: tuple[int, float | None]
) -> Wins:
    """`by_model` holds each landscape's P(win) at the logged price, NaN where it does not know the seller."""
    first = next(iter(by_model.values()))
    known = np.flatnonzero(~np.isnan(first))
    won, price, chance = log.won[known].astype(np.float64), log.price[known], first[known]
    sellers = [str(name) for name in np.unique(log.seller[known].astype(str))]
    largest = sorted(sellers, key=lambda name: (-int((log.seller[known] == name).sum()), name))[:4]
    return Wins(
        models=tuple(found for name, values in by_model.items() if (found := _figures(name, log.won, values))),
        by_bid=by_mass(price, chance, won, 12),
        by_seller=by_name([str(name) for name in log.seller[known]], chance, won),
        sellers=tuple(
            SellerWins(seller=name, by_bid=by_mass(price[rows], chance[rows], won[rows], 8))
            for name in largest
            if len(rows := np.flatnonzero(log.seller[known] == name)) >= 80
        ),
        looked=looked,
        falls=falls,
        prices=anlp[0],
        anlp=anlp[1],
    )


def _figures(name: str, won: Array, predicted: Array) -> WinFigures | None:
    known = ~np.isnan(predicted)
    if not known.any():
        return None
    happened, chance = won[known].astype(np.float64), bounded(predicted[known])
    share = np.full(len(happened), np.clip(happened.mean(), 1e-6, 1.0 - 1e-6))
    return WinFigures(
        name=name,
        rows=int(known.sum()),
        log_loss=float(losses(happened, chance).mean()),
        log_loss_constant=float(losses(happened, share).mean()),
        brier=float(np.mean((happened - chance) ** 2)),
        brier_constant=float(np.mean((happened - share) ** 2)),
    )
