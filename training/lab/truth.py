"""The hidden truth of the simulated market: who converts, and how rivals who see a little of it bid.

Nothing that learns or bids may import this: labels and won or lost are all that leaves it.
"""

from typing import Literal

import msgspec
import numpy as np
from msgspec.structs import replace
from scipy.special import ndtri, pdtr
from scipy.stats import t

from training.statistics import Array, expit, level_shift

Rivals = Literal["house", "flat", "tails", "many", "lumpy", "steps"]

CITIES, REGIONS = 36, 500
AGES = ("18-25", "26-35", "36-45", "46-55", "56-65", "66-75")
TIERS = ("excellent", "good", "fair", "poor")
SOURCES = 12
SELLERS = ("s1", "s2", "s3", "s4")
EXPECTED_RIVALS = (0.5, 1.5, 3.0, 6.0)
RESERVE_CENTS = 500
PREMIUM_MEAN, PREMIUM_SIGMA = 14_200.0, 0.5
MARGIN = 0.02
CONVERTED = 0.24
INTENT_SIGMA = 0.6
DRIFT = 0.15
NOISE = 0.5
SHADES = (0.35, 0.85)
CITY_SIGMA = 0.4
TOP = 3
"""How many of the highest rival bids are kept; nobody sells a lead more often."""

_QUADRATURE = 15


class HouseWorld(msgspec.Struct, frozen=True, kw_only=True):
    """Leads in the order in which they came, all arrays equally long; money in cents.

    `visible` by name as objects. `odds` is the log-odds of converting without intent. `top` holds the highest rival
    bids of each lead, the highest first, 0 where there are fewer. `place` names the fact by which rivals pay more or
    less, `intent_sigma` is how much they know that no ping shows.
    """

    visible: dict[str, Array]
    seller: Array
    worth_cents: Array
    odds: Array
    intent: Array
    converted: Array
    city_factor: Array
    top: Array = np.zeros((0, TOP))
    rivals: Rivals
    place: str = "city"
    intent_sigma: float = INTENT_SIGMA

    @property
    def sellers(self) -> Array:
        """The name of each lead's seller."""
        return np.asarray(np.array(SELLERS, dtype=object)[self.seller])

    def won(self, bids: Array, at: Array, winners: int) -> Array:
        """Whether each bid in cents wins the auction of its lead; no bid below the reserve wins."""
        return np.asarray((bids >= RESERVE_CENTS) & (bids > self.top[at, winners - 1]))


def draw(rows: int, seed: int, rivals: Rivals) -> HouseWorld:
    """A market of its own for each seed."""
    random = np.random.default_rng(seed)
    region = _zipf(random, REGIONS, rows)
    city = (random.permutation(REGIONS) % CITIES)[region]
    age, owner = random.integers(len(AGES), size=rows), random.random(rows) < 0.62
    tier, source = random.choice(4, size=rows, p=(0.3, 0.35, 0.2, 0.15)), _zipf(random, SOURCES, rows)
    premium = PREMIUM_MEAN * np.exp(random.normal(-0.5 * PREMIUM_SIGMA**2, PREMIUM_SIGMA, rows))
    odds = (
        random.normal(0.0, 0.35, CITIES)[city]
        + random.normal(0.0, 0.25, REGIONS)[region]
        + random.normal(0.0, 0.2, SOURCES)[source]
        + 0.35 * np.sin(age / 1.7)
        - 0.22 * tier
        + 0.3 * owner
        - 0.25 * np.log(premium / PREMIUM_MEAN)
        + 0.3 * (owner & (age >= 3))
        - 0.3 * ((tier == 3) & (source < 3))
    )
    intent = random.normal(0.0, INTENT_SIGMA, rows)
    # Leads become a little worse while they come, as they do where a source is used up.
    odds -= np.linspace(-0.5, 0.5, rows) * DRIFT
    odds += level_shift(odds + intent, CONVERTED)
    factor = np.exp(random.normal(0.0, CITY_SIGMA, CITIES))[city]
    seller, tiers = random.integers(len(SELLERS), size=rows), np.array([*TIERS, None], dtype=object)
    worth = MARGIN * premium * 100.0
    world = HouseWorld(
        visible={
            "city": _named("c", city),
            "region": _named("r", region),
            "age": np.array(AGES, dtype=object)[age],
            "homeowner": owner.astype(object),
            "credit_tier": tiers[np.where(random.random(rows) < 0.1, len(TIERS), tier)],
            "source": _named("src", source),
            "premium": np.round(premium, 2).astype(object),
        },
        seller=seller,
        worth_cents=worth,
        odds=odds,
        intent=intent,
        converted=(random.random(rows) < expit(odds + intent)).astype(np.int8),
        city_factor=factor,
        rivals=rivals,
    )
    return contested(random, world)


