"""Samples recent pings of the journal evenly, hour by hour, so that any volume is seen through in bounded memory.

Which pings are sampled depends on their lines alone: whoever reads the same journal sees the same ones.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from pathlib import Path
from zlib import crc32

import msgspec
from msgspec.structs import replace

from app.domain.auction.features import facts_of
from app.domain.auction.weighing import Offer, curve_of
from app.domain.calendar import local_minute
from app.domain.catalogue import Model
from app.domain.pricing.pricing import Curve
from app.domain.seller import Seller
from app.journal.lines import AnyLine, NoticeLine, PingLine, PostLine, RefusedLine, RepeatLine, RetainLine
from app.journal.parts import Part, texts
from app.journal.reader import decode
from app.journal.versions import STAMP, OtherVersion
from app.journal.writer import hour_start
from app.parquet import ParquetError
from app.reports.fold import fold
from app.reports.hours import LUMP, Hour, hours
from app.reports.kept import Stamp

PINGS_AN_HOUR = 500
"""So many pings of an hour are sampled at most: 12,000 of a day, some fifteen megabytes."""

_HOUR_S = 3_600.0
_HEAD = 240
"""A line begins with what tells it from all others: its id, its place and its lead."""
_PING_LINES = 10
"""A whole ping takes as long to read as so many other lines."""
_PING, _POST = STAMP + b'"kind":"ping"', STAMP + b'"kind":"post"'


class SampledBid(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """One bid as it was sent. `curve` is what the models of today know of its rivals, if it was priced by one at all.

    `by_demand` says that the last of its shadow prices is that of a territory.
    """

    id: str
    offer: Offer
    curve: Curve | None
    by_demand: bool = False


class SampledPing(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """One ping that stands for `weight` of its hour. `refusal` is the code of its answer, empty where it got a bid;
    `refused` says by campaign why that did not bid, whoever else did.
    """

    at: float
    seller: str
    vertical: str
    state: str
    source: str
    bids: tuple[SampledBid, ...]
    refusal: str
    refused: tuple[tuple[str, str], ...]
    weight: int = 1

    @property
    def campaigns(self) -> tuple[str, ...]:
        """Those that bid on it, each once."""
        return tuple(dict.fromkeys([bid.offer.campaign for bid in self.bids]))

    def bids_of(self, campaign: str) -> list[SampledBid]:
        """Its bids for a campaign, or all where none is named."""
        return [bid for bid in self.bids if campaign in ("", bid.offer.campaign)]


class Sample(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """The sampled pings from `since` to `until` (UTC epoch seconds) and the bids of them that sellers posted.

    `unread` hours cannot be read here; while it `is_counting` nothing was read yet. `rest` is called now and then by
    whoever goes through it.
    """

    since: float
    until: float
    pings: tuple[SampledPing, ...] = ()
    posted: frozenset[str] = frozenset()
    unread: int = 0
    is_counting: bool = False
    rest: Callable[[], None] = lambda: None

    @cached_property
    def days(self) -> float:
        """How long that is."""
        return (self.until - self.since) / 86_400.0

    @cached_property
    def whole(self) -> int:
        """About how many pings it stands for."""
        return sum(ping.weight for ping in self.pings)

    def each(self) -> Iterator[SampledPing]:
        """The pings, at a pace that holds nobody up."""
        for number, ping in enumerate(self.pings):
            if number % LUMP == LUMP - 1:
                self.rest()
            yield ping

    def from_time(self, since: float) -> "Sample":
        """Its later part."""
        later = max(since, self.since)
        return replace(self, since=later, pings=tuple([ping for ping in self.pings if ping.at >= later]))


class LiveCurves(msgspec.Struct, frozen=True, kw_only=True):
    """All that a curve is made of: the live models by vertical, what sellers are declared with, the buyer's zone."""

    models: Mapping[str, Model]
    sellers: Mapping[str, Seller]
    zone: str

    def of(self, line: PingLine) -> Iterator[Curve | None]:
        """What is known today of the rivals for each bid of a line."""
        facts = facts_of(line.ping, local_minute(int(line.at // 60), self.zone), line.known.consultations)
        seller, model = self.sellers.get(line.seller), self.models.get(line.ping.vertical)
        for offer in line.decision.bids:
            value = offer.valuation
            if value is None or seller is None:
                yield None
            else:
                yield curve_of(model, seller, offer.leg, facts, value.probability * value.worth)


class JournalSample:
    """One for a directory; an hour that has not changed is not read again, unless the models did.

    `rest` is called every now and then, so that a thread that reads beside the service holds nobody up.
    """

    def __init__(self, directory: Path, rest: Callable[[], None] = lambda: None) -> None:
        self._directory = directory
        self._rest = rest
        self._curves: LiveCurves | None = None
        self._known: dict[str, tuple[tuple[Stamp, ...], _SampledHour]] = {}

    def between(self, since: float, until: float, curves: LiveCurves) -> Sample:
        """The sample of a span (UTC epoch seconds)."""
        if curves != self._curves:
            self._curves, self._known = curves, {}
        pings: list[SampledPing] = []
        posted: set[str] = set()
        unread, seen = 0, {}
        for hour in hours(self._directory, since, until):
            try:
                seen[hour.name] = self._sampled(hour, curves)
            except (ParquetError, OtherVersion):
                unread += 1
                continue
            sampled = seen[hour.name][1]
            pings += [ping for ping in sampled.pings if since <= ping.at <= until]
            posted |= sampled.posted
        self._known = {**{name: each for name, each in self._known.items() if hour_start(name) > until}, **seen}
        # Where the journal is younger than that, so is what comes in a day.
        since = max(since, min(map(hour_start, seen), default=since))
        return Sample(
            since=since, until=until, pings=tuple(pings), posted=frozenset(posted), unread=unread, rest=self._rest
        )

    def _sampled(self, hour: Hour, curves: LiveCurves) -> "tuple[tuple[Stamp, ...], _SampledHour]":
        known = self._known.get(hour.name)
        if known is not None and known[0] == hour.stamps:
            return known
        try:
            return hour.stamps, _sample(hour.parts, curves, self._rest)
        except FileNotFoundError:
            # A part was closed or compacted meanwhile, and has another name.
            begins = hour_start(hour.name)
            again = next(hours(self._directory, begins, begins), None)
            return self._sampled(again, curves) if again is not None else ((), _SampledHour())


class _SampledHour(msgspec.Struct, frozen=True, kw_only=True):
    pings: tuple[SampledPing, ...] = ()
    posted: frozenset[str] = frozenset()


class _HourSampler:
    """Keeps the pings of an hour whose digests are multiples of `weight`: the least power of two that leaves few
    enough of them. `digest` is that of the line that comes next.
    """

    def __init__(self, curves: LiveCurves) -> None:
        self.weight = 1
        self.digest = 0
        self._curves = curves
        self._pings: list[tuple[int, SampledPing]] = []
        self._posted: set[str] = set()

    def wants(self, digest: int) -> bool:
        """Whether a ping of this digest is one of them, as far as is known by now."""
        return digest % self.weight == 0

    def ping(self, line: PingLine) -> None:
        """A ping that is wanted; tests are no trade."""
        if line.ping.test:
            return
        self._pings.append((self.digest, _ping(line, self._curves)))
        while len(self._pings) > PINGS_AN_HOUR:
            self.weight *= 2
            self._pings = [each for each in self._pings if self.wants(each[0])]

    def post(self, line: PostLine) -> None:
        """A bid of ours was posted."""
        if line.campaign and not line.test:
            self._posted.add(line.ping_id)

    def repeat(self, line: RepeatLine) -> None:
        """The same ping again is no other."""

    def refused(self, line: RefusedLine) -> None:
        """Nothing is known of what was refused before it was decided."""

    def notice(self, line: NoticeLine) -> None:
        """Whether a bid was won is told by its post."""

    def retain(self, line: RetainLine) -> None:
        """What became of a certificate is no trade."""

    def sampled(self) -> _SampledHour:
        """The hour so far."""
        pings = tuple([replace(ping, weight=self.weight) for _, ping in self._pings])
        return _SampledHour(pings=pings, posted=frozenset(self._posted))


def _sample(parts: Iterable[Part], curves: LiveCurves, rest: Callable[[], None]) -> _SampledHour:
    """The sample of an hour."""
    sampler = _HourSampler(curves)
    fold(_lines(parts, sampler, rest), sampler)
    return sampler.sampled()


def _lines(parts: Iterable[Part], sampler: _HourSampler, rest: Callable[[], None]) -> Iterator[AnyLine]:
    """The lines that a sampler is to see. Only posts and the pings that it wants are decoded, and what is not of this
    version.
    """
    work = 0
    for part in parts:
        for text in texts(part):
            sampler.digest, is_ping = crc32(text[:_HEAD]), text.startswith(_PING)
            is_read = sampler.wants(sampler.digest) if is_ping else text.startswith(_POST) or not text.startswith(STAMP)
            work += _PING_LINES if is_ping and is_read else 1
            if work >= LUMP:
                work = 0
                rest()
            line = decode(text, part.path) if is_read else None
            if line is not None:
                yield line


def _ping(line: PingLine, curves: LiveCurves) -> SampledPing:
    refusal = line.withdrawn or line.decision.refusal
    bids = zip(line.decision.bids, line.bid_ids, curves.of(line), strict=True) if refusal is None else ()
    return SampledPing(
        at=line.at,
        seller=line.seller,
        vertical=line.ping.vertical,
        state=line.ping.state,
        source=line.ping.sub_id,
        bids=tuple(
            [
                SampledBid(id=bid_id, offer=offer, curve=curve, by_demand=offer.campaign in line.standing.demand)
                for offer, bid_id, curve in bids
            ]
        ),
        refusal=refusal.code if refusal is not None else "",
        refused=tuple(dict.fromkeys((each.campaign, each.refusal.code) for each in line.decision.refused)),
    )
