"""Whom and which certificates we know, compact enough for millions and fast enough for every ping."""

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator

from app.domain.duplicate import Sighting

RECENT_MAX = 50_000
"""New entries stay in a dictionary up to this many (some 10 MB), then become a sorted segment in about 20 ms."""


class DigestSet:
    """Eight-byte digests in sorted arrays: 8 bytes each instead of the hundred of a Python set."""

    def __init__(self, digests: Iterable[str] = ()) -> None:
        self._segments = [array("Q", sorted(_number(digest) for digest in digests))]
        self._recent: set[int] = set()

    def add(self, digest: str) -> None:
        """Know one digest (hex, of which the first eight bytes count) more."""
        if digest in self:
            return
        self._recent.add(_number(digest))
        if len(self._recent) >= RECENT_MAX:
            self._segments.append(array("Q", sorted(self._recent)))
            self._recent = set()

    def __contains__(self, digest: str | bytes) -> bool:
        number = _number(digest) if isinstance(digest, str) else int.from_bytes(digest[:8], "big")
        if number in self._recent:
            return True
        for segment in self._segments:
            at = bisect_left(segment, number)
            if at < len(segment) and segment[at] == number:
                return True
        return False

    def __len__(self) -> int:
        return len(self._recent) + sum(len(segment) for segment in self._segments)


class People:
    """Sales by digest of the person, 14 bytes each: digest, when, and which campaign."""

    def __init__(self, sorted_sales: Iterable[tuple[str, str, str, float]] = ()) -> None:
        """From (digest, campaign, vertical, sold_at), sorted by digest."""
        self._buyers: list[tuple[str, str]] = []
        self._buyer_numbers: dict[tuple[str, str], int] = {}
        self._segments = [self._segment(sorted_sales)]
        self._recent: dict[int, list[tuple[int, int]]] = {}
        self._recent_count = 0

    def add(self, digest: str, campaign: str, vertical: str, sold_at: float) -> None:
        """Know one sale more."""
        entry = (int(sold_at), self._buyer(campaign, vertical))
        self._recent.setdefault(_number(digest), []).append(entry)
        self._recent_count += 1
        if self._recent_count >= RECENT_MAX:
            self._segments.append(self._freeze_recent())
            self._recent, self._recent_count = {}, 0

    def sightings(self, digests: Iterable[str]) -> tuple[Sighting, ...]:
        """Every known sale of a person with one of these digests, each once."""
        found = {entry for digest in digests if digest for entry in self._find(_number(digest))}
        return tuple([Sighting(*self._buyers[buyer], float(at)) for at, buyer in sorted(found)])

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

    def _segment(
        self, sorted_sales: Iterable[tuple[str, str, str, float]]
    ) -> tuple["array[int]", "array[int]", "array[int]"]:
        keys, times, buyers = array("Q"), array("I"), array("H")
        for digest, campaign, vertical, sold_at in sorted_sales:
            keys.append(_number(digest))
            times.append(int(sold_at))
            buyers.append(self._buyer(campaign, vertical))
        return keys, times, buyers

    def _freeze_recent(self) -> tuple["array[int]", "array[int]", "array[int]"]:
        keys, times, buyers = array("Q"), array("I"), array("H")
        for number in sorted(self._recent):
            for at, buyer in self._recent[number]:
                keys.append(number)
                times.append(at)
                buyers.append(buyer)
        return keys, times, buyers


def _number(digest: str) -> int:
    return int(digest[:16], 16)
