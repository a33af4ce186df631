"""What a buyer asks after some hours of bidding: what was bid, bought and refused."""

from collections import Counter
from collections.abc import Iterable
from statistics import median

import msgspec

from app.domain.money import dollars
from app.journal.lines import AnyLine, NoticeLine, PingLine, PostLine, RefusedLine, RepeatLine


class Trade(msgspec.Struct, kw_only=True):
    """One campaign's trade: prices of its bids, and what it bought. All money in cents."""

    bids_cents: list[int] = []
    leads: int = 0
    spend_cents: int = 0


class Trading(msgspec.Struct, kw_only=True):
    """Everything that the journal tells of a span of time."""

    pings: int = 0
    bids: int = 0
    reasons: Counter[str] = msgspec.field(default_factory=Counter)
    posts: Counter[str] = msgspec.field(default_factory=Counter)
    lost: int = 0
    campaigns: dict[str, Trade] = {}


def trading(lines: Iterable[AnyLine]) -> Trading:
    """The journal's lines, counted. A ping is counted once under its one reason, or as a bid."""
    found = Trading()
    for line in lines:
        if isinstance(line, PingLine):
            _count_ping(found, line)
        elif isinstance(line, RefusedLine):
            found.pings += 1
            found.reasons[line.refusal.code] += 1
        elif isinstance(line, RepeatLine):
            found.pings += 1
            found.bids += 1
        elif isinstance(line, PostLine):
            _count_post(found, line)
        elif isinstance(line, NoticeLine) and line.result == "lost":
            found.lost += 1
    return found


def campaign_rows(found: Trading) -> list[tuple[str, str, str, str, str, str]]:
    """(campaign, bids, median bid, leads, spend, cost a lead), by spend."""
    rows = []
    for name, trade in sorted(found.campaigns.items(), key=lambda item: -item[1].spend_cents):
        usual = f"${median(trade.bids_cents) / 100:.2f}" if trade.bids_cents else "-"
        each = f"${trade.spend_cents / trade.leads / 100:.2f}" if trade.leads else "-"
        rows.append((name, str(len(trade.bids_cents)), usual, str(trade.leads), f"${dollars(trade.spend_cents)}", each))
    return rows


def _count_ping(found: Trading, line: PingLine) -> None:
    found.pings += 1
    refusal = line.withdrawn or line.decision.refusal
    if refusal is not None:
        found.reasons[refusal.code] += 1
        return
    found.bids += 1
    for offer in line.decision.bids:
        found.campaigns.setdefault(offer.campaign, Trade()).bids_cents.append(offer.price_cents)


def _count_post(found: Trading, line: PostLine) -> None:
    if line.kept:
        return
    found.posts[line.reason_code or line.status] += 1
    if line.status == "accepted":
        trade = found.campaigns.setdefault(line.campaign, Trade())
        trade.leads += 1
        trade.spend_cents += line.price_cents
