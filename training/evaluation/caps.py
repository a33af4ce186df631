"""How full the caps got, hour by hour, beside their plans: from what stood at every ping of the journal."""

from collections.abc import Iterable
from pathlib import Path

import msgspec
from msgspec.structs import replace

from app.domain.calendar import local_time, window_bounds
from app.domain.campaign import Campaign
from app.domain.caps.caps import Cap, CapStanding
from app.domain.caps.pacing import plan_share
from app.journal.configurations import Configuration, NoConfiguration, read
from app.journal.lines import PingLine
from app.journal.reader import lines

HOUR_S = 3_600.0
SHOWN = 4
"""So many windows have plots: of each cap the fullest, of all caps those."""


class CapWindow(msgspec.Struct, frozen=True, kw_only=True):
    """One counter in one window, hour by hour from `start` (UTC epoch seconds). Cents where `measure` is spend.

    `used` and `dual` are what stood at the last ping of each hour, `None` where none came; `planned` is the plan at its
    end. `full_at` is the first ping that met the limit.
    """

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


class CapUse(msgspec.Struct, frozen=True, kw_only=True):
    """A cap over all its windows: how many were seen, were full, and were ever over the limit.

    `dual_most` is the highest shadow price: cents of a count, a share of the price of spend.
    """

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

    uses: tuple[CapUse, ...]
    windows: tuple[CapWindow, ...]
    unread: int

    @property
    def breached(self) -> int:
        """Windows in which more stood as used than the limit allowed."""
        return sum(use.breached for use in self.uses)


class _Window(msgspec.Struct, kw_only=True):
    campaign: Campaign
    cap: Cap
    counter: str
    start: float
    end: float
    limit: int
    most: int = 0
    hours: dict[int, CapStanding] = {}
    full_at: float | None = None
    breached: bool = False
    dual: float = 0.0


def caps(journals: Iterable[Path], vertical: str, since: float, until: float, traffic: tuple[float, ...]) -> Caps:
    """What stood at each ping of the span. `traffic` shapes the plans as it does while bidding.

    Raises ParquetError where a compacted journal cannot be read.
    """
    windows: dict[tuple[str, str, str], _Window] = {}
    unread = 0
    for journal in journals:
        known: dict[str, Configuration | None] = {}
        for line in lines(journal, since, until):
            if not isinstance(line, PingLine) or line.ping.test or line.ping.vertical != vertical:
                continue
            if line.config not in known:
                known[line.config] = _configuration(journal, line.config)
            configuration = known[line.config]
            if configuration is None:
                unread += 1
            else:
                _take(windows, line, configuration)
    ordered = sorted(windows.values(), key=lambda each: (-_share(each), each.counter, each.start))
    fullest: dict[tuple[str, str], _Window] = {}
    for each in ordered:
        fullest.setdefault((each.campaign.name, each.cap.name), each)
    shown = list(fullest.values())[:SHOWN]
    return Caps(uses=_uses(ordered), windows=tuple(_told(each, traffic) for each in shown), unread=unread)


def _configuration(journal: Path, config_hash: str) -> Configuration | None:
    try:
        return read(journal, config_hash)
    except NoConfiguration:
        return None


def _take(windows: dict[tuple[str, str, str], _Window], line: PingLine, configuration: Configuration) -> None:
    """Note what stood for every campaign that this ping was a candidate of."""
    campaigns = {each.name: each for each in configuration.campaigns}
    seller = next((each for each in configuration.sellers if each.name == line.seller), None)
    for name, standings in line.standing.caps.items():
        campaign = campaigns.get(name)
        if campaign is None or seller is None:
            continue
        for cap, standing in zip((*campaign.caps, *seller.caps), standings, strict=False):
            counter = cap.counter(local_time(line.at, cap.zone), line.seller, line.ping.zip, line.ping.state)
            key = (name, cap.name, counter)
            if key not in windows:
                start, end = window_bounds(line.at, cap.zone, cap.window)
                windows[key] = _Window(
                    campaign=campaign, cap=cap, counter=counter, start=start, end=end, limit=standing.limit, hours={}
                )
            _note(windows[key], line.at, standing)


def _note(window: _Window, at: float, standing: CapStanding) -> None:
    window.limit, window.most = standing.limit, max(window.most, standing.used)
    window.dual = max(window.dual, standing.dual)
    window.breached |= standing.used > standing.limit
    if window.full_at is None and standing.used >= standing.limit:
        window.full_at = at
    if window.end < float("inf"):
        window.hours[int((at - window.start) // HOUR_S)] = standing


def _share(window: _Window) -> float:
    return window.most / window.limit if window.limit else 0.0


def _uses(windows: list[_Window]) -> tuple[CapUse, ...]:
    found: dict[tuple[str, str], list[_Window]] = {}
    for each in windows:
        found.setdefault((each.campaign.name, each.cap.name), []).append(each)
    return tuple(
        CapUse(
            campaign=campaign,
            cap=cap,
            measure=same[0].cap.measure,
            windows=len(same),
            full=sum(each.full_at is not None for each in same),
            breached=sum(each.breached for each in same),
            fullest=max(_share(each) for each in same),
            dual_most=max(each.dual for each in same) * same[0].campaign.ceiling_cents
            if same[0].cap.measure == "count"
            else max(each.dual for each in same),
        )
        for (campaign, cap), same in found.items()
    )


def _told(window: _Window, traffic: tuple[float, ...]) -> CapWindow:
    campaign, cap = window.campaign, window.cap
    schedule = replace(campaign.schedule, traffic=traffic) if traffic else campaign.schedule
    hours = int((window.end - window.start) // HOUR_S) if window.end < float("inf") else 0
    ends = [window.start + HOUR_S * (hour + 1) for hour in range(hours)]
    return CapWindow(
        campaign=campaign.name,
        cap=cap.name,
        counter=window.counter,
        measure=cap.measure,
        start=window.start,
        limit=window.limit,
        most=window.most,
        used=tuple(float(window.hours[hour].used) if hour in window.hours else None for hour in range(hours)),
        planned=tuple(window.limit * plan_share(schedule, cap.zone, window.start, end, window.end) for end in ends),
        dual=tuple(window.hours[hour].dual if hour in window.hours else None for hour in range(hours)),
        full_at=window.full_at,
    )
