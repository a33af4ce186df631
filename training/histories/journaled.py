"""What journals hold of bids, flattened into two files of rows: what was bid, and what was said of it."""

from collections.abc import Callable, Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import Any, BinaryIO, get_type_hints

import msgspec

from app.domain.auction.features import facts_of
from app.domain.calendar import local_time
from app.domain.post.disposition import Disposition
from app.domain.schedule import HOURS_OF_WEEK
from app.domain.token import read_on_trust
from app.journal.lines import AnyLine, NoticeLine, PingLine, PostLine, RefusedLine, RepeatLine, RetainLine
from app.journal.reader import lines
from app.reports.counter import LineCounter
from app.reports.fold import fold
from app.reports.tally import QUARTER_S
from app.reports.trading import Trading, trading
from training.histories.bids import BECAME, LoggedBid

LIFETIME_S = 3_600.0
"""No bid lives longer: a bid of a span was made in it, its lead sold at most so long after."""

NOT_OURS = ("auth_failed", "ping_unknown")
"""A post refused for one of these says nothing of the auction: any stranger can send it."""

_TOLD_EVERY = 50_000


class DatasetSources(msgspec.Struct, frozen=True):
    """Where it lies: directories of journals, and the files of `leadbid export`."""

    journals: tuple[Path, ...]
    sales: tuple[Path, ...]
    outcomes: tuple[Path, ...]


class DatasetRules(msgspec.Struct, frozen=True, kw_only=True):
    """Pings of [since, until) as all was known at `now`; a lead converts if it gets that far before it matures.

    How long it may take is read from the delays where `maturity_s` does not say.
    """

    since: float = 0.0
    until: float = float("inf")
    now: float
    maturity_s: float | None = None
    conversion: Disposition = "sold"


OFFERED = {
    **{name: hint for name, hint in get_type_hints(LoggedBid).items() if name not in BECAME},
    "leg": str,
    "facts": str,
    "config": str,
    "expires_at": float,
}
"""Each bid as it was sent, by the types of its columns. What the pricing rule said is missing of a fallback price."""

SAID = {"id": str, "seller": str, "at": float, "is_post": bool, "result": str, "lead_id": str, "price_cents": int}
"""The posts and notices that name a bid, likewise."""


def flatten(
    journals: tuple[Path, ...], into: Path, zone: str, rules: DatasetRules, tell: Callable[[str], None]
) -> "PingRows":
    """Write `legs.ndjson` and `said.ndjson` into a folder, never more than some lines in memory.

    The pings that the rules ask for are counted; the legs begin a bid's life earlier, for leads that were sold in the
    span. What was written after `now` is left unread. Raises ParquetError, OSError.
    """
    with (into / "legs.ndjson").open("wb") as legs, (into / "said.ndjson").open("wb") as said:
        rows = PingRows(legs, said, zone, rules)
        fold(rows.passing(journals, tell), rows)
    return rows


class PingRows:
    """Reads every line into the rows that it is, and counts the pings of the span, from the `first` to the `last`.

    Tests and repeats are counted and left out of everything else. `latest` is the time of the last line of any kind.
    """

    def __init__(self, legs: BinaryIO, said: BinaryIO, zone: str, rules: DatasetRules) -> None:
        self._legs = legs
        self._said = said
        self._zone = zone
        self._rules = rules
        self._encode = msgspec.json.Encoder().encode
        self._counter = LineCounter()
        self.first = self.last = self.latest = 0.0

    def passing(self, journals: tuple[Path, ...], tell: Callable[[str], None]) -> Iterator[AnyLine]:
        """The lines to be read."""
        begins, unread = max(self._rules.since - LIFETIME_S, 0.0), lambda _: self._counter.unread()
        every = chain.from_iterable(lines(journal, begins, self._rules.now, unread) for journal in journals)
        for number, line in enumerate(every, 1):
            if number % _TOLD_EVERY == 0:
                tell(f"{number:,} lines of the journal read")
            self.latest = max(self.latest, line.at)
            yield line

    @property
    def trade(self) -> Trading:
        """What was counted by now."""
        return trading(self._counter.tally)

    @property
    def traffic(self) -> dict[str, list[int]]:
        """The pings of each vertical by hour of the week on the buyer's clock, Monday first."""
        return {name: _by_hour(each.quarters, self._zone) for name, each in self._counter.tally.verticals.items()}

    def ping(self, line: PingLine) -> None:
        if self._is_counted(line):
            self._counter.ping(line)
        if line.at < self._rules.until:
            self._legs.writelines(self._encode(each) + b"\n" for each in _bids(line, self._zone))

    def repeat(self, line: RepeatLine) -> None:
        if self._is_counted(line):
            self._counter.repeat(line)

    def refused(self, line: RefusedLine) -> None:
        if self._is_counted(line):
            self._counter.refused(line)

    def post(self, line: PostLine) -> None:
        if line.reason_code not in NOT_OURS:
            self._feedback(line, line.status, line.lead_id, is_post=True)

    def notice(self, line: NoticeLine) -> None:
        self._feedback(line, line.result, "", is_post=False)

    def retain(self, line: RetainLine) -> None:
        """Nothing to learn from."""

    def _is_counted(self, line: PingLine | RepeatLine | RefusedLine) -> bool:
        """Whether it lies in the span, which it then widens."""
        if not self._rules.since <= line.at < self._rules.until:
            return False
        self.first, self.last = min(self.first or line.at, line.at), max(self.last, line.at)
        return True

    def _feedback(self, line: PostLine | NoticeLine, result: str, lead_id: str, *, is_post: bool) -> None:
        if line.ping_id and not line.test:
            row = {"id": line.ping_id, "is_post": is_post, "result": result, "lead_id": lead_id}
            self._said.write(self._encode({**row, **_of(line, "seller", "at", "price_cents")}) + b"\n")


def _by_hour(quarters: Mapping[int, int], zone: str) -> list[int]:
    hours = [0] * HOURS_OF_WEEK
    for quarter, count in quarters.items():
        local = local_time(quarter * QUARTER_S, zone)
        hours[local.weekday * 24 + local.minute // 60] += count
    return hours


def _bids(line: PingLine, zone: str) -> Iterator[dict[str, Any]]:
    if line.ping.test or line.withdrawn is not None or line.decision.refusal is not None:
        return
    told = facts_of(line.ping, local_time(line.at, zone), line.known.consultations)
    facts = msgspec.json.encode(told).decode()
    for bid_id, offer in zip(line.bid_ids, line.decision.bids, strict=False):
        token = read_on_trust(bid_id)
        yield {
            "id": bid_id,
            "ping": line.id,
            "expires_at": float(token.expires_at) if token is not None else line.at + LIFETIME_S,
            "facts": facts,
            "floor_cents": line.ping.min_price_cents,
            **_of(line, "at", "seller", "model", "config"),
            **_of(line.ping, "vertical", "zip", "state"),
            **_of(offer, "campaign", "leg", "price_cents", "win_probability", "spread"),
            **_of(offer.valuation, "probability", "worth", "predicted", "value"),
            **_of(offer.quote, "bid_value", "low", "high", "best"),
            "points": [point.cents for point in offer.quote.points] if offer.quote is not None else (),
        }


def _of(value: object, *names: str) -> dict[str, Any]:
    """These fields of a value, all `None` where there is none."""
    return {name: getattr(value, name, None) for name in names}
