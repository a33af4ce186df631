"""What a policy would have earned on a log of another: four estimates, each a sum over rows, so that they can be
drawn again day by day.

`DM` believes the win model. `SNIPS` weighs the auctions in which the log happened to bid as the policy would. `DR` is
the first, corrected by the second. `CCR`, censored-conditional replay, starts from what happened to each ping: a bid
that won at b0 would have won above b0, and below it with F(b') / F(b0); one that lost at b0 would have lost below b0,
and above it won with (F(b') - F(b0)) / (1 - F(b0)).
"""

import msgspec
import numpy as np

from training.evaluation.density import Density, density_of, truncated_normal
from training.evaluation.ledger import Ledger
from training.evaluation.winning import Winning, cross_fitted
from training.evaluation.yardstick import Yardstick, yardstick
from training.statistics import Array

WINS, CONVERSIONS, VALUE, SPEND = range(4)
METHODS = ("DM", "SNIPS", "DR", "CCR")

BANDWIDTH = 0.5
"""Of the kernel, as a share of the deviation that most bids were drawn with: wider blurs F, narrower sees few rows."""


Estimate = tuple[tuple[Array, Array], ...]
"""The sum of its parts, a figure a bid; each is a ratio of sums over rows. Above the line a part has a column each for
wins, conversions, value and spend in cents, below it one.
"""


class KnownLog(msgspec.Struct, frozen=True, kw_only=True):
    """All that is known of a log: its rows, how its prices were drawn, F, what leads are worth.

    `at_logged` is F at the logged prices.
    """

    log: Ledger
    density: Density
    winning: Winning
    yardstick: Yardstick
    at_logged: Array


def known_of(log: Ledger, probability: Array) -> KnownLog:
    """A log with what can be learned of it, leads valued by this P(conversion). Raises TooThin."""
    winning = cross_fitted(log, np.maximum(probability * log.worth, 1.0))
    return KnownLog(
        log=log,
        density=density_of(log),
        winning=winning,
        yardstick=yardstick(log, probability),
        at_logged=winning(log.price),
    )


class Estimated(msgspec.Struct, frozen=True, kw_only=True):
    """The estimates of one policy by method; `weights` are those of SNIPS, `chance` the P(win) by replay."""

    bids: Array
    estimates: dict[str, Estimate]
    weights: Array
    chance: Array


def estimated(known: KnownLog, bids: Array) -> Estimated:
    """All four for a policy that would have bid `bids` cents, 0 where it would have declined."""
    log, at_bids = known.log, known.winning(bids)
    weights = kernel_weights(known.density, np.log(np.maximum(log.price, 1.0)), bids)
    chance = replayed_chance(log, bids, known.at_logged, at_bids)
    a_win, expected = known.yardstick.a_win(bids), known.yardstick.an_expected_win(bids)
    model, seen = at_bids[:, None] * expected, np.where(bids > 0.0, log.won, 0)[:, None] * a_win
    surprise = np.where(bids > 0.0, 1.0, 0.0)[:, None] * (seen - known.at_logged[:, None] * expected)
    every = np.ones(len(log))
    estimates: dict[str, Estimate] = {
        "DM": ((model, every),),
        "SNIPS": ((seen * weights[:, None], weights),),
        "DR": ((model, every), (surprise * weights[:, None], weights)),
        "CCR": ((chance[:, None] * a_win, every),),
    }
    return Estimated(bids=bids, estimates=estimates, weights=weights, chance=chance)


def replay(known: KnownLog, bids: Array, winning: Winning | None = None) -> Estimate:
    """Censored-conditional replay alone, by another F where one is given."""
    at_logged = known.at_logged if winning is None else winning(known.log.price)
    chance = replayed_chance(known.log, bids, at_logged, (winning or known.winning)(bids))
    return ((chance[:, None] * known.yardstick.a_win(bids), np.ones(len(known.log))),)


def replayed_chance(log: Ledger, bids: Array, at_logged: Array, at_bids: Array) -> Array:
    """P(win at `bids`) of each ping, given what became of the logged bid; exact where the winning price is known."""
    if_won = np.where(bids >= log.price, 1.0, at_bids / np.maximum(at_logged, 1e-9))
    if_lost = np.where(bids <= log.price, 0.0, (at_bids - at_logged) / np.maximum(1.0 - at_logged, 1e-9))
    disclosed = ~np.isnan(log.winning) & (log.winning >= log.price)
    if_lost = np.where(disclosed, bids > np.nan_to_num(log.winning), if_lost)
    return np.asarray(np.where(bids > 0.0, np.clip(np.where(log.won == 1, if_won, if_lost), 0.0, 1.0), 0.0))


def kernel_weights(density: Density, log_price: Array, bids: Array) -> Array:
    """How much more likely a price near the policy's was to be the policy's than the log's; 1 where both are sure.

    The policy's point becomes a bell within the bounds, or no logged price would ever equal it. Where
    the log hardly ever tried a bid there is no weight: nothing was seen there.
    """
    if not density.slices:
        return np.where(bids > 0.0, 0.0, 1.0)
    width = BANDWIDTH * max(density.slices, key=lambda each: each.share).spread
    log_bids = np.log(np.maximum(bids, 1.0))
    bell = truncated_normal(log_price, log_bids, width, density.log_low, density.log_high)
    logged = density.at(log_price)
    inside = density.reaches(log_bids) & (logged > 0.0)
    return np.where(bids > 0.0, np.where(inside, bell / np.maximum(logged, 1e-12), 0.0), 1.0)
