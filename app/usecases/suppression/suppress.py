"""Changes who may not be bought, and tells by which name or list somebody is held."""

import sys
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from app.store.store import Store
from app.store.suppression.lists import DIGEST_BYTES, PART_DIGESTS, SuppressionList
from app.usecases.suppression.list_file import sorted_once


class Suppression(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody may not be bought: `since` (UTC epoch seconds), why, and by which list; empty where by name."""

    since: float
    reason: str
    list: str = ""


async def held_by(store: Store, digests: Sequence[str]) -> list[Suppression]:
    """All that keeps us from buying who is known by these digests."""
    rows = [row for row in await store.suppressed(digests) if row.is_suppressed]
    # One person is known by up to three digests.
    named = [Suppression(since=rows[0].changed_at, reason=rows[0].reason)] if rows else []
    listed = [
        Suppression(since=each.changed_at, reason=each.reason, list=each.name)
        for each in await store.suppression_lists()
        if without(await store.list_parts(each.name), digests)
    ]
    return named + listed


async def allow(store: Store, digests: Sequence[str], reason: str, by: str, now: float) -> int:
    """Let them be bought again, and take them out of every list; from how many places they were taken."""
    taken = 1 if await store.allow(digests, reason, by, now) else 0
    for each in await store.suppression_lists():
        changed = without(await store.list_parts(each.name), digests)
        if changed:
            await store.put_parts(each.name, changed, by, reason, now)
            taken += 1
    return taken


async def put_list(store: Store, of: SuppressionList, digests: "array[int]", *, replace: bool) -> SuppressionList:
    """Keep these sorted digests as a list, with those that it had before or, to `replace` it, without them."""
    if not replace:
        former = unpacked(await store.list_parts(of.name))
        digests = sorted_once(former + digests) if former else digests
    kept = msgspec.structs.replace(of, digests=len(digests))
    await store.put_list(kept, list(packed(digests)))
    return kept


def packed(digests: "array[int]") -> Iterator[bytes]:
    """Sorted digests in parts, as the database keeps them."""
    for start in range(0, len(digests), PART_DIGESTS):
        yield _little_endian(digests[start : start + PART_DIGESTS]).tobytes()


def unpacked(parts: Iterable[bytes]) -> "array[int]":
    """What `packed` made."""
    digests = array("Q")
    for part in parts:
        digests.frombytes(part)
    return _little_endian(digests)


def without(parts: Sequence[bytes], digests: Iterable[str]) -> dict[int, bytes]:
    """The parts, by number, that hold any of these (hex), without them."""
    changed: dict[int, bytes] = {}
    for digest in digests:
        number = int(digest, 16)
        for place, part in enumerate(parts):
            part = changed.get(place, part)
            if not part or not _number(part, 0) <= number <= _number(part, len(part) - DIGEST_BYTES):
                continue
            held = unpacked([part])
            at = bisect_left(held, number)
            if held[at] == number:
                del held[at]
                changed[place] = next(packed(held), b"")
    return changed


def _number(part: bytes, start: int) -> int:
    return int.from_bytes(part[start : start + DIGEST_BYTES], "little")


def _little_endian(digests: "array[int]") -> "array[int]":
    """The same on the usual machines; swapped, as a copy, on others."""
    if sys.byteorder == "little":
        return digests
    swapped = array("Q", digests)
    swapped.byteswap()
    return swapped
