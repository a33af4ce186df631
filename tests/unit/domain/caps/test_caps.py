"""How much may be bought."""

from datetime import datetime
from zoneinfo import ZoneInfo

from app.domain.calendar import local_time
from app.domain.caps.caps import CapScope, CapStanding, Measure, TerritoryUnit
from tests.build import NOW, cap
from tests.table import each_row

LOCAL = local_time(NOW, "America/Chicago")


@each_row(
    ("scope", "unit", "part"),
    [
        ("campaign", "state", ""),
        ("seller", "state", ""),
        ("campaign_seller", "state", "acme"),
        ("campaign_territory", "state", "TX"),
        ("campaign_territory", "zip3", "787"),
        ("campaign_territory", "zip", "78701"),
    ],
)
def test_a_sale_uses_the_counter_of_its_seller_or_territory(scope: CapScope, unit: TerritoryUnit, part: str) -> None:
    counter = cap(scope=scope, unit=unit).counter(LOCAL, "acme", "78701", "TX")
    assert counter == f"{scope}/solar-tx/daily/{part}/2026-11-20"


def test_a_new_window_is_a_new_counter_and_a_total_has_one_for_ever() -> None:
    tomorrow = local_time(NOW + 86_400, "America/Chicago")
    assert cap().counter(LOCAL, "a", "1", "TX") != cap().counter(tomorrow, "a", "1", "TX")
    assert cap(window="total").counter(LOCAL, "a", "1", "TX") == cap(window="total").counter(tomorrow, "a", "1", "TX")


def test_the_two_hours_that_autumn_gives_one_name_have_two_counters() -> None:
    at = datetime(2026, 11, 1, 1, 30, tzinfo=ZoneInfo("America/Chicago"))
    first, second = (local_time(at.replace(fold=fold).timestamp(), "America/Chicago") for fold in (0, 1))
    hourly, daily = cap(window="hour"), cap()
    assert hourly.counter(first, "a", "1", "TX") != hourly.counter(second, "a", "1", "TX")
    assert daily.counter(first, "a", "1", "TX") == daily.counter(second, "a", "1", "TX")


@each_row(("measure", "uses", "reason"), [("count", 1, "cap_reached"), ("spend", 1_250, "budget_exhausted")])
def test_a_sale_uses_one_lead_or_its_price(measure: Measure, uses: int, reason: str) -> None:
    assert cap(measure=measure).uses(1_250) == uses
    assert cap(measure=measure).reason == reason


def test_room_is_what_is_left_when_nothing_is_live() -> None:
    assert CapStanding(100, 40).room == 60.0


def test_live_bids_take_room_with_three_deviations_to_be_sure() -> None:
    assert CapStanding(100, 40, 10.0, 4.0).room == 100 - 40 - 10 - 3 * 2


def test_what_is_kept_for_other_replicas_is_no_room_of_ours() -> None:
    assert CapStanding(100, 40, 10.0, 4.0, 0.0, 25.0).room == 100 - 40 - 10 - 3 * 2 - 25


def test_there_is_no_room_past_the_limit() -> None:
    assert CapStanding(100, 100).room == 0.0
    assert CapStanding(100, 99, 1.0).room == 0.0


def test_a_cap_knows_its_own_counters_and_no_others() -> None:
    local = local_time(NOW, "America/Chicago")
    mine = cap(scope="campaign_territory")
    assert mine.counts_in(mine.counter(local, "acme", "78701", "TX"))
    assert not mine.counts_in(cap(name="other", scope="campaign_territory").counter(local, "acme", "78701", "TX"))
    assert not mine.counts_in(cap().counter(local, "acme", "78701", "TX"))
