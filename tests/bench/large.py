"""A service as large as any should get, from its start to the reload of its configuration, and what a live bid takes.

It has 1,000 campaigns over 40,000 ZIPs, 200 sellers, a million people that it bought, a million numbers that it may not
buy, and 200,000 live bids. `python -m tests.bench.large` prints what that takes, `--part 0.1` a tenth of it.
"""

import argparse
import asyncio
import gc
import hashlib
import os
import shutil
import sqlite3
import sys
import tempfile
import time
from array import array
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
import uvloop

from app.asgi import build_app
from app.config.values.zip_table import zip_states
from app.http.application import Application
from app.http.auction.intake import Intake
from app.mock_exchange.consumers import consumer, ping_of
from app.settings import Settings
from app.store.migrate import migrate
from app.store.suppression.lists import PART_DIGESTS
from tests.bench.places import CONFIG, MODELS, VERTICAL

CAMPAIGNS, ZIPS, SELLERS = 1_000, 40_000, 200
PEOPLE, SUPPRESSED, BIDS = 1_000_000, 1_000_000, 200_000
DIGESTS_A_PERSON = 6
_TICK_S = 0.001
_SOLD_AT = 1_790_000_000.0
_HEADERS = [(b"accept", b"application/json"), (b"content-type", b"application/json"), (b"x-api-key", b"demo-acme-key")]


class Large(msgspec.Struct, frozen=True, kw_only=True):
    """`start_s` is from reading the file to ready, with nothing live; a reload is of the whole file, changed."""

    live_bid_bytes: float
    memory_mb: float
    start_s: float
    reload_delay_ms: float


async def large(part: float = 1.0) -> Large:
    """Measured in a process of its own, with this part of each number of people and bids."""
    run = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.bench.large", "--part", str(part), stdout=asyncio.subprocess.PIPE
    )
    answer, _ = await run.communicate()
    return msgspec.json.decode(answer.splitlines()[-1], type=Large)


def write_config(path: Path) -> None:
    """The demo's verticals, with so many campaigns that have each a part of the ZIPs, and so many sellers."""
    zips = sorted(code for code in zip_states() if len(code) == 5)[:ZIPS]
    each = len(zips) // CAMPAIGNS
    text = path.read_text()
    campaigns = [
        f"""
[[campaigns]]
name = "large-{number}"
vertical = "{VERTICAL}"
legs = ["exclusive", "shared"]
territory = {{ zips = {zips[number * each : (number + 1) * each]} }}
floor = 1.00
ceiling = 45.00
conversion_value = 420.00
destinations = ["harbor-crm"]
caps = [{{ limit = 1_000_000, window = "day" }}]
""".replace("'", '"')
        for number in range(CAMPAIGNS)
    ]
    sellers = [
        f"""
[[sellers]]
name = "seller-{number}"
key_sha256 = ["{hashlib.sha256(f"large-{number}".encode()).hexdigest()}"]
median_winning_price = {{ exclusive = 20.00, shared = 12.00 }}
"""
        for number in range(SELLERS)
    ]
    text = text.replace("limit = 10_000", "limit = 100_000_000").replace('lifetime = "120s"', 'lifetime = "1h"')
    path.write_text(text + "".join(campaigns + sellers))


