"""Prints a seller's scorecard."""

import argparse
import sys
import time
from collections.abc import Mapping

from app.bounds import whole
from app.cli.database import add_database, run_with_store
from app.cli.places import add_config, add_models
from app.cli.sellers.declared import NotDeclared, declared_seller
from app.cli.table import table
from app.dialects.scorecard import write_scorecard
from app.domain.catalogue import Model
from app.domain.money import money
from app.domain.seller import Habits
from app.reports.counting import Counting
from app.reports.rates import in_percent
from app.reports.scorecard import first_hour, scorecard
from app.scoring.load import load as load_models
from app.store.store import Store
from app.wire.scorecard import DAYS_MAX, Latency, Scorecard

_SOURCES_SHOWN = 20


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`leadbid scorecard SELLER [--days N] [--json] [--config FILE] [--models DIR] [--data DIR | --database URL]`."""
    parser.add_argument("seller", help="the name of the seller in buyer.toml")
    parser.add_argument(
        "--days",
        type=whole(1, DAYS_MAX),
        default=7,
        metavar="N",
        help=f"how many days to cover, 1 to {DAYS_MAX} (default: 7)",
    )
    parser.add_argument("--json", action="store_true", help="print the seller's JSON, with every reason")
    add_models(parser)
    add_config(parser)
    add_database(parser)


def run(args: argparse.Namespace) -> int:
    """0 if it was printed; 1 with the reason if it cannot be."""
    try:
        return run_with_store(args, _tell)
    except NotDeclared as error:
        print(error, file=sys.stderr)
        return 1


async def answer(store: Store, args: argparse.Namespace) -> Scorecard:
    """A declared seller's, with every reason. Raises NotDeclared."""
    declared_seller(args)
    now = time.time()
    since = first_hour(now, args.days)
    trade = Counting(args.data / "journal").since(since)
    if trade.refusal is not None:
        raise trade.refusal
    returns = await store.return_counts(args.seller, since, now)
    return scorecard(args.seller, "full", trade, returns, since, now)


async def _tell(store: Store, args: argparse.Namespace) -> int:
    card = await answer(store, args)
    if args.json:
        print(write_scorecard(card).decode())
        return 0
    models = load_models(args.models).models.values()
    print("\n\n".join([_page(card), *filter(None, [sub_sources(each, args.seller) for each in models])]))
    return 0


def sub_sources(model: Model, seller: str) -> str:
    """The quality factors that were measured of its sub-sources, the worst first; the seller itself is not told."""
    habits = model.habits.get(seller, Habits())
    factors = sorted(habits.sub_sources.items(), key=lambda each: (each[1], each[0]))
    rows = [(name, f"{factor:.2f}") for name, factor in factors[:_SOURCES_SHOWN]]
    if len(factors) > len(rows):
        rows.append((f"and {len(factors) - len(rows):,} more", ""))
    return f"Sub-sources, {model.vertical}\n{table(('sub_id', 'quality factor'), rows)}" if rows else ""


def _page(card: Scorecard) -> str:
    pings, posts, returns = card.pings, card.posts, card.returns
    average = "-" if pings.average_bid_cents is None else money(pings.average_bid_cents)
    rows = [
        ("pings", f"{pings.received:,}"),
        ("bid rate", in_percent(pings.bid_rate)),
        ("average bid", average),
        ("posts", f"{posts.received:,}"),
        ("win rate", in_percent(posts.win_rate)),
        ("leads bought", f"{posts.accepted:,}"),
        ("spend", money(posts.spend_cents)),
        ("duplicates", f"{posts.duplicates or 0:,}"),
        ("pinged again", f"{posts.reping:,}"),
        ("certificate failures", f"{posts.certificate_failures or 0:,}"),
        ("return rate", in_percent(returns.rate)),
        ("ping, ms (p50, p95)", _ms(card.ping_ms)),
        ("post, ms (p50, p95)", _ms(card.post_ms)),
        ("tests left out", f"{card.test_pings + card.test_posts:,}"),
    ]
    parts = [
        table((card.seller, ""), rows),
        _counts("Pings refused", "reason", pings.refused),
        _counts("Posts refused", "reason", posts.refused),
        _counts("Differing from the ping", "field", posts.mismatched),
        _counts("Returned", "reason", returns.reasons or {}),
    ]
    if card.hours_unread:
        parts.append(f"{card.hours_unread} hours of the journal are compacted: install `leadbid[reports]` to read them")
    return "\n\n".join(part for part in parts if part)


def _counts(title: str, head: str, counts: Mapping[str, int]) -> str:
    rows = [(name, f"{count:,}") for name, count in counts.items()]
    return f"{title}\n{table((head, 'leads'), rows)}" if rows else ""


def _ms(latency: Latency) -> str:
    return "-" if latency.p50 is None or latency.p95 is None else f"{latency.p50:g}, {latency.p95:g}"
