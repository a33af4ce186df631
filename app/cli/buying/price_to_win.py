"""Shows by seller, state or sub-source what we bid, which price would win half, and what a dollar more would buy."""

import argparse
import sys
from collections.abc import Iterator
from zoneinfo import ZoneInfo

import msgspec

from app.cli.buying.as_of import as_of
from app.cli.database import add_database, run_with_store
from app.cli.in_force import last_in_force
from app.cli.places import add_models
from app.cli.span import add_local_span
from app.cli.table import table
from app.domain.calendar import local_text, moment
from app.domain.money import money
from app.reports.campaigns.price_to_win import AUCTIONS_MIN, PARTS, PricesToWin, PriceToWin, prices_to_win
from app.reports.campaigns.recent import PRICES_S
from app.reports.campaigns.sample import JournalSample
from app.scoring.load import load as load_models
from app.store.store import Store
from app.usecases.campaigns.views import curves_beside

_OFF, _BEYOND = "*", " +"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`leadbid price-to-win [--by seller|state|source] [--seller NAME] [--leg exclusive|shared] [--since WHEN]
    [--until WHEN] [--json] [--models DIR] [--data DIR | --database URL]`.
    """
    parser.add_argument("--by", choices=PARTS, default="seller", help="what a row is, beside seller and leg")
    parser.add_argument("--seller", default="", metavar="NAME", help="of this seller alone")
    parser.add_argument("--leg", choices=("exclusive", "shared"), default="", help="of this leg alone")
    parser.add_argument("--json", action="store_true", help="print one JSON object, money in cents")
    add_local_span(parser, "bid")
    add_models(parser)
    add_database(parser)


def run(args: argparse.Namespace) -> int:
    """0 if it was printed; 1 with the reason if it cannot be."""
    return run_with_store(args, _show)


async def _show(store: Store, args: argparse.Namespace) -> int:
    configuration, now = await last_in_force(store), as_of(args.data)
    zone = ZoneInfo(configuration.buyer.zone)
    until = moment(args.until, now, zone) if args.until else now
    since = moment(args.since, now, zone) if args.since else until - PRICES_S
    if not since < until:
        print("--since is not before --until", file=sys.stderr)
        return 1
    curves = curves_beside(configuration, load_models(args.models).models)
    sample = JournalSample(args.data / "journal").between(since, until, curves)
    found = prices_to_win(sample, args.by, args.seller, args.leg)
    zone_name = configuration.buyer.zone
    print(msgspec.json.encode(found).decode() if args.json else "\n".join(_page(found, zone_name)))
    return 0


def _page(found: PricesToWin, zone: str) -> Iterator[str]:
    named = () if found.part == "seller" else (found.part,)
    heads = (
        *("seller", "vertical", "leg", *named, "auctions", "our bid", "won", "expected"),
        *("half won at", "seen at", "a dollar more", "costs", "surplus"),
    )
    yield f"Prices to win, from {local_text(found.since, zone)} to {local_text(found.until, zone)}"
    yield table(heads, [_row(each, named=bool(named)) for each in found.rows])
    yield f"  {found.sampled:,} sampled pings of about {found.pings:,}. Fewer than {AUCTIONS_MIN} auctions are too few."
    yield "  `half won at` is by the live model, `seen at` by what was won (95 % sure); a dollar more is a day's leads."
    if any(row.evidence == "declared" for row in found.rows):
        yield "  (declared): no auction has taught the model this seller; its curve is that of the configuration."
    if any(row.is_off for row in found.rows):
        yield f"  {_OFF} What was won is not what the model expects: retrain, or declare another curve."
    if any(row.is_beyond for row in found.rows):
        yield "  + Beyond every price that was bid: the model's shape alone says so."
    if found.left_out:
        yield f"  {found.left_out:,} more rows; name a --seller or a --leg."
    if found.unread:
        yield f"  {found.unread:,} hours of the journal could not be read."


def _row(row: PriceToWin, *, named: bool) -> tuple[str, ...]:
    name = (row.name,) if named else ()
    head = (row.seller, row.vertical, row.leg, *name, f"{row.auctions:,}", money(row.price_cents))
    if row.expected is None or row.won_low is None or row.won_high is None:
        return (*head, f"{row.won:,}", "too few", *("-",) * 5)
    won = f"{row.won / row.auctions:.0%} ({row.won_low:.0%}-{row.won_high:.0%})"
    expected = f"{row.expected / row.auctions:.0%} ({row.leads_a_day or 0.0:,.1f} a day){_OFF if row.is_off else ''}"
    half = _between(row.half_cents, row.half_low_cents, row.half_high_cents)
    seen = _between(row.seen_half_cents, row.seen_half_low_cents, row.seen_half_high_cents)
    if row.is_beyond and row.seen_half_cents is not None:
        seen += _BEYOND
    if row.evidence == "declared":
        half += " (declared)"
    more = f"{row.more_leads or 0.0:+.1f}"
    return (*head, won, expected, half, seen, more, money(row.more_cents or 0.0), money(row.more_surplus_cents or 0.0))


def _between(cents: float | None, low: float | None, high: float | None) -> str:
    if cents is None:
        return "-"
    if low is None and high is None:
        return money(cents)
    return f"{money(cents)} ({money(low) if low is not None else ''}-{money(high) if high is not None else ''})"
