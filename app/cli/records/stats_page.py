"""What `leadbid journal stats` prints: tables for people, one JSON object for programs."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

import msgspec

from app.cli.table import table
from app.domain.money import dollars
from app.reports.report import campaign_rows
from app.reports.stats import PERCENTS, Disk, Share, Stats, percentiles

_HOURS_SHOWN = 48


def page(found: Stats, size: Disk) -> str:
    """Tables, one beneath the other."""
    trade = found.trade
    bid_rate, spend = _percent(trade.bids, trade.pings), sum(found.paid_cents)
    refused = [(code, str(count), _percent(count, trade.pings)) for code, count in trade.reasons.most_common()]
    posts = [(status, reason or "-", str(count)) for (status, reason), count in found.posts.most_common()]
    shares = ("pings", "bids", "bid rate", "leads", "win rate", "spend")
    return "\n".join(
        [
            f"{trade.pings:,} pings: {trade.bids:,} bids ({bid_rate}), {trade.pings - trade.bids:,} refused",
            f"beside them {found.repeats:,} repeats and {found.tests:,} tests, which count nowhere else",
            f"{len(found.paid_cents):,} leads bought for ${dollars(spend)}, {trade.lost:,} auctions reported lost",
            "\nWhy not\n" + table(("reason", "pings", "share"), refused),
            "\nPosts\n" + table(("status", "reason", "posts"), posts),
            "\nSellers\n" + table(("seller", *shares), _share_rows(found.sellers)),
            "\nVerticals\n" + table(("vertical", *shares), _share_rows(found.verticals)),
            "\nCampaigns\n" + table(("campaign", "bids", "median bid", "leads", "spend", "each"), campaign_rows(trade)),
            "\nPrices\n" + table(("", *[f"p{percent}" for percent in PERCENTS]), _price_rows(found)),
            "\nLines\n" + table(("UTC", "lines"), _line_rows(found.hours)),
            "\nDisk\n" + table(("", "files", "MB", "MB as JSON lines", "times smaller"), _disk_rows(size)),
            f"\n{found.unread:,} lines cannot be read",
        ]
    )


def document(found: Stats, size: Disk) -> str:
    """The same and more as JSON. Money is in cents; a rate of nothing is null."""
    trade = found.trade
    whole: dict[str, Any] = {
        "pings": trade.pings,
        "bids": trade.bids,
        "bid_rate": _rate(trade.bids, trade.pings),
        "repeats": found.repeats,
        "tests": found.tests,
        "reasons": dict(trade.reasons.most_common()),
        "posts": [
            {"status": status, "reason_code": reason, "count": count}
            for (status, reason), count in found.posts.most_common()
        ],
        "leads": len(found.paid_cents),
        "win_rate": _rate(len(found.paid_cents), trade.bids),
        "spend_cents": sum(found.paid_cents),
        "lost": trade.lost,
        "bid_cents": percentiles(found.bids_cents),
        "paid_cents": percentiles(found.paid_cents),
        "sellers": {name: _share_document(each) for name, each in found.sellers.items()},
        "verticals": {name: _share_document(each) for name, each in found.verticals.items()},
        "campaigns": {
            name: {
                "bids": len(each.bids_cents),
                "bid_cents": percentiles(each.bids_cents),
                "leads": each.leads,
                "spend_cents": each.spend_cents,
            }
            for name, each in trade.campaigns.items()
        },
        "lines_by_day": dict(sorted(_days(found.hours).items())),
        "lines_by_hour": dict(sorted(found.hours.items())),
        "unread_lines": found.unread,
        "disk": {**msgspec.structs.asdict(size), "ratio": _rate(size.compacted_bytes, size.parquet_bytes)},
    }
    return msgspec.json.format(msgspec.json.encode(whole), indent=2).decode()


def _share_rows(shares: Mapping[str, Share]) -> list[tuple[str, ...]]:
    """A row each, by pings."""
    return [
        (
            name,
            str(each.pings),
            str(each.bids),
            _percent(each.bids, each.pings),
            str(each.leads),
            _percent(each.leads, each.bids),
            f"${dollars(each.spend_cents)}",
        )
        for name, each in sorted(shares.items(), key=lambda item: -item[1].pings)
    ]


def _price_rows(found: Stats) -> list[tuple[str, ...]]:
    named = {"bid": percentiles(found.bids_cents), "paid": percentiles(found.paid_cents)}
    return [(name, *[f"${dollars(cents)}" for cents in cuts.values()]) for name, cuts in named.items() if cuts]


def _line_rows(hours: Counter[str]) -> list[tuple[str, str]]:
    """By hour, or by day where those would be too many."""
    counts = hours if len(hours) <= _HOURS_SHOWN else _days(hours)
    return [(when, str(count)) for when, count in sorted(counts.items())]


def _days(hours: Counter[str]) -> Counter[str]:
    days: Counter[str] = Counter()
    for hour, count in hours.items():
        days[hour.partition("T")[0]] += count
    return days


def _disk_rows(size: Disk) -> list[tuple[str, ...]]:
    ratio = _rate(size.compacted_bytes, size.parquet_bytes)
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
        "bid_rate": _rate(each.bids, each.pings),
        "win_rate": _rate(each.leads, each.bids),
    }


def _percent(part: int, whole: int) -> str:
    rate = _rate(part, whole)
    return f"{rate:.1%}" if rate is not None else "-"


def _rate(part: int, whole: int) -> float | None:
    return part / whole if whole else None
