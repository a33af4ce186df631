"""When a campaign buys: intervals of a week, checked for overlaps, with pushes and days off."""

from collections.abc import Iterable
from datetime import date, timedelta
from itertools import pairwise, product

from app.config.file.problem import Findings, KeyPath, did_you_mean
from app.config.schema import BoostTable, CampaignTable, HoursTable
from app.config.values.holiday_table import holidays_of
from app.config.values.times import WEEKDAYS, Span
from app.dialects.text import alike
from app.domain.schedule import ALWAYS, Boost, Schedule, WeekHours, week_hours

_Placed = tuple[int, int, KeyPath]


def spans_by_day(tables: Iterable[HoursTable]) -> tuple[tuple[Span, ...], ...]:
    """The spans of each weekday, Monday first."""
    days: dict[int, list[Span]] = {}
    for hours in tables:
        for day, span in product(hours.days, hours.hours):
            for on, start, end in _pieces(day, span):
                days.setdefault(on, []).append((start, end))
    return tuple(tuple(sorted(days.get(day, ()))) for day in range(7))


def build_schedule(table: CampaignTable, findings: Findings) -> Schedule:
    """The schedule of a campaign, with its pushes."""
    return Schedule(
        hours=_hours(table, findings),
        blackout_dates=frozenset(table.blackout_dates) | _holidays(table, findings),
        boosts=tuple(_boost(boost, findings) for boost in table.boosts),
    )


def hours_in_words(minutes: bytes) -> str:
    """A week of minutes as people say it: "mon-fri 08:00-12:00, 13:00-18:30; sat 09:00-13:00"."""
    if 0 not in minutes:
        return "at all hours"
    days = [_spans(_day(minutes, day)) for day in range(7)]
    parts = []
    first = 0
    for day in range(1, 8):
        if day < 7 and days[day] == days[first]:
            continue
        if days[first]:
            name = WEEKDAYS[first] if day - first == 1 else f"{WEEKDAYS[first]}-{WEEKDAYS[day - 1]}"
            parts.append(f"{name} {days[first]}")
        first = day
    return "; ".join(parts) or "never"


def closures_in_words(schedule: Schedule, today: str) -> str:
    """The days off in a year from today: "closed thu 2026-11-26, fri 2026-12-25; and 9 more days within a year"."""
    last = (date.fromisoformat(today) + timedelta(days=365)).isoformat()
    days = [date.fromisoformat(day) for day in sorted(schedule.blackout_dates) if today <= day <= last]
    missed = [day for day in days if any(_day(schedule.minutes, day.weekday()))]
    if not missed:
        return ""
    more = len(missed) - 2
    text = "closed " + ", ".join(f"{WEEKDAYS[day.weekday()]} {day.isoformat()}" for day in missed[:2])
    return text if more <= 0 else f"{text}; and {more} more day{'' if more == 1 else 's'} within a year"


def _holidays(table: CampaignTable, findings: Findings) -> frozenset[str]:
    """The dates of its holidays but for the open ones. Where two fall on one day, both must be open."""
    calendars = [holidays_of(calendar) for calendar in table.blackout_holidays]
    known = {alike(name): name for calendar in calendars for names in calendar.values() for name in names}
    for position, name in enumerate(table.open_holidays):
        if alike(name) not in known and not findings.blame((*table.at, "blackout_holidays")):
            remedy = did_you_mean(name, known.values()) or f"they are {', '.join(sorted(known.values()))}"
            remedy = remedy if known else 'say whose holidays with blackout_holidays = "federal"'
            findings.error((*table.at, "open_holidays", position), f'"{name}" is not one of its holidays', remedy)
    kept = known.keys() - {alike(name) for name in table.open_holidays}
    return frozenset(
        day for calendar in calendars for day, names in calendar.items() if any(alike(name) in kept for name in names)
    )


def _hours(table: CampaignTable, findings: Findings) -> WeekHours:
    if not table.schedule:
        return ALWAYS
    days: dict[int, list[_Placed]] = {}
    for hours in table.schedule:
        for day in hours.days:
            for span in hours.hours:
                for on, start, end in _pieces(day, span):
                    days.setdefault(on, []).append((start, end, hours.at))
    _refuse_overlaps(days, findings)
    return week_hours({day: [(start, end) for start, end, _ in placed] for day, placed in days.items()})


def _pieces(day: int, span: Span) -> list[tuple[int, int, int]]:
    """(weekday, first minute, minute after the last) of a span; one over midnight has a piece on the next day."""
    start, end = span
    if start < end:
        return [(day, start, end)]
    return [(day, start, 1440), ((day + 1) % 7, 0, end)] if end else [(day, start, 1440)]


def _refuse_overlaps(days: dict[int, list[_Placed]], findings: Findings) -> None:
    """Each table that overlaps another, on the first weekday where it does."""
    for day, placed in sorted(days.items()):
        placed.sort()
        for (_, end, _), (start, _, at) in pairwise(placed):
            if start < end and not findings.blame((*at, "hours")):
                reason = f"intervals overlap on {WEEKDAYS[day]} between {_clock(start)} and {_clock(end)}"
                findings.error((*at, "hours"), reason, "start one where the other ends")


def _boost(table: BoostTable, findings: Findings) -> Boost:
    if table.first and table.last and table.first > table.last:
        findings.error((*table.at, "until"), f"the boost ends before it begins, on {table.first}", "swap the two")
    if not table.dollars:
        findings.warn((*table.at, "dollars"), "a boost of $0 changes no price")
    pieces = [piece for day in table.days for span in table.hours for piece in _pieces(day, span)]
    week: dict[int, list[Span]] = {}
    for day, start, end in pieces:
        week.setdefault(day, []).append((start, end))
    return Boost(
        name=table.name,
        cents=table.dollars,
        hours=week_hours(week),
        first_date=table.first,
        last_date=table.last,
    )


def _day(minutes: bytes, weekday: int) -> bytes:
    return minutes[weekday * 1440 : weekday * 1440 + 1440]


def _spans(day: bytes) -> str:
    """The open intervals of one day of minutes."""
    found = []
    start = day.find(1)
    while start >= 0:
        end = day.find(0, start)
        end = len(day) if end < 0 else end
        found.append("all day" if end - start == 1440 else f"{_clock(start)}-{_clock(end)}")
        start = day.find(1, end)
    return ", ".join(found)


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"
