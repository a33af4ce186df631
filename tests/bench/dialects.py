"""What a whole ping costs in each platform's words, over one in ours: they take turns at one server."""

import time
from collections.abc import Sequence
from statistics import median

from app.dialects.dialect import Dialect
from app.drill.kit.open_loop import request_bytes
from app.mock_exchange.consumers import consumer, ping_of
from app.platforms.known import DIALECTS
from tests.bench.load import measure
from tests.bench.places import VERTICAL

ROUNDS = 9
PINGS_A_ROUND = 400
FIRST = 5_000_000
"""Consumers from here on are nobody else's, and each is offered once: a repeated ping would cost next to nothing."""


async def dialect_ratios(port: int, connections: int, key: str) -> dict[str, float]:
    """By dialect the processor time of a ping in its own shape, over that of the generic one: the rounds' median."""
    costs: dict[str, list[float]] = {name: [] for name in DIALECTS}
    first = FIRST
    for turn in range(ROUNDS + 1):
        for name, dialect in DIALECTS.items():
            pings = [_ping(dialect, number, key) for number in range(first, first + PINGS_A_ROUND)]
            first += PINGS_A_ROUND
            measured = await measure(port, pings, connections)
            assert not measured.failures, f"{name} refused {measured.failures} requests"
            if turn:
                costs[name].append(measured.cpu_s)
    return {name: _ratio(each, costs["generic"]) for name, each in costs.items() if name != "generic"}


def _ratio(costs: Sequence[float], baseline: Sequence[float]) -> float:
    return median(cost / other for cost, other in zip(costs, baseline, strict=True))


def _ping(dialect: Dialect, number: int, key: str) -> bytes:
    sent = dialect.sends.sent("ping", ping_of(consumer(1, number, VERTICAL), time.time()), key)
    headers = {"Accept": "*/*", "Content-Type": sent.content_type, **dialect.sends.headers(key)}
    return request_bytes(f"/v1/{dialect.name}/{'lead' if dialect.sends.one_endpoint else 'ping'}", sent.body, headers)
