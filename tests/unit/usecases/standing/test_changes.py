"""Changes as values: each can be written down, and whoever applies the same ones stands the same."""

from types import ModuleType
from typing import get_args

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from app.domain.campaign import Campaign
from app.domain.caps.division import Claim, LiveWeight, Replica, ReplicaState
from app.domain.caps.pacing import ShadowPrice
from app.domain.schedule import ALWAYS, Boost, Schedule
from app.domain.targets.targets import CampaignTarget, KeptLedger, TargetLedger, TargetUse
from app.store.known import SightingPart
from app.usecases.standing.changes import (
    Allowed,
    BidEnded,
    BidLost,
    Change,
    ClockLeapt,
    ClockWasAhead,
    CounterDeclared,
    DecisionTold,
    DemandSet,
    KnownRead,
    LedgersRead,
    ListDropped,
    ListRead,
    PacingHeld,
    PeopleRead,
    PostSeen,
    ReplicasRead,
    Requests,
    RoomDivided,
    ShadowPricesRead,
    SignalSet,
    Sold,
    Suppressed,
    TargetDeclared,
    TimePassed,
    UsageRead,
    WritesFailed,
)
from app.usecases.standing.counter import Counter
from app.usecases.standing.standing import LiveStanding
from app.wire.feedback import Demand, Signal
from tests.build import NOW, campaign, cap, ping, seller
from tests.standing import bid_made, returned
from tests.table import each_row

SOLD = Sold(
    nonce=b"\x00\xff" * 4,
    at=NOW + 1.5,
    campaign="solar-tx",
    vertical="solar",
    zip="78701",
    state="TX",
    uses=(("campaign/solar-tx/daily//2026-11-20", 1),),
    targets=(TargetUse("solar-tx/cost/2026-11-20", "acme", 2_500.0, 2_400.0),),
    people=("ab" * 8,),
    certificates=("cd" * 16,),
)
OTHER = Replica(
    run=2,
    name="two",
    turn=7,
    age_s=0.25,
    state=ReplicaState(2, 6, {"campaign/solar-tx/daily/": Claim(True, 2.0, 1.0, (LiveWeight(NOW + 30.0, 3.0, 0.5),))}),
)
EACH: list[Change] = [
    returned(1, uses=(("campaign/solar-tx/daily//2026-11-20", 1),)),
    bid_made(b"\x00\xff" * 4, takes=(("campaign/solar-tx/daily//2026-11-20", 1),)),
    SOLD,
    DecisionTold(nonce=SOLD.nonce, targets=SOLD.targets),
    BidLost(nonce=b"\x00\xff" * 4, at=NOW),
    BidEnded(nonce=b"\x00\xff" * 4),
    PostSeen(seller="acme", delay_s=2.5),
    CounterDeclared(
        key="campaign/solar-tx/daily//2026-11-20",
        cap=cap(),
        schedule=Schedule(
            hours=ALWAYS,
            blackout_dates=frozenset({"2026-11-26"}),
            boosts=(Boost(name="push", cents=900, hours=ALWAYS),),
            traffic=(0.5,) * 168,
        ),
        at=NOW,
    ),
    ClockLeapt(at=NOW, by=3_600, until=NOW + 120.0),
    ClockWasAhead(by=3_600, longest_s=120),
    UsageRead(used={"campaign/solar-tx/daily//2026-11-20": 7}),
    ShadowPricesRead(prices={"campaign/solar-tx/daily/": ShadowPrice(0.3, NOW)}),
    TargetDeclared(
        key="solar-tx/cost/2026-11-20",
        target=CampaignTarget(
            name="cost",
            owner="solar-tx",
            kind="cost_per_acquisition",
            amount=12_000.0,
            window="day",
            zone="America/Chicago",
        ),
        schedule=Schedule(hours=ALWAYS),
        at=NOW,
    ),
    LedgersRead(ledgers={"solar-tx/cost": {"": KeptLedger(TargetLedger(dual=0.3, leads=7.0, spent=1.5), NOW)}}),
    DemandSet(territory="TX", demand=Demand(open=5, expected=10), told_at=NOW, ends_at=NOW + 60.0),
    SignalSet(territory="TX", signal=Signal(premium_cents=500, cause="storm", until=NOW + 60.0)),
    Requests(pauses=(("acme", None), ("solar-tx", NOW)), boosts=(("solar-tx", 500, None),)),
    WritesFailed(seconds=7.25),
    Suppressed(digests=("ab" * 8,)),
    Allowed(digests=("ab" * 8,)),
    ListRead(name="dnc", version=NOW, parts=(b"\1" * 16,)),
    ListDropped(name="dnc"),
    PeopleRead(part=SightingPart.of("ab" * 8, [int(NOW)], ['solar-tx":"solar'])),
    KnownRead(sales=(("ab" * 8, "solar-tx", "solar", NOW),), suppressed=b"\xab" * 8, certificates=b"\xcd" * 8),
    TimePassed(at=NOW),
    ReplicasRead(run=1, at=NOW, others=(OTHER,)),
    RoomDivided(turn=3, share=0.25, apart={"campaign/solar-tx/daily/": 4.5}, left={"campaign/solar-tx/daily/": 1.0}),
    PacingHeld(ours=False),
]


