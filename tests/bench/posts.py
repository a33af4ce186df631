"""Posts a second of the whole service, taking turns with a bare group commit of the rows that they write."""

import time
from collections.abc import Mapping
from pathlib import Path
from statistics import median

import msgspec

from app.drill.kit.open_loop import request_bytes
from app.mock_exchange.consumers import consumer, ping_of, post_of
from tests.bench.group_commit import group_commits_per_s
from tests.bench.load import measure
from tests.bench.places import VERTICAL

POSTERS = 50
ROUNDS = 5
POSTS_A_ROUND = 500
_FIRST = 900_001


class PostRates(msgspec.Struct, frozen=True, kw_only=True):
    """Medians of the rounds; `p99_ms` is the slowest answer but one in a hundred of all."""

    per_s: float
    p99_ms: float
    cpu_us: float
    vs_group_commit: float


async def post_rates(port: int, database: Path | None, headers: Mapping[str, str]) -> PostRates:
    """Every post is committed, sealed and on its way to a CRM that is not there."""
    rates, ratios, used_us, took_ms = list[float](), list[float](), list[float](), list[float]()
    for turn in range(ROUNDS):
        numbers = range(_FIRST + turn * POSTS_A_ROUND, _FIRST + (turn + 1) * POSTS_A_ROUND)
        posts = await _posts(port, numbers, headers)
        answers: list[bytes] = []
        measured = await measure(port, posts, POSTERS, answers, took_ms)
        sold = sum(b'"status":"accepted"' in answer for answer in answers)
        assert sold == len(posts), f"only {sold} of {len(posts)} posts were bought"
        rates.append(measured.per_second)
        used_us.append(1e6 / measured.per_core_second)
        if database is not None:
            ratios.append(measured.per_second / group_commits_per_s(database, POSTS_A_ROUND, POSTERS))
    took_ms.sort()
    return PostRates(
        per_s=median(rates),
        p99_ms=took_ms[len(took_ms) * 99 // 100],
        cpu_us=median(used_us),
        vs_group_commit=median(ratios) if ratios else 0.0,
    )


async def _posts(port: int, numbers: range, headers: Mapping[str, str]) -> list[bytes]:
    """What is posted to the bids for these consumers."""
    answers: list[bytes] = []
    pings = [_request("/v1/ping", ping_of(consumer(1, number, VERTICAL), time.time()), headers) for number in numbers]
    await measure(port, pings, 1, answers)
    ids = [msgspec.json.decode(answer)["ping_id"] for answer in answers]
    return [
        _request("/v1/post", post_of(consumer(1, number, VERTICAL), ping_id, time.time()), headers)
        for number, ping_id in zip(numbers, ids, strict=True)
    ]


def _request(path: str, body: object, headers: Mapping[str, str]) -> bytes:
    return request_bytes(path, msgspec.json.encode(body), headers)
