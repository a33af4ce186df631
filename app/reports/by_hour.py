"""The trade hour by hour and seller by seller: when a seller stopped sending, or we stopped bidding, and why."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec

from app.reports.hours import count_span
from app.reports.tally import SellerTrade

HOURS_MAX = 31 * 24
"""How long a span may be: each hour of it is a row for each seller."""

_HOUR_S = 3_600.0


class SpanTooLong(Exception):
    """More hours than anybody reads; the text says how many may be asked for."""


class HourlyTrade(msgspec.Struct, frozen=True, kw_only=True):
    """One seller in one hour of the buyer's clock, as "2026-11-20T14"; the first and last may be cut by the span.

    Repeats count nowhere, tests only as `tests`. `won` are bids that were posted, `leads` those that were bought.
    `no_bids` and `posts_refused` are by reason code, `certificate_failures` posts whose certificate did not do.
    """

    hour: str
    seller: str
    pings: int
    bids: int
    won: int
    leads: int
    spend_cents: int
    no_bids: dict[str, int]
    posts_refused: dict[str, int]
    certificate_failures: int
    tests: int


class TradeByHour(msgspec.Struct, frozen=True, kw_only=True):
    """From `since` until `until` (UTC epoch seconds). Of a seller that was asked for, empty hours are rows too."""

    zone: str
    since: float
    until: float
    hours: tuple[HourlyTrade, ...]
    unread: int


def trade_by_hour(journal: Path, since: float, until: float, zone: str, seller: str = "") -> TradeByHour:
    """What the journal says of each hour, of one seller or of all. Raises SpanTooLong, and as `count_span` does."""
    spans = list(_spans(since, until))
    if len(spans) > HOURS_MAX:
        raise SpanTooLong(f"that span has {len(spans):,} hours: ask for {HOURS_MAX} at most, with --since and --until")
    rows, unread = list[HourlyTrade](), 0
    for first, last in spans:
        tally = count_span(journal, first, last)
        unread += tally.unread_lines
        hour = datetime.fromtimestamp(first, ZoneInfo(zone)).strftime("%Y-%m-%dT%H")
        names = [seller] if seller else sorted(tally.sellers)
        rows += [_row(hour, name, tally.sellers.get(name, SellerTrade())) for name in names]
    return TradeByHour(zone=zone, since=since, until=until, hours=tuple(rows), unread=unread)


def _spans(since: float, until: float) -> Iterator[tuple[float, float]]:
    """The hours of a span, each up to just before the next begins, since spans include their ends."""
    first = since
    while first < until:
        following = (first // _HOUR_S + 1.0) * _HOUR_S
        yield first, min(following - 1e-3, until)
        first = following


def _row(hour: str, name: str, trade: SellerTrade) -> HourlyTrade:
    answers = ((answer.partition("/"), count) for answer, count in trade.answers.items())
    return HourlyTrade(
        hour=hour,
        seller=name,
        pings=trade.pings,
        bids=trade.bids,
        won=trade.won,
        leads=trade.accepted,
        spend_cents=trade.spend_cents,
        no_bids=dict(sorted(trade.no_bids.items())),
        posts_refused={reason or status: count for (status, _, reason), count in sorted(answers) if reason},
        certificate_failures=trade.certificate_failures,
        tests=trade.test_pings + trade.test_posts,
    )
