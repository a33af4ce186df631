"""The buyer's view of some hours of bidding: what was offered, bid, bought and refused, by whom."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec

from app.domain.money import money
from app.reports.percentiles import percentile
from app.reports.tally import (
    QUARTER_S,
    CampaignTrade,
    JournalTally,
    NamedShares,
    Share,
    add,
    total,
)

OTHERS = "(others)"
UNKNOWN = "unknown"


class Trading(msgspec.Struct, frozen=True, kw_only=True):
    """The trade of a span and where it came from. Tests and repeats are counted, and left out of everything else.

    A ping is counted once, as a bid or by its one reason. `posts` are by status and reason, prices as how many bids or
    leads had which, `hours` are lines by hour and `days` by day, of clocks in `zone`. `unread` lines cannot be read.
    """

    pings: int
    bids: int
    repeats: int
    tests: int
    won: int
    leads: int
    spend_cents: int
    lost: int
    reasons: Counter[str]
    posts: Counter[tuple[str, str]]
    bid_cents: dict[int, int]
    paid_cents: dict[int, int]
    sellers: dict[str, Share]
    verticals: dict[str, Share]
    campaigns: dict[str, CampaignTrade]
    zone: str
    hours: dict[str, int]
    unread: int

    @property
    def days(self) -> dict[str, int]:
        """Lines by day."""
        return total({hour.partition("T")[0]: count} for hour, count in self.hours.items())

    @property
    def posts_by_code(self) -> Counter[str]:
        """Posts by the code of their answer: its reason, or that it was accepted."""
        return Counter(total({reason or status: count} for (status, reason), count in self.posts.items()))


def trading(tally: JournalTally, zone: str = "UTC") -> Trading:
    """The view of a tally, by clocks in this zone."""
    sellers, campaigns = tally.sellers.values(), tally.campaigns.values()
    return Trading(
        pings=sum(seller.pings for seller in sellers),
        bids=sum(seller.bids for seller in sellers),
        repeats=sum(seller.ping_repeats for seller in sellers),
        tests=sum(seller.test_pings for seller in sellers),
        won=sum(seller.won for seller in sellers),
        leads=sum(seller.accepted for seller in sellers),
        spend_cents=sum(seller.spend_cents for seller in sellers),
        lost=sum(seller.lost for seller in sellers),
        reasons=Counter(total(seller.no_bids for seller in sellers)),
        posts=_posts(total(seller.answers for seller in sellers)),
        bid_cents=total(campaign.bid_cents for campaign in campaigns),
        paid_cents=total(campaign.paid_cents for campaign in campaigns),
        sellers=_sellers(tally),
        verticals=_verticals(tally),
        campaigns=tally.campaigns,
        zone=zone,
        hours=_lines_by_hour(tally, ZoneInfo(zone)),
        unread=tally.unread_lines,
    )


def _lines_by_hour(tally: JournalTally, zone: ZoneInfo) -> dict[str, int]:
    """All lines, by hour as "2026-11-20T16"; the hour that is repeated in fall is one."""
    return total({_hour(quarter, zone): flow.lines} for quarter, flow in tally.quarters.items())


def _hour(quarter: int, zone: ZoneInfo) -> str:
    return datetime.fromtimestamp(quarter * QUARTER_S, zone).strftime("%Y-%m-%dT%H")


def campaign_rows(campaigns: Mapping[str, CampaignTrade]) -> list[tuple[str, str, str, str, str, str]]:
    """(campaign, bids, median bid, leads, spend, cost a lead), by spend."""
    rows = []
    for name, trade in sorted(campaigns.items(), key=lambda item: -item[1].spend_cents):
        prices, leads, spend_cents = trade.bid_cents, trade.leads, trade.spend_cents
        usual = money(percentile(prices, 50)) if prices else "-"
        each = money(spend_cents / leads) if leads else "-"
        rows.append((name, str(sum(prices.values())), usual, str(leads), money(spend_cents), each))
    return rows


def _posts(answers: Mapping[str, int]) -> Counter[tuple[str, str]]:
    posts: Counter[tuple[str, str]] = Counter()
    for answer, count in answers.items():
        status, _, reason = answer.partition("/")
        posts[status, reason] = count
    return posts


def _sellers(tally: JournalTally) -> dict[str, Share]:
    """Those with any real trade."""
    return {
        name or UNKNOWN: Share(
            pings=seller.pings,
            bids=seller.bids,
            won=seller.won,
            leads=seller.accepted,
            spend_cents=seller.spend_cents,
        )
        for name, seller in tally.sellers.items()
        if seller.pings or seller.posts
    }


def _verticals(tally: JournalTally) -> dict[str, Share]:
    """Those that were declared, and the words that sellers took for one."""
    declared = {name: trade.share for name, trade in tally.verticals.items()}
    shares: dict[str, Share] = {}
    for name, share in (*declared.items(), *named(tally.unsupported)):
        add(shares.setdefault(name or UNKNOWN, Share()), share)
    return shares


def named(shares: NamedShares) -> Iterable[tuple[str, Share]]:
    """Names that sellers made up with what they come to, the rest of them under one."""
    yield from shares.by_name.items()
    if shares.others != Share():
        yield OTHERS, shares.others
