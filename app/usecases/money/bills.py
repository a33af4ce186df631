"""A seller's bill that was uploaded, compared with what is owed."""

import asyncio
from pathlib import Path
from tempfile import TemporaryDirectory

from app.domain.returns.bill import BilledLine
from app.reports.money.bill_comparison import BillComparison, bill_comparison
from app.spreadsheet import UnusableFile
from app.store.store import Store
from app.usecases.returns.books import invoice_for, month_of_bill, reconciled
from app.usecases.returns.seller_file import SellerSheet, billed_lines, read_bill

BILL_BYTES_MAX = 2 * 1_024 * 1_024
LINES_MAX = 20_000
"""So many leads of a month: a larger bill is for the command, which has no pings beside it."""


class UnusableBill(Exception):
    """The bill cannot be compared; the text says why, and what to do."""


async def compare_bill(store: Store, seller: str, bill: bytes, month: str, zone: str) -> BillComparison:
    """The comparison, by default of the month of most of its leads. Raises UnusableBill, StoreUnavailable."""
    sheet, lines, notes = await asyncio.to_thread(_read, bill)
    month = month or await month_of_bill(store, seller, lines, zone)
    if not month:
        raise UnusableBill(f"No line of the bill names a lead of {seller}: say which month it is of.")
    try:
        invoice = await invoice_for(store, seller, month, zone)
    except ValueError as error:
        raise UnusableBill(f"month: {error}") from None
    found = await reconciled(store, invoice, lines)
    return bill_comparison(invoice, found, sheet.heads, notes)


def _read(bill: bytes) -> tuple[SellerSheet, list[BilledLine], list[str]]:
    """Its columns, its lines, and what was left out."""
    with TemporaryDirectory() as folder:
        path, notes = Path(folder) / "bill.csv", list[str]()
        path.write_bytes(bill)
        try:
            sheet = read_bill(path)
            lines: list[BilledLine] = []
            for line in billed_lines(sheet, notes):
                lines.append(line)
                if len(lines) > LINES_MAX:
                    raise UnusableBill(f"The bill has more than {LINES_MAX:,} lines: use `leadbid reconcile`.")
        except UnusableFile as error:
            raise UnusableBill(str(error).replace(str(path), "the bill")) from None
    return sheet, lines, [*sheet.file.notes, *notes]
