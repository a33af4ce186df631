"""Known people and certificates, compact enough for millions and fast enough for every ping."""

import sys
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from typing import assert_never

from app.domain.duplicate import Sighting
from app.store.known import SightingPart, unpacked
from app.usecases.standing.changes import (
    Allowed,
    KnownChange,
    KnownRead,
    ListDropped,
    ListRead,
    PeopleRead,
    Sold,
    Suppressed,
)

RECENT_MAX = 50_000
"""New entries stay in a dictionary up to this many (some 10 MB), then become a sorted segment in about 20 ms."""

_STARTS, _START_SHIFT = 4096, 52

_Segment = tuple["array[int]", "array[int]", "array[int]"]


class DigestSet:
    """Eight-byte digests in sorted arrays: 8 bytes each instead of the hundred of a Python set."""

    def __init__(self) -> None:
        self._segments: list[array[int]] = []
        self._recent: set[int] = set()

    def add(self, digest: str | bytes) -> None:
        """Know one digest (in hex or not; its first eight bytes count) more."""
        number = _number(digest)
        if self._holds(number):
            return
        self._recent.add(number)
        if len(self._recent) >= RECENT_MAX:
            self._segments.append(array("Q", sorted(self._recent)))
            self._recent = set()

    def extend(self, digests: bytes) -> None:
        """Know many digests more, eight bytes of each. Parts of one whole that is read in order become one segment."""
        # To sort what is in order takes no time, which a set would put out of it.
        fresh = array("Q", sorted(dict.fromkeys(unpacked("Q", digests))))
        if fresh and (self._recent or any(segment[-1] >= fresh[0] for segment in self._segments)):
            fresh = array("Q", [number for number in fresh if not self._holds(number)])
        if not fresh:
            return
        if self._segments and self._segments[-1][-1] < fresh[0]:
            self._segments[-1].extend(fresh)
        else:
            self._segments.append(fresh)

    def __contains__(self, digest: str | bytes) -> bool:
        return self._holds(_number(digest))

    def _holds(self, number: int) -> bool:
        if number in self._recent:
            return True
        for segment in self._segments:
            at = bisect_left(segment, number)
            if at < len(segment) and segment[at] == number:
                return True
        return False

    def discard(self, digest: str) -> None:
        """Know this one no more."""
        number = _number(digest)
        self._recent.discard(number)
        for segment in self._segments:
            at = bisect_left(segment, number)
            if at < len(segment) and segment[at] == number:
                del segment[at]
        self._segments = [segment for segment in self._segments if segment]

    def holds_any(self, digests: Iterable[str | bytes]) -> bool:
        """Whether one of these is known."""
        # A loop, since `any` and `map` would take twice as long: they call from C, of which Python can inline nothing.
        for digest in digests:  # noqa: SIM110
            if self._holds(_number(digest)):
                return True
        return False

    def __len__(self) -> int:
        return len(self._recent) + sum(len(segment) for segment in self._segments)


class People:
    """Sales by digest of the person, 14 bytes each: digest, when, and which campaign."""

    def __init__(self) -> None:
        self._buyers: list[tuple[str, str]] = []
        self._buyer_numbers: dict[tuple[str, str], int] = {}
        self._segments: list[_Segment] = []
        self._recent: dict[int, tuple[tuple[int, int], ...]] = {}
        self._recent_count = 0

    def add(self, digest: str, campaign: str, vertical: str, sold_at: float) -> None:
        """Know one sale more."""
        self.add_all((digest,), campaign, vertical, sold_at)

    def add_all(self, digests: Sequence[str], campaign: str, vertical: str, sold_at: float) -> None:
        """The same of a person with several digests."""
        entry = ((int(sold_at), self._buyer(campaign, vertical)),)
        recent = self._recent
        for number in _numbers(digests):
            known = recent.get(number)
            recent[number] = known + entry if known is not None else entry
        self._recent_count += len(digests)
        if self._recent_count >= RECENT_MAX:
            entries = ((number, *entry) for number in sorted(self._recent) for entry in self._recent[number])
            self._segments.append(_new_segment(entries))
            self._recent, self._recent_count = {}, 0

    def extend(self, part: SightingPart) -> None:
        """Know many sales more. Parts of one whole that is read in order become one segment."""
        digests, times, places = part.columns()
        if not digests:
            return
        numbers = [self._buyer(*buyer) for buyer in part.buyers]
        # Where there is much to read, each part names all buyers, in the same order.
        buyers = places if numbers == [*range(len(numbers))] else array("H", map(numbers.__getitem__, places))
        if self._segments and self._segments[-1][0][-1] <= digests[0]:
            for column, more in zip(self._segments[-1], (digests, times, buyers), strict=True):
                column.extend(more)
        else:
            self._segments.append((digests, times, buyers))

    def sightings(self, digests: Iterable[str]) -> tuple[Sighting, ...]:
        """Every known sale of a person with one of these digests, each once."""
        sales = {entry for digest in digests if digest for entry in self._find(_number(digest))}
        return tuple([Sighting(*self._buyers[buyer], float(at)) for at, buyer in sorted(sales)])

    def __len__(self) -> int:
        return self._recent_count + sum(len(segment[0]) for segment in self._segments)

    def _find(self, number: int) -> Iterator[tuple[int, int]]:
        yield from self._recent.get(number, ())
        for keys, times, buyers in self._segments:
            at = bisect_left(keys, number)
            while at < len(keys) and keys[at] == number:
                yield times[at], buyers[at]
                at += 1

    def _buyer(self, campaign: str, vertical: str) -> int:
        key = (campaign, vertical)
        if key not in self._buyer_numbers:
            self._buyer_numbers[key] = len(self._buyers)
            self._buyers.append(key)
        return self._buyer_numbers[key]