def contested(random: np.random.Generator, world: HouseWorld) -> HouseWorld:
    """The world with the highest bids of its rivals, drawn anew."""
    lead = np.repeat(np.arange(len(world.odds)), random.poisson(_expected(world.rivals)[world.seller]))
    bids = _bids(random, world, lead)
    order = np.lexsort((-bids, lead))
    lead, bids = lead[order], bids[order]
    place = np.arange(len(lead)) - np.searchsorted(lead, lead)
    top, kept = np.zeros((len(world.odds), TOP)), place < TOP
    top[lead[kept], place[kept]] = bids[kept]
    return replace(world, top=top)


def win_probability(world: HouseWorld, bids: Array, winners: int) -> Array:
    """The true P(win at this bid) of each lead to somebody who sees what a ping shows; `bids` has a column a bid.

    Rivals share the lead's intent, so their number is averaged over it (Gauss-Hermite) and not taken as one stream.
    """
    nodes, weights = np.polynomial.hermite_e.hermegauss(_QUADRATURE)
    chance, expected = np.zeros(bids.shape), _expected(world.rivals)[world.seller][:, None]
    for node, weight in zip(nodes, weights / weights.sum(), strict=True):
        chance += weight * pdtr(winners - 1, expected * _survival(world, bids, node * world.intent_sigma))
    return np.where(bids >= RESERVE_CENTS, chance, 0.0)


class Reruns(msgspec.Struct, frozen=True, kw_only=True):
    """The same leads auctioned many times, a row a rerun: the highest rival bid, and P(conversion) with its intent."""

    highest: Array
    probability: Array

    def outcome(self, worth_cents: Array, bids: Array) -> tuple[Array, Array]:
        """P(win) of each lead at these bids, and what is left of its value once the price is paid, in cents."""
        won = (bids > self.highest) & (bids >= RESERVE_CENTS)
        return won.mean(axis=0), (won * (self.probability * worth_cents - bids)).mean(axis=0)


def reruns(world: HouseWorld, times: int, seed: int) -> Reruns:
    """Other rivals with other intents for the same leads: what would come of bids on average, and not once."""
    random, highest, probability = np.random.default_rng((seed, 3)), list[Array](), list[Array]()
    for _ in range(times):
        again = replace(world, intent=random.normal(0.0, world.intent_sigma, len(world.odds)))
        highest.append(contested(random, again).top[:, 0])
        probability.append(expit(again.odds + again.intent))
    return Reruns(highest=np.array(highest), probability=np.array(probability))


