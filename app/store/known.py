"""Known people, leads and certificates, read in long columns when the service starts."""

import asyncio
import sys
from array import array
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from functools import lru_cache, partial
from itertools import pairwise
from typing import Any, TypeVar

import msgspec
from sqlalchemy import Column, ColumnElement, Engine, Table, bindparam, func, literal, select, text

from app.store.engine.stream import first_row, side_by_side, stream
from app.store.schema import certificate, lead, sighting

T = TypeVar("T")
Place = Mapping[str, object]
"""The digests from `first` on that lie before `end`."""

_FIRST, _END = "", "~"
"""Before and behind every digest, also one that is damaged: it must not be passed over."""
_ALL = ({"first": _FIRST, "end": _END},)
_BOUNDS = (_FIRST, *(f"{number:02x}" for number in range(1, 256)), _END)
_PARTS = tuple([{"first": first, "end": end} for first, end in pairwise(_BOUNDS)])
"""Digests begin with any two digits as often: of six million, 23,000 lie in each part. Twice as many parts take longer
to be asked for, and half as many are so large that their memory is taken from the system anew for each."""
LARGE = 20_000
"""So many rows and more are read in these parts."""

_DIGEST_BYTES = 8
_WITHIN_BUYER, _BETWEEN_BUYERS = '":"', '","'
_SALES = {
    # Whatever SQLite reads of this table comes in the order of its one index. It writes two columns as one object of
    # JSON in less than half the time that it takes to put them together.
    "sqlite": text(
        "SELECT group_concat(digest, ''), json_group_array(CAST(sold_at AS INTEGER)), "
        "json_group_object(campaign, vertical) "
        "FROM sighting WHERE digest >= :first AND digest < :end"
    ),
    "postgresql": text(
        "SELECT string_agg(digest, ''), '[' || string_agg(CAST(sold_at AS text), ',') || ']', "
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
        if len(bought_by) != len(sold_at):
            raise ValueError("a name holds what none does")
        # A name is looked at once, however often it stands there, and has the same number in every part.
        numbers, buyers = _numbered(frozenset(bought_by))
        return cls(
            digests=_of_hex(digests, len(sold_at)),
            sold_at=_big_endian(array("I", sold_at)),
            bought_by=_big_endian(array("H", [numbers[name] for name in bought_by])),
            buyers=buyers,
        )

    def columns(self) -> tuple["array[int]", "array[int]", "array[int]"]:
        """Digests as numbers, times, and places among buyers."""
        return unpacked("Q", self.digests), unpacked("I", self.sold_at), unpacked("H", self.bought_by)

    def sales(self) -> Iterator[tuple[str, str, str, float]]:
        """Digest, campaign, vertical, and when, sale by sale."""
        for digest, sold_at, buyer in zip(*self.columns(), strict=True):
            yield f"{digest:016x}", *self.buyers[buyer], float(sold_at)


def known_people(engine: Engine) -> AsyncIterator[SightingPart]:
    """Every sale, in parts that are in order as well."""
    return _in_parts(engine, sighting, partial(_sales, engine))


def digests_in_parts(engine: Engine, digest: Column[str], *conditions: ColumnElement[bool]) -> AsyncIterator[bytes]:
    """The first eight bytes of each digest in a table of which it is the key, in parts that are in order.

    Within, PostgreSQL may have them in any. ValueError where one is damaged.
    """
    wanted = select(*_joined(digest)).where(digest >= bindparam("first"), digest < bindparam("end"), *conditions)
    return _in_parts(engine, digest.table, lambda place: _joined_digests(first_row(engine, wanted, place)))


def bought_leads(engine: Engine) -> Iterator[bytes]:
    """The nonce of every lead that we have, of eight bytes, in parts that are in order, and not within.

    A seller's lie together, and no index has them in their own order. ValueError where one is damaged.
    """
    beginning = func.substr(lead.c.nonce, 1, 2).label("beginning")
    wanted = select(*_joined(lead.c.nonce), beginning).group_by("beginning").order_by("beginning")
    for count, digests, _ in stream(engine, wanted):
        yield _of_hex(digests, count)


def used_certificates(engine: Engine) -> AsyncIterator[bytes]:
    """The same of every certificate that belongs to a lead we bought."""
    return digests_in_parts(engine, certificate.c.digest)


async def _in_parts(engine: Engine, table: Table, read: Callable[[Place], T | None]) -> AsyncIterator[T]:
    """What is read of each place of a table where anything lies."""
    is_large = await asyncio.to_thread(
        first_row, engine, select(literal(1)).select_from(table).limit(1).offset(LARGE), {}
    )
    async for part in side_by_side([partial(read, place) for place in (_PARTS if is_large else _ALL)]):
        if part:
            yield part
    # Each connection holds megabytes of what it read, which is not soon read again.
    engine.dispose()


def _sales(engine: Engine, place: Place) -> SightingPart | None:
    row = first_row(engine, _SALES[engine.dialect.name], place)
    if row is None or row[0] is None:
        return None
    digests, times, buyers = row
    bought_by = buyers[len('{"') : -len('"}')].split(_BETWEEN_BUYERS)
    return SightingPart.of(digests, msgspec.json.decode(times, type=list[int]), bought_by)


@lru_cache(maxsize=1)
def _numbered(names: frozenset[str]) -> tuple[Mapping[str, int], tuple[tuple[str, str], ...]]:
    """A number for each of these buyers, and what they are called in its order."""
    numbers = {name: number for number, name in enumerate(sorted(names))}
    buyers = [_plain(name).split(_WITHIN_BUYER) for name in numbers]
    return numbers, tuple([(campaign, vertical) for campaign, vertical in buyers])


def _plain(name: str) -> str:
    if "\\" in name:
        raise ValueError("what had to be escaped is in no name")
    return name


def _joined(digest: Column[str]) -> tuple[ColumnElement[int], ColumnElement[str]]:
    return func.count(), func.aggregate_strings(func.substr(digest, 1, 2 * _DIGEST_BYTES), "")


def _joined_digests(row: Sequence[Any] | None) -> bytes:
    count, digests = row or (0, "")
    return _of_hex(digests or "", count)


def _of_hex(digests: str, count: int) -> bytes:
    packed = bytes.fromhex(digests)
    if len(packed) != _DIGEST_BYTES * count:
        raise ValueError("a digest is cut off")
    return packed


def _big_endian(numbers: "array[int]") -> bytes:
    if sys.byteorder == "little":
        numbers.byteswap()
    return numbers.tobytes()


def unpacked(code: str, packed: bytes) -> "array[int]":
    """Numbers of a big-endian column, each of the size that `code` has for arrays."""
    numbers = array(code, packed)
    if sys.byteorder == "little":
        numbers.byteswap()
    return numbers
