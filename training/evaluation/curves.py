"""A model's landscape looked at by itself: whether it ever falls as a bid rises, and what it says of known prices."""

from collections.abc import Mapping
from math import log, nan

import numpy as np

from app.domain.catalogue import Model
from app.domain.pricing.pricing import Curve
from app.domain.seller import Habits
from training.evaluation.ledger import Ledger
from training.evaluation.rebid import curve_of, on_leg, shared_shares, valuation_of
from training.histories.bids import LoggedBid

LOOKED_AT = 200
PRICES_MIN = 50
"""Disclosed prices below which no density can be judged."""
_STEP = 1.03
_DENSITY_MIN = 1e-4
"""A price that a landscape holds impossible costs this much and not everything."""


def falls(ledger: Ledger, model: Model) -> tuple[int, int]:
    """At how many leads, spread over the log, the learned curve was looked at, and at how many it falls somewhere."""
    shares, rows = shared_shares(ledger), np.unique(np.linspace(0, len(ledger) - 1, LOOKED_AT).astype(int))
    curves = [_learned(ledger.bids[int(row)], model, shares) for row in rows]
    looked = [curve for curve in curves if curve is not None]
    bids = np.geomspace(50.0, 4.0 * max(float(ledger.price.max(initial=100.0)), 100.0), 60).tolist()
    fallen = [np.any(np.diff([curve.win_probability(bid) for bid in bids]) < -1e-9) for curve in looked]
    return len(looked), int(sum(fallen))


def anlp(ledger: Ledger, model: Model) -> tuple[int, float | None]:
    """How many disclosed prices of lost auctions there are, and the average negative log of what the landscape held of
    them: the density of the price's logarithm, given that our bid lost. `None` where they are too few.
    """
    rows = np.flatnonzero((ledger.won == 0) & (ledger.winning >= ledger.price))
    shares = shared_shares(ledger)
    found = [_surprise(ledger.bids[int(row)], float(ledger.winning[row]), model, shares) for row in rows]
    told = [each for each in found if each == each]
    return len(told), float(np.mean(told)) if len(told) >= PRICES_MIN else None


def _surprise(bid: LoggedBid, price: float, model: Model, shares: Mapping[str, float]) -> float:
    curve = _learned(bid, model, shares)
    if curve is None:
        return nan
    rise = curve.win_probability(price * _STEP) - curve.win_probability(price / _STEP)
    density = rise / (2.0 * log(_STEP)) / max(1.0 - curve.win_probability(bid.price_cents), 1e-6)
    return -log(max(density, _DENSITY_MIN))


def _learned(bid: LoggedBid, model: Model, shares: Mapping[str, float]) -> Curve | None:
    """The learned curve of one logged lead."""
    chance = min(on_leg(bid, model.probability, shares), 1.0)
    curve, learned = curve_of(bid, model, valuation_of(bid, chance, Habits()))
    return curve if learned else None
