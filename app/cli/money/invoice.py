"""Prints what is owed to a seller for one month of the buyer's time zone: leads, returns, credits, to the cent."""

import argparse
import sys
from collections import Counter

import msgspec

from app.cli.database import add_database, run_with_store
from app.cli.in_force import seller_in
from app.cli.table import table
from app.domain.calendar import local_time, utc_text
from app.domain.money import dollars, money
from app.domain.returns.invoice import Invoice
from app.reports.money.invoice_rows import invoice_text, owed_cents
from app.reports.money.invoices import Prepaid
from app.store.store import Store
from app.usecases.money.invoices import prepaid_of
from app.usecases.returns.books import invoice_for


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`leadbid invoice SELLER --month YYYY-MM [--json | --csv] [--data DIR | --database URL]`."""
    parser.add_argument("seller", help="the seller's name")
    parser.add_argument("--month", required=True, metavar="YYYY-MM", help="the month, in the buyer's time zone")
    forms = parser.add_mutually_exclusive_group()
    forms.add_argument("--json", action="store_true", help="the sums as JSON")
    forms.add_argument("--csv", action="store_true", help="a row for each lead")
    add_database(parser)


def run(args: argparse.Namespace) -> int:
    """0 with the invoice."""
    return run_with_store(args, _print)


async def answer(store: Store, args: argparse.Namespace) -> dict[str, object]:
    """The sums of it. ValueError where the month is none."""
    return _sums(*await _found(store, args))


async def _found(store: Store, args: argparse.Namespace) -> tuple[Invoice, Prepaid | None]:
    configuration, seller = await seller_in(store, args.seller)
    invoice = await invoice_for(store, seller.name, args.month, configuration.buyer.zone)
    return invoice, prepaid_of(seller, await store.cap_usage())


async def _print(store: Store, args: argparse.Namespace) -> int:
    try:
        invoice, balance = await _found(store, args)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 1
    if args.csv:
        sys.stdout.writelines(invoice_text(invoice.lines))
    elif args.json:
        print(msgspec.json.encode(_sums(invoice, balance)).decode())
    else:
        print("\n".join(_text(invoice, balance)))
    return 0


def _sums(invoice: Invoice, balance: Prepaid | None) -> dict[str, object]:
    """In dollars as text, so that no cent is lost on the way."""
    return {
        "seller": invoice.seller,
        "month": invoice.month,
        "time_zone": invoice.zone,
        "since": utc_text(invoice.since),
        "until": utc_text(invoice.until),
        "leads": invoice.leads,
        "bought": dollars(invoice.bought_cents),
        "returned": invoice.returns,
        "credited": dollars(invoice.credited_cents),
        "owed": dollars(invoice.owed_cents),
        "returns_without_answer": invoice.asked,
        "returns_without_answer_amount": dollars(invoice.asked_cents),
        "credited_of_earlier_months": invoice.late,
        "credited_of_earlier_months_amount": dollars(invoice.late_cents),
        "prepaid": None if balance is None else dollars(balance.paid_cents),
        "prepaid_left": None if balance is None else dollars(balance.left_cents),
    }


def _text(invoice: Invoice, balance: Prepaid | None) -> list[str]:
    first, last = (local_time(at, invoice.zone).date for at in (invoice.since, invoice.until - 1.0))
    campaigns, spent = Counter[str](), Counter[str]()
    for line in invoice.lines:
        campaigns[line.campaign] += 1
        spent[line.campaign] += owed_cents(line)
    sums = [
        ("leads bought", f"{invoice.leads:,}", money(invoice.bought_cents)),
        ("returned and credited", f"{invoice.returns:,}", money(-invoice.credited_cents)),
        ("owed", f"{invoice.leads - invoice.returns:,}", money(invoice.owed_cents)),
    ]
    text = [
        f"{invoice.seller}, {first} to {last} ({invoice.zone})",
        table(("", "leads", "amount"), sums),
        table(("campaign", "leads", "owed"), [(name, f"{n:,}", money(spent[name])) for name, n in campaigns.items()]),
    ]
    if invoice.asked:
        text.append(f"{invoice.asked:,} returns have no answer yet: {money(invoice.asked_cents)} of what is owed.")
    if invoice.late:
        text.append(
            f"In this month {invoice.late:,} leads of earlier months were credited, {money(invoice.late_cents)}: "
            "take it off here if those months are paid."
        )
    if balance is not None:
        text.append(f"Prepaid {money(balance.paid_cents)}, of which {money(balance.left_cents)} is left.")
    return text
