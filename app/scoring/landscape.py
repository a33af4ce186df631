"""A trained win model in plain numbers: strictly read, checked against its own rows, compiled to curves."""

from collections.abc import Callable, Mapping
from functools import reduce
from itertools import accumulate, pairwise
from math import exp, inf, isfinite, log
from operator import and_, getitem
from typing import Literal

import msgspec
from msgspec.structs import replace

from app.domain.pricing.exploration import doubt
from app.domain.pricing.landscape import LIST_PLACES, LIST_STEP, STEEP, Competition, LearnedCurve, Logistic, Rivals
from app.domain.pricing.pricing import Curve
from app.domain.pricing.stepped import Stepped, SteppedCurve
from app.scoring.artefact import SCHEMA as SCORER_SCHEMA
from app.scoring.artefact import Feature, Node, Scorer, Uncalibrated, Unusable, decoded
from app.scoring.forest import forest_of
from app.scoring.parse import check
from app.wire.ping import Leg, Value

SCHEMA = 1
FILE = "landscape.json"
PARITY_ROWS_MIN = 20
TOLERANCE = 1e-9

KNOT_WIDTH = 0.6
"""How gently one step of a list falls, as a share of the distance between two."""

SPREAD_STEP = 0.1
"""Leads whose facts move the spread by nearly as much, in logarithms, share one competition."""

_LOG_MAX = 50.0
_WINNERS_MAX = 8
_ROUNDING = 1e-12
_BIDS = tuple(round(50.0 * 1.3**step) for step in range(30))
"""From half a dollar to some thousand: where a curve is looked at before it may bid."""


