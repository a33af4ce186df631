"""Pricing policies of the house market, each a landscape that the real decision asks for its best bid."""

from collections.abc import Callable, Mapping
from math import inf

import msgspec
import numpy as np
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler

from app.domain.catalogue import Landscape
from app.domain.pricing.landscape import OrtbCurve
from app.domain.pricing.pricing import Curve
from app.scoring.landscape import Learned, parse_landscape
from app.wire.ping import Leg, Value
from training.landscape.export import artefact_of
from training.landscape.learn import learn_leg
from training.leadsim.market import Market
from training.leadsim.truth import RESERVE_CENTS, SELLERS, Array, World, win_probability

LEAD = "sub_id"
"""Under which fact a lead's number reaches policies that have computed all their bids beforehand."""

_GRID = np.exp(np.linspace(np.log(RESERVE_CENTS + 0.5), np.log(60_000.0), 90))
_SHADES = np.linspace(0.05, 1.0, 39)
_FEW = 0.04


class Shade(msgspec.Struct, frozen=True, kw_only=True):
    """Bids a share of what the lead is worth; 1 is the truth."""

    share: float

    def win_probability(self, bid_cents: float) -> float:
        """It does not ask."""
        return 0.5 if bid_cents > 0.0 else 0.0

    def best_bid(self, worth_cents: float, low_cents: float, high_cents: float) -> float:
        """The share, within the bounds."""
        return min(max(self.share * worth_cents, low_cents), high_cents)


class Everywhere(msgspec.Struct, frozen=True, kw_only=True):
    """One curve a seller, whatever the lead."""

    curves: Mapping[str, Curve]

    def curve(self, seller: str, _leg: Leg, _facts: Mapping[str, Value], _worth_cents: float) -> Curve | None:
        """That of the seller."""
        return self.curves[seller]


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """P(win) of one lead at each bid of the grid."""

    chances: Array

    def win_probability(self, bid_cents: float) -> float:
        """Of the nearest bid of the grid below."""
        at = int(np.searchsorted(_GRID, bid_cents, side="right")) - 1
        return float(self.chances[at]) if at >= 0 else 0.0

    def best_bid(self, worth_cents: float, low_cents: float, high_cents: float) -> float:
        """The grid's best within the bounds."""
        within = (low_cents <= _GRID) & (high_cents >= _GRID)
        surplus = np.where(within, self.chances * (worth_cents - _GRID), -inf)
        at = int(np.argmax(surplus))
        return float(_GRID[at]) if within[at] else low_cents


class Tables(msgspec.Struct, frozen=True, kw_only=True):
    """Every lead's table, a row a lead."""

    chances: Array
    row_of: Mapping[int, int]

    def curve(self, _seller: str, _leg: Leg, facts: Mapping[str, Value], _worth_cents: float) -> Curve | None:
        """That of the lead of this number."""
        return Table(chances=self.chances[self.row_of[int(facts[LEAD])]])


Policies = dict[str, Landscape]


def truthful(_market: Market) -> Landscape:
    """What the lead is worth, less nothing."""
    return Everywhere(curves=dict.fromkeys(SELLERS, Shade(share=1.0)))


def constant_shade(market: Market) -> Landscape:
    """The one share of the value that earned most in the explored auctions."""
    log = market.log
    share = log.bid_cents / log.worth_cents

    def earned(shade: float) -> float:
        near = np.abs(share - shade) < _FEW
        # A shade is judged by the auctions near it, each for what it would have been worth to win at that shade.
        return float(
            np.sum((log.won * log.worth_cents)[near]) * (1.0 - shade) / max(np.sum(log.worth_cents[near]), 1.0)
        )

    return Everywhere(curves=dict.fromkeys(SELLERS, Shade(share=max(_SHADES, key=earned))))


