"""What a journal says of each seller's trade in counts that add up, a part of the journal at a time."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from math import ceil
from pathlib import Path

import msgspec

from app.domain.reasons import Refusal
from app.journal.lines import PostLine, RefusedLine, RepeatLine
from app.journal.parts import Part, texts
from app.journal.reader import through
from app.journal.summary import LineSummary, PingSummary, summarize
from app.parquet import ParquetError

_LUMP = 200
"""Lines counted at a stretch, about a millisecond of work, before whoever shares the interpreter has a turn."""

_PARTS_MAX = 2_000
"""Parts whose counts are remembered: more than two months of hours."""

_CERTIFICATES = ("trustedform", "leadid")


class Tally(msgspec.Struct, kw_only=True):
    """One seller's trade. Repeats and tests count nowhere else. `won` are bids that were posted, also in vain.

    `no_bids` and `refused` are by reason code, `unsold` by the status of the answer, `mismatched` by field. `ping_ms`
    and `post_ms` count how many answers took how long, to two digits.
    """

    pings: int = 0
    ping_repeats: int = 0
    test_pings: int = 0
    bids: int = 0
    bid_cents: int = 0
    no_bids: Counter[str] = msgspec.field(default_factory=Counter)
    posts: int = 0
    post_repeats: int = 0
    test_posts: int = 0
    won: int = 0
    accepted: int = 0
    spend_cents: int = 0
    refused: Counter[str] = msgspec.field(default_factory=Counter)
    unsold: Counter[str] = msgspec.field(default_factory=Counter)
    mismatched: Counter[str] = msgspec.field(default_factory=Counter)
    certificate_failures: int = 0
    ping_ms: Counter[float] = msgspec.field(default_factory=Counter)
    post_ms: Counter[float] = msgspec.field(default_factory=Counter)

    def add(self, other: "Tally") -> None:
        """Have the other's counts as well."""
        for name in self.__struct_fields__:
            mine, more = getattr(self, name), getattr(other, name)
            setattr(self, name, mine + more)


class Tallies(msgspec.Struct, frozen=True, kw_only=True):
    """By seller; `unread` is how many parts of the journal are compacted and cannot be read here."""

    sellers: dict[str, Tally]
    unread: int


class _Kept(msgspec.Struct, frozen=True):
    """What a part holds that had this size at this time."""

    stamp: tuple[int, int]
    sellers: dict[str, Tally]


class Counting:
    """Counts a journal again and again, and of what is counted already only what has changed since.

    `rest` is called every now and then, so that a thread that counts beside the service holds nobody up.
    """

    def __init__(self, directory: Path, rest: Callable[[], None] = lambda: None) -> None:
        self._directory = directory
        self._rest = rest
        self._known: dict[Path, _Kept] = {}

    def since(self, since: float) -> Tallies:
        """Everything from the hour of this moment on (UTC epoch seconds)."""
        sellers: dict[str, Tally] = {}
        unread = 0
        for counted in through(self._directory, self._counted, since):
            unread += counted is None
            for seller, tally in (counted or {}).items():
                sellers.setdefault(seller, Tally()).add(tally)
        while len(self._known) > _PARTS_MAX:
            del self._known[next(iter(self._known))]
        return Tallies(sellers=sellers, unread=unread)

    def _counted(self, part: Part) -> Iterator[dict[str, Tally] | None]:
        """What one part holds, `None` where it cannot be read."""
        status = part.path.stat()
        stamp = status.st_size, status.st_mtime_ns
        kept = self._known.get(part.path)
        if kept is None or kept.stamp != stamp:
            try:
                kept = _Kept(stamp, tallied(self._resting(texts(part))))
            except ParquetError:
                yield None
                return
            self._known[part.path] = kept
        yield kept.sellers

    def _resting(self, lines: Iterable[bytes]) -> Iterator[bytes]:
        for number, line in enumerate(lines, 1):
            if number % _LUMP == 0:
                self._rest()
            yield line


def tallied(lines: Iterable[bytes]) -> dict[str, Tally]:
    """What these lines say of each seller that is known."""
    sellers: dict[str, Tally] = {}
    posted: set[str] = set()
    for text in lines:
        line = summarize(text)
        if line is not None and line.seller:
            _count(sellers.setdefault(line.seller, Tally()), line, posted)
    return sellers


def quantile(counts: Counter[float], share: float) -> float | None:
    """The value that this share of all does not exceed; of nothing there is none."""
    left = ceil(share * counts.total())
    for value, count in sorted(counts.items()):
        left -= count
        if left <= 0:
            return value
    return None


def _count(tally: Tally, line: LineSummary, posted: set[str]) -> None:
    if isinstance(line, PingSummary):
        _count_ping(tally, line)
    elif isinstance(line, RefusedLine):
        tally.test_pings += line.test
        if not line.test:
            tally.pings += 1
            tally.no_bids[line.refusal.code] += 1
    elif isinstance(line, RepeatLine):
        tally.ping_repeats += not line.test
    elif isinstance(line, PostLine):
        _count_post(tally, line, posted)


def _count_ping(tally: Tally, line: PingSummary) -> None:
    if line.ping.test:
        tally.test_pings += 1
        return
    tally.pings += 1
    tally.ping_ms[_rounded(line.took_ms)] += 1
    refusal = line.withdrawn or line.decision.refusal
    if refusal is not None:
        tally.no_bids[refusal.code] += 1
    else:
        tally.bids += 1
        tally.bid_cents += line.decision.bids[0].price_cents


def _count_post(tally: Tally, line: PostLine, posted: set[str]) -> None:
    if line.test:
        tally.test_posts += 1
    elif line.kept:
        tally.post_repeats += 1
    else:
        tally.posts += 1
        tally.post_ms[_rounded(line.took_ms)] += 1
        # Only a bid of ours has a campaign.
        if line.campaign and line.ping_id not in posted:
            posted.add(line.ping_id)
            tally.won += 1
        if line.status == "accepted":
            tally.accepted += 1
            tally.spend_cents += line.price_cents
        else:
            _count_refused(tally, line)


def _count_refused(tally: Tally, line: PostLine) -> None:
    tally.refused[line.reason_code] += 1
    tally.unsold[line.status] += 1
    if line.reason_code == "ping_mismatch":
        tally.mismatched.update(line.detail.split(", ") if line.detail else ())
    tally.certificate_failures += _is_of_certificate(Refusal(line.reason_code, line.detail))


def _is_of_certificate(refusal: Refusal) -> bool:
    """Whether it is a certificate that was wrong, and not the consent that it proves."""
    if refusal.code.startswith("consent_"):
        return any(kind in refusal.detail for kind in _CERTIFICATES)
    return refusal.code.startswith("certificate_")


def _rounded(ms: float) -> float:
    return float(f"{ms:.2g}")
