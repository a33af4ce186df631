"""The lines of an invoice as CSV, a row for each lead; no cell begins a formula, whatever a seller wrote."""

import csv
from collections.abc import Iterable, Iterator
from io import StringIO

from app.domain.calendar import utc_text
from app.domain.money import dollars
from app.domain.returns.invoice import LedgerLine
from app.spreadsheet import inert

_COLUMNS = ("lead_id", "ping_id", "seller_lead_id", "campaign", "sold_at", "price", "return", "reason", "owed")
_BATCH = 500


def owed_cents(line: LedgerLine) -> int:
    """What is owed for a lead: nothing of one that was credited."""
    return 0 if line.returned == "accepted" else line.price_cents


def invoice_text(lines: Iterable[LedgerLine]) -> Iterator[str]:
    """Heads and rows, some hundreds at a time."""
    text = StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(_COLUMNS)
    for number, line in enumerate(lines, 1):
        writer.writerow(map(inert, _row(line)))
        if number % _BATCH == 0:
            yield text.getvalue()
            text.seek(0)
            text.truncate()
    yield text.getvalue()


def _row(line: LedgerLine) -> tuple[str, ...]:
    return (
        line.lead_id,
        line.ping_id,
        line.seller_lead_id,
        line.campaign,
        utc_text(line.sold_at),
        dollars(line.price_cents),
        line.returned or "",
        line.reason or "",
        dollars(owed_cents(line)),
    )
