"""Bids in the simulated market as a buyer would have logged them, whose true worth at any other bid is known."""

import msgspec
import numpy as np

from app.domain.pricing.exploration import jitter
from training.bootstrap import DAY_S
from training.evaluation.ledger import Ledger, ledger
from training.histories.bids import LoggedBid
from training.lab import truth
from training.landscape.auctions import facts_at
from training.statistics import Array

DAYS = 14
SINCE = 1_800_000_000.0
SHADE = 0.5


class SimulatedLog(msgspec.Struct, frozen=True, kw_only=True):
    """`rows` are the leads of `world` that were bid for, in the order of the log."""

    seed: int
    world: truth.HouseWorld
    rows: Array
    bids: list[LoggedBid]
    log: Ledger

    def outcome(self, again: truth.Reruns, bids: Array) -> tuple[float, float]:
        """Wins, and surplus in cents, that these bids bring a bid of the log on average."""
        wins, surplus = again.outcome(self.world.worth_cents[self.rows], bids)
        return float(wins.mean()), float(surplus.mean())

    def reruns(self, times: int) -> truth.Reruns:
        """The auctions of the log, held again with other rivals."""
        again = truth.reruns(self.world, times, self.seed)
        return truth.Reruns(highest=again.highest[:, self.rows], probability=again.probability[:, self.rows])


def simulated_log(rows: int, seed: int, spread: float, rivals: truth.Rivals = "house") -> SimulatedLog:
    """A buyer who knows P(conversion) as far as a ping shows it and bids half of the value, jittered in log."""
    world = truth.draw(rows, seed, rivals)
    probability = truth.shown(world)
    places = np.random.default_rng(seed + 1_000).random(rows)
    value, low = probability * world.worth_cents, float(truth.RESERVE_CENTS)
    kept = np.flatnonzero(value > low)
    bids = [_bid(world, int(row), float(probability[row]), spread, float(places[row])) for row in kept]
    return SimulatedLog(seed=seed, world=world, rows=kept, bids=bids, log=ledger(bids))


def _bid(world: truth.HouseWorld, row: int, probability: float, spread: float, place: float) -> LoggedBid:
    worth, low = float(world.worth_cents[row]), float(truth.RESERVE_CENTS)
    value = probability * worth
    best = min(max(SHADE * value, low), value)
    price_cents = int(jitter(best, low, value, spread, place))
    won = bool(world.won(np.array([price_cents]), np.array([row]), 1)[0])
    converted = bool(won and world.converted[row])
    return LoggedBid(
        id=f"{row:08d}",
        at=SINCE + row * DAYS * DAY_S / len(world.seller),
        seller=truth.SELLERS[world.seller[row]],
        vertical="house",
        campaign="house",
        leg="exclusive",
        model="1",
        zip="78701",
        state="TX",
        facts=facts_at(world.visible, row),
        floor_cents=int(low),
        probability=probability,
        worth=worth,
        value=value,
        bid_value=value,
        low=low,
        high=value,
        best=best,
        spread=spread,
        price_cents=price_cents,
        win_probability=0.5,
        won=won,
        converted=converted if won else None,
        value_cents=int(worth) if converted else 0,
    )
