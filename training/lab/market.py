"""What a buyer sees of the simulated market: leads with their pings, past labels, auctions won and lost.

Around a file of real leads their outcomes are real, and only the rivals are simulated.
"""

from collections.abc import Sequence

import msgspec
import numpy as np

from app.scoring.compile import compiled
from app.wire.ping import Leg, Value
from training.conversion.candidates import boosting, chance, threads_for
from training.conversion.encoders import encoded
from training.conversion.export import scorer_of
from training.conversion.features import Column, columns_among, stacked, table
from training.conversion.train import cross_validated
from training.errors import TrainingError
from training.histories.history import History
from training.histories.spec import Spec
from training.lab.truth import CITY_SIGMA, RESERVE_CENTS, SELLERS, HouseWorld, Rivals, contested
from training.landscape.auctions import AuctionLog, facts_at
from training.statistics import Array, log_odds

TRAINED, LOGGED = 0.4, 0.2
"""The share of leads that train the conversion model, and that are bid for at random to learn of rivals."""

SHADES = (0.1, 1.1)
PROBES = 0.05
"""So many of the bids that explore lie just above the floor, where nothing else looks."""

PLACES_MAX = 60
"""Rivals pay by the category of real leads with most values up to so many, as by a city."""


class HouseMarket(msgspec.Struct, frozen=True, kw_only=True):
    """One seed's market with `winners` a lead. `value` is p V in cents by the trained model, of every lead.

    `log` are the explored auctions, of the leads at `logged`; `evaluated` are those on which policies are compared.
    `points`, in cents and rising, are the only prices that may be bid, where there are any.
    """

    world: HouseWorld
    winners: int
    columns: tuple[Column, ...]
    facts: list[dict[str, Value]]
    probability: Array
    log: AuctionLog
    logged: Array
    evaluated: Array
    points: tuple[int, ...] = ()

    @property
    def leg(self) -> Leg:
        """Exclusive where one may win."""
        return "exclusive" if self.winners == 1 else "shared"

    @property
    def value(self) -> Array:
        """p V in cents."""
        return np.asarray(self.probability * self.world.worth_cents)

    def won(self, bids: Array, at: Array) -> Array:
        """Whether each bid in cents wins its auction; no bid below the reserve wins."""
        return self.world.won(bids, at, self.winners)


def market(
    world: HouseWorld, columns: Sequence[Column], winners: int, bids: int | None, seed: int, disclosed: float = 0.0
) -> HouseMarket:
    """The market as its buyer knows it; `bids` auctions are explored, a fifth of the leads unless given.

    `disclosed` is the share of lost exclusive auctions of which the seller says what won.
    """
    rows = len(world.seller)
    facts = [facts_at(world.visible, row) for row in range(rows)]
    probability = _learnt(facts, columns, world.converted, int(rows * TRAINED), seed)
    first, usual = int(rows * TRAINED), int(rows * (TRAINED + LOGGED))
    logged = np.arange(first, first + bids if bids else usual)
    return HouseMarket(
        world=world,
        winners=winners,
        columns=tuple(columns),
        facts=facts,
        probability=probability,
        log=_log(world, probability, winners, logged, disclosed, seed),
        logged=logged,
        evaluated=np.arange(max(usual, int(logged[-1]) + 1), rows),
    )


def _learnt(facts: list[dict[str, Value]], columns: Sequence[Column], y: Array, rows: int, seed: int) -> Array:
    """P(conversion) of every lead, by the compiled scorer of a model of the oldest."""
    X = table(columns, facts)
    known = encoded(columns, X[:rows])
    with threads_for(rows):
        model = boosting(columns, seed=seed, encoded=known).fit(X[:rows], y[:rows])
    probability = compiled(scorer_of(model, model, columns, vertical="house", version="1"))
    served = np.array([probability(each) for each in facts])
    assert np.max(np.abs(served[:100] - chance(model, X[:100]))) < 1e-9
    return served


def _log(world: HouseWorld, probability: Array, winners: int, at: Array, disclosed: float, seed: int) -> AuctionLog:
    random = np.random.default_rng((seed, 1))
    value = (probability * world.worth_cents)[at]
    bids = value * random.uniform(*SHADES, len(at))
    probe = random.random(len(at)) < PROBES
    bids[probe] = RESERVE_CENTS * np.exp(random.uniform(0.0, 0.2, int(probe.sum())))
    bids = np.maximum(np.floor(bids), 1.0)
    won, price = world.won(bids, at, winners), world.top[at, 0]
    # Drawn apart, so that with and without prices the auctions are the same.
    says = np.random.default_rng((seed, 2)).random(len(at)) < disclosed
    return AuctionLog(
        vertical="house",
        leg="exclusive" if winners == 1 else "shared",
        seller=world.sellers[at],
        facts={name: values[at] for name, values in world.visible.items()},
        worth_cents=value,
        bid_cents=bids,
        floor_cents=np.full(len(at), float(RESERVE_CENTS)),
        won=won.astype(np.int8),
        winning_cents=np.where(says & ~won & (price > 0.0), price, np.nan) if winners == 1 and disclosed else None,
    )


class RealLeads(msgspec.Struct, frozen=True, kw_only=True):
    """Leads of a file with what rivals believe of each (log-odds, by models that had not seen it)."""

    history: History
    columns: tuple[Column, ...]
    odds: Array
    worth_cents: Array
    place: str


def real_leads(history: History, spec: Spec, value: float, seed: int) -> RealLeads:
    """Ready to be auctioned. A lead that does not say what it would bring brings `value` dollars."""
    columns, _ = columns_among(spec.fields)
    categories = [column.name for column in columns if column.kind == "category"]
    if not categories:
        raise TrainingError("no field of the specification is a choice: rivals pay by one, as by a city")
    counts = {name: len({str(value) for value in history.columns[name]}) for name in categories}
    few = {name: count for name, count in counts.items() if count <= PLACES_MAX}
    X, y = stacked(columns, history.columns, len(history)), history.converted
    model = boosting(columns, seed=seed, encoded=encoded(columns, X))
    dollars = np.full(len(history), value) if history.value is None else history.value
    dollars = np.where(np.isfinite(dollars) & (dollars > 0.0), dollars, value)
    return RealLeads(
        history=history,
        columns=columns,
        odds=log_odds(cross_validated(model, X, y, folds=5, seed=seed)),
        worth_cents=dollars * 100.0,
        place=max(few or counts, key=lambda name: counts[name]),
    )


def world_of(leads: RealLeads, seed: int, rivals: Rivals) -> HouseWorld:
    """One seed's market: other sellers and rivals, who see each lead's odds with noise; the same leads in order."""
    random, rows = np.random.default_rng(seed), len(leads.odds)
    visible = {column.name: leads.history.columns[column.name] for column in leads.columns}
    names, code = np.unique([str(value) for value in visible[leads.place]], return_inverse=True)
    factor = np.exp(random.normal(0.0, CITY_SIGMA, len(names)))[code]
    world = HouseWorld(
        visible=visible,
        seller=random.integers(len(SELLERS), size=rows),
        worth_cents=leads.worth_cents,
        odds=leads.odds,
        intent=np.zeros(rows),
        converted=leads.history.converted,
        city_factor=factor,
        rivals=rivals,
        place=leads.place,
        intent_sigma=0.0,
    )
    return contested(random, world)
