"""Shows what leads cost and brought after handling; what is only expected of young leads is told apart."""

import argparse
import sys
import time
from collections.abc import Callable
from io import TextIOWrapper
from pathlib import Path

import msgspec

from app.cli.database import add_database, run_with_store
from app.cli.progress import progress
from app.cli.table import table
from app.cli.user_files import run_with_files
from app.domain.money import money
from app.parquet import ParquetError, write
from app.private_files import write_new
from app.reports.money.profit import Account, AccountRow, Profit
from app.reports.money.rows import AccountColumns, account_columns, csv_text
from app.reports.money.span import DAYS_MAX, SPAN_WORDS, span_of
from app.reports.rates import in_percent, share
from app.scoring.pointer import MATURES_DAYS
from app.store.store import Store
from app.usecases.former import configuration_in_force
from app.usecases.money.profit import MoneyTerms, lead_accounts, profit_of

_SHOWN = 30
_DAY_S = 86_400.0
_PARTS: dict[str, Callable[[Profit], tuple[AccountRow, ...]]] = {
    "campaign": lambda profit: profit.campaigns,
    "seller": lambda profit: profit.sellers,
    "sub-source": lambda profit: profit.sub_sources,
    "state": lambda profit: profit.states,
    "hour": lambda profit: profit.hours,
    "weekday": lambda profit: profit.weekdays,
    "hour-of-week": lambda profit: profit.hours_of_week,
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`leadbid profit [SPAN] [--by PART] [--mature-days N] [--json | --csv FILE | --parquet FILE] [--data DIR]`."""
    parser.add_argument("span", nargs="?", default="month", metavar="SPAN", help=f"when sold: {SPAN_WORDS}")
    parser.add_argument("--by", choices=_PARTS, default="campaign", help="by what (default: campaign)")
    parser.add_argument(
        "--mature-days",
        type=_days,
        default=MATURES_DAYS,
        metavar="DAYS",
        help=f"how long a lead has to convert (default: {MATURES_DAYS:g})",
    )
    forms = parser.add_mutually_exclusive_group()
    forms.add_argument("--json", action="store_true", help="every part as JSON, with money in cents")
    forms.add_argument("--csv", type=Path, metavar="FILE", help="a row for each lead, in dollars")
    forms.add_argument("--parquet", type=Path, metavar="FILE", help="a row for each lead, in cents")
    add_database(parser)


def run(args: argparse.Namespace) -> int:
    """0 with the figures."""
    return run_with_files(lambda: run_with_store(args, _print), ParquetError, place=args.csv or args.parquet)


async def _print(store: Store, args: argparse.Namespace) -> int:
    declared, now = await configuration_in_force(store), time.time()
    try:
        span = span_of(args.span, now, declared.buyer.zone if declared is not None else "UTC")
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    terms = MoneyTerms(now=now, matures_s=args.mature_days * _DAY_S)
    if args.csv or args.parquet:
        leads = await lead_accounts(store, declared, span, terms)
        if args.parquet:
            write(args.parquet, AccountColumns, map(account_columns, leads), notes=lambda: {"as_of": int(now)})
        else:
            with TextIOWrapper(write_new(args.csv), encoding="utf-8", newline="") as file:
                file.writelines(csv_text(leads))
        print(f"leads of {span.first} to {span.last} in {args.parquet or args.csv}")
        return 0
    progress("counting leads")
    profit = await profit_of(store, declared, span, terms)
    progress("")
    print(msgspec.json.encode(profit).decode() if args.json else "\n".join(_text(profit, args.by)))
    return 0


def _text(profit: Profit, by: str) -> list[str]:
    total, span = profit.total, profit.span
    when = f"{span.first} to {span.last} ({profit.zone})"
    if not total.all.leads:
        return [f"{when}: no leads were bought"]
    lines = [
        f"Leads bought {when}, mature after {profit.matures_days:g} days",
        table(("", *_HEADS), [(name, *_cells(each)) for name, each in _kinds(total) if each.leads]),
        *_notes(profit),
    ]
    rows = _PARTS[by](profit)
    lines.append(f"\nBy {by}, profit of matured leads beside what is expected of young ones")
    parts = [
        (_name(row), *_cells(row.all), money(row.matured.profit_cents), money(row.young.profit_cents))
        for row in rows[:_SHOWN]
    ]
    lines.append(table((by, *_HEADS, "of matured", "of young"), parts))
    if len(rows) > _SHOWN:
        lines.append(f"  and {len(rows) - _SHOWN:,} more: --json has all of them")
    return lines


_HEADS = (
    "leads",
    "owed",
    "each",
    "contacts",
    "each",
    "conv.",
    "each",
    "value",
    "to come",
    "handling",
    "checks",
    "profit",
)


def _cells(of: Account) -> tuple[str, ...]:
    return (
        f"{of.leads:,}",
        money(of.owed_cents),
        _each(of.per_lead_cents),
        f"{of.contacted:,}",
        _each(of.per_contact_cents),
        f"{of.conversions:,}",
        _each(of.per_conversion_cents),
        money(of.value_cents),
        money(of.to_come_cents),
        money(of.handling_cents),
        money(of.checks_cents),
        money(of.profit_cents),
    )


def _notes(profit: Profit) -> list[str]:
    of, matured, young = profit.total.all, profit.total.matured, profit.total.young
    notes = []
    if of.returns or of.asked:
        notes.append(
            f"Bought for {money(of.bought_cents)}: {of.returns:,} returns credited {money(of.credited_cents)}, "
            f"{of.asked:,} without an answer are owed, {money(of.asked_cents)}."
        )
    if young.leads:
        how = f"the delays of {profit.delay_conversions:,} conversions" if profit.delay_conversions else "even delays"
        notes.append(
            f"{young.leads:,} leads are young: {money(young.to_come_cents)} of their profit is an expectation, by "
            f"the probabilities at their bids and {how}; {young.conversions_to_come:.1f} conversions are to come."
        )
    if matured.predicted:
        right = in_percent(share(matured.predicted_value_cents, matured.predicted_cents))
        notes.append(
            f"Bids had expected {money(matured.predicted_cents)} of {matured.predicted:,} matured leads, which brought "
            f"{money(matured.predicted_value_cents)} ({right})."
        )
    if of.leads and not of.heard_of:
        notes.append("No outcome was reported of any of these leads: without outcomes, nobody knows what they brought.")
    if profit.all_checks_cents is not None:
        notes.append(
            f"All checks of these dates (UTC) cost {money(profit.all_checks_cents)}, also those of pings and of leads "
            f"that were not bought; profit holds {money(of.checks_cents)} of it."
        )
    return notes


def _kinds(row: AccountRow) -> tuple[tuple[str, Account], ...]:
    return (("matured", row.matured), ("young", row.young), ("all", row.all))


def _name(row: AccountRow) -> str:
    name = row.name or "(none)"
    return f"{row.seller}/{name}" if row.seller else name


def _each(cents: int | None) -> str:
    return "-" if cents is None else money(cents)


def _days(text: str) -> float:
    try:
        days = float(text)
    except ValueError:
        days = 0.0
    if not 0.0 < days <= DAYS_MAX:
        raise argparse.ArgumentTypeError(f"{text!r}: write a number of days, at most {DAYS_MAX}")
    return days
