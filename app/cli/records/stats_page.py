"""What `leadbid journal stats` prints: tables for people, one JSON object for programs."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

import msgspec

from app.cli.table import table
from app.domain.money import money
from app.reports.by_hour import TradeByHour
from app.reports.disk import Disk
from app.reports.percentiles import PERCENTS, percentiles
from app.reports.rates import bid_rate, in_percent, share, win_rate
from app.reports.tally import Share
from app.reports.trading import Trading, campaign_rows

_HOURS_SHOWN = 48


def page(trade: Trading, size: Disk) -> str:
    """Tables, one beneath the other."""
    refused = [(code, str(count), in_percent(share(count, trade.pings))) for code, count in trade.reasons.most_common()]
    posts = [(status, reason or "-", str(count)) for (status, reason), count in trade.posts.most_common()]
    shares = ("pings", "bids", "bid rate", "won", "win rate", "leads", "spend")
    rate = in_percent(bid_rate(trade.bids, trade.pings))
    campaigns = ("campaign", "bids", "median bid", "leads", "spend", "each")
    return "\n".join(
        [
            f"{trade.pings:,} pings: {trade.bids:,} bids ({rate}), {trade.pings - trade.bids:,} refused",
            f"not counted above: {trade.repeats:,} repeats and {trade.tests:,} tests",
            f"{trade.leads:,} leads bought for {money(trade.spend_cents)}, {trade.lost:,} auctions reported lost",
            "\nRefusals by reason\n" + table(("reason", "pings", "share"), refused),
            "\nPosts\n" + table(("status", "reason", "posts"), posts),
            "\nSellers\n" + table(("seller", *shares), _share_rows(trade.sellers)),
            "\nVerticals\n" + table(("vertical", *shares), _share_rows(trade.verticals)),
            "\nCampaigns\n" + table(campaigns, campaign_rows(trade.campaigns)),
            "\nPrices\n" + table(("", *[f"p{percent}" for percent in PERCENTS]), _price_rows(trade)),
            "\nLines\n" + table((trade.zone, "lines"), _line_rows(trade)),
            "\nDisk\n" + table(("", "files", "MB", "MB as JSON lines", "times smaller"), _disk_rows(size)),
            f"\n{trade.unread:,} lines cannot be read",
        ]
    )


def document(trade: Trading, size: Disk) -> dict[str, Any]:
    """The same and more for JSON. Money is in cents; a rate of nothing is null."""
    return {
        "pings": trade.pings,
        "bids": trade.bids,
        "bid_rate": bid_rate(trade.bids, trade.pings),
        "repeats": trade.repeats,
        "tests": trade.tests,
        "reasons": dict(trade.reasons.most_common()),
        "posts": [
            {"status": status, "reason_code": reason, "count": count}
            for (status, reason), count in trade.posts.most_common()
        ],
        "won": trade.won,
        "leads": trade.leads,
        "win_rate": win_rate(trade.won, trade.bids),
        "spend_cents": trade.spend_cents,
        "lost": trade.lost,
        "bid_cents": percentiles(trade.bid_cents),
        "paid_cents": percentiles(trade.paid_cents),
        "sellers": {name: _share_document(each) for name, each in trade.sellers.items()},
        "verticals": {name: _share_document(each) for name, each in trade.verticals.items()},
        "campaigns": {
            name: {
                "bids": sum(each.bid_cents.values()),
                "bid_cents": percentiles(each.bid_cents),
                "leads": each.leads,
                "spend_cents": each.spend_cents,
            }
            for name, each in trade.campaigns.items()
        },
        "time_zone": trade.zone,
        "lines_by_day": dict(sorted(trade.days.items())),
        "lines_by_hour": dict(sorted(trade.hours.items())),
        "unread_lines": trade.unread,
        "disk": {**msgspec.structs.asdict(size), "ratio": share(size.compacted_bytes, size.parquet_bytes)},
    }


def by_hour_page(found: TradeByHour) -> str:
    """A row for each hour and seller, with its two most frequent reasons for no bid."""
    rows = [
        (
            each.hour,
            each.seller,
            str(each.pings),
            str(each.bids),
            str(each.won),
            str(each.leads),
            money(each.spend_cents),
            ", ".join(f"{code} {n}" for code, n in Counter(each.no_bids).most_common(2)) or "-",
        )
        for each in found.hours
    ]
    heads = (f"hour ({found.zone})", "seller", "pings", "bids", "won", "leads", "spend", "no bid")
    return table(heads, rows) if rows else "nothing in this span"


def _share_rows(shares: Mapping[str, Share]) -> list[tuple[str, ...]]:
    """A row each, by pings."""
    return [
        (
            name,
            str(each.pings),
            str(each.bids),
            in_percent(bid_rate(each.bids, each.pings)),
            str(each.won),
            in_percent(win_rate(each.won, each.bids)),
            str(each.leads),
            money(each.spend_cents),
        )
        for name, each in sorted(shares.items(), key=lambda item: -item[1].pings)
    ]


def _price_rows(trade: Trading) -> list[tuple[str, ...]]:
    named = {"bid": percentiles(trade.bid_cents), "paid": percentiles(trade.paid_cents)}
    return [(name, *[money(cents) for cents in cuts.values()]) for name, cuts in named.items() if cuts]


def _line_rows(trade: Trading) -> list[tuple[str, str]]:
    """By hour, or by day where those would be too many."""
    counts = trade.hours if len(trade.hours) <= _HOURS_SHOWN else trade.days
    return [(when, str(count)) for when, count in sorted(counts.items())]


def _disk_rows(size: Disk) -> list[tuple[str, ...]]:
    ratio = share(size.compacted_bytes, size.parquet_bytes)
    return [
        ("JSON lines", str(size.json_files), _megabytes(size.json_bytes), "-", "-"),
        (
            "Parquet",
            str(size.parquet_files),
            _megabytes(size.parquet_bytes),
            _megabytes(size.compacted_bytes),
            f"{ratio:.1f}" if ratio is not None else "-",
        ),
    ]


def _megabytes(size: int) -> str:
    return f"{size / 1e6:.1f}"


def _share_document(each: Share) -> dict[str, Any]:
    return {
        **msgspec.structs.asdict(each),
        "bid_rate": bid_rate(each.bids, each.pings),
        "win_rate": win_rate(each.won, each.bids),
    }
