"""Known people and certificates, read as one long stream when the service starts."""

import asyncio
import sys
from array import array
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from functools import partial
from itertools import pairwise

import msgspec
from sqlalchemy import Engine, select, text

from app.store.engine.stream import first_row, side_by_side, tuples
from app.store.schema import certificate, lead

_FIRST, _END = "", "~"
"""Before and behind every digest, also one that is damaged: it must not be passed over."""
_ALL = ({"first": _FIRST, "end": _END},)
_BOUNDS = (_FIRST, *(f"{number:02x}" for number in range(2, 256, 2)), _END)
_PARTS = tuple([{"first": first, "end": end} for first, end in pairwise(_BOUNDS)])
"""Digests begin with any two digits as often: of six million, 47,000 lie in each part."""
LARGE = 20_000
"""So many sightings and more are read in these parts."""

_DIGEST_BYTES = 8
_WITHIN_BUYER, _BETWEEN_BUYERS = '":"', '","'
_IS_LARGE = text("SELECT 1 FROM sighting LIMIT 1 OFFSET :large")
_COLUMNS = {
    # Whatever SQLite reads of this table comes in the order of its one index. It writes two columns as one object of
    # JSON in less than half the time that it takes to put them together.
    "sqlite": text(
        "SELECT group_concat(digest, ''), group_concat(CAST(sold_at AS INTEGER), ','), "
        "json_group_object(campaign, vertical) "
        "FROM sighting WHERE digest >= :first AND digest < :end"
    ),
    "postgresql": text(
        "SELECT string_agg(digest, ''), string_agg(CAST(sold_at AS text), ','), "
        """'{"' || string_agg(campaign || '":"' || vertical, '","') || '"}' """
        "FROM (SELECT digest, CAST(trunc(sold_at) AS bigint) AS sold_at, campaign, vertical "
        "FROM sighting WHERE digest >= :first AND digest < :end ORDER BY digest) AS seen"
    ),
}
"""Columns are put together where threads need not wait for each other: in Python each row takes five times as long."""


class SightingPart(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """Sales in the order of the digests that they are known by, in columns of big-endian numbers.

    `digests` has eight bytes for each; `sold_at` four, UTC epoch seconds; `bought_by` two, a place among `buyers`, each
    a campaign and its vertical.
    """

    digests: bytes
    sold_at: bytes
    bought_by: bytes
    buyers: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, digests: str, sold_at: Sequence[int], bought_by: Sequence[str]) -> "SightingPart":
        """Of digests in hex, one behind the other, and buyers, each `campaign":"vertical` as it stands in JSON.

        ValueError where they are damaged.
        """
        packed = bytes.fromhex(digests)
        if len(packed) != _DIGEST_BYTES * len(sold_at) or len(bought_by) != len(sold_at):
            raise ValueError("a digest is cut off, or a name holds what none does")
        # A name is looked at once, however often it stands there, and has the same number in every part.
        numbers = {name: number for number, name in enumerate(sorted({*bought_by}))}
        buyers = [_plain(name).split(_WITHIN_BUYER) for name in numbers]
        return cls(
            digests=packed,
            sold_at=_packed(array("I", sold_at)),
            bought_by=_packed(array("H", map(numbers.__getitem__, bought_by))),
            buyers=tuple([(campaign, vertical) for campaign, vertical in buyers]),
        )

    def columns(self) -> tuple["array[int]", "array[int]", "array[int]"]:
        """Digests as numbers, times, and places among buyers."""
        return _unpacked("Q", self.digests), _unpacked("I", self.sold_at), _unpacked("H", self.bought_by)

    def sales(self) -> Iterator[tuple[str, str, str, float]]:
        """Digest, campaign, vertical, and when, sale by sale."""
        for digest, sold_at, buyer in zip(*self.columns(), strict=True):
            yield f"{digest:016x}", *self.buyers[buyer], float(sold_at)


async def known_people(engine: Engine) -> AsyncIterator[SightingPart]:
    """Every sale, in parts that are in order as well."""
    is_large = await asyncio.to_thread(first_row, engine, _IS_LARGE, {"large": LARGE}) is not None
    places = _PARTS if is_large else _ALL
    async for part in side_by_side([partial(_part, engine, place) for place in places]):
        if part is not None:
            yield part
    # Each connection holds megabytes of what it read, which is not soon read again.
    engine.dispose()


def bought_leads(engine: Engine) -> Iterator[str]:
    """The nonce of every lead that we have."""
    for row in tuples(engine, select(lead.c.nonce).order_by(lead.c.nonce)):
        yield row[0]


def used_certificates(engine: Engine) -> Iterator[str]:
    """Every certificate that belongs to a lead we bought."""
    for row in tuples(engine, select(certificate.c.digest).order_by(certificate.c.digest)):
        yield row[0]


def _part(engine: Engine, place: Mapping[str, object]) -> SightingPart | None:
    """What lies in one place, if anything does."""
    row = first_row(engine, _COLUMNS[engine.dialect.name], place)
    if row is None or row[0] is None:
        return None
    digests, times, buyers = row
    bought_by = buyers[len('{"') : -len('"}')].split(_BETWEEN_BUYERS)
    return SightingPart.of(digests, msgspec.json.decode(f"[{times}]", type=list[int]), bought_by)


def _plain(name: str) -> str:
    if "\\" in name:
        raise ValueError("what had to be escaped is in no name")
    return name


def _packed(numbers: "array[int]") -> bytes:
    if sys.byteorder == "little":
        numbers.byteswap()
    return numbers.tobytes()


def _unpacked(code: str, packed: bytes) -> "array[int]":
    numbers = array(code, packed)
    if sys.byteorder == "little":
        numbers.byteswap()
    return numbers
