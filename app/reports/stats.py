"""What a journal says in numbers: what was asked, bid, bought and paid, by whom, and how much disk it takes."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from statistics import quantiles

import msgspec

from app.journal.compact import measured
from app.journal.lines import AnyLine, NoticeLine, PingLine, PostLine, RefusedLine, RepeatLine
from app.journal.parts import parts
from app.journal.reader import lines
from app.journal.writer import hour_of
from app.reports.report import Trading, trading

PERCENTS = (5, 25, 50, 75, 95)
_TOLD_EVERY = 50_000
_LOOK_BACK_S = 3_600.0
"""No bid lives longer: what is bought in a span was pinged in it or so long before, as a test or in a vertical."""


class Share(msgspec.Struct, kw_only=True):
    """What one seller or vertical has of the trade; `leads` are what was bought."""

    pings: int = 0
    bids: int = 0
    leads: int = 0
    spend_cents: int = 0


class Stats(msgspec.Struct, kw_only=True):
    """The trade and where it came from. Tests and repeats are counted, and left out of everything else.

    `posts` by status and reason, `hours` are lines by hour (UTC), `unread` is what cannot be read. A lead has the
    vertical of its campaign; what was refused before it was read has none.
    """

    trade: Trading = msgspec.field(default_factory=Trading)
    repeats: int = 0
    tests: int = 0
    posts: Counter[tuple[str, str]] = msgspec.field(default_factory=Counter)
    paid_cents: list[int] = []
    sellers: dict[str, Share] = {}
    verticals: dict[str, Share] = {}
    hours: Counter[str] = msgspec.field(default_factory=Counter)
    unread: int = 0

    def pass_over(self, _: bytes) -> None:
        """Count what is no line of ours."""
        self.unread += 1

    @property
    def bids_cents(self) -> list[int]:
        """The prices of all bids."""
        return [cents for trade in self.trade.campaigns.values() for cents in trade.bids_cents]


class Disk(msgspec.Struct, kw_only=True):
    """What the parts of a journal take; `compacted_bytes` is what the Parquet files took as JSON lines."""

    json_files: int = 0
    json_bytes: int = 0
    parquet_files: int = 0
    parquet_bytes: int = 0
    compacted_lines: int = 0
    compacted_bytes: int = 0


def stats(directory: Path, since: float, until: float, tell: Callable[[int], None]) -> Stats:
    """The journal's lines of this span, counted; `tell` hears how many they are by now.

    ParquetError where a part is compacted and DuckDB is missing.
    """
    found = Stats()
    every = lines(directory, max(since - _LOOK_BACK_S, 0.0), until, found.pass_over)
    found.trade = trading(_counted(found, every, since, tell))
    return found


def disk(directory: Path, since: float = 0.0, until: float = float("inf")) -> Disk:
    """The parts with lines of this span. ParquetError where one is compacted and DuckDB is missing."""
    found = Disk()
    for part in parts(directory, since, until):
        if part.is_parquet:
            size = measured(part.path)
            found.parquet_files += 1
            found.parquet_bytes += size.bytes_after
            found.compacted_lines += size.lines
            found.compacted_bytes += size.bytes_before
        else:
            found.json_files += 1
            found.json_bytes += part.path.stat().st_size
    return found


def percentiles(cents: Sequence[int]) -> dict[str, int]:
    """As "p5": 1_240; of nothing there are none."""
    if not cents:
        return {}
    cuts = quantiles(cents, n=100, method="inclusive") if len(cents) > 1 else [cents[0]] * 99
    return {f"p{percent}": round(cuts[percent - 1]) for percent in PERCENTS}


def _counted(found: Stats, every: Iterable[AnyLine], since: float, tell: Callable[[int], None]) -> Iterator[AnyLine]:
    """Count what passes, and let what is real and new pass on."""
    tests: set[str] = set()
    verticals: dict[str, str] = {}
    for number, line in enumerate(every, 1):
        if number % _TOLD_EVERY == 0:
            tell(number)
        if isinstance(line, PingLine):
            verticals.update((offer.campaign, line.ping.vertical) for offer in line.decision.bids)
            tests.update((line.id, *line.bid_ids) if line.ping.test else ())
        if line.at < since:
            continue
        found.hours[hour_of(line.at)] += 1
        if isinstance(line, RepeatLine):
            found.repeats += not line.test
        elif (isinstance(line, PingLine) and line.ping.test) or (isinstance(line, RefusedLine) and line.test):
            found.tests += 1
        elif not (
            (isinstance(line, PostLine) and line.test) or (isinstance(line, NoticeLine) and line.ping_id in tests)
        ):
            _share_out(found, verticals, line)
            yield line


def _share_out(found: Stats, verticals: Mapping[str, str], line: AnyLine) -> None:
    """Add a line to its seller and its vertical; `verticals` by campaign."""
    if isinstance(line, PingLine):
        is_bid = line.withdrawn is None and bool(line.decision.bids)
        for share in (_share(found.sellers, line.seller), _share(found.verticals, line.ping.vertical)):
            share.pings += 1
            share.bids += is_bid
    elif isinstance(line, RefusedLine):
        _share(found.sellers, line.seller).pings += 1
    elif isinstance(line, PostLine) and not line.kept:
        found.posts[line.status, line.reason_code] += 1
        if line.status == "accepted":
            found.paid_cents.append(line.price_cents)
            for share in (
                _share(found.sellers, line.seller),
                _share(found.verticals, verticals.get(line.campaign, "")),
            ):
                share.leads += 1
                share.spend_cents += line.price_cents


def _share(shares: dict[str, Share], name: str) -> Share:
    return shares.setdefault(name or "unknown", Share())