def ortb(market: Market) -> Landscape:
    """b / (c + b) with one constant a seller."""
    log = market.log
    halves = np.exp(np.linspace(np.log(100.0), np.log(50_000.0), 60))
    curves: dict[str, Curve] = {}
    for seller in SELLERS:
        mine = log.seller == seller
        chances = log.bid_cents[mine] / (log.bid_cents[mine] + halves[:, None])
        likely = np.log(np.where(log.won[mine] == 1, chances, 1.0 - chances)).sum(1)
        curves[seller] = OrtbCurve(half_cents=float(halves[int(np.argmax(likely))]))
    return Everywhere(curves=curves)


def logistic(market: Market) -> Landscape:
    """Log-odds linear in log b, log v, the city and the seller: the plain win-rate model of the field."""
    encoder = ColumnTransformer([("names", OneHotEncoder(handle_unknown="ignore"), [2, 3])], remainder=StandardScaler())
    model = make_pipeline(encoder, LogisticRegression(C=1.0, max_iter=1_000))
    log = market.log
    X = _columns(np.log(log.bid_cents), np.log(log.worth_cents), log.facts[market.world.place], log.seller)
    model.fit(X, log.won)
    at = market.evaluated
    seller, value = np.array(SELLERS, dtype=object)[market.world.seller[at]], np.log(market.value[at])
    shown = market.world.visible[market.world.place][at]

    def of(bid: float) -> Array:
        rows = _columns(np.full(len(at), np.log(bid)), value, shown, seller)
        return np.asarray(model.predict_proba(rows)[:, 1])

    return _tables(market, of)


def monotone_boosting(market: Market) -> Landscape:
    """Gradient boosting that rises with b, on b, v, V, the city and the seller."""
    log, at, world = market.log, market.evaluated, market.world
    codes = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=np.nan, encoded_missing_value=np.nan)
    named = codes.fit_transform(_columns(log.facts[market.world.place], log.seller))
    worth = world.worth_cents[market.logged]
    model = HistGradientBoostingClassifier(
        max_iter=100,
        learning_rate=0.1,
        max_leaf_nodes=15,
        min_samples_leaf=40,
        monotonic_cst=[1, 0, 0, 0, 0],
        early_stopping=False,
        categorical_features=[3, 4] if named[:, 0].max() < 255 else [4],
        random_state=0,
    ).fit(np.column_stack([log.bid_cents, log.worth_cents, worth, named]), log.won)
    shown = codes.transform(_columns(world.visible[world.place][at], np.array(SELLERS, dtype=object)[world.seller[at]]))
    fixed = np.column_stack([market.value[at], world.worth_cents[at], shown])

    def of(bid: float) -> Array:
        return np.asarray(model.predict_proba(np.column_stack([np.full(len(at), bid), fixed]))[:, 1])

    return _tables(market, of)


def ours(market: Market, tell: Callable[[str], None] = lambda _: None) -> Landscape:
    """What `training landscape` learns of these auctions, read back as the service reads it."""
    columns = [column for column in market.columns if column.name in market.log.facts]
    learnt = learn_leg(market.log, columns, market.leg, winners=market.winners, tell=tell)
    artefact = artefact_of("house", {market.leg: (learnt.fitted, learnt.landscape, market.log)})
    learned: Learned = parse_landscape(msgspec.json.encode(artefact), "house")
    return learned


def true_landscape(market: Market) -> Landscape:
    """The hidden truth about rivals, told what a ping shows: who sees no more cannot be expected to do better."""
    world, at = market.world, market.evaluated
    fields = ("seller", "worth_cents", "odds", "intent", "converted", "city_factor", "top")
    seen: World = msgspec.structs.replace(world, visible={}, **{name: getattr(world, name)[at] for name in fields})
    chances = win_probability(seen, np.broadcast_to(_GRID, (len(at), len(_GRID))), market.winners)
    return Tables(chances=chances, row_of={int(lead): row for row, lead in enumerate(at)})


def _tables(market: Market, of: Callable[[float], Array]) -> Landscape:
    chances = np.column_stack([of(float(bid)) for bid in _GRID])
    return Tables(chances=chances, row_of={int(lead): row for row, lead in enumerate(market.evaluated)})


def _columns(*columns: Array) -> Array:
    whole = np.empty((len(columns[0]), len(columns)), dtype=object)
    for position, column in enumerate(columns):
        whole[:, position] = column
    return whole
