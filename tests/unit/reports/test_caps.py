"""How caps filled up, window by window."""

from typing import Any

from app.domain.auction.decide import Decision
from app.domain.auction.snapshot import Known, Standing
from app.domain.caps.caps import CapStanding
from app.domain.pricing.exploration import Draw
from app.journal.lines import PingLine
from app.reports.caps import CapRecord, CapRecords, place_of
from tests.build import NOW, campaign, cap, ping
from tests.table import each_row

HOUR_S = 3_600.0
DAILY = campaign(caps=(cap(limit=2),))


def line(at: float, *standings: CapStanding, **overrides: Any) -> PingLine:
    return PingLine(
        at=at,
        seller="acme",
        id="a",
        ping=ping(**overrides),
        known=Known(),
        standing=Standing(caps={"solar-tx": standings}),
        draw=Draw(0.5, 0.5),
        config="0" * 16,
        model="1",
        decision=Decision(),
    )


def recorded(*lines: PingLine) -> list[CapRecord]:
    records = CapRecords()
    for each in lines:
        records.stood(each, DAILY)
    return list(records)


def test_what_stood_last_in_a_quarter_of_an_hour_stands_for_it_and_the_most_for_the_window() -> None:
    (record,) = recorded(
        line(NOW, CapStanding(2, 0, dual=0.1)),
        line(NOW + 60.0, CapStanding(2, 1, dual=0.4)),
        line(NOW + 900.0, CapStanding(2, 2, dual=0.2)),
        line(NOW + 1_000.0, CapStanding(2, 2)),
    )
    assert [standing.used for standing in record.quarters.values()] == [1, 2]
    assert (record.limit, record.most, record.dual, record.full_at) == (2, 2, 0.4, NOW + 900.0)
    assert not record.breached


def test_more_than_the_limit_is_a_breach() -> None:
    (record,) = recorded(line(NOW, CapStanding(2, 3)))
    assert record.breached


def test_every_day_is_a_window_of_its_own_by_hour_from_its_start() -> None:
    first, second = recorded(line(NOW, CapStanding(2, 2)), line(NOW + 24 * HOUR_S, CapStanding(2, 0)))
    assert first.end == second.start == first.start + 24 * HOUR_S
    assert {hour: standing.used for hour, standing in first.by_hour().items()} == {
        int((NOW - first.start) // HOUR_S): 2
    }
    assert second.full_at is None


@each_row(("before", "used"), [((), 1), ((CapStanding(2, 1),), 2)])
def test_a_sale_uses_more_than_stood_before_it(before: tuple[CapStanding, ...], used: int) -> None:
    records = CapRecords()
    place = place_of(line(NOW))
    for standing in before:
        records.stood(line(NOW, standing), DAILY)
    records.sold(DAILY, place, 1_200, NOW + 1.0)
    (record,) = records
    assert (record.most, record.limit) == (used, 2)


def test_a_campaign_that_the_ping_did_not_meet_has_no_record() -> None:
    assert recorded(line(NOW)) == []
