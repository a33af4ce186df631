"""How good a win model is: the predicted win rate of bids beside how many won, whether its curves ever fall, and what
they say of known prices.
"""

from collections.abc import Mapping
from math import log as ln

import msgspec
import numpy as np

from app.domain.catalogue import Model
from app.domain.pricing.pricing import Curve
from app.domain.seller import Habits
from training.evaluation.ledger import Ledger
from training.evaluation.rebid import curve_of, on_leg, shared_shares, valuation_of
from training.statistics import Array, ReliabilityBin, bins_by_mass, bins_by_name, bounded, losses

SELLERS, SELLER_ROWS_MIN = 4, 80
"""So many sellers, the largest, have their own win rate by bid where they have so many bids."""
LOOKED_AT = 200
PRICES_MIN = 50
"""Disclosed prices below which no density can be judged."""
_STEP = 1.03
_DENSITY_MIN = 1e-4
"""A price that a landscape holds impossible costs this much and not everything."""


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

    `looked` counts the leads, spread over the log, at which the learned curve was looked at, `falls` those at which it
    falls somewhere. `anlp` is the average negative log-likelihood of the disclosed prices of lost auctions, in the
    logarithm of the price, given that our bid lost; `None` where `prices` are too few.
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
    looked = _curves(log, model, np.unique(np.linspace(0, len(log) - 1, LOOKED_AT).astype(int)))
    bids = np.geomspace(50.0, 4.0 * max(float(log.price.max(initial=100.0)), 100.0), 60).tolist()
    fallen = [np.any(np.diff([curve.win_probability(bid) for bid in bids]) < -1e-9) for curve in looked.values()]
    lost = _curves(log, model, np.flatnonzero((log.won == 0) & (log.winning >= log.price)))
    surprises = [_surprise(curve, float(log.winning[row]), log.bids[row].price_cents) for row, curve in lost.items()]
    return Wins(
        models=tuple(_figures(name, log.won, each) for name, each in by_landscape.items() if not np.isnan(each).all()),
        by_bid=bins_by_mass(price, chance, won, 12),
        by_seller=bins_by_name(seller, chance, won),
        sellers=tuple(
            SellerWins(seller=each.name, by_bid=bins_by_mass(price[own], chance[own], won[own], 8))
            for each in largest
            for own in [seller == each.name]
        ),
        looked=len(looked),
        falls=int(sum(fallen)),
        prices=len(surprises),
        anlp=float(np.mean(surprises)) if len(surprises) >= PRICES_MIN else None,
    )


def _figures(name: str, won: Array, predicted: Array) -> WinFigures:
    known = ~np.isnan(predicted)
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


def _curves(log: Ledger, model: Model, rows: Array) -> dict[int, Curve]:
    """The learned curves of these rows, where there are any."""
    shares, found = shared_shares(log), {}
    for row in rows.tolist():
        bid = log.bids[row]
        chance = min(on_leg(bid, model.probability, shares), 1.0)
        curve, learned = curve_of(bid, model, valuation_of(bid, chance, Habits(), model))
        if learned:
            found[row] = curve
    return found


def _surprise(curve: Curve, price: float, bid: float) -> float:
    rise = curve.win_probability(price * _STEP) - curve.win_probability(price / _STEP)
    density = rise / (2.0 * ln(_STEP)) / max(1.0 - curve.win_probability(bid), 1e-6)
    return -ln(max(density, _DENSITY_MIN))
