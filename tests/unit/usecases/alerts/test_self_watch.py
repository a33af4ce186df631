"""What the journal holds is counted in parts after a start, the latest first; what is unknown is no silence."""

import asyncio
from pathlib import Path

from msgspec.structs import replace

from app.domain.alerts.alert import Alert
from app.domain.reasons import Refusal
from app.journal.lines import RefusedLine
from app.journal.writer import JournalWriter
from app.reports.attention.trade import HOUR_S, WEEK_H
from app.usecases.alerts.self_watch import COUNT_S, SelfWatch, audit_alerts, clock_alerts
from tests.bidder import NOW, open_bidder
from tests.build import catalogue, seller


def line(at: float) -> RefusedLine:
    return RefusedLine(at=at, seller="acme", id="x", refusal=Refusal("filtered"), count=50)


def test_a_silent_seller_is_found_once_enough_is_counted(tmp_path: Path) -> None:
    """Three weeks of a journal, whose seller said nothing for the last four hours."""
    journal = JournalWriter(tmp_path / "journal")
    for hour in range(5, 3 * WEEK_H + 12):
        journal.append(line(NOW - hour * HOUR_S))
    journal.flush()

    async def found() -> list[list[str]]:
        async with open_bidder(tmp_path, catalogue(sellers=[replace(seller(), name="acme")])) as bidder:
            watch = SelfWatch(bidder, tmp_path / "journal", lambda: 0, lambda: iter(()))
            looks = []
            for look in range(26):
                await watch.look(NOW + look * COUNT_S)
                looks.append([each.cause for each in watch.alerts if each.cause == "seller_silent"])
            return looks

    looks = asyncio.run(found())
    assert looks[0] == []
    assert looks[-1] == ["seller_silent"]


def test_lost_lines_are_told_for_an_hour(tmp_path: Path) -> None:
    lost = 0

    async def told() -> list[bool]:
        nonlocal lost
        async with open_bidder(tmp_path) as bidder:
            watch = SelfWatch(bidder, tmp_path, lambda: lost, lambda: iter(()))

            async def is_told(now: float) -> bool:
                await watch.look(now)
                return any(each.cause == "journal_lost" for each in watch.alerts)

            before = await is_told(NOW)
            lost = 7
            return [before, await is_told(NOW + 60.0), await is_told(NOW + 3_000.0), await is_told(NOW + 3_700.0)]

    assert asyncio.run(told()) == [False, True, True, False]


def causes(*alerts: Alert) -> list[str]:
    return [each.cause for each in alerts]


def test_a_clock_that_was_set_and_a_log_that_was_changed_are_said() -> None:
    assert causes(*clock_alerts(90.0, is_apart=False), *audit_alerts("")) == []
    assert causes(*clock_alerts(-90.0, is_apart=True), *audit_alerts("it ended")) == ["clock_set", "audit_broken"]
