"""`python -m tests.bench.scale`: what so many pings a second need, from what one costs, checked by a simulation.

A replica is one process on one core. A seller's ping waits for the work that came before it: other pings, posts,
deliveries, and the sales of all replicas on its database, which are taken in several times a second. Replicas are added
until 99 of 100 simulated pings are answered in time.
"""

import argparse
import sys
from collections.abc import Callable, Iterator
from heapq import merge
from math import ceil, inf
from random import Random

import msgspec

from app.bounds import real

LOADS = (10_000.0, 100_000.0, 1_000_000.0)
IN_TIME_MS = 20.0
"""A seller waits 300 ms or more; the network and its own queues need most of that."""

FEED_S = 0.15
"""So often a replica takes in what the others did."""

LASTS_S = 20.0
BUSY_MAX = 0.7
"""Of a core or a database: beyond it, waits grow faster than load."""


class Costs(msgspec.Struct, frozen=True, kw_only=True):
    """What one thing costs, of one core: pings, posts and deliveries as `make bench` printed it, all else assumed.

    `posted` is the share of pings that are posted, `database_posts` how many posts one PostgreSQL commits a second,
    `applied_us` what a sale costs each replica that did not make it, `told_us` what the live bids of another do.
    """

    ping_us: float = 120.0
    post_us: float = 470.0
    delivery_us: float = 240.0
    applied_us: float = 35.0
    told_us: float = 200.0
    database_posts: float = 1_600.0
    posted: float = 0.03
    ping_bytes: float = 2_600.0


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What a load needs. `busy` is how much of a core each replica uses, `database_busy` of what each commits."""

    pings: float
    replicas: int
    databases: int
    busy: float
    database_busy: float
    p50_ms: float
    p99_ms: float
    journal_gb_a_day: float


class Limit(msgspec.Struct, frozen=True, kw_only=True):
    """What ends at so many pings a second where one database stands behind all replicas."""

    pings: float
    what: str
    remedy: str


def plan(pings: float, costs: Costs, seed: int = 1) -> Plan:
    """The fewest replicas and databases that answer so many pings a second in time."""
    databases = max(ceil(pings * costs.posted / costs.database_posts / BUSY_MAX), 1)
    replicas = max(ceil(_busy(pings, 1, databases, costs)), databases)
    while True:
        busy = _busy(pings, replicas, databases, costs)
        if busy <= BUSY_MAX:
            p50_ms, p99_ms = waits(pings, replicas, databases, costs, seed)
            if p99_ms <= IN_TIME_MS:
                break
        replicas = max(replicas + 1, int(replicas * min(busy / BUSY_MAX, 1.5)))
    return Plan(
        pings=pings,
        replicas=replicas,
        databases=databases,
        busy=busy,
        database_busy=pings * costs.posted / databases / costs.database_posts,
        p50_ms=p50_ms,
        p99_ms=p99_ms,
        journal_gb_a_day=pings * costs.ping_bytes * 86_400.0 / 1e9,
    )


def _busy(pings: float, replicas: int, databases: int, costs: Costs) -> float:
    """How much of its core each replica needs."""
    posts = pings * costs.posted
    own = (pings * costs.ping_us + posts * (costs.post_us + costs.delivery_us)) / replicas
    siblings = ceil(replicas / databases) - 1
    others = posts / databases * siblings / (siblings + 1) * costs.applied_us + siblings * costs.told_us / FEED_S
    return (own + others) / 1e6


def waits(pings: float, replicas: int, databases: int, costs: Costs, seed: int = 1) -> tuple[float, float]:
    """Milliseconds from a ping to its answer at one of the replicas, at the median and the 99th percentile."""
    chance, free_at, took = Random(seed), 0.0, list[float]()
    siblings = ceil(replicas / databases) - 1
    sold = pings * costs.posted / databases * siblings / (siblings + 1) * FEED_S
    each = pings / replicas
    work = merge(
        _independent(chance, each, costs.ping_us, 0),
        _independent(chance, each * costs.posted, costs.post_us, 1),
        _independent(chance, each * costs.posted, costs.delivery_us, 1),
        _regular(FEED_S, sold * costs.applied_us + siblings * costs.told_us),
    )
    for at, kind, us in work:
        free_at = max(free_at, at) + us / 1e6
        if kind == 0:
            took.append(free_at - at)
    took.sort()
    return took[len(took) // 2] * 1e3, took[len(took) * 99 // 100] * 1e3


def _independent(chance: Random, a_second: float, us: float, kind: int) -> Iterator[tuple[float, int, float]]:
    """Arrivals of sellers that know nothing of each other."""
    at = chance.expovariate(a_second)
    while at < LASTS_S:
        yield at, kind, us
        at += chance.expovariate(a_second)


def _regular(every_s: float, us: float) -> Iterator[tuple[float, int, float]]:
    for number in range(int(LASTS_S / every_s)):
        yield number * every_s, 1, us


def limits(costs: Costs) -> list[Limit]:
    """What breaks first, and next, as load grows and replicas are added on one database."""
    return sorted(
        [
            Limit(
                pings=costs.database_posts / costs.posted,
                what="the database commits no more posts",
                remedy="a database for each group of campaigns: caps never cross them",
            ),
            Limit(
                pings=1e6 / costs.applied_us / costs.posted,
                what="each replica does nothing but take in the others' sales",
                remedy="the same",
            ),
            Limit(
                pings=_most(lambda pings: _replicas(pings, costs) * costs.told_us / FEED_S / 1e6 < 1.0),
                what="each replica does nothing but take in the others' live bids",
                remedy="the same",
            ),
        ],
        key=lambda limit: limit.pings,
    )


def _replicas(pings: float, costs: Costs) -> float:
    return pings * (costs.ping_us + costs.posted * (costs.post_us + costs.delivery_us)) / 1e6 / BUSY_MAX


def _most(holds: Callable[[float], bool]) -> float:
    """The most pings a second for which this holds, by bisection."""
    low, high = 1.0, 1e9
    if holds(high):
        return inf
    for _ in range(60):
        middle = (low * high) ** 0.5
        low, high = (middle, high) if holds(middle) else (low, middle)
    return low


def _bounds(name: str) -> Callable[[str], float]:
    """What costs nothing ends nowhere."""
    return real(0.0001, 1.0) if name == "posted" else real(0.001, 1e9)


def main() -> int:
    """Print the plans, and what breaks first."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.scale", description=__doc__)
    for name, default in msgspec.structs.asdict(Costs()).items():
        parser.add_argument(
            f"--{name.replace('_', '-')}", type=_bounds(name), default=default, help=f"default: {default:g}"
        )
    parser.add_argument("--pings", type=real(1, 1e9), nargs="+", default=list(LOADS), help="pings a second")
    told = vars(parser.parse_args())
    loads = told.pop("pings")
    costs = Costs(**told)
    print("pings/s     replicas  databases  core  database   p50 ms   p99 ms  journal a day")
    for load in loads:
        each = plan(load, costs)
        print(
            f"{each.pings:>9,.0f}  {each.replicas:>8,}  {each.databases:>9,}  {each.busy:>4.0%}"
            f"  {each.database_busy:>8.0%}  {each.p50_ms:>7.2f}  {each.p99_ms:>7.2f}  {each.journal_gb_a_day:>7,.0f} GB"
        )
    print("\non one database, as replicas are added:")
    for limit in limits(costs):
        print(f"{limit.pings:>11,.0f} pings/s: {limit.what}. Remedy: {limit.remedy}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
