"""What a learned landscape costs: a lead's best bid by itself, and a whole decision with one for each vertical."""

import time
from collections.abc import Iterable, Sequence
from statistics import median

import msgspec
import numpy as np
from msgspec.structs import replace

from app.domain.auction.features import facts_of
from app.domain.calendar import local_time
from app.domain.catalogue import Catalogue, Model
from app.scoring.landscape import Learned, parse_landscape
from app.wire.ping import Leg, Ping, Value
from training.landscape.auctions import AuctionLog, objects
from training.landscape.export import artefact_of
from training.landscape.learn import learn_landscape

AUCTIONS = 1_500
LOW_CENTS, WORTH_CENTS = 300.0, 9_000.0
LEGS: dict[Leg, int] = {"exclusive": 1, "shared": 3}


class LandscapeCost(msgspec.Struct, frozen=True, kw_only=True):
    """Microseconds (median) to find one lead's best bid, its curve included."""

    exclusive_us: float
    shared_us: float


def with_landscapes(catalogue: Catalogue, pings: Sequence[Ping], now: float) -> Catalogue:
    """The same catalogue, each model with a landscape that was learned from made-up auctions over these pings."""
    models = {name: _learned(catalogue, model, pings, now) for name, model in catalogue.models.items()}
    return replace(catalogue, models=models)


def landscape_cost(catalogue: Catalogue, pings: Sequence[Ping], now: float) -> LandscapeCost:
    """Of pings of a vertical whose landscape is learned."""
    cases = [(catalogue.models[ping.vertical], _facts(catalogue, ping, now)) for ping in pings]
    return LandscapeCost(exclusive_us=_best_bid_us(cases, "exclusive"), shared_us=_best_bid_us(cases, "shared"))


def _best_bid_us(cases: Iterable[tuple[Model, dict[str, Value]]], leg: Leg) -> float:
    times = []
    for model, facts in cases:
        landscape = model.landscape
        assert landscape is not None
        started = time.perf_counter_ns()
        curve = landscape.curve("acme", leg, facts, WORTH_CENTS)
        assert curve is not None
        curve.best_bid(WORTH_CENTS, LOW_CENTS, WORTH_CENTS)
        times.append((time.perf_counter_ns() - started) / 1_000.0)
    return median(times)


def _learned(catalogue: Catalogue, model: Model, pings: Sequence[Ping], now: float) -> Model:
    facts = [_facts(catalogue, ping, now) for ping in pings if ping.vertical == model.vertical][:AUCTIONS]
    random = np.random.default_rng(1)
    rows = len(facts)
    worth = np.array([model.probability(each) for each in facts]) * 40_000.0
    bid = worth * random.uniform(0.1, 1.1, rows)
    rivals = worth[:, None] * np.exp(random.normal(-0.5, 0.5, (rows, 4)))
    top = -np.sort(-rivals, axis=1)
    names = list(dict.fromkeys(name for each in facts for name in each))
    logs = {
        leg: AuctionLog(
            vertical=model.vertical,
            leg=leg,
            seller=objects(["acme"] * rows),
            facts={name: objects([each.get(name) for each in facts]) for name in names},
            worth_cents=worth,
            bid_cents=bid,
            floor_cents=np.zeros(rows),
            won=(bid > top[:, winners - 1]).astype(np.int8),
        )
        for leg, winners in LEGS.items()
    }
    legs = learn_landscape(logs.values(), winners=LEGS["shared"], tell=lambda _: None).legs
    body = msgspec.json.encode(artefact_of(model.vertical, legs))
    landscape: Learned = parse_landscape(body, model.vertical)
    return replace(model, landscape=landscape)


def _facts(catalogue: Catalogue, ping: Ping, now: float) -> dict[str, Value]:
    return facts_of(ping, local_time(now, catalogue.buyer.zone))
