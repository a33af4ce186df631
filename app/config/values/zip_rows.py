"""Every US ZIP: its state, city, county, time zone, area codes and place, as the package `zipcodes` (MIT) knows them.

They come packed along: that package takes 0.4 s at its first question, in each process, and this file 10 ms.
`python -m tests.pack_zips` packs it anew.
"""

import zlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import msgspec

PACKED = Path(__file__).with_name("zips.json.zlib")


class ZipColumn(msgspec.Struct, frozen=True):
    """One text for each ZIP: `values[of[row]]`, as few of them differ."""

    values: list[str]
    of: list[int]

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
    latitudes: list[int]
    longitudes: list[int]


@cache
def zip_rows() -> ZipRows:
    """Read once a process."""
    return msgspec.json.decode(zlib.decompress(PACKED.read_bytes()), type=ZipRows)
