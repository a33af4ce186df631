"""Simulates sellers against any buyers over HTTP: auctions, cascades, misbehavior, and an account of every bid."""

import argparse
import asyncio
import sys
import time
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from pathlib import Path

import msgspec

from app.bounds import LEADS_MAX, SEED_MAX, real, whole
from app.cli.service.flawed_leads import as_fakes_know
from app.cli.service.serving import served
from app.cli.table import table
from app.domain.money import money
from app.mock_exchange.market.audit import Ask, Audited, AuditedPost, AuditFile
from app.mock_exchange.market.exchange import Exchange
from app.mock_exchange.market.rivals import RivalServers
from app.mock_exchange.market.setup import Published, Setup, SetupError, read_setup
from app.mock_exchange.market.tally import BUYER_HEADS, SELLER_HEADS, MarketTally
from app.mock_exchange.market.time import WallTime
from app.mock_exchange.market.traffic import Visit
from app.packaged import SCENARIOS

FEW = 3
"""Up to so many leads are shown bid by bid."""
PUBLISHED_HEADS = ("", "each", "guide", "unsold", "guide", "revenue", "guide")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`leadbid exchange [--market FILE | --scenario NAME] [--buyer NAME=URL] ...`."""
    names = ", ".join(sorted(path.stem for path in SCENARIOS.glob("*.toml")))
    parser.add_argument("--market", type=Path, default=None, help="a TOML file with the sellers and buyers")
    parser.add_argument("--scenario", default="demo", help=f"one of the markets that come with leadbid: {names}")
    parser.add_argument("--buyer", action="append", default=[], metavar="NAME=URL", help="the URL of a declared buyer")
    parser.add_argument(
        "--leads", type=whole(1, LEADS_MAX), default=0, help="how many leads are offered (default: set by the market)"
    )
    parser.add_argument(
        "--seed",
        type=whole(0, SEED_MAX),
        default=1,
        help="decides which consumers come and what goes wrong (default: 1)",
    )
    parser.add_argument(
        "--at-once", type=whole(1, 1_000), default=8, help="how many leads are on the market at once (default: 8)"
    )
    parser.add_argument(
        "--late-s", type=real(0, 86_400), default=0.0, help="how many seconds late the late posts are (default: 0)"
    )
    parser.add_argument("--audit", type=Path, default=None, help="write every bid and why it lost to this file")
    parser.add_argument("--json", action="store_true", help="end with one JSON object instead of tables")


def run(args: argparse.Namespace) -> int:
    """0 if the market ran, whatever was sold; 2 if it cannot run."""
    try:
        path = args.market or _shipped(args.scenario)
        setup = read_setup(path, dict(_named_url(text) for text in args.buyer))
    except SetupError as error:
        print(error, file=sys.stderr)
        return 2
    leads = args.leads or setup.leads
    tally = MarketTally()
    shown: list[Audited] = []
    with ExitStack() as stack:
        audit = stack.enter_context(AuditFile(args.audit)) if args.audit else None

        def add(audited: Audited) -> None:
            tally.add(audited)
            if audit is not None:
                audit.add(audited)
            if leads <= FEW:
                shown.append(audited)
            if not args.json:
                whole = tally.whole
                _progress(whole.leads, leads * (len(setup.sellers) if setup.each else 1), whole.sold)

        asyncio.run(_hold(setup, leads, args, add))
    if args.json:
        print(msgspec.json.encode(tally.summary()).decode())
    else:
        _print(setup, tally, shown)
    return 0


async def _hold(setup: Setup, leads: int, args: argparse.Namespace, add: Callable[[Audited], None]) -> None:
    """Offer all leads, some at once."""
    async with served(RivalServers(setup.rivals, args.seed, time.time)) as url:
        exchange = Exchange(
            setup, url, args.seed, WallTime(time.time), time.perf_counter, args.late_s, flawed=as_fakes_know
        )
        try:
            await exchange.hold([Visit(time.time(), number) for number in range(1, leads + 1)], args.at_once, add)
        finally:
            await exchange.aclose()


def _shipped(name: str) -> Path:
    path = SCENARIOS / f"{name}.toml"
    if not path.is_file():
        names = ", ".join(sorted(path.stem for path in SCENARIOS.glob("*.toml")))
        raise SetupError(f"there is no scenario {name!r}: choose one of {names}, or name a file with --market")
    return path


def _named_url(text: str) -> tuple[str, str]:
    name, equals, url = text.partition("=")
    if not (name and equals and url.startswith(("http://", "https://"))):
        raise SetupError(f"--buyer {text}: write NAME=URL, as in harbor=http://127.0.0.1:8000")
    return name, url


def _progress(done: int, leads: int, sold: int) -> None:
    step = 1 if sys.stdout.isatty() else max(leads // 10, 1)
    if leads > FEW and (done % step == 0 or done == leads):
        end = "\r" if sys.stdout.isatty() and done < leads else "\n"
        print(f"  {done:>6} of {leads} leads, {sold} sold", end=end, flush=True)


def _print(setup: Setup, tally: MarketTally, shown: Iterable[Audited]) -> None:
    if setup.about:
        print(f"{setup.about}")
    for audited in shown:
        print(f"\nLead {audited.number} ({audited.vertical}, {audited.state}) at {audited.seller}")
        rows = [_bid_row(ask) for ask in audited.asks] or [_post_row(post) for post in audited.posts]
        print(table(("buyer", "bid" if audited.asks else "price", "outcome", "why"), rows))
    print("\nBuyers\n" + table(BUYER_HEADS, tally.buyer_rows()))
    print("\nSellers\n" + table(SELLER_HEADS, tally.seller_rows(tally.sellers)))
    if not setup.each:
        print("\nModes\n" + table(SELLER_HEADS, tally.seller_rows(tally.modes)))
    if setup.published:
        rows = [_published_row(each, tally) for each in setup.published]
        print("\nCompared with published figures\n" + table(PUBLISHED_HEADS, rows))


def _bid_row(ask: Ask) -> tuple[str, ...]:
    bid = money(max(cents for _, cents in ask.offers)) if ask.offers else "-"
    return ask.buyer, bid, ask.fate or ask.outcome, ask.reason


def _post_row(post: AuditedPost) -> tuple[str, ...]:
    return post.buyer, money(post.price_cents), post.outcome, post.reason


def _published_row(guide: Published, tally: MarketTally) -> tuple[str, ...]:
    ours = tally.sellers[guide.seller]
    each = ours.revenue_cents / ours.sales / 100.0 if ours.sales else 0.0
    return (
        guide.seller,
        money(100.0 * each),
        money(100.0 * guide.price),
        str(ours.leads - ours.sold),
        str(guide.unsold),
        money(ours.revenue_cents),
        money(100.0 * guide.revenue),
    )