def test_each_kind_is_tried_here() -> None:
    assert {type(change) for change in EACH} == set(get_args(Change))


@each_row("change", EACH, ids=lambda change: type(change).__name__)
@each_row("form", [msgspec.json, msgspec.msgpack], ids=["json", "msgpack"])
def test_each_change_is_read_as_it_was_written(change: Change, form: ModuleType) -> None:
    assert form.decode(form.encode(change), type=Change) == change


class Feed(LiveStanding):
    """Writes down whatever it applies, as a feed would carry it."""

    def __init__(self) -> None:
        self.written: list[bytes] = []
        super().__init__()

    def apply(self, change: Change) -> None:
        self.written.append(msgspec.msgpack.encode(change))
        super().apply(change)

    def counter(self, key: str) -> Counter:
        """The counter of this key, for a lead that the feed told of."""
        return self._counters._open[key]


SELLERS = (seller(), seller(name="bluebird", caps=(cap(name="balance", owner="bluebird", scope="seller", limit=9),)))
PLACES = (("78701", "TX"), ("75201", "TX"), ("90001", "CA"))
DIGESTS = tuple(f"{number:02x}" * 8 for number in range(1, 5))
NONCES = tuple(bytes([number]) * 8 for number in range(6))
BUYING = (
    campaign(
        caps=(
            cap(limit=20),
            cap(name="hourly", window="hour", limit=5),
            cap(name="budget", measure="spend", limit=40_000),
            cap(name="state", scope="campaign_territory", limit=8),
            cap(name="all", window="total", limit=50),
        )
    ),
    campaign(name="other", caps=(cap(name="other", owner="other", limit=7),)),
)
RELOADED = tuple(
    msgspec.structs.replace(each, caps=tuple(msgspec.structs.replace(one, limit=one.limit + 3) for one in each.caps))
    for each in BUYING
)

ACTS = st.tuples(
    st.sampled_from(
        ["bid", "bid", "bid", "sale", "sale", "lost", "asked", "paused", "suppressed", "read", "failed", "tick"]
    ),
    st.floats(0.0, 900.0),
    st.integers(0, 5),
    st.integers(0, 3),
    st.booleans(),
)