class PackedDigests:
    """A list of sorted digests as the database packs it. It is never changed, only replaced."""

    def __init__(self, parts: Iterable[bytes]) -> None:
        self._numbers = array("Q")
        for part in parts:
            self._numbers.frombytes(part)
        if sys.byteorder == "big":
            self._numbers.byteswap()
        # Where the numbers that begin with each of 4096 values begin: it halves the time of a look-up.
        self._starts = [bisect_left(self._numbers, start << _START_SHIFT) for start in range(_STARTS)]
        self._starts.append(len(self._numbers))

    def __contains__(self, digest: str) -> bool:
        number = _number(digest)
        start = number >> _START_SHIFT
        end = self._starts[start + 1]
        at = bisect_left(self._numbers, number, self._starts[start], end)
        return at < end and self._numbers[at] == number

    def __len__(self) -> int:
        return len(self._numbers)


class SuppressedPeople:
    """Who may not be bought: one by one, and by lists."""

    def __init__(self) -> None:
        self.one_by_one = DigestSet()
        self.versions: dict[str, float] = {}
        self._lists: dict[str, PackedDigests] = {}

    def apply(self, change: Suppressed | Allowed | ListRead | ListDropped) -> None:
        """Take up what an operator or a person said."""
        match change:
            case Suppressed():
                for digest in change.digests:
                    self.one_by_one.add(digest)
            case Allowed():
                for digest in change.digests:
                    self.one_by_one.discard(digest)
            case ListRead():
                self._lists[change.name] = PackedDigests(change.parts)
                self.versions[change.name] = change.version
            case ListDropped():
                self._lists.pop(change.name, None)
                self.versions.pop(change.name, None)
            case _:
                assert_never(change)

    def holds_any(self, digests: Sequence[str]) -> bool:
        """Whether one of these may not be bought."""
        if self.one_by_one.holds_any(digests):
            return True
        return any(digest in each for each in self._lists.values() for digest in digests)


class KnownLeads:
    """Whom we bought, who must not be bought, and which leads (by nonce) and certificates are ours."""

    def __init__(self) -> None:
        self.people = People()
        self.suppressed = SuppressedPeople()
        self.leads = DigestSet()
        self.certificates = DigestSet()

    def sell(self, sale: Sold) -> None:
        """Know the lead, people and certificates of a sale."""
        self.leads.add(sale.nonce)
        self.people.add_all(sale.people, sale.campaign, sale.vertical, sale.at)
        for certificate in sale.certificates:
            self.certificates.add(certificate)

    def apply(self, change: KnownChange) -> None:
        """Take up what was read of the database, or heard of since."""
        match change:
            case PeopleRead():
                self.people.extend(change.part)
            case KnownRead():
                self.read(change)
            case Suppressed() | Allowed() | ListRead() | ListDropped():
                self.suppressed.apply(change)
            case _:
                assert_never(change)

    def read(self, part: KnownRead) -> None:
        """Know what the database does."""
        for sale in part.sales:
            self.people.add(*sale)
        self.suppressed.one_by_one.extend(part.suppressed)
        self.leads.extend(part.leads)
        self.certificates.extend(part.certificates)


def _new_segment(entries: Iterable[tuple[int, int, int]]) -> _Segment:
    """From (number of the digest, when, number of the buyer), sorted."""
    keys, times, buyers = array("Q"), array("I"), array("H")
    for number, at, buyer in entries:
        keys.append(number)
        times.append(at)
        buyers.append(buyer)
    return keys, times, buyers


def _numbers(digests: Sequence[str]) -> "array[int]":
    """The same of many, most of them at once."""
    text = "".join([digest[:16] for digest in digests])
    if len(text) != 16 * len(digests):
        return array("Q", map(_number, digests))
    numbers = array("Q", bytes.fromhex(text))
    if sys.byteorder == "little":
        numbers.byteswap()
    return numbers


def _number(digest: str | bytes) -> int:
    return int(digest[:16], 16) if isinstance(digest, str) else int.from_bytes(digest[:8])
