"""One Friday of a bidder in small: a lead every ten minutes of office hours, every third one bought, all of it real."""

from pathlib import Path
from typing import Any

import msgspec

from app.domain.campaign import Campaign
from app.domain.reasons import Refusal
from app.domain.schedule import ALWAYS, Boost, Schedule, week_hours
from app.domain.territory import Territory
from app.journal.lines import AnyLine
from app.reports.day.story import Attempts, BoughtLead, Story, tell
from app.reports.explain import explain
from app.usecases.answer_ping import refuse_ping
from app.usecases.bidder import Bidder
from app.usecases.standing.changes import DemandSet, SignalSet, TimePassed
from app.wire.feedback import Demand, Signal
from tests.bidder import another, ask, at_bidder, journaled, sell, somebody
from tests.build import NOW, campaign, cap, catalogue

ZONE = "America/Chicago"
HOUR = 3_600.0
START = NOW - 10 * HOUR
END = START + 24 * HOUR
OPENS, CLOSES, EVERY = START + 8 * HOUR, START + 18 * HOUR, 600.0
PLACES: tuple[dict[str, Any], ...] = ({"zip": "78701", "state": "TX"}, {"zip": "90001", "state": "CA"})
ATTEMPTS = Attempts(
    delivered=19,
    undelivered=1,
    attempts=24,
    by_outcome={"delivered": 19, "retry: HTTP 503": 4, "rejected: HTTP 422": 1},
)


class TradingDay(msgspec.Struct, frozen=True, kw_only=True):
    """What the day left behind; `bids_cents` are the prices by time."""

    lines: list[AnyLine]
    campaigns: tuple[Campaign, ...]
    sold: list[BoughtLead]
    bids_cents: list[tuple[float, int]]

    def story(self) -> Story:
        explained = [("The first <lead>", explain(self.lines[:1]))]
        times = [1.0 + number / 10 for number in range(100)]
        return tell(
            iter(self.lines), self.campaigns, self.sold, ATTEMPTS, times, times[:50], explained, START, END, ZONE
        )


def trading_day(folder: Path) -> TradingDay:
    """The day, lived at a bidder in this folder."""
    afternoon = Boost(name="afternoon", cents=500, hours=week_hours({4: [(14 * 60, 16 * 60)]}))
    bought = campaign(
        territory=Territory(states=frozenset({"TX", "CA"})),
        schedule=Schedule(hours=ALWAYS, boosts=(afternoon,)),
        demand_cents=600,
        caps=(
            cap(limit=25),
            cap(name="hourly", window="hour", limit=4),
            cap(name="budget", measure="spend", limit=100_000),
            cap(name="state", scope="campaign_territory", limit=15),
            cap(name="month", window="month", limit=1_000),
        ),
    )
    return at_bidder(folder, lambda bidder: _live(bidder, folder), catalogue([bought]))


async def _live(bidder: Bidder, folder: Path) -> TradingDay:
    sold: list[BoughtLead] = []
    bids_cents: list[tuple[float, int]] = []
    # Half as many leads can be worked in Texas as will come, in California twice as many.
    bidder.standing.apply(
        DemandSet(territory="TX", demand=Demand(open=1_000, expected=2_000), told_at=START, ends_at=END)
    )
    bidder.standing.apply(
        DemandSet(territory="CA", demand=Demand(open=4_000, expected=2_000), told_at=START, ends_at=END)
    )
    number, now = 0, OPENS
    while now < CLOSES:
        if now == START + 12 * HOUR:
            storm = Signal(premium_cents=400, cause="storm", until=START + 15 * HOUR)
            bidder.standing.apply(SignalSet(territory="CA", signal=storm))
        bidder.standing.apply(TimePassed(at=now))
        place, lead = PLACES[number % 2], {**another(number), "created_at": now - 60.0}
        answer = ask(bidder, now=now, **place, **lead)
        bids_cents += [(now, bid.price_cents) for bid in answer.bids]
        if number % 3 == 0:
            told = await sell(
                bidder,
                answer.ping_id,
                now=now + 2.0,
                contact={**somebody(number), **place},
                consent_at=now - 60.0,
                **place,
                **lead,
            )
            assert told.status == "accepted", told
            sold.append(_sold(answer.ping_id, now + 2.0, told.price_cents, converts=len(sold) % 4 == 0))
        number, now = number + 1, now + EVERY
    await _troubles(bidder, sold[-1].ping_id, number)
    return TradingDay(
        lines=journaled(bidder, folder),
        campaigns=tuple(bidder.catalogue.campaigns.values()),
        sold=sold,
        bids_cents=bids_cents,
    )


async def _troubles(bidder: Bidder, bought: str, number: int) -> None:
    """After hours: a repeat, pings refused, posts refused or repeated, and a ping of the next day."""
    bidder.standing.apply(TimePassed(at=CLOSES))
    live = ask(bidder, now=CLOSES, **another(number))
    ask(bidder, now=CLOSES + 1.0, **another(number))
    ask(bidder, now=CLOSES, zip="10001", state="NY", **another(number + 1))
    refuse_ping(bidder, None, Refusal("auth_failed"), CLOSES)
    await sell(bidder, live.ping_id, now=CLOSES + 3.0, **{**another(number), "zip": "75201"})
    await sell(bidder, live.ping_id, now=CLOSES + 4.0, **{**another(number), "zip": "75201"})
    ask(bidder, now=END, **another(number + 2))


def _sold(ping_id: str, at: float, price_cents: int, *, converts: bool) -> BoughtLead:
    return BoughtLead(
        ping_id=ping_id,
        at=at,
        campaign="solar-tx",
        price_cents=price_cents,
        true_probability=0.25,
        converted=converts,
        value_cents=40_000,
    )
