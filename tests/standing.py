"""A live standing for tests that play ping, post and time on it by hand.

standing = used(7)
promise(standing, b"nonce", NOW, price_cents=2_000)
sell(standing, b"nonce", NOW + 1.0, price_cents=2_000)
assert caps(standing)[0].used == 8
"""

from app.domain.auction.snapshot import Standing
from app.domain.campaign import Campaign
from app.domain.caps.caps import CapStanding
from app.domain.seller import Seller
from app.journal.writer import KeptLine
from app.usecases.standing.changes import BidLost, BidMade, Returned, Sold, TimePassed, UsageRead
from app.usecases.standing.standing import LiveStanding
from app.wire.ping import Ping
from tests.build import NOW, campaign, cap, ping, seller

LIFETIME_S = 120
ACME = seller()
BUDGET = cap(name="budget", measure="spend", limit=100_000)
BUYING = campaign(caps=(cap(limit=10), BUDGET))
COUNTER = "campaign/solar-tx/daily//2026-11-20"


def used(leads: int = 0) -> LiveStanding:
    """One that knows what the database counted of the daily cap."""
    standing = LiveStanding()
    standing.apply(UsageRead(used={COUNTER: leads}))
    return standing


def bid_made(
    nonce: bytes,
    at: float = NOW,
    *,
    seller: str = "acme",
    lifetime_s: int = LIFETIME_S,
    test: bool = False,
    takes: tuple[tuple[str, int], ...] = (),
) -> BidMade:
    """A bid as a ping's answer makes it; its line is an empty one."""
    return BidMade(
        nonce=nonce,
        seller=seller,
        at=at,
        expires_at=int(at) + lifetime_s,
        terms=b"terms1",
        test=test,
        kept=KeptLine(b"{}"),
        takes=takes,
    )


def promise(
    standing: LiveStanding,
    nonce: bytes,
    now: float = NOW,
    price_cents: int = 1_000,
    lead: Ping | None = None,
    buying: Campaign = BUYING,
    lifetime_s: int = LIFETIME_S,
) -> None:
    """A lead of Acme's gets a bid."""
    lead = lead or ping()
    counters = standing.counters(buying, ACME, lead.zip, lead.state, now)
    takes = tuple([(counter.key, counter.cap.uses(price_cents)) for counter in counters])
    standing.apply(bid_made(nonce, now, lifetime_s=lifetime_s, test=lead.test, takes=() if lead.test else takes))


def sell(
    standing: LiveStanding,
    nonce: bytes,
    now: float = NOW,
    price_cents: int = 1_000,
    buying: Campaign = BUYING,
    by: Seller = ACME,
) -> None:
    """A post from Austin is bought."""
    counters = standing.counters(buying, by, "78701", "TX", now)
    standing.apply(
        Sold(
            nonce=nonce,
            at=now,
            campaign=buying.name,
            vertical=buying.vertical,
            zip="78701",
            state="TX",
            uses=tuple([(counter.key, counter.cap.uses(price_cents)) for counter in counters]),
        )
    )


def sold_elsewhere(nonce: bytes, counter: str, now: float = NOW) -> Sold:
    """What another replica tells of a post from Austin that it bought."""
    return Sold(
        nonce=nonce, at=now, campaign="solar-tx", vertical="solar", zip="78701", state="TX", uses=((counter, 1),)
    )


def returned(number: int, sold_at: float = NOW, uses: tuple[tuple[str, int], ...] = ()) -> Returned:
    """A post from Austin that Acme takes back."""
    return Returned(
        number=number, campaign="solar-tx", seller="acme", zip="78701", state="TX", sold_at=sold_at, uses=uses
    )


def lose(standing: LiveStanding, nonce: bytes, now: float = NOW) -> None:
    """The seller says that another buyer has it."""
    standing.apply(BidLost(nonce=nonce, at=now))


def pass_time(standing: LiveStanding, now: float) -> None:
    """It becomes `now`."""
    standing.apply(TimePassed(at=now))


def of_ping(
    standing: LiveStanding, lead: Ping, now: float = NOW, buying: Campaign = BUYING, by: Seller = ACME
) -> Standing:
    """What touches a ping that one campaign may buy."""
    return standing.of_ping({buying.name: standing.counters(buying, by, lead.zip, lead.state, now)}, lead, now)


def caps(
    standing: LiveStanding, now: float = NOW, buying: Campaign = BUYING, by: Seller = ACME
) -> tuple[CapStanding, ...]:
    """Where the caps stand for a lead from Austin."""
    return of_ping(standing, ping(), now, buying, by).caps[buying.name]


def leads(standing: LiveStanding, now: float = NOW) -> tuple[int, float]:
    """Used and live of the daily cap."""
    return caps(standing, now)[0].used, caps(standing, now)[0].live
