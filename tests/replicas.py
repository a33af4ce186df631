"""Replicas that share one cap, played by hand: leads come, some are posted, each publishes when its turn comes.

shop = Replicas(limit=100, count=3)
shop.run_until(60.0)
assert shop.honored == 1.0
"""

import random
from collections import defaultdict

from msgspec.structs import replace

from app.domain.caps.division import LEASE_S, Replica, ReplicaState
from app.usecases.standing.changes import ReplicasRead, RoomDivided, Sold, TimePassed, UsageRead
from app.usecases.standing.standing import LiveStanding
from tests.build import NOW, campaign, cap, ping
from tests.standing import ACME, COUNTER, bid_made, sold_elsewhere

PUBLISH_S = 0.25


class _One:
    """One replica. `heard` are the sales that it has applied; it `said_at` this time what it promises."""

    def __init__(self, run: int, used: int) -> None:
        self.run = run
        self.standing = LiveStanding()
        self.standing.apply(UsageRead(used={COUNTER: used}))
        self.heard = used
        self.said_at = -LEASE_S
        self.cut_off_until = 0.0
        self.is_dead = False


class Replicas:
    """So many that share a cap of `limit` leads; time counts from 0. What is published stands in `rows`."""

    def __init__(
        self,
        limit: int,
        count: int = 3,
        seed: int = 1,
        pings_s: float = 40.0,
        posted: float = 0.3,
        life_s: int = 20,
        *,
        shares: bool = True,
    ) -> None:
        self.buying = campaign(caps=(cap(limit=limit),))
        self.limit, self.pings_s, self.posted, self.life_s = limit, pings_s, posted, life_s
        self.chance = random.Random(seed)
        self.now = 0.0
        self.turn = 0
        self.rows: dict[int, tuple[int, float, ReplicaState]] = {}
        self.sales: list[Sold] = []
        self.posts: defaultdict[int, list[tuple[float, bytes]]] = defaultdict(list)
        self.accepted = self.refused = self.bids = self.pings = 0
        self.ones: list[_One] = []
        self.shares = shares
        for _ in range(count):
            self.start_one()

    @property
    def honored(self) -> float:
        """Of the live bids that were posted."""
        return self.accepted / (self.accepted + self.refused) if self.accepted + self.refused else 1.0

    @property
    def living(self) -> list[_One]:
        return [each for each in self.ones if not each.is_dead]

    def start_one(self) -> None:
        """A new one, which knows what the database counts."""
        self.ones.append(_One(len(self.ones), len(self.sales)))
        self._look(self.ones[-1])

    def kill_one(self, place: int = 0) -> None:
        """It is gone, and its bids live on."""
        self.living[place].is_dead = True

    def cut_off(self, place: int, seconds: float) -> None:
        """It bids on, and neither hears nor says anything for so long."""
        self.living[place].cut_off_until = self.now + seconds

    def run_until(self, end: float, step_s: float = 0.05) -> None:
        """Live so long."""
        tick = round(self.now / step_s)
        while self.now < end:
            tick += 1
            self.now = tick * step_s
            for place, one in enumerate(self.living):
                if (tick + place) % round(PUBLISH_S / step_s) == 0:
                    self._look(one)
            for _ in range(self._poisson(self.pings_s * step_s)):
                self._ping(self.chance.choice(self.living))
            self._post()

    def ping_often(self, one: _One) -> None:
        """More leads than it bids on come to this one at once."""
        for _ in range(2 * self.limit):
            self._ping(one)

    def _poisson(self, mean: float) -> int:
        number, product = 0, self.chance.random()
        while product > 2.718281828**-mean:
            number, product = number + 1, product * self.chance.random()
        return number

    def _look(self, one: _One) -> None:
        at = NOW + self.now
        one.standing.apply(TimePassed(at=at))
        if self.now < one.cut_off_until:
            if self.shares and self.now - one.said_at >= LEASE_S:
                one.standing.apply(RoomDivided(turn=0, share=0.0))
            return
        for sale in self.sales[one.heard :]:
            one.standing.apply(sale)
        one.heard = len(self.sales)
        if not self.shares:
            return
        others = tuple(
            Replica(run, str(run), turn, self.now - seen, state)
            for run, (turn, seen, state) in self.rows.items()
            if run != one.run and self.now - seen < LEASE_S + self.life_s
        )
        one.standing.apply(ReplicasRead(run=one.run, at=at, others=others))
        self.turn += 1
        divided, state = one.standing.divided(at, self.turn, self.now)
        one.standing.apply(divided)
        self.rows[one.run] = (self.turn, self.now, state)
        one.said_at = self.now
        one.standing.apply(replace(divided, published=True))

    def _ping(self, one: _One) -> None:
        at, lead = NOW + self.now, ping()
        self.pings += 1
        (counter,) = one.standing.counters(self.buying, ACME, lead.zip, lead.state, at)
        if counter.standing.room < 1:
            return
        self.bids += 1
        nonce = self.chance.randbytes(8)
        bid = bid_made(nonce, at, lifetime_s=self.life_s, takes=((counter.key, 1),))
        one.standing.apply(bid)
        if self.chance.random() < self.posted:
            self.posts[round((self.now + self.chance.expovariate(0.3)) * 20)].append((bid.expires_at, nonce))

    def _post(self) -> None:
        """Any replica takes a post; the statement that sells is exact. The others hear of it later."""
        for expires_at, nonce in self.posts.pop(round(self.now * 20), ()):
            if expires_at <= NOW + self.now:
                continue
            if len(self.sales) >= self.limit:
                self.refused += 1
                continue
            self.accepted += 1
            self.sales.append(sold_elsewhere(nonce, COUNTER, NOW + self.now))