class Constants(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """Of one seller, logarithms all: rivals, the middle of their bids over v, its slope, their spread, lists."""

    stream: float
    middle: float
    slope: float
    spread: float
    lists: float


class LegLandscape(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One leg. `centre` is the mean log v; a list's `steps` (logarithms) lie `knot_step` apart from `first_knot` on.

    Those of the form `stepped` lie below, between and above `edges`, prices in cents. The sum of `trees` over
    `features` is what a lead's facts add to the middle, that of `spread_trees` what they add to the logarithm of the
    spread, rounded to `SPREAD_STEP`. `widths` says by seller how nearly the middle is known: the
    standard deviation of its posterior.
    """

    leg: Leg
    form: Literal["rivals", "logistic", "stepped"]
    winners: int
    centre: float
    first_knot: float
    knot_step: float
    steps: tuple[float, ...]
    features: tuple[Feature, ...]
    trees: tuple[Node, ...]
    sellers: dict[str, Constants]
    edges: tuple[float, ...] = ()
    widths: dict[str, float] = {}
    spread_trees: tuple[Node, ...] = ()


class LandscapeRow(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One bid, and the chance that the fit itself gave it."""

    seller: str
    leg: Leg
    facts: dict[str, Value]
    worth_cents: float
    bid_cents: float
    chance: float


class LandscapeArtefact(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What `landscape.json` holds."""

    schema: int
    vertical: str
    legs: tuple[LegLandscape, ...]
    parity: tuple[LandscapeRow, ...]


class Learned:
    """A landscape as decisions read it."""

    def __init__(self, artefact: LandscapeArtefact) -> None:
        self._legs = {leg.leg: _Leg(leg) for leg in artefact.legs}
        self.features = tuple({each.name: each for leg in artefact.legs for each in leg.features}.values())

    def curve(self, seller: str, leg: Leg, facts: Mapping[str, Value], worth_cents: float) -> Curve | None:
        """The curve of one lead, `None` of a leg or a seller that was not learned."""
        learned = self._legs.get(leg)
        if learned is None or not worth_cents > 0.0:
            return None
        return learned.curve(seller, facts, worth_cents)


def parse_landscape(body: bytes, vertical: str) -> Learned:
    """The landscape written in these bytes, every number of it checked; raises Unusable."""
    artefact = decoded(body, LandscapeArtefact, FILE, SCHEMA, "a landscape")
    if artefact.vertical != vertical:
        raise Unusable(f"{FILE} is of {artefact.vertical!r}")
    for leg in artefact.legs:
        _check(leg)
    learned = Learned(artefact)
    _check_rows(artefact.parity, learned)
    return learned


class _Leg:
    """One leg, its tables made."""

    def __init__(self, leg: LegLandscape) -> None:
        self._leg = leg
        self._index = _index(leg.trees, leg.features)
        self._curve: type[LearnedCurve] = SteppedCurve if leg.form == "stepped" else LearnedCurve
        self._spread = _index(leg.spread_trees, leg.features) if leg.spread_trees else None
        self._asked: tuple[Mapping[str, Value], float, int] = ({}, 0.0, 0)
        self._wider: dict[tuple[str, int], Competition] = {}
        compete = _competition_on(leg)
        widths = {name: leg.widths.get(name, inf) for name in leg.sellers}
        self._sellers = {
            name: (
                each.middle,
                1.0 + each.slope,
                replace(compete(each), doubt=doubt(widths[name]), width=widths[name]),
            )
            for name, each in leg.sellers.items()
        }

    def curve(self, seller: str, facts: Mapping[str, Value], worth_cents: float) -> Curve | None:
        known = self._sellers.get(seller)
        if known is None:
            return None
        middle, slope, competition = known
        # Campaigns ask of the same lead, one after the other. Pages ask from a thread of their own meanwhile, so that
        # what was asked last is read once.
        asked = self._asked
        if facts is not asked[0]:
            steps = round(self._spread(facts) / SPREAD_STEP) if self._spread is not None else 0
            asked = self._asked = facts, self._index(facts), steps
        if steps := asked[2]:
            competition = self._wider.get((seller, steps)) or self._widened(seller, steps)
        middle += slope * (log(worth_cents) - self._leg.centre) + asked[1]
        return self._curve(competition=competition, middle=middle)

    def _widened(self, seller: str, steps: int) -> Competition:
        """A seller's competition for leads whose facts move the spread by so many steps, with bids found of its own."""
        usual = self._sellers[seller][2]
        wider = replace(usual, spread=usual.spread * exp(steps * SPREAD_STEP), found={})
        self._wider[seller, steps] = wider
        return wider


def _competition_on(leg: LegLandscape) -> Callable[[Constants], Competition]:
    """Makes a seller's competition out of its constants."""
    if leg.form == "logistic":
        return lambda each: Logistic(spread=exp(each.spread))
    if leg.form == "stepped":
        return lambda each: _stepped(leg, each)
    list_steps = _list_steps(leg)

    def rivals(each: Constants) -> Rivals:
        lists = exp(each.lists)
        return Rivals(
            winners=leg.winners,
            rivals=exp(each.stream),
            spread=exp(each.spread),
            listed=tuple([lists * above for above in list_steps]),
        )

    return rivals


def _stepped(leg: LegLandscape, each: Constants) -> Stepped:
    """A seller's own number of rivals who pay by the prices of all."""
    return Stepped(
        rivals=exp(each.stream),
        spread=exp(each.spread),
        winners=leg.winners,
        listed=exp(each.lists),
        edges=leg.edges,
        thresholds=tuple(accumulate(map(exp, leg.steps))),
    )


def _index(trees: tuple[Node, ...], features: tuple[Feature, ...]) -> Callable[[Mapping[str, Value]], float]:
    forest = forest_of(trees, features)
    masks, add, everything = forest.masks, forest.add, forest.everything
    asked = [features[position].name for position in forest.reads]

    def index(facts: Mapping[str, Value]) -> float:
        return add(0.0, reduce(and_, map(getitem, masks, map(facts.get, asked)), everything))

    return index


def _list_steps(leg: LegLandscape) -> tuple[float, ...]:
    """What a price list has above each place of its table."""
    steps = [(exp(step), leg.first_knot + knot * leg.knot_step) for knot, step in enumerate(leg.steps)]
    width = KNOT_WIDTH * leg.knot_step

    def above(log_bid: float) -> float:
        return sum(
            [size / (1.0 + exp(max(min(STEEP * (log_bid - knot) / width, 60.0), -60.0))) for size, knot in steps]
        )

    return tuple(above(place * LIST_STEP) for place in range(LIST_PLACES))


def _check(leg: LegLandscape) -> None:
    _check_trees(leg, leg.trees)
    _check_trees(leg, leg.spread_trees)
    if not all(width >= 0.0 for width in leg.widths.values()):
        raise Unusable(f"{FILE}: a width of the {leg.leg} leg is negative")
    numbers = [leg.centre, leg.first_knot, *leg.steps]
    numbers += [number for each in leg.sellers.values() for number in msgspec.structs.astuple(each)]
    if not all(isfinite(number) and abs(number) <= _LOG_MAX for number in numbers):
        raise Unusable(f"{FILE}: a constant of the {leg.leg} leg is no number between -{_LOG_MAX:g} and {_LOG_MAX:g}")
    many = len(leg.steps) - 1 if leg.form == "stepped" else 0
    rising = all(low < high for low, high in pairwise((0.0, *leg.edges, inf)))
    if not (rising and many == len(leg.edges)):
        raise Unusable(f"{FILE}: the edges of the {leg.leg} leg do not rise, or do not lie between its steps")
    if not (1 <= leg.winners <= _WINNERS_MAX and 0.0 < leg.knot_step <= 1.0 and leg.steps):
        raise Unusable(f"{FILE}: the {leg.leg} leg has no winners or no price list")


def _check_trees(leg: LegLandscape, forest: tuple[Node, ...]) -> None:
    """By the rules for a scorer's, which are the same."""
    trees = Scorer(
        schema=SCORER_SCHEMA,
        vertical="",
        version="",
        features=leg.features,
        baseline=0.0,
        terms=(),
        trees=forest,
        calibrator=Uncalibrated(),
    )
    try:
        check(trees)
    except Unusable as unusable:
        raise Unusable(f"{FILE}, {leg.leg} leg: {str(unusable).removeprefix('scorer.json: ')}") from None


def _check_rows(rows: tuple[LandscapeRow, ...], learned: Learned) -> None:
    """Refuse what does not say what the fit said, or bids less likely to win the higher they are."""
    if len(rows) < PARITY_ROWS_MIN:
        raise Unusable(f"{FILE} has {len(rows)} parity rows, fewer than {PARITY_ROWS_MIN}")
    for position, row in enumerate(rows):
        curve = learned.curve(row.seller, row.leg, row.facts, row.worth_cents)
        # Written so that NaN on either side fails.
        if curve is None or not abs(curve.win_probability(row.bid_cents) - row.chance) <= TOLERANCE:
            raise Unusable(f"{FILE}: parity[{position}] differs from the fit by more than {TOLERANCE:g}")
        if any(low > high + _ROUNDING for low, high in pairwise([curve.win_probability(bid) for bid in _BIDS])):
            raise Unusable(f"{FILE}: parity[{position}] wins less often with a higher bid")
