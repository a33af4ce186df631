"""Independent arrivals well below capacity, at the service and at the echo in turns: `PORT ECHO_PORT RATE`.

What a ping takes is told from the moment at which it fell due, and what it costs by the clock of the server's process:
a load of so many connections is itself no small one on a small machine.
"""

import sys
from collections.abc import Iterator
from statistics import median

import msgspec
import uvloop

from app.drill.kit.open_loop import CONNECTIONS, SECONDS, OfferedLoad, offer, pings_without_end
from tests.bench.load import cpu_seconds
from tests.bench.overload import tell

SHARE = 0.7
"""Of what the service can answer."""
ROUNDS = 3


class OpenLoop(msgspec.Struct, frozen=True, kw_only=True):
    """Pings a second; milliseconds to the service's answer, and by how much its 99th percentile is over the echo's.

    `ping_vs_echo` is processor time of the echo over that of the service, for each request of the same arrivals.
    """

    rate: float
    p50: float
    p99: float
    p999: float
    p99_over_echo: float
    ping_vs_echo: float


class _Round(msgspec.Struct, frozen=True, kw_only=True):
    """Milliseconds of one server, and processor seconds for each request."""

    p50: float
    p99: float
    p999: float
    used_s: float


async def _open_loop(port: int, echo_port: int, rate: float) -> OpenLoop:
    pings = pings_without_end()
    rounds = [(await _round(port, pings, rate), await _round(echo_port, pings, rate)) for _ in range(ROUNDS)]
    return OpenLoop(
        rate=round(rate),
        p50=round(median(ours.p50 for ours, _ in rounds), 1),
        p99=round(median(ours.p99 for ours, _ in rounds), 1),
        p999=round(median(ours.p999 for ours, _ in rounds), 1),
        p99_over_echo=round(median(ours.p99 - echo.p99 for ours, echo in rounds), 1),
        ping_vs_echo=round(median(echo.used_s / ours.used_s for ours, echo in rounds), 3),
    )


async def _round(port: int, pings: Iterator[bytes], rate: float) -> _Round:
    before = await cpu_seconds(port)
    offered = await offer(port, pings, rate, CONNECTIONS, tell)
    used_s = await cpu_seconds(port) - before
    return _Round(
        p50=_within_ms(offered, 0.5),
        p99=_within_ms(offered, 0.99),
        p999=_within_ms(offered, 0.999),
        used_s=used_s / (rate * SECONDS),
    )


def _within_ms(offered: OfferedLoad, share: float) -> float:
    """Milliseconds within which such a share of the requests were answered; one that was not took all of the time."""
    unanswered = [SECONDS] * (offered.shed + offered.others)
    took_s = sorted([*offered.took_s, *unanswered])
    return 1000.0 * took_s[int(len(took_s) * share)]


if __name__ == "__main__":
    print(msgspec.json.encode(uvloop.run(_open_loop(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])))).decode())
