"""Several bidders on one PostgreSQL under one cap, whose background jobs are done when a test says so.

async with open_shop(url, folder, limit=30) as shop:
    await shop.start()
    await shop.trade(steps=40)
"""

import random
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import msgspec
from sqlalchemy import create_engine

from app.domain.caps.honouring import honoured_share
from app.usecases.bidder import Bidder
from app.usecases.change_feed.feed_follower import FeedFollower
from app.usecases.onboarding.certify import Certifier
from app.usecases.replicas.pacing import Pacing
from app.usecases.replicas.replica_turns import ReplicaTurns
from app.usecases.standing.changes import TimePassed
from tests import build
from tests.bidder import NOW, another, ask, open_bidder, sell, somebody

STEP_S = 0.25
LIFE_S = 20


class Clock(msgspec.Struct):
    """Seconds since the shop opened."""

    now: float = 0.0


class Running(msgspec.Struct):
    """One replica."""

    bidder: Bidder
    turns: ReplicaTurns
    pacing: Pacing
    follower: FeedFollower


class Shop:
    """Its replicas; `posts` counts answers by reason code."""

    def __init__(self, url: str, folder: Path, limit: int, seed: int, stack: AsyncExitStack) -> None:
        self.url, self.folder, self.limit = url, folder, limit
        self.chance = random.Random(seed)
        self.clock = Clock()
        self.running: list[Running] = []
        self.posts: defaultdict[str, int] = defaultdict(int)
        self.bids = self.leads = self.started = 0
        self.divides = True
        self._due: defaultdict[int, list[tuple[int, str]]] = defaultdict(list)
        self._stack = stack
        buyer = msgspec.structs.replace(build.catalogue().buyer, bid_lifetime_s=LIFE_S)
        self.catalogue = build.catalogue([build.campaign(caps=(build.cap(limit=limit),))], buyer=buyer)

    @property
    def honored(self) -> float:
        """Of the live bids that were posted."""
        return honoured_share(self.posts)

    def at(self) -> float:
        """What all clocks say."""
        return NOW + self.clock.now

    async def start(self, former: int | None = None) -> Running:
        """One more replica."""
        self.started += 1
        bidder = await self._stack.enter_async_context(
            open_bidder(
                self.folder / str(self.started),
                self.catalogue,
                database=self.url,
                chance=self.chance.randbytes,
                steady=lambda: self.clock.now,
            )
        )
        name = f"replica-{self.started}"
        turns = ReplicaTurns(bidder, name, lambda: self.chance.getrandbits(60), self.at, LIFE_S)
        if self.divides:
            await turns.join(former)
        follower = FeedFollower(bidder, Certifier(), name, self.at, _nothing_else)
        one = Running(bidder, turns, Pacing(bidder, self.at, turns), follower)
        self.running.append(one)
        return one

    async def used(self) -> int:
        """What the database counted of the cap."""
        return max((await self.running[0].bidder.store.cap_usage()).values())

    def kill(self, place: int) -> Running:
        """It does nothing any more, and some seconds later everybody knows."""
        dead = self.running.pop(place)
        change(self.url, f"UPDATE replica SET seen_at = seen_at - 5 WHERE run = {dead.turns.run}")
        return dead

    async def trade(self, steps: int, leads_a_step: int = 4, posted: float = 0.5) -> None:
        """Leads come at any replica, and posts of their bids at any other."""
        for _ in range(steps):
            self.clock.now += STEP_S
            for one in self.running:
                await self.look(one)
            for _ in range(leads_a_step):
                self.lead(self.chance.choice(self.running), posted)
            for number, ping_id in self._due.pop(round(self.clock.now / STEP_S), ()):
                await self._post(self.chance.choice(self.running).bidder, number, ping_id)

    async def look(self, one: Running) -> None:
        """What one does every 250 ms."""
        await one.follower.step()
        one.bidder.standing.apply(TimePassed(at=self.at()))
        if self.divides:
            one.turns.keep_lease()
            await one.turns.take_turn()
            await one.pacing.step()

    def lead(self, one: Running, posted: float = 0.0) -> None:
        """A lead comes to this one; its bid will be posted with this probability."""
        self.leads += 1
        answer = ask(one.bidder, now=self.at(), took_ms=-self.clock.now * 1000.0, **another(self.leads))
        if not answer.bids:
            return
        self.bids += 1
        if self.chance.random() < posted:
            due = round(self.clock.now / STEP_S) + 1 + int(self.chance.expovariate(0.2))
            self._due[due].append((self.leads, answer.bids[0].bid_id))

    async def _post(self, bidder: Bidder, number: int, ping_id: str) -> None:
        answer = await sell(bidder, ping_id, now=self.at(), contact=somebody(number), **another(number))
        self.posts["accepted" if answer.status == "accepted" else answer.reason_code] += 1


async def _nothing_else() -> None:
    """Here nobody asks for anything but leads."""


def change(url: str, statement: str) -> None:
    """Have the database say something else."""
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.exec_driver_sql(statement)
    engine.dispose()


@asynccontextmanager
async def open_shop(url: str, folder: Path, limit: int, seed: int = 1) -> AsyncIterator[Shop]:
    """Without a replica at first."""
    async with AsyncExitStack() as stack:
        yield Shop(url, folder, limit, seed, stack)
