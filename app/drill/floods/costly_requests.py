"""Costly bodies, eighteen a second: with a key, with a wrong one and without, in every shape that costs the most."""

import itertools
import os
import threading
import time
from pathlib import Path
from statistics import median

import httpx

from app.drill.drill import Say
from app.drill.kit.core_share import core_share
from app.drill.kit.costly import SHAPES, body_of
from app.drill.kit.service import serve_process
from app.http.asgi_request import BODY_MAX, KEYLESS_BODY_MAX
from app.mock_exchange.consumers import consumer, ping_of
from app.packaged import DEMO_CONFIG

PROMISE = (
    "beside 18 costly requests a second honest pings take 5 ms at the median, and no costly one takes 10 ms of work"
)
IN_SAMPLE = False

KEY = "demo-acme-key"
LASTS_S = 20.0
HOSTILE_PER_S = 18.0
HONEST_PER_S = 50.0
HONEST_MS_MAX = 5.0
WORK_MS_MAX = 10.0
PATHS = ("/v1/ping", "/v1/post", "/v1/lead", "/v1/boberdoo/ping", "/v1/notices")


def drill(folder: Path, say: Say) -> list[str]:
    """Both kinds of requests at once, each at its own pace; then the costly ones alone, for what each costs."""
    with serve_process(DEMO_CONFIG, folder / "data") as service:
        ends = time.monotonic() + LASTS_S
        hostile = threading.Thread(target=_hostile, args=(service.url, ends))
        with core_share(service.process.pid) as got:
            hostile.start()
            honest = _honest(service.url, ends)
            hostile.join()
        middle = median(honest) * got.share
        say(f"{len(honest)} honest pings, {middle:.1f} ms at the median, {max(honest):.1f} ms at most")
        work, shape = _dearest(service.url, service.process.pid)
        say(f"the dearest is {shape}: {work:.1f} ms of work")
    say.most("ms of an honest ping", middle)
    say.most("ms of work of the costliest", work)
    broken = []
    if middle > HONEST_MS_MAX:
        broken.append(f"honest pings took {middle:.1f} ms at the median")
    if work > WORK_MS_MAX:
        broken.append(f"a request of the shape {shape} took {work:.1f} ms of work")
    return broken


def _honest(url: str, ends: float) -> list[float]:
    took: list[float] = []
    with httpx.Client(base_url=url, headers={"X-API-Key": KEY}, trust_env=False) as http:
        for number in itertools.count():
            body = ping_of(consumer(1, number, "auto_insurance"), time.time())
            started = time.monotonic()
            if started >= ends:
                return took
            http.post("/v1/ping", json=body).raise_for_status()
            took.append((time.monotonic() - started) * 1_000.0)
            time.sleep(max(started + 1.0 / HONEST_PER_S - time.monotonic(), 0.0))
    return took


def _hostile(url: str, ends: float) -> None:
    with httpx.Client(base_url=url) as http:
        for path, shape, key in itertools.cycle(itertools.product(PATHS, SHAPES, (KEY, "wrong", ""))):
            started = time.monotonic()
            if started >= ends:
                return
            _send(http, path, shape, key)
            time.sleep(max(started + 1.0 / HOSTILE_PER_S - time.monotonic(), 0.0))


def _dearest(url: str, process: int) -> tuple[float, str]:
    """Milliseconds of the service's processor time for one of the costliest shape, by the mean of many."""
    times = 50
    found = []
    with httpx.Client(base_url=url) as http:
        for key, shape in itertools.product((KEY, ""), SHAPES):
            before = _worked_s(process)
            for _ in range(times):
                _send(http, "/v1/ping", shape, key)
            found.append(((_worked_s(process) - before) / times * 1_000.0, shape))
    return max(found)


def _send(http: httpx.Client, path: str, shape: str, key: str) -> None:
    body, content_type = body_of(shape, BODY_MAX if key else KEYLESS_BODY_MAX)
    http.post(path, content=body, headers={"Content-Type": content_type, **({"X-API-Key": key} if key else {})})


def _worked_s(process: int) -> float:
    """What Linux counts of a process, to a hundredth of a second; elsewhere nothing."""
    stat = Path(f"/proc/{process}/stat")
    if not stat.exists():
        return 0.0
    user, system = stat.read_text().rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")