def act(standing: LiveStanding, what: str, now: float, one: int, two: int, is_so: bool) -> None:
    """Something that happens to a bidder: `one` says to which lead, the rest how."""
    buying = (RELOADED if is_so else BUYING)[one % 2]
    by, (zip_code, state) = SELLERS[two % 2], PLACES[one % 3]
    if what == "bid":
        counters = standing.counters(buying, by, zip_code, state, now)
        takes = tuple([(counter.key, counter.cap.uses(900 + one)) for counter in counters])
        lifetime_s = (30, 120, 1_800, 7_200)[two]
        standing.apply(bid_made(NONCES[one], now, seller=by.name, lifetime_s=lifetime_s, takes=takes))
    elif what == "sale":
        sale(standing, buying, now, one, two)
    elif what == "lost":
        standing.apply(BidLost(nonce=NONCES[one], at=now) if is_so else BidEnded(nonce=NONCES[one]))
    elif what == "asked":
        demand = Demand(open=two, expected=two + one, campaign="other" if is_so else "")
        standing.apply(DemandSet(territory=state, demand=demand, told_at=now, ends_at=now + 600.0))
        signal = Signal(premium_cents=one * 100, cause="storm" if is_so else "push", until=now + 300.0)
        standing.apply(SignalSet(territory=zip_code[:two], signal=signal))
    elif what == "paused":
        standing.apply(Requests(pauses=((by.name, now + 90.0),) if is_so else ()))
    elif what == "suppressed":
        standing.apply(Suppressed(digests=DIGESTS[:two]))
    elif what == "failed":
        standing.apply(WritesFailed(seconds=float(two * 6)))
    elif what == "read":
        standing.apply(UsageRead(used={"campaign/solar-tx/daily//2026-11-20": one, "campaign/other/other//x": two}))
        standing.apply(ShadowPricesRead(prices={"campaign/solar-tx/hourly/": ShadowPrice(one / 10, now)}))
        standing.apply(
            KnownRead(sales=((DIGESTS[two], "solar-tx", "solar", now),), certificates=bytes.fromhex(DIGESTS[two]))
        )
    else:
        standing.apply(TimePassed(at=now))


def sale(standing: LiveStanding, buying: Campaign, now: float, one: int, two: int) -> None:
    zip_code, state = PLACES[one % 3]
    counters = standing.counters(buying, SELLERS[two % 2], zip_code, state, now)
    standing.apply(
        Sold(
            nonce=NONCES[one],
            at=now,
            campaign=buying.name,
            vertical=buying.vertical,
            zip=zip_code,
            state=state,
            uses=tuple([(counter.key, counter.cap.uses(900 + one)) for counter in counters]),
            people=DIGESTS[:two],
            certificates=(DIGESTS[two],),
        )
    )


def all_readable(standing: LiveStanding, counters: dict[str, list[Counter]], now: float) -> list[object]:
    """All that anybody can read of where a bidder stands."""
    pings = [ping(zip=zip_code, state=state) for zip_code, state in PLACES]
    return [
        standing.live_bids,
        [standing.live(nonce, now) for nonce in NONCES],
        standing.duals(),
        [standing.of_ping(counters, each, now) for each in pings],
        [vars_of(counter) for each in counters.values() for counter in each],
        standing.sightings(DIGESTS),
        [standing.is_suppressed([digest]) for digest in DIGESTS],
        [standing.is_used([bytes.fromhex(digest)]) for digest in DIGESTS],
    ]


def vars_of(counter: Counter) -> dict[str, object]:
    """Everything a counter holds, its buckets as values; but when a lead met it last, which no decision reads."""
    buckets = [(*which, each.bids, each.total, each.squares) for which, each in counter.buckets.items()]
    return {**vars(counter), "buckets": buckets, "met_at": None}


@given(st.lists(ACTS, max_size=40))
def test_two_that_apply_the_same_changes_stand_the_same(acts: list[tuple[str, float, int, int, bool]]) -> None:
    first, second = Feed(), Feed()
    now, here = NOW, dict[str, list[Counter]]()
    for what, later, one, two, is_so in acts:
        now += later
        act(first, what, now, one, two, is_so)
        # A lead that comes by changes nothing that is not told of too.
        here = {each.name: first.counters(each, SELLERS[1], "78701", "TX", now) for each in BUYING}
    for text in first.written:
        second.apply(msgspec.msgpack.decode(text, type=Change))
    there = {name: [second.counter(counter.key) for counter in counters] for name, counters in here.items()}
    assert all_readable(first, here, now) == all_readable(second, there, now)