def fill(database: Path, people: int, suppressed: int) -> None:
    """Sales of so many people, in all six forms of each, and a list of so many numbers; digests lie everywhere."""
    connection = sqlite3.connect(database)
    step = 2**32 // (people * DIGESTS_A_PERSON)
    connection.execute(
        "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ?) "
        "INSERT INTO sighting (digest, lead_id, campaign, vertical, sold_at) "
        f"SELECT printf('%08x%08x', i * {step}, i), printf('%024x', i / {DIGESTS_A_PERSON}), "
        f"'large-' || (i % {CAMPAIGNS}), ?, ? FROM n",
        (people * DIGESTS_A_PERSON, VERTICAL, time.time() - 86_400.0),
    )
    numbers = array("Q", range(0, 2**63, 2**63 // suppressed))
    if sys.byteorder == "big":
        numbers.byteswap()
    connection.execute("INSERT INTO suppression_list VALUES ('dnc', 'bench', ?, 'bench', ?)", (len(numbers), _SOLD_AT))
    for first in range(0, len(numbers), PART_DIGESTS):
        row = ("dnc", first // PART_DIGESTS, numbers[first : first + PART_DIGESTS].tobytes())
        connection.execute("INSERT INTO suppression_part VALUES (?, ?, ?)", row)
    connection.commit()
    connection.close()


@asynccontextmanager
async def running(application: Application) -> AsyncIterator[Intake]:
    """The service's endpoints from start to stop."""
    messages: asyncio.Queue[Any] = asyncio.Queue()
    started: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    async def send(message: Any) -> None:
        if not started.done():
            started.set_result(message.get("message", ""))

    await messages.put({"type": "lifespan.startup"})
    living = asyncio.create_task(application({"type": "lifespan"}, messages.get, send))
    why_not = await started
    assert application.intake is not None, why_not
    yield application.intake
    await messages.put({"type": "lifespan.shutdown"})
    await living


async def make_bids(intake: Intake, first: int, count: int) -> None:
    """Have so many pings answered with bids."""
    scope = {"type": "http", "method": "POST", "path": "/v1/ping", "query_string": b"", "headers": _HEADERS}
    scope |= {"http_version": "1.1", "scheme": "http", "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 2)}
    for number in range(first, first + count):
        body = msgspec.json.encode(ping_of(consumer(1, number, VERTICAL), time.time()))
        intake.answers([intake.request({**scope, "raw_path": b"/v1/ping"}, body)])
        if number % 200 == 0:
            await asyncio.sleep(0.002)


def resident_bytes() -> int:
    """What this process holds of the machine's memory now, as Linux tells it."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


async def _measured(part: float) -> Large:
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        config = data / "config" / CONFIG.name
        # A service finds what others left, and is none the larger for how that was made.
        made = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.bench.large", "--part", str(part), "--fill", folder
        )
        assert await made.wait() == 0
        began = time.perf_counter()
        async with running(build_app(Settings(config=config, data=data, models=MODELS))) as intake:
            start_s = time.perf_counter() - began
            standing = intake._bidder.standing
            await make_bids(intake, 1, 1_000)
            await asyncio.sleep(1.0)
            gc.collect()
            before, live = resident_bytes(), standing.live_bids
            await make_bids(intake, 1_001, int(BIDS * part))
            await asyncio.sleep(1.0)
            gc.collect()
            new = standing.live_bids - live
            live_bid_bytes, memory = (resident_bytes() - before) / new, resident_bytes()
            reload_delay_ms = await _reload_delay_ms(intake, config)
    return Large(
        live_bid_bytes=round(live_bid_bytes),
        memory_mb=round(memory / 1e6),
        start_s=round(start_s, 2),
        reload_delay_ms=round(reload_delay_ms, 1),
    )


async def _reload_delay_ms(intake: Intake, config: Path) -> float:
    """The longest that the event loop kept others waiting while a changed file was read and put in force."""
    bidder = intake._bidder
    former, worst_s = bidder.catalogue.config_hash, 0.0
    text = await asyncio.to_thread(config.read_text)
    await asyncio.to_thread(config.write_text, text.replace("ceiling = 45.00", "ceiling = 46.00"))
    until = time.perf_counter() + 60.0
    while bidder.catalogue.config_hash == former and time.perf_counter() < until:
        began = time.perf_counter()
        await asyncio.sleep(_TICK_S)
        worst_s = max(worst_s, time.perf_counter() - began - _TICK_S)
    assert bidder.catalogue.config_hash != former, "the changed file was not taken"
    return 1e3 * worst_s


def _make(data: Path, part: float) -> None:
    """What a service of this size finds at its start."""
    shutil.copytree(CONFIG.parent, data / "config")
    write_config(data / "config" / CONFIG.name)
    migrate(f"sqlite:///{data / 'leadbid.db'}")
    fill(data / "leadbid.db", int(PEOPLE * part), int(SUPPRESSED * part))


def main() -> None:
    """Measure, and print the values as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--part", type=float, default=1.0)
    parser.add_argument("--fill", type=Path, help="only make what is measured, in this folder")
    args = parser.parse_args()
    if args.fill is not None:
        _make(args.fill, args.part)
        return
    found = uvloop.run(_measured(args.part))
    sys.stdout.write(msgspec.json.encode(found).decode() + "\n")


if __name__ == "__main__":
    main()
