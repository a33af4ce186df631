"""When consumers come."""

from collections import Counter
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from app.mock_exchange.consumers import consumer
from app.mock_exchange.market.traffic import AGAIN, visits, zone_of
from tests.table import each_row

FRIDAY = datetime(2026, 11, 20, 5, tzinfo=UTC).timestamp()
DAY_S = 86_400.0


def test_everybody_comes_once_in_the_order_of_time_and_some_come_back() -> None:
    found = visits(3, 2_000, FRIDAY, FRIDAY + DAY_S)
    assert found == sorted(found, key=lambda visit: visit.at)
    assert all(FRIDAY <= visit.at < FRIDAY + DAY_S for visit in found)
    assert sorted(visit.number for visit in found if not visit.again) == list(range(1, 2_001))
    first = {visit.number: visit.at for visit in found if not visit.again}
    back = [visit for visit in found if visit.again]
    assert all(visit.at >= first[visit.number] for visit in back)
    assert 0.5 * AGAIN < len(back) / 2_000 <= 1.3 * AGAIN


def test_the_same_seed_sends_the_same_people_at_the_same_times() -> None:
    assert visits(5, 300, FRIDAY, FRIDAY + DAY_S) == visits(5, 300, FRIDAY, FRIDAY + DAY_S)
    assert visits(5, 300, FRIDAY, FRIDAY + DAY_S) != visits(6, 300, FRIDAY, FRIDAY + DAY_S)


def test_people_ask_by_day_where_they_live() -> None:
    hours = {"NY": Counter[int](), "CA": Counter[int]()}
    for visit in visits(4, 1_500, FRIDAY, FRIDAY + DAY_S):
        state = consumer(4, visit.number).state
        if state in hours:
            hours[state][datetime.fromtimestamp(visit.at, ZoneInfo(zone_of(state))).hour] += 1
    for counted in hours.values():
        by_day = sum(count for hour, count in counted.items() if 9 <= hour < 21)
        assert by_day > 0.7 * counted.total()


@each_row(("state", "zone"), [("NY", "America/New_York"), ("TX", "America/Chicago"), ("AZ", "America/Phoenix")])
def test_every_state_has_its_clock(state: str, zone: str) -> None:
    assert zone_of(state) == zone


def test_weekends_are_quieter_than_weekdays() -> None:
    week = visits(2, 1_500, FRIDAY, FRIDAY + 4 * DAY_S)
    days = Counter(datetime.fromtimestamp(visit.at, ZoneInfo("America/Chicago")).strftime("%a") for visit in week)
    assert days["Mon"] > days["Sat"]
    assert days["Fri"] > days["Sun"]
