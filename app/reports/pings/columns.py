"""Rows of pings out of a compacted part of the journal: its columns tell all of a row, and no line is read."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from functools import lru_cache
from math import inf
from pathlib import Path

import msgspec

from app import parquet
from app.journal.versions import check_columns
from app.reports.pings.rows import PingRow, SoughtPings, is_sought, words_of

_COLUMNS = (
    "kind",
    "epoch_us(at_utc)",
    "CASE WHEN kind = 'post' THEN ping_id ELSE id END",
    "seller",
    "vertical",
    "zip",
    "state",
    "sub_id",
    "test",
    "status",
    "reason_code",
    "detail",
    "campaign",
    "leg",
    "price_cents",
    "lead_id",
    "count",
)
"""Those of `Flat` that a row is made of; the lines themselves, which are most of a file, are not read."""


def rows_of_columns(path: Path, sought: SoughtPings) -> Iterator[PingRow]:
    """The newest rows of a part that are sought. Raises ParquetError, OtherVersion."""
    _check(path, path.stat().st_mtime_ns)
    values: dict[str, object] = {}
    where = [f"kind IN {sought.kinds}".replace(",)", ")")]
    for name, column in (
        ("seller", "seller"),
        ("zip", "zip"),
        ("state", "state"),
        ("campaign", "campaign"),
        ("reason", "reason_code"),
    ):
        if getattr(sought, name):
            where.append(f"{column} = ${name}")
            values[name] = getattr(sought, name)
    if sought.outcome:
        where.append("status = 'accepted'" if sought.outcome == "bid" else "status <> 'accepted'")
    for name, sign, at in (
        ("since", ">=", sought.since),
        ("until", "<=", min(sought.until, sought.before[0])),
    ):
        if 0.0 < at < inf:
            where.append(f"at_utc {sign} ${name}")
            values[name] = datetime.fromtimestamp(at, UTC).replace(tzinfo=None)
    order = f"ORDER BY at_utc DESC, 3 DESC LIMIT {sought.limit + _AT_ONCE_MAX}"
    for row in _typed(parquet.read(path, ", ".join(_COLUMNS), " AND ".join(where), values, order)):
        if is_sought(row, sought):
            yield row


@lru_cache(maxsize=4_096)
def _check(path: Path, _changed_ns: int) -> None:
    """OtherVersion where the columns are not ours; asked once of each file, or most of a page's time went into it."""
    check_columns(path, parquet.notes(path).get("v"))


_AT_ONCE_MAX = 1_000
"""So many rows of one moment may stand before the place of a page: a simulated second can hold hundreds."""


def _typed(rows: Iterable[tuple[object, ...]]) -> Iterator[PingRow]:
    """Rows of columns, in which nothing is said by NULL."""
    for kind, micros, row_id, *texts, code, detail, campaign, leg, price, lead_id, count in rows:
        seller, vertical, zip_code, state, sub_id, test, status = texts
        said = {
            "kind": kind,
            "at": float(str(micros)) / 1e6,
            "id": row_id,
            "seller": seller,
            "vertical": vertical,
            "zip": zip_code,
            "state": state,
            "sub_id": sub_id,
            "test": test,
            "status": status,
            "reason_code": code,
            "why": words_of(str(code), str(detail or "")),
            "campaign": campaign,
            "leg": leg,
            "price_cents": price or None,
            "lead_id": lead_id,
            "count": count,
        }
        yield msgspec.convert({name: value for name, value in said.items() if value is not None}, PingRow)
