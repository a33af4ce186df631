"""What was bought is counted by whole days of the buyer's zone, and today apart."""

from datetime import datetime
from zoneinfo import ZoneInfo

from app.reports.money.buying_history import BuyingHistory, DayTrades, SoFar, history_of
from app.store.returns.accounts import Purchase

ZONE = "America/New_York"
CELL = ("acme", "solar-tx")


def at(day: int, hour: int, month: int = 11) -> float:
    return datetime(2026, month, day, hour, tzinfo=ZoneInfo(ZONE)).timestamp()


def bought(sold_at: float, cents: int = 1_000, seller: str = "acme", campaign: str = "solar-tx") -> Purchase:
    return Purchase(seller=seller, campaign=campaign, price_cents=cents, sold_at=sold_at)


def history(*purchases: Purchase, since: float = at(1, 0, 10)) -> BuyingHistory:
    return history_of(purchases, since, at(5, 15), ZONE)


def test_days_begin_after_the_first_lead_and_end_yesterday() -> None:
    found = history(
        bought(at(1, 12)), bought(at(2, 23)), bought(at(4, 1), 2_000), bought(at(4, 2)), bought(at(5, 9), 7)
    )
    # 1 November is left out, as nobody knows when of it acme went live; on the 3rd nothing was bought.
    assert found.cells == {CELL: DayTrades(leads=(1, 0, 2), cents=(1_000, 0, 3_000))}
    assert found.so_far_today == {CELL: SoFar(leads=1, cents=7)}
    assert found.so_far_month == {"acme": SoFar(leads=5, cents=5_007)}
    assert found.minute == 15 * 60


def test_a_history_that_began_before_begins_where_it_is_asked_from() -> None:
    found = history(bought(at(3, 0)), bought(at(4, 23)), since=at(3, 0))
    assert found.cells[CELL].leads == (1, 1)
    assert found.days == 2


def test_all_campaigns_of_a_seller_have_its_days() -> None:
    found = history(bought(at(1, 12)), bought(at(4, 12), campaign="solar-ca"), bought(at(3, 12), 500))
    assert found.cells["acme", "solar-ca"].leads == (0, 0, 1)
    assert found.of_seller("acme") == DayTrades(leads=(0, 1, 1), cents=(0, 500, 1_000))


def test_hours_are_those_of_the_week_without_today() -> None:
    # 4 November 2026 is a Wednesday.
    week = history(bought(at(4, 13)), bought(at(5, 13))).week["acme"]
    assert (week[2 * 24 + 13], sum(week)) == (1, 1)


def test_an_earlier_day_knows_nothing_of_later_ones() -> None:
    found = history(bought(at(1, 12)), bought(at(2, 12)), bought(at(4, 12)), bought(at(5, 12))).as_of(2)
    assert found.cells == {CELL: DayTrades(leads=(1,), cents=(1_000,))}
    assert (found.so_far_today, found.minute) == ({}, 0)
