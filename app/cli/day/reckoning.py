"""Checks that sellers, journal, database and CRM agree about the day, and sums it up in one object."""

from collections import Counter
from collections.abc import Mapping

import msgspec

from app.cli.day.business_day import US, Lived
from app.config.load import Declared
from app.domain.caps.caps import Cap
from app.domain.caps.honouring import honoured_share
from app.reports.day.bins import times
from app.reports.trading import Trading
from app.store.leads import Summary


class Reckoning(msgspec.Struct, frozen=True, kw_only=True):
    """The day in figures. `wins` are the auctions that were won: what was then posted, taken or not.

    `honoured_share` is that of the posts that a seller could rely on to be taken. `pings` counts what the service
    received, `delivered` leads; `reconciled` says that everybody's books agree.
    """

    pings: int
    bids: int
    no_bids: int
    reasons: dict[str, int]
    wins: int
    posts_accepted: int
    posts_refused: int
    spend_cents: int
    delivered: int
    undelivered: int
    cap_overruns: int
    honoured_share: float
    ping_ms: dict[str, float]
    reconciled: bool


def reckon(declared: Declared, lived: Lived, found: Trading, sales: Summary, used: Mapping[str, int]) -> Reckoning:
    """`found` is the journal's account, `sales` and `used` (by counter) are the database's."""
    posts, accepted, spend_cents = found.posts_by_code, found.leads, found.spend_cents
    # A seller that asks again what it asked before is answered again, and counts both.
    pings, bids = found.pings + found.repeats, found.bids + found.repeats
    caps = [cap for campaign in declared.campaigns for cap in campaign.caps]
    caps += [cap for seller in declared.sellers for cap in seller.caps]
    bought = {name: trade.leads for name, trade in found.campaigns.items() if trade.leads}
    ours, counted, took = lived.tally.buyers[US], _counted(declared, used), times(lived.ping_ms)
    books = (
        # sellers, journal and database on leads and money
        (ours.won, ours.spend_cents),
        (accepted, spend_cents),
        (sum(row.leads for row in sales.sales), sum(row.spend_cents for row in sales.sales)),
    )
    return Reckoning(
        pings=pings,
        bids=bids,
        no_bids=pings - bids,
        reasons=dict(sorted(found.reasons.items())),
        wins=posts.total(),
        posts_accepted=accepted,
        posts_refused=posts.total() - accepted,
        spend_cents=spend_cents,
        delivered=lived.in_crm,
        undelivered=accepted - lived.in_crm,
        cap_overruns=sum(count > cap.limit for cap in caps for count in _used(cap, used)),
        honoured_share=round(honoured_share(posts), 6),
        ping_ms={"p50": round(took.median, 2), "p99": round(took.p99, 2)},
        reconciled=(
            len(set(books)) == 1
            and (ours.pings, ours.bids) == (pings, bids)
            and _campaigns_bought(sales) == bought
            and counted == {name: bought.get(name, 0) for name in counted}
            and lived.in_crm == accepted
        ),
    )


def _used(cap: Cap, used: Mapping[str, int]) -> list[int]:
    """What each counter of a cap has counted, whichever window, seller or territory it counts."""
    return [count for counter, count in used.items() if cap.counts_in(counter)]


def _counted(declared: Declared, used: Mapping[str, int]) -> dict[str, int]:
    """Leads of each campaign as its caps counted them: those whose counters together count every sale once."""
    return {
        campaign.name: sum(_used(cap, used))
        for campaign in declared.campaigns
        for cap in campaign.caps
        if (cap.measure, cap.scope) == ("count", "campaign")
    }


def _campaigns_bought(sales: Summary) -> dict[str, int]:
    leads: Counter[str] = Counter()
    for row in sales.sales:
        leads[row.campaign] += row.leads
    return dict(leads)
