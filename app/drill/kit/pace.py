"""A seller who pings at a steady pace, and notes how long each answer took."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import quantiles

import httpx
import msgspec

from app.drill.drill import Say
from app.drill.kit.market import KEY, VERTICAL, someone
from app.mock_exchange.consumers import ping_of

EVERY_S = 0.02
FIRST = 5_000_000
"""Its consumers are nobody else's."""


class Paced(msgspec.Struct, kw_only=True):
    """Milliseconds of each ping, and how many got neither a bid nor a reason."""

    ping_ms: list[float] = []
    unanswered: int = 0

    @property
    def p99_ms(self) -> float:
        """What ninety-nine of a hundred took at most."""
        return quantiles(self.ping_ms, n=100)[98] if len(self.ping_ms) > 1 else 0.0

    def broken(self, say: Say, ms_max: float) -> list[str]:
        """What was too late, or no answer."""
        say.count("pings", len(self.ping_ms))
        say.most("ms of 99 of 100 pings", self.p99_ms)
        say.count("pings without an answer", self.unanswered)
        late = [f"a hundredth of the pings took more than {self.p99_ms:.0f} ms"] if self.p99_ms > ms_max else []
        return late + ([f"{self.unanswered} pings got no answer"] if self.unanswered else [])


@contextmanager
def pinging(url: str, vertical: str = VERTICAL) -> Iterator[Paced]:
    """Somebody pings for as long as this lasts."""
    paced, over = Paced(), threading.Event()

    def ping() -> None:
        with httpx.Client(base_url=url, trust_env=False, timeout=10.0) as http:
            number = FIRST
            while not over.wait(EVERY_S):
                number += 1
                body = ping_of(someone(number, vertical), time.time())
                began = time.perf_counter()
                try:
                    answer = http.post("/v1/ping", headers=KEY, json=body)
                    paced.unanswered += answer.status_code != 200 or b"load_shed" in answer.content
                except httpx.TransportError:
                    paced.unanswered += 1
                paced.ping_ms.append((time.perf_counter() - began) * 1_000.0)

    thread = threading.Thread(target=ping, daemon=True)
    thread.start()
    try:
        yield paced
    finally:
        over.set()
        thread.join(20.0)
