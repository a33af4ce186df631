"""Bids in the house market as a buyer would have logged them, whose true value at any other bid is known."""

import msgspec
import numpy as np

from app.domain.pricing.exploration import jitter
from tests.bids import AT, bid
from training.bootstrap import DAY_S
from training.evaluation.ledger import Ledger, ledger
from training.histories.bids import LoggedBid
from training.lab import truth
from training.statistics import Array, expit

DAYS = 14


class SimulatedLog(msgspec.Struct, frozen=True, kw_only=True):
    """`rows` are the leads of `world` that were bid for, in the order of the log."""

    world: truth.HouseWorld
    rows: Array
    bids: list[LoggedBid]
    log: Ledger

    def surplus(self, bids: Array) -> float:
        """What these bids in cents earn in truth, in dollars a ping."""
        world, rows = self.world, self.rows
        won = world.won(bids, rows, 1)
        return float(np.mean(won * (expit(world.odds + world.intent)[rows] * world.worth_cents[rows] - bids))) / 100.0


def simulated_log(rows: int, seed: int, spread: float, *, shade: float = 0.5) -> SimulatedLog:
    """A buyer who knows P(conversion) as far as a ping shows it and bids half of the value, jittered in log."""
    world = truth.draw(rows, seed, "house")
    probability = _visible(world)
    places = np.random.default_rng(seed + 1_000).random(rows)
    kept, bids = [], []
    for row in range(rows):
        worth = float(world.worth_cents[row])
        value, low = float(probability[row]) * worth, float(truth.RESERVE_CENTS)
        if value <= low:
            continue
        best = min(max(shade * value, low), value)
        price_cents = int(jitter(best, low, value, spread, float(places[row])))
        won = price_cents > world.top[row, 0]
        converted = bool(won and world.converted[row])
        kept.append(row)
        bids.append(
            bid(
                row,
                at=AT + row * DAYS * DAY_S / rows,
                seller=truth.SELLERS[world.seller[row]],
                facts={name: values[row] for name, values in world.visible.items() if values[row] is not None},
                probability=float(probability[row]),
                worth=worth,
                value=value,
                bid_value=value,
                low=low,
                high=value,
                best=best,
                spread=spread,
                price_cents=price_cents,
                won=bool(won),
                converted=converted if won else None,
                value_cents=int(worth) if converted else 0,
            )
        )
    return SimulatedLog(world=world, rows=np.array(kept), bids=bids, log=ledger(bids))


def _visible(world: truth.HouseWorld) -> Array:
    """P(conversion) to somebody who does not see intent, by quadrature."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(15)
    chances = 1.0 / (1.0 + np.exp(-world.odds[:, None] - truth.INTENT_SIGMA * nodes))
    return np.asarray(chances @ weights / weights.sum())
