"""A bidder in one piece for tests of the use cases: every part is real, on a database and a journal in one folder.

def test_a_lead_is_bought(tmp_path: Path) -> None:
    async def scene(bidder: Bidder) -> None:
        bid = ask(bidder)
        assert (await sell(bidder, bid.ping_id)).status == "accepted"

    at_bidder(tmp_path, scene)
"""

import asyncio
import atexit
import shutil
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import cache
from itertools import count
from math import inf
from pathlib import Path
from typing import Any, TypeVar

from app.domain.catalogue import Catalogue
from app.domain.identity import person
from app.domain.reasons import Refusal
from app.domain.seller import Seller
from app.domain.token import BidToken, read
from app.journal.lines import AnyLine, PingLine, PostLine
from app.journal.reader import lines
from app.journal.writer import JournalWriter
from app.reports.counting import Counting
from app.reports.scorecard import Scorecards
from app.store.migrate import migrate
from app.store.store import Store
from app.store.vault import Vault
from app.telemetry.metrics import Metrics
from app.usecases.accept_post import accept_post
from app.usecases.answer_ping import answer_ping, held_back, refuse_ping
from app.usecases.answer_ping import ask as what_is_asked
from app.usecases.bid_reference import open_reference
from app.usecases.bidder import Bidder
from app.usecases.limits.rate_limit import HashQuotas, RateLimits
from app.usecases.standing.restore import restore
from app.wire.ping import Ping, PingAnswer
from app.wire.post import PostAnswer
from tests import build

T = TypeVar("T")
LineT = TypeVar("LineT", bound=AnyLine)

NOW = build.NOW
RAW = b'{"phone": "5124612234"}'
"""The body of every post, as far as evidence goes."""


@asynccontextmanager
async def open_bidder(
    folder: Path,
    catalogue: Catalogue | None = None,
    sold: Callable[[], None] = lambda: None,
    busy_ms: int = 3_000,
    database: str = "",
    chance: Callable[[int], bytes] | None = None,
    steady: Callable[[], float] = lambda: 0.0,
) -> AsyncIterator[Bidder]:
    """The bidder of this folder; opened again it knows what the database knows, as after a restart.

    Its database lies in the folder, or it is one of several on this PostgreSQL.
    """
    whole = catalogue or build.catalogue()
    keys, chance = build.keys(), chance or _numbers()
    file = folder / "leadbid.db"
    if not database and not file.exists():
        shutil.copy(empty_database(), file)
    vault = Vault(keys.sealing, keys.sealing_id, chance)
    store = Store(database or f"sqlite:///{file}", vault, busy_ms)
    try:
        yield Bidder(
            catalogue=whole,
            keys=keys,
            seed=keys.index,
            chance=chance,
            steady=steady,
            store=store,
            vault=vault,
            journal=JournalWriter(folder / "journal"),
            metrics=Metrics(),
            standing=await restore(store, NOW),
            rates=RateLimits(),
            quotas=HashQuotas(await store.cap_usage()),
            sold=sold,
            scorecards=Scorecards(store, Counting(folder / "journal")),
        )
    finally:
        await store.close()


def at_bidder(
    folder: Path, scene: Callable[[Bidder], Awaitable[T]], catalogue: Catalogue | None = None, **rest: Any
) -> T:
    """What a scene at the bidder of this folder comes to."""

    async def play() -> T:
        async with open_bidder(folder, catalogue, **rest) as bidder:
            return await scene(bidder)

    return asyncio.run(play())


def ask(
    bidder: Bidder, *, seller: Seller | None = None, now: float = NOW, took_ms: float = 0.0, **overrides: Any
) -> PingAnswer:
    """The answer to `build.ping(...)` of the first declared seller, `took_ms` after it came."""
    who = seller or next(iter(bidder.catalogue.sellers.values()))
    return answer(bidder, who, build.ping(**overrides), (), now, took_ms)


def answer(
    bidder: Bidder,
    seller: Seller,
    reading: Ping | Refusal,
    warnings: tuple[str, ...] = (),
    now: float = NOW,
    took_ms: float = 0.0,
) -> PingAnswer:
    """The answer to what was read from a ping of this seller."""
    asked = held_back(bidder, seller, now) or what_is_asked(bidder, seller, reading, now, -took_ms / 1000.0)
    if isinstance(asked, Refusal):
        return refuse_ping(bidder, seller, asked, now, warnings)
    return answer_ping(bidder, asked, warnings)


async def sell(
    bidder: Bidder,
    ping_id: str,
    *,
    seller: Seller | None = None,
    now: float = NOW + 1.0,
    contact: dict[str, Any] | None = None,
    **overrides: Any,
) -> PostAnswer:
    """The answer to `build.post(...)` with this contact, under a bid."""
    who = seller or next(iter(bidder.catalogue.sellers.values()))
    lead = build.post(ping_id=ping_id, contact=build.contact(**(contact or {})), **overrides)
    return await accept_post(bidder, who, open_reference(bidder, ping_id), lead, RAW, (), now)


def another(number: int) -> dict[str, Any]:
    """What makes a ping or post of `build` one of another lead, with a certificate of its own."""
    return {
        "seller_lead_id": f"lead-{number}",
        "trustedform_cert_url": f"https://cert.trustedform.com/{2**156 + number:040x}",
    }


def somebody(number: int) -> dict[str, Any]:
    """What makes the contact of `build` another person's."""
    return {"phone": f"512462{number:04d}", "email": f"someone.{number}@gmail.com"}


def phone_digest(phone: str = "(512) 461-2234") -> str:
    """What a bidder makes of the hash of this phone, by default of the one in `build`."""
    return person(build.keys().index, phone, "").phone[0]


def bid_of(bidder: Bidder, ping_id: str) -> BidToken:
    """What a ping_id says."""
    bid = read(ping_id, bidder.keys.signing)
    assert bid is not None
    return bid


def journaled(bidder: Bidder, folder: Path) -> list[AnyLine]:
    """Every line so far."""
    for line in bidder.keyless.lines(inf, unfinished=True):
        bidder.journal.append(line)
    written_to(bidder).flush()
    return list(lines(folder / "journal"))


def written_to(bidder: Bidder) -> JournalWriter:
    """Its journal, as what writes it."""
    assert isinstance(bidder.journal, JournalWriter)
    return bidder.journal


def last_ping(bidder: Bidder, folder: Path) -> PingLine:
    """The line of the ping that was decided last."""
    return [line for line in journaled(bidder, folder) if isinstance(line, PingLine)][-1]


def last_post(bidder: Bidder, folder: Path) -> PostLine:
    """The line of the last post."""
    return [line for line in journaled(bidder, folder) if isinstance(line, PostLine)][-1]


@cache
def empty_database() -> Path:
    """A migrated file to copy: migrating takes longer than most tests."""
    folder = tempfile.mkdtemp(prefix="leadbid-bidder-")
    atexit.register(shutil.rmtree, folder)
    file = Path(folder) / "leadbid.db"
    migrate(f"sqlite:///{file}")
    return file


def _numbers() -> Callable[[int], bytes]:
    """Bytes that never come twice, and the same ones in every run."""
    numbers = count(1)
    return lambda size: next(numbers).to_bytes(size, "big")
