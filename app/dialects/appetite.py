"""What is bought of a seller as JSON: a list of rows in dollars and ISO 8601."""

from collections.abc import Iterable

import msgspec

from app.dialects.written import price
from app.domain.calendar import utc_text
from app.wire.appetite import AppetiteRow


def write_appetite(rows: Iterable[AppetiteRow]) -> bytes:
    """The list as its endpoint writes it."""
    return msgspec.json.encode(
        [
            {
                "vertical": row.vertical,
                "state": row.state,
                "leg": row.leg,
                "floor": price(row.floor_cents),
                "until": None if row.until is None else utc_text(row.until),
                "open": row.open,
            }
            for row in rows
        ]
    )
