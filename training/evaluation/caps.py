"""How full the caps got, hour by hour, beside their plans: from what stood at every ping of the journal."""

from collections.abc import Iterable
from functools import lru_cache
from math import inf
from pathlib import Path

import msgspec
from msgspec.structs import replace

from app.domain.caps.pacing import plan_share
from app.domain.configuration import Configuration
from app.journal.configurations import NoConfiguration, read
from app.journal.reader import pings
from app.reports.caps import CapRecord, CapRecords
from training.bootstrap import HOUR_S

SHOWN = 4
"""So many windows have plots: of each cap the fullest, of all caps those."""


class CapWindow(msgspec.Struct, frozen=True, kw_only=True):
    """One counter in one window, hour by hour from `start` (UTC epoch seconds). Cents where `measure` is spend.

    `owner` is the campaign or seller that declares the cap, `campaign` the first that met it: its schedule shapes the
    plan. `used` and `dual` are what stood at the last ping of each hour, `None` where none came; `planned` is the plan
    at its end. `full_at` is the first ping that met the limit.
    """

    owner: str
    campaign: str
    cap: str
    counter: str
    measure: str
    start: float
    limit: int
    most: int
    used: tuple[float | None, ...]
    planned: tuple[float, ...]
    dual: tuple[float | None, ...]
    full_at: float | None


class CapUsage(msgspec.Struct, frozen=True, kw_only=True):
    """A cap over all its windows: how many were seen, were full, and were ever over the limit.

    `dual_most` is the highest shadow price: cents of a count, a share of the price of spend.
    """

    owner: str
    campaign: str
    cap: str
    measure: str
    windows: int
    full: int
    breached: int
    fullest: float
    dual_most: float


class Caps(msgspec.Struct, frozen=True, kw_only=True):
    """All caps that a vertical's campaigns used, and the windows that came closest to their limits.

    `unread` counts pings whose configuration is not kept.
    """

    uses: tuple[CapUsage, ...]
    windows: tuple[CapWindow, ...]
    unread: int

    @property
    def breached(self) -> int:
        """Windows in which more stood as used than the limit allowed."""
        return sum(use.breached for use in self.uses)


def caps(journals: Iterable[Path], vertical: str, since: float, until: float, traffic: tuple[float, ...]) -> Caps:
    """What stood at each ping of the span. `traffic` shapes the plans as it does while bidding.

    Raises ParquetError where a compacted journal cannot be read.
    """
    records, unread = CapRecords(), 0
    for journal in journals:
        for line in pings(journal, since, until):
            if line.ping.test or line.ping.vertical != vertical:
                continue
            configuration = _configuration(journal, line.config)
            if configuration is None:
                unread += 1
                continue
            # A seller's cap counts for every campaign that this ping was a candidate of.
            sellers_own = [each.caps for each in configuration.sellers if each.name == line.seller]
            for campaign in configuration.campaigns if sellers_own else ():
                if campaign.name in line.standing.caps:
                    records.stood(line, campaign, sellers_own[0])
    by_cap: dict[tuple[str, str], list[CapRecord]] = {}
    for each in sorted(records, key=lambda each: (-each.share, each.counter, each.start)):
        by_cap.setdefault((each.cap.owner, each.cap.name), []).append(each)
    shown = [_window(same[0], traffic) for same in list(by_cap.values())[:SHOWN]]
    return Caps(uses=tuple(_usage(same) for same in by_cap.values()), windows=tuple(shown), unread=unread)


@lru_cache(maxsize=64)
def _configuration(journal: Path, config_hash: str) -> Configuration | None:
    try:
        return read(journal, config_hash)
    except NoConfiguration:
        return None


def _usage(same: list[CapRecord]) -> CapUsage:
    """The windows of one cap, the fullest first."""
    return CapUsage(
        owner=same[0].cap.owner,
        campaign=same[0].campaign.name,
        cap=same[0].cap.name,
        measure=same[0].cap.measure,
        windows=len(same),
        full=sum(each.full_at is not None for each in same),
        breached=sum(each.breached for each in same),
        fullest=same[0].share,
        dual_most=max(each.dual_cents for each in same),
    )


def _window(record: CapRecord, traffic: tuple[float, ...]) -> CapWindow:
    campaign, cap = record.campaign, record.cap
    schedule = replace(campaign.schedule, traffic=traffic) if traffic else campaign.schedule
    hours = int((record.end - record.start) // HOUR_S) if record.end < inf else 0
    ends = [record.start + HOUR_S * (hour + 1) for hour in range(hours)]
    by_hour = record.by_hour() if hours else {}
    stood = [by_hour.get(hour) for hour in range(hours)]
    return CapWindow(
        owner=cap.owner,
        campaign=campaign.name,
        cap=cap.name,
        counter=record.counter,
        measure=cap.measure,
        start=record.start,
        limit=record.limit,
        most=record.most,
        used=tuple(None if each is None else float(each.used) for each in stood),
        planned=tuple(record.limit * plan_share(schedule, cap.zone, record.start, end, record.end) for end in ends),
        dual=tuple(None if each is None else each.dual for each in stood),
        full_at=record.full_at,
    )
