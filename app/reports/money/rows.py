"""Each lead with what it cost and brought, as rows of CSV and Parquet; nothing of them is about a person."""

import csv
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from io import StringIO

import msgspec

from app.domain.calendar import utc_text
from app.domain.money import dollars
from app.reports.money.lead_account import LeadAccount
from app.spreadsheet import inert

ROWS_MAX = 1_000_000
"""So many rows a spreadsheet takes, and a page gives; a command gives all."""

_BATCH = 500


class AccountColumns(msgspec.Struct, frozen=True, kw_only=True):
    """A row: amounts are in cents in Parquet and in dollars in CSV, times are UTC.

    `price` is what was bid, `credited` what an accepted return gave back. `to_come` is expected of a lead that is not
    mature, and `profit` holds it. `predicted` is what the bid expected of the lead, empty where nobody valued it.
    """

    lead_id: str
    sold_at: datetime
    seller: str
    sub_id: str
    campaign: str
    state: str
    price_cents: int
    returned: str
    credited_cents: int
    contacted: bool
    converted: bool
    value_cents: int
    handling_cents: int
    checks_millicents: int
    is_mature: bool
    to_come_cents: float
    predicted_cents: float | None
    profit_cents: float


def account_columns(lead: LeadAccount) -> AccountColumns:
    """The row of a lead."""
    costs = lead.price_cents - lead.credited_cents + lead.handling_cents + lead.checks_millicents / 1_000
    return AccountColumns(
        lead_id=lead.lead_id,
        sold_at=datetime.fromtimestamp(lead.sold_at, UTC),
        seller=lead.seller,
        sub_id=lead.sub_id,
        campaign=lead.campaign,
        state=lead.state,
        price_cents=lead.price_cents,
        returned=lead.returned or "",
        credited_cents=lead.credited_cents,
        contacted=lead.contacted,
        converted=lead.converted,
        value_cents=lead.value_cents,
        handling_cents=lead.handling_cents,
        checks_millicents=lead.checks_millicents,
        is_mature=lead.is_mature,
        to_come_cents=lead.to_come_cents,
        predicted_cents=lead.predicted_cents,
        profit_cents=lead.value_cents + lead.to_come_cents - costs,
    )


def csv_text(leads: Iterable[LeadAccount]) -> Iterator[str]:
    """The rows as CSV, heads first, some hundreds at a time; no cell begins a formula, whatever a seller wrote."""
    text = StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([_head(name) for name in AccountColumns.__struct_fields__])
    for number, lead in enumerate(leads, 1):
        row = account_columns(lead)
        writer.writerow([_cell(name, getattr(row, name)) for name in row.__struct_fields__])
        if number % _BATCH == 0:
            yield text.getvalue()
            text.seek(0)
            text.truncate()
    yield text.getvalue()


def _head(name: str) -> str:
    return name.removesuffix("_cents").removesuffix("_millicents")


def _cell(name: str, value: object) -> str:
    if name.endswith("_millicents"):
        return f"{float(str(value)) / 100_000:.5f}"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return utc_text(value.timestamp())
    if isinstance(value, int | float):
        return dollars(round(value))
    return inert(str(value)) if value is not None else ""
