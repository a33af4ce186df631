"""How caps filled up, from what stood at every ping of the journal and what every sale took: window by window."""

from collections.abc import Iterable, Iterator

import msgspec
from msgspec.structs import replace

from app.domain.calendar import local_time, window_bounds
from app.domain.campaign import Campaign
from app.domain.caps.caps import Cap, CapStanding
from app.journal.lines import PingLine
from app.reports.tally import QUARTER_S

Place = tuple[str, str, str]
"""Seller, ZIP and state: where a lead counts."""


def place_of(line: PingLine) -> Place:
    """Where the lead of this ping would count."""
    return line.seller, line.ping.zip, line.ping.state


class CapRecord(msgspec.Struct, kw_only=True):
    """One counter of a cap in one window, from `start` to `end` (UTC epoch seconds, infinite without a window).

    `campaign` is the first that met it, as a seller's cap counts for several. `quarters` holds what stood last in each
    quarter of an hour since 1970. `limit` is the last one, `most` and `dual` are the highest that were used and priced,
    `full_at` is when the limit was first met, `breached` whether more stood as used than it allowed.
    """

    campaign: Campaign
    cap: Cap
    counter: str
    start: float
    end: float
    limit: int
    most: int = 0
    dual: float = 0.0
    full_at: float | None = None
    breached: bool = False
    quarters: dict[int, CapStanding] = {}

    @property
    def share(self) -> float:
        """The share of its limit that `most` is."""
        return self.most / self.limit if self.limit else 0.0

    @property
    def dual_cents(self) -> float:
        """The highest shadow price: cents of a count, a share of the price of spend."""
        return self.dual * (self.campaign.ceiling_cents if self.cap.measure == "count" else 1)

    def note(self, at: float, standing: CapStanding) -> None:
        """This stood at this moment, the latest so far."""
        self.limit, self.most, self.dual = standing.limit, max(self.most, standing.used), max(self.dual, standing.dual)
        self.breached |= standing.used > standing.limit
        if self.full_at is None and standing.used >= standing.limit:
            self.full_at = at
        self.quarters[int(at // QUARTER_S)] = standing

    def by_hour(self) -> dict[int, CapStanding]:
        """What stood last in each hour of the window."""
        return {int((quarter * QUARTER_S - self.start) // 3_600.0): each for quarter, each in self.quarters.items()}


class CapRecords:
    """The records of a stretch of the journal in the making."""

    def __init__(self) -> None:
        self._records: dict[str, CapRecord] = {}

    def __iter__(self) -> Iterator[CapRecord]:
        return iter(self._records.values())

    def stood(self, line: PingLine, campaign: Campaign, others: Iterable[Cap] = ()) -> None:
        """A ping met the counters of a campaign as they stood; `others` are the caps that count beside its own."""
        standings = line.standing.caps.get(campaign.name, ())
        for cap, standing in zip((*campaign.caps, *others), standings, strict=False):
            self._of(campaign, cap, place_of(line), line.at, standing.limit).note(line.at, standing)

    def sold(self, campaign: Campaign, place: Place, price_cents: int, now: float) -> None:
        """A lead of this place was bought: there may be no later ping to tell of it."""
        for cap in campaign.caps:
            record = self._of(campaign, cap, place, now, cap.limit)
            last = next(reversed(record.quarters.values()), CapStanding(record.limit))
            record.note(now, replace(last, used=last.used + cap.uses(price_cents)))

    def _of(self, campaign: Campaign, cap: Cap, place: Place, now: float, limit: int) -> CapRecord:
        counter = cap.counter(local_time(now, cap.zone), *place)
        record = self._records.get(counter)
        if record is None:
            start, end = window_bounds(now, cap.zone, cap.window)
            record = self._records[counter] = CapRecord(
                campaign=campaign, cap=cap, counter=counter, start=start, end=end, limit=limit
            )
        return record
