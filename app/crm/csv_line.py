"""Writes a lead as a line of a CSV file that spreadsheets open well, and never as a formula."""

import csv
from datetime import datetime
from io import StringIO
from pathlib import PurePath
from zoneinfo import ZoneInfo

from app.crm.payload import Secrets, mapped_fields
from app.crm.transform import as_text
from app.domain.delivery.destination import Destination
from app.domain.delivery.other_ways import FileDelivery
from app.domain.delivery.sold_lead import LeadDocument
from app.outbound.message import OutboundLine
from app.spreadsheet import inert


def build_line(
    destination: Destination,
    file: FileDelivery,
    lead: LeadDocument,
    secrets: Secrets,
    webhook_id: str,
    attempted_at: float,
) -> OutboundLine:
    """The line of one attempt. `delivery_id` is the same in every attempt: two lines with one are one lead."""
    values = mapped_fields(destination, lead, secrets)
    names = list(destination.fields)
    cells = [webhook_id, *[as_text(values.get(name, "")) for name in names]]
    day = datetime.fromtimestamp(attempted_at, ZoneInfo(file.time_zone)).date().isoformat()
    return OutboundLine(
        file=str(PurePath(file.folder) / f"{file.name}-{day}.csv"),
        header=_line(["delivery_id", *names]),
        line=_line(cells),
    )


def _line(cells: list[str]) -> bytes:
    """One line to the letter, quoted as a whole: in some countries a semicolon parts the cells."""
    out = StringIO()
    plain = [inert(" ".join(cell.split())) for cell in cells]
    csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n").writerow(plain)
    return out.getvalue().encode("utf-8", "replace")
