"""Packs the ZIP table that ships with leadbid: after an update of `zipcodes`, `python -m tests.pack_zips`."""

import zlib
from collections.abc import Iterable
from typing import Any

import msgspec
import zipcodes

from app.config.values.zip_rows import PACKED, ZipColumn, ZipRows


def packed_rows() -> ZipRows:
    """Every ZIP that the installed version of the package knows, in order."""
    rows: list[dict[str, Any]] = [
        row
        for prefix in range(100)
        for row in zipcodes.similar_to(f"{prefix:02d}")  # type: ignore[no-untyped-call]
    ]
    rows.sort(key=lambda row: str(row["zip_code"]))
    return ZipRows(
        version=zipcodes.__version__,
        zips=[row["zip_code"] for row in rows],
        states=_column(row["state"] for row in rows),
        cities=_column(row["city"] for row in rows),
        counties=_column(row["county"] for row in rows),
        zones=_column(row["timezone"] for row in rows),
        areas=_column(" ".join(row["area_codes"]) for row in rows),
        latitudes=[round(float(row["lat"]) * 10_000) for row in rows],
        longitudes=[round(float(row["long"]) * 10_000) for row in rows],
    )


def _column(values: Iterable[str]) -> ZipColumn:
    numbers: dict[str, int] = {}
    of = [numbers.setdefault(value, len(numbers)) for value in values]
    return ZipColumn(values=list(numbers), of=of)


if __name__ == "__main__":
    PACKED.write_bytes(zlib.compress(msgspec.json.encode(packed_rows()), 9))