def shown(world: HouseWorld) -> Array:
    """P(conversion) of each lead to somebody who sees all that a ping shows, and no intent."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(_QUADRATURE)
    return np.asarray(expit(world.odds[:, None] + world.intent_sigma * nodes) @ weights / weights.sum())


def _named(prefix: str, codes: Array) -> Array:
    names = np.array([f"{prefix}{code}" for code in range(int(codes.max()) + 1)], dtype=object)
    return np.asarray(names[codes])


def _zipf(random: np.random.Generator, values: int, rows: int) -> Array:
    weights = 1.0 / np.arange(1, values + 1) ** 0.8
    return np.asarray(random.choice(values, size=rows, p=weights / weights.sum()))


def _expected(rivals: Rivals) -> Array:
    return np.array(EXPECTED_RIVALS) * (2.0 if rivals == "many" else 1.0)


def _bids(random: np.random.Generator, world: HouseWorld, lead: Array) -> Array:
    """One bid of a rival for each of these leads."""
    rows, rivals, odds = len(lead), world.rivals, (world.odds + world.intent)[lead]
    if rivals == "flat":
        # Thirty buyers, each of whom pays its one price in whole dollars, whatever the lead.
        return np.asarray(FLAT_CENTS[random.integers(len(FLAT_CENTS), size=rows)])
    noise = random.standard_t(2.5, rows) * 0.6 if rivals == "tails" else random.normal(0.0, NOISE, rows)
    bids = expit(odds + noise) * world.worth_cents[lead] * random.uniform(*SHADES, rows) * world.city_factor[lead]
    if rivals == "tails":
        bids = bids * np.exp(random.standard_t(3.0, rows) * 0.25)
    if rivals == "lumpy":
        # Half of the rivals bid round five dollars.
        bids = np.where(random.random(rows) < 0.5, np.maximum(np.round(bids / LUMP_CENTS), 1.0) * LUMP_CENTS, bids)
    if rivals == "steps":
        # Whoever would bid more than a price of the list bids that price.
        bids = np.array([0.0, *STEP_CENTS])[np.searchsorted(STEP_CENTS, bids, side="right")]
    return np.asarray(bids)


def atoms(rivals: Rivals) -> Array:
    """Prices in cents that many rivals bid exactly: just above them lie the best bids."""
    lumps = LUMP_CENTS * np.arange(1, 40)
    return np.asarray({"flat": FLAT_CENTS, "lumpy": lumps, "steps": STEP_CENTS}.get(rivals, np.zeros(0)))


STEP_CENTS = np.array([300.0, 3_500.0, 5_000.0, 7_500.0])
FLAT_CENTS = np.round(30.0 * np.exp(0.55 * ndtri((np.arange(30) + 0.5) / 30))) * 100.0
LUMP_CENTS = 500.0


def _survival(world: HouseWorld, bids: Array, intent: float) -> Array:
    """P(one rival bids as much as `bids` or more), intent given; rows are leads, columns bids. An equal bid loses."""
    scale = (world.worth_cents * world.city_factor)[:, None]
    odds = (world.odds + intent)[:, None]
    if world.rivals == "flat":
        return np.asarray(1.0 - np.searchsorted(FLAT_CENTS, bids) / len(FLAT_CENTS))
    if world.rivals == "tails":
        middles = (np.arange(9) + 0.5) / 9
        noises, factors = t.ppf(middles, 2.5) * 0.6, np.exp(t.ppf(middles, 3.0) * 0.25)
        even = np.full(len(noises), 1.0 / len(noises))
        return np.asarray(np.mean([_above(scale * factor, odds, bids, noises, even) for factor in factors], axis=0))
    nodes, weights = np.polynomial.hermite_e.hermegauss(9)
    if world.rivals == "steps":
        # Not beaten are those who reach this price of the list, or the next.
        bids = np.array([*STEP_CENTS, np.inf])[np.searchsorted(STEP_CENTS, bids)]
    smooth = _above(scale, odds, bids, NOISE * nodes, weights / weights.sum())
    if world.rivals != "lumpy":
        return smooth
    # Not beaten are the lumps that are rounded to as much or more.
    step = (np.ceil(bids / LUMP_CENTS) - 0.5) * LUMP_CENTS
    lumps = np.where(bids <= LUMP_CENTS, 1.0, _above(scale, odds, step, NOISE * nodes, weights / weights.sum()))
    return np.asarray(0.5 * smooth + 0.5 * lumps)


def _above(scale: Array, odds: Array, bids: Array, noises: Array, weights: Array) -> Array:
    """P(expit(odds + noise) scale U > bid), averaged over the noise; U is uniform, so that its part is exact."""
    low, high = SHADES
    above = np.zeros(bids.shape)
    for noise, weight in zip(noises, weights, strict=True):
        above += weight * np.clip((high - bids / (expit(odds + noise) * scale)) / (high - low), 0.0, 1.0)
    return above
