"""Pricing policies of the simulated market, each a win model that the real decision asks for its best bid."""

from collections.abc import Callable, Mapping
from math import inf
from typing import Any

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
from training.lab.market import HouseMarket
from training.lab.truth import RESERVE_CENTS, SELLERS, HouseWorld, atoms, win_probability
from training.landscape.export import artefact_of
from training.landscape.learn import half_price, learn_leg
from training.statistics import Array

LEAD = "sub_id"
"""Under which fact a lead's number reaches policies that have computed all their bids beforehand."""

_SHADES = np.linspace(0.05, 1.0, 39)
_FEW = 0.04


class Shade(msgspec.Struct, frozen=True, kw_only=True):
    """Bids a share of what the lead is worth; 1 is the truth."""

    share: float

    @property
    def doubt(self) -> float:
        """It explores as if nothing were known."""
        return 1.0

    def win_probability(self, bid_cents: float) -> float:
        """It does not ask."""
        return 0.5 if bid_cents > 0.0 else 0.0

    def best_bid(self, worth_cents: float, low_cents: float, high_cents: float) -> float:
        """The share, within the bounds."""
        return min(max(self.share * worth_cents, low_cents), high_cents)


class GridCurve(msgspec.Struct, frozen=True, kw_only=True):
    """P(win) of one lead at each of these bids."""

    bids: Array
    chances: Array

    @property
    def doubt(self) -> float:
        """It explores as if nothing were known."""
        return 1.0

    def win_probability(self, bid_cents: float) -> float:
        """Of the nearest bid of the grid below."""
        at = int(np.searchsorted(self.bids, bid_cents, side="right")) - 1
        return float(self.chances[at]) if at >= 0 else 0.0

    def best_bid(self, worth_cents: float, low_cents: float, high_cents: float) -> float:
        """The grid's best within the bounds."""
        within = (low_cents <= self.bids) & (high_cents >= self.bids)
        surplus = np.where(within, self.chances * (worth_cents - self.bids), -inf)
        at = int(np.argmax(surplus))
        return float(self.bids[at]) if within[at] else low_cents


class Curves(msgspec.Struct, frozen=True):
    """A landscape of curves that follow from seller and facts."""

    of: Callable[[str, Mapping[str, Value]], Curve]

    def curve(self, seller: str, _leg: Leg, facts: Mapping[str, Value], _worth_cents: float) -> Curve | None:
        """That of the lead."""
        return self.of(seller, facts)


def truthful(_market: HouseMarket) -> Landscape:
    """What the lead is worth, less nothing."""
    return Curves(lambda _seller, _facts: Shade(share=1.0))


def constant_shade(market: HouseMarket) -> Landscape:
    """The one share of the value that earned most in the explored auctions."""
    log = market.log
    share = log.bid_cents / log.worth_cents

    def earned(shade: float) -> float:
        # A shade is judged by the auctions near it, each for what it would have been worth to win at that shade.
        near = np.abs(share - shade) < _FEW
        won, whole = np.sum((log.won * log.worth_cents)[near]), np.sum(log.worth_cents[near])
        return float(won * (1.0 - shade) / max(whole, 1.0))

    best = Shade(share=max(_SHADES, key=earned))
    return Curves(lambda _seller, _facts: best)


def ortb(market: HouseMarket) -> Landscape:
    """b / (c + b) with one constant a seller."""
    log = market.log
    mine = {seller: log.seller == seller for seller in SELLERS}
    halves = {seller: half_price(log.bid_cents[own], log.won[own]) for seller, own in mine.items()}
    return Curves(lambda seller, _facts: OrtbCurve(half_cents=halves[seller]))


def logistic(market: HouseMarket) -> Landscape:
    """Log-odds linear in log b, log v, the city and the seller: the plain win-rate model of the field."""
    encoder = ColumnTransformer([("names", OneHotEncoder(handle_unknown="ignore"), [2, 3])], remainder=StandardScaler())
    model = make_pipeline(encoder, LogisticRegression(C=1.0, max_iter=1_000))
    log, evaluated = market.log, market.evaluated
    model.fit(_columns(np.log(log.bid_cents), np.log(log.worth_cents), *_names(market, market.logged)), log.won)
    fixed = _columns(np.log(market.value[evaluated]), *_names(market, evaluated))
    return _predicted(market, model, np.log, fixed)


def monotone_boosting(market: HouseMarket) -> Landscape:
    """Gradient boosting that rises with b, on b, v, V, the city and the seller."""
    log, evaluated, worth = market.log, market.evaluated, market.world.worth_cents
    codes = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=np.nan, encoded_missing_value=np.nan)
    named = codes.fit_transform(_columns(*_names(market, market.logged)))
    model = HistGradientBoostingClassifier(
        max_iter=100,
        learning_rate=0.1,
        max_leaf_nodes=15,
        min_samples_leaf=40,
        monotonic_cst=[1, 0, 0, 0, 0],
        early_stopping=False,
        categorical_features=[3, 4] if named[:, 0].max() < 255 else [4],
        random_state=0,
    ).fit(np.column_stack([log.bid_cents, log.worth_cents, worth[market.logged], named]), log.won)
    shown = codes.transform(_columns(*_names(market, evaluated)))
    return _predicted(market, model, np.asarray, np.column_stack([market.value[evaluated], worth[evaluated], shown]))


def ours(market: HouseMarket) -> Landscape:
    """What `training landscape` learns of these auctions, read back as the service reads it."""
    learnt = learn_leg(market.log, market.columns, winners=market.winners, tell=lambda _: None)
    learned: Learned = parse_landscape(msgspec.json.encode(artefact_of("house", [learnt])), "house")
    return learned


def true_landscape(market: HouseMarket) -> Landscape:
    """The hidden truth about rivals, given only what a ping shows: no policy with the same inputs can do better."""
    world, at = market.world, market.evaluated
    fields = ("seller", "worth_cents", "odds", "intent", "converted", "city_factor", "top")
    seen: HouseWorld = msgspec.structs.replace(world, visible={}, **{name: getattr(world, name)[at] for name in fields})
    bids = _grid(market)
    return _computed(market, win_probability(seen, np.broadcast_to(bids, (len(at), len(bids))), market.winners))


def _grid(market: HouseMarket) -> Array:
    """Bids to choose from: steps of 5 %, and the first cent above every price that many rivals bid; or the points."""
    if market.points:
        return np.array(market.points, dtype=float)
    even = np.geomspace(RESERVE_CENTS, 60_000.0, 90)
    above = atoms(market.world.rivals) + 1.0
    return np.union1d(even, above[above > RESERVE_CENTS])


def _predicted(market: HouseMarket, model: Any, column: Callable[[Array], Array], fixed: Array) -> Landscape:
    """What a classifier says of every bid of the grid, which makes the first of its columns."""
    tables = (np.column_stack([np.full(len(fixed), bid), fixed]) for bid in column(_grid(market)))
    return _computed(market, np.column_stack([model.predict_proba(table)[:, 1] for table in tables]))


def _computed(market: HouseMarket, chances: Array) -> Landscape:
    """The curves of all leads that are evaluated, a row a lead."""
    bids, row_of = _grid(market), {int(lead): row for row, lead in enumerate(market.evaluated)}
    return Curves(lambda _seller, facts: GridCurve(bids=bids, chances=chances[row_of[int(facts[LEAD])]]))


def _names(market: HouseMarket, rows: Array) -> tuple[Array, Array]:
    """The place and the seller of these leads."""
    return market.world.visible[market.world.place][rows], market.world.sellers[rows]


def _columns(*columns: Array) -> Array:
    return np.column_stack([column.astype(object) for column in columns])
