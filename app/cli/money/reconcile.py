"""Compares a seller's bill with what is owed to it, and says what each difference comes from."""

import argparse
import sys
from pathlib import Path

import msgspec

from app.cli.database import add_database, run_with_store
from app.cli.in_force import seller_in
from app.cli.table import table
from app.cli.user_files import run_with_files
from app.domain.money import dollars, money
from app.domain.returns.bill import Reconciliation
from app.domain.returns.invoice import Invoice
from app.reports.money.bill_comparison import BillComparison, bill_comparison
from app.spreadsheet import UnusableFile
from app.store.store import Store
from app.usecases.returns.books import invoice_for, month_of_bill, reconciled
from app.usecases.returns.seller_file import billed_lines, read_bill

_SHOWN = 20


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`leadbid reconcile SELLER FILE [--month YYYY-MM] [--json] [--data DIR | --database URL]`."""
    parser.add_argument("seller", help="the seller's name")
    parser.add_argument("file", type=Path, help="its bill: a CSV file with a row for each lead")
    parser.add_argument(
        "--month", default="", metavar="YYYY-MM", help="the month billed (default: that of most of its leads)"
    )
    parser.add_argument("--json", action="store_true", help="every difference as JSON")
    add_database(parser)


def run(args: argparse.Namespace) -> int:
    """0 where the bill is what is owed; 1 where it is not, or cannot be read."""
    return run_with_files(lambda: run_with_store(args, _compare), UnusableFile, place=args.file)


async def _compare(store: Store, args: argparse.Namespace) -> int:
    configuration, seller = await seller_in(store, args.seller)
    sheet, notes = read_bill(args.file), list[str]()
    bill, zone = list(billed_lines(sheet, notes)), configuration.buyer.zone
    month = args.month or await month_of_bill(store, seller.name, bill, zone)
    if not month:
        print(f"no line of {args.file} names a lead of {seller.name}: say --month YYYY-MM", file=sys.stderr)
        return 1
    try:
        invoice = await invoice_for(store, seller.name, month, zone)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 1
    found = await reconciled(store, invoice, bill)
    if args.json:
        print(msgspec.json.encode(_json(invoice, found, sheet.heads, [*sheet.file.notes, *notes])).decode())
    else:
        print("\n".join(_text(bill_comparison(invoice, found, sheet.heads, [*sheet.file.notes, *notes]))))
    return 0 if all(each.cause == "agreed" for each in found.differences) else 1


def _text(found: BillComparison) -> list[str]:
    rows = [(each.cause, f"{each.lines:,}", money(each.cents), each.says) for each in found.causes]
    too_much = found.too_much_cents
    headline = (
        f"{found.seller}, {found.month} ({found.zone}): billed {money(found.billed_cents)}, owed "
        f"{money(found.owed_cents)}, {money(abs(too_much))} too {'little' if too_much < 0 else 'much'}"
    )
    text = [
        ", ".join(f"{meaning} <- {head}" for meaning, head in found.columns.items()),
        *found.notes,
        headline,
        table(("cause", "lines", "too much", "what"), rows),
    ]
    if found.differences:
        lines = [
            (str(each.line) if each.line else "-", each.cause, each.id, money(each.cents), each.detail or "-")
            for each in found.differences[:_SHOWN]
        ]
        text.append(table(("line", "cause", "id", "too much", "detail"), lines))
    if found.different > _SHOWN:
        text.append(f"and {found.different - _SHOWN:,} more: --json has all of them")
    return text


def _json(invoice: Invoice, found: Reconciliation, heads: dict[str, str], notes: list[str]) -> dict[str, object]:
    return {
        "seller": invoice.seller,
        "month": invoice.month,
        "time_zone": invoice.zone,
        "columns": heads,
        "notes": notes,
        "billed": dollars(found.billed_cents),
        "owed": dollars(found.owed_cents),
        "difference": dollars(found.billed_cents - found.owed_cents),
        "differences": [
            {
                "cause": each.cause,
                "line": each.line or None,
                "id": each.id,
                "billed": dollars(each.billed_cents),
                "owed": dollars(each.owed_cents),
                "detail": each.detail,
            }
            for each in found.differences
            if each.cause != "agreed"
        ],
    }
