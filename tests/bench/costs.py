"""What a decision costs inside the process, with few and with many campaigns."""

import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from statistics import median, quantiles

import msgspec
from msgspec.structs import replace

from app.config.load import Declared, LoadedConfig, load
from app.config.values.zip_table import zip_states
from app.dialects.generic import read_ping
from app.domain.auction.decide import decide
from app.domain.auction.snapshot import Snapshot
from app.domain.campaign import Campaign
from app.domain.catalogue import Catalogue
from app.domain.pricing.exploration import Draw
from app.domain.seller import Seller
from app.domain.territory import Territory
from app.mock_exchange.chance import chance_of
from app.mock_exchange.consumers import consumer, ping_of
from app.scoring.load import load as load_models
from app.usecases.reload.reload_catalogue import Sources, first_catalogue
from app.usecases.standing.standing import LiveStanding
from app.wire.ping import Ping
from tests.bench.landscapes import LandscapeCost, landscape_cost, with_landscapes
from tests.bench.places import CONFIG, MODELS, VERTICAL

NOW = 1_795_273_200.0
"""Saturday, 21 November 2026, 15:00 UTC."""


class DecideCost(msgspec.Struct, frozen=True, kw_only=True):
    """Microseconds of `decide` for one ping: with models as shipped, and with a landscape learned beside each.

    `landscape` is what the best bid alone costs then.
    """

    p50: float
    p99: float
    learned_p50: float
    landscape: LandscapeCost


def decide_cost(pings: int = 6_000) -> DecideCost:
    """Of the demo's configuration, all verticals in turn."""
    declared = _declared()
    catalogue = _catalogue(declared)
    seller = catalogue.sellers["acme"]
    standing = LiveStanding()
    asked = list(_pings(catalogue, range(1, pings + 1)))
    learned = with_landscapes(catalogue, asked, NOW)
    times = _timed([(ping, _snapshot(catalogue, standing, seller, ping)) for ping in asked])
    with_learned = _timed([(ping, _snapshot(learned, standing, seller, ping)) for ping in asked])
    cuts = quantiles(times, n=100)
    return DecideCost(
        p50=cuts[49],
        p99=cuts[98],
        learned_p50=median(with_learned),
        landscape=landscape_cost(learned, asked, NOW),
    )


def many_campaigns_ratio(pings: int = 2_000) -> float:
    """The median cost of gathering and deciding with 1,000 campaigns over that with 10, each ping meeting one.

    The two take turns, ping by ping, so that a machine which changes its speed changes it for both.
    """
    few, many = _one_ping(10), _one_ping(1_000)
    numbers = range(1, pings + 1)
    times = [(few(number), many(number)) for number in numbers]
    return median(cost for _, cost in times) / median(cost for cost, _ in times)


def _one_ping(count: int) -> Callable[[int], int]:
    """Nanoseconds to gather and decide ping N with so many campaigns, each buying in its own ZIP prefixes."""
    declared = _declared()
    template = next(campaign for campaign in declared.campaigns if campaign.vertical == VERTICAL)
    prefixes = sorted({zip_code[:3] for zip_code in _ZIPS})
    shares = [prefixes[position::count] or [f"{position:05d}"] for position in range(count)]
    campaigns = tuple(_local(template, position, share) for position, share in enumerate(shares))
    catalogue = _catalogue(replace(declared, campaigns=campaigns))
    seller = catalogue.sellers["acme"]
    standing = LiveStanding()

    def cost(number: int) -> int:
        ping = next(_pings(catalogue, [number], VERTICAL))
        started = time.perf_counter_ns()
        decide(ping, _snapshot(catalogue, standing, seller, ping), NOW, Draw(0.5, 0.5))
        return time.perf_counter_ns() - started

    return cost


def _snapshot(catalogue: Catalogue, standing: LiveStanding, seller: Seller, ping: Ping) -> Snapshot:
    """What `answer_ping` gathers for a ping of somebody whom nobody knows."""
    candidates = catalogue.index.candidates(ping.vertical, ping.zip, ping.state)
    counters = {each.name: standing.counters(each, seller, ping.zip, ping.state, NOW) for each in candidates}
    return Snapshot(catalogue=catalogue, seller=seller, standing=standing.of_ping(counters, ping, NOW))


def _local(template: Campaign, position: int, prefixes: Sequence[str]) -> Campaign:
    name = f"local-{position}"
    caps = tuple(replace(cap, owner=name) for cap in template.caps)
    return replace(template, name=name, territory=Territory(prefixes=tuple(prefixes)), caps=caps)


def _timed(cases: Sequence[tuple[Ping, Snapshot]]) -> list[float]:
    draws = [Draw(chance.uniform("slice"), chance.uniform("place")) for chance in (chance_of(1, n) for n in range(64))]
    for ping, snapshot in cases[:200]:
        decide(ping, snapshot, NOW, draws[0])
    times = []
    for position, (ping, snapshot) in enumerate(cases):
        draw = draws[position % len(draws)]
        started = time.perf_counter_ns()
        decide(ping, snapshot, NOW, draw)
        times.append((time.perf_counter_ns() - started) / 1000.0)
    return times


def _pings(catalogue: Catalogue, numbers: Iterable[int], vertical: str = "") -> Iterator[Ping]:
    seller = catalogue.sellers["acme"]
    for number in numbers:
        reading = read_ping(
            ping_of(consumer(1, number, vertical), NOW), seller, catalogue.verticals, lambda _kind, hashed: hashed[:16]
        )
        if isinstance(reading.value, Ping):
            yield reading.value


def _declared() -> Declared:
    read = load(CONFIG, environ=os.environ)
    assert isinstance(read, LoadedConfig)
    return read.declared


def _catalogue(declared: Declared) -> Catalogue:
    sources = Sources(
        config=lambda read_file: load(CONFIG, environ=os.environ, read_file=read_file),
        models=lambda: load_models(MODELS),
        models_dir=MODELS,
        zip_states=_ZIPS,
    )
    return first_catalogue(sources, declared).catalogue


_ZIPS = zip_states()
