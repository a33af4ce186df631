"""Every US ZIP: its state, city, county, time zone, area codes and place, as the package `zipcodes` (MIT) knows them.

They come packed along: that package takes 0.4 s at its first question, in each process, and this file 10 ms.
`python -m tests.pack_zips` packs it anew.
"""

import zlib
from array import array
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

import msgspec
from msgspec.structs import replace

PACKED = Path(__file__).with_name("zips.json.zlib")


class ZipColumn(msgspec.Struct, frozen=True):
    """One text for each ZIP: `values[of[row]]`, as few of them differ."""

    values: list[str]
    of: Sequence[int]

    def __iter__(self) -> Iterator[str]:
        return map(self.values.__getitem__, self.of)


class ZipRows(msgspec.Struct, frozen=True, kw_only=True):
    """A row for each ZIP, in their order; degrees come in ten-thousandths, and are 0 where a ZIP has no place."""

    version: str
    zips: list[str]
    states: ZipColumn
    cities: ZipColumn
    counties: ZipColumn
    zones: ZipColumn
    areas: ZipColumn
    latitudes: Sequence[int]
    longitudes: Sequence[int]


@cache
def zip_rows() -> ZipRows:
    """Read once a process."""
    return narrowed(msgspec.json.decode(zlib.decompress(PACKED.read_bytes()), type=ZipRows))


def narrowed(rows: ZipRows) -> ZipRows:
    """The same in numbers of two and four bytes: as lists they would take 7 MB more of every process."""
    columns = {name: _narrowed(getattr(rows, name)) for name in ("states", "cities", "counties", "zones", "areas")}
    degrees = {name: array("i", getattr(rows, name)) for name in ("latitudes", "longitudes")}
    return replace(rows, **columns, **degrees)


def _narrowed(column: ZipColumn) -> ZipColumn:
    return ZipColumn(values=column.values, of=array("H", column.of))
