"""Whether the day adds up: what sellers, journal, database and CRM say of the same leads, in one object."""

from collections import Counter
from collections.abc import Iterable, Mapping
from statistics import quantiles

import msgspec

from app.cli.day.business_day import US, Lived
from app.config.load import Declared
from app.domain.caps import Cap
from app.store.leads import Summary
from app.usecases.report import Trading

PROMISES_BROKEN = frozenset({"cap_reached", "budget_exhausted", "internal", "paused", "closed_hours"})
"""Why a post with a live, untampered bid, valid consent and contact may be refused, though it was promised."""


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
    accepted = found.posts["accepted"]
    broken = sum(count for code, count in found.posts.items() if code in PROMISES_BROKEN)
    spend_cents = sum(trade.spend_cents for trade in found.campaigns.values())
    caps = [cap for campaign in declared.campaigns for cap in campaign.caps]
    caps += [cap for seller in declared.sellers for cap in seller.caps]
    bought = {name: trade.leads for name, trade in found.campaigns.items() if trade.leads}
    asked = lived.tally.buyers[US]
    books = (
        # sellers, journal and database on leads and money
        (lived.sold_to_us, lived.paid_cents),
        (accepted, spend_cents),
        (sum(row.leads for row in sales.sales), sum(row.spend_cents for row in sales.sales)),
    )
    return Reckoning(
        pings=found.pings,
        bids=found.bids,
        no_bids=found.pings - found.bids,
        reasons=dict(sorted(found.reasons.items())),
        wins=found.posts.total(),
        posts_accepted=accepted,
        posts_refused=found.posts.total() - accepted,
        spend_cents=spend_cents,
        delivered=lived.in_crm,
        undelivered=accepted - lived.in_crm,
        cap_overruns=sum(used_ > cap.limit for cap in caps for _, used_ in counters_of(cap, used)),
        honoured_share=round(accepted / (accepted + broken), 6) if accepted + broken else 1.0,
        ping_ms=_p50_p99(lived.ping_ms),
        reconciled=(
            len(set(books)) == 1
            and (asked.pings, asked.bids) == (found.pings, found.bids)
            and _campaigns_bought(sales) == bought
            and _counted(declared, used) == {name: bought.get(name, 0) for name in _counted(declared, used)}
            and lived.in_crm == accepted
        ),
    )


def counters_of(cap: Cap, used: Mapping[str, int]) -> list[tuple[str, int]]:
    """Every counter of a cap, whichever window, seller or territory it counts: (what it counts, used)."""
    start = f"{cap.scope}/{cap.owner}/{cap.name}/"
    return [(key.removeprefix(start), count) for key, count in sorted(used.items()) if key.startswith(start)]


def _counted(declared: Declared, used: Mapping[str, int]) -> dict[str, int]:
    """Leads of each campaign as its caps counted them: those whose counters together count every sale once."""
    return {
        campaign.name: sum(count for _, count in counters_of(cap, used))
        for campaign in declared.campaigns
        for cap in campaign.caps
        if (cap.measure, cap.scope) == ("count", "campaign")
    }


def _campaigns_bought(sales: Summary) -> dict[str, int]:
    leads: Counter[str] = Counter()
    for row in sales.sales:
        leads[row.campaign] += row.leads
    return dict(leads)


def _p50_p99(ms: Iterable[float]) -> dict[str, float]:
    times = sorted(ms)
    cuts = quantiles(times, n=100, method="inclusive") if len(times) > 1 else [*times, 0.0] * 99
    return {"p50": round(cuts[49], 2), "p99": round(cuts[98], 2)}
