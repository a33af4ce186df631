"""Prints how a seller's trade went in the last days, as its own scorecard says it, with every reason."""

import argparse
import os
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from app.cli.database import add_database, run_with_store
from app.cli.table import table
from app.config.load import Loaded, load
from app.config.problem import did_you_mean
from app.dialects.scorecard import write_scorecard
from app.domain.calendar import utc_text
from app.domain.money import dollars
from app.store.store import Store
from app.usecases.scorecard import DAYS_MAX, DAYS_USUAL, first_hour, scorecard
from app.usecases.tally import Counting
from app.wire.scorecard import Latency, Scorecard


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`leadbid scorecard SELLER [--days N] [--json] [--config FILE] [--data DIR | --database URL]`."""
    parser.add_argument("seller", help="its name in the configuration")
    parser.add_argument("--days", type=_days, default=DAYS_USUAL, metavar="N", help="the last N days (default: 7)")
    parser.add_argument("--json", action="store_true", help="as its door says it, `GET /v1/scorecard`")
    parser.add_argument(
        "--config", type=Path, default=Path("buyer.toml"), help="where it is declared (default: buyer.toml)"
    )
    add_database(parser)


def run(args: argparse.Namespace) -> int:
    """0 where the seller is known, also where it sent nothing."""
    read = load(args.config, environ=os.environ)
    if not isinstance(read, Loaded):
        print(*read, sep="\n", file=sys.stderr)
        return 1
    names = [seller.name for seller in read.declared.sellers]
    if args.seller not in names:
        remedy = did_you_mean(args.seller, names) or "`leadbid sellers list` shows them"
        print(f"{args.config} declares no seller `{args.seller}`: {remedy}", file=sys.stderr)
        return 1
    return run_with_store(args, _show)


def page(card: Scorecard) -> str:
    """What it comes to in some sentences, and tables beneath."""
    pings, posts = card.pings, card.posts
    parts = [
        f"{card.seller}, {utc_text(card.since)} to {utc_text(card.until)}\n",
        *_sentences(card),
        "\nWhy no bid\n" + _counted("reason", "pings", pings.refused, pings.received),
        "\nWhy not bought\n" + _counted("reason", "posts", posts.refused, posts.received),
        "\nWhere posts differ from their pings\n" + _counted("field", "posts", posts.mismatched, posts.received),
        "\nLatency\n" + table(("ms", "p50", "p95"), [_latency("ping", card.ping_ms), _latency("post", card.post_ms)]),
    ]
    if card.hours_unread:
        parts.append(f"\n{card.hours_unread} compacted hours are not counted: pip install 'leadbid[reports]'")
    return "\n".join(parts)


def _sentences(card: Scorecard) -> Iterator[str]:
    pings, posts, returns = card.pings, card.posts, card.returns
    bid = "-" if pings.average_bid_cents is None else f"${dollars(pings.average_bid_cents)}"
    yield f"{pings.received:,} pings: {pings.bids:,} bids ({_percent(pings.bid_rate)}), {bid} on average"
    yield f"{posts.received:,} posts: {_percent(posts.win_rate)} of the bids were posted"
    yield f"{posts.accepted:,} leads bought for ${dollars(posts.spend_cents)}"
    reasons = "".join([f", {count:,} {reason}" for reason, count in (returns.reasons or {}).items()])
    yield f"{returns.returned:,} of {returns.leads:,} leads came back ({_percent(returns.rate)}){reasons}"
    yield (
        f"of the refused posts {posts.certificate_failures or 0:,} failed by their certificate, "
        f"{posts.duplicates:,} were duplicates, {posts.reping:,} were told to ping again"
    )
    yield f"beside them {pings.repeats:,} pings and {posts.repeats:,} posts came again"
    yield f"{card.test_pings:,} pings and {card.test_posts:,} posts were tests, which count nowhere else"


async def _show(store: Store, args: argparse.Namespace) -> int:
    now = time.time()
    since = first_hour(now, args.days)
    tallies = Counting(args.data / "journal").since(since)
    returns = await store.returns(args.seller, since, now)
    card = scorecard(args.seller, "full", tallies, returns, since, now)
    print(write_scorecard(card).decode() if args.json else page(card))
    return 0


def _days(text: str) -> int:
    days = int(text)
    if not 1 <= days <= DAYS_MAX:
        raise argparse.ArgumentTypeError(f"a whole number from 1 to {DAYS_MAX}")
    return days


def _counted(head: str, what: str, counts: Mapping[str, int], whole: int) -> str:
    rows = [(name, str(count), _percent(count / whole if whole else None)) for name, count in counts.items()]
    return table((head, what, "share"), rows)


def _latency(name: str, latency: Latency) -> tuple[str, str, str]:
    return name, _ms(latency.p50), _ms(latency.p95)


def _ms(ms: float | None) -> str:
    return "-" if ms is None else f"{ms:g}"


def _percent(rate: float | None) -> str:
    return "-" if rate is None else f"{rate:.1%}"
