"""Accounts by part: each adds up, along and across, and what is expected is told from what came."""

from datetime import datetime
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from app.reports.money.delay import ConversionDelay
from app.reports.money.lead_account import LeadAccount
from app.reports.money.profit import ROWS_MAX, Profit, ProfitBook
from app.reports.money.span import span_of

ZONE = "America/Chicago"
MONDAY = datetime(2026, 11, 16, 9, 30, tzinfo=ZoneInfo(ZONE)).timestamp()
HOUR_S, DAY_S = 3_600.0, 86_400.0
DELAY = ConversionDelay(matures_s=DAY_S)
NOW = MONDAY + 14 * DAY_S


def lead(**overrides: Any) -> LeadAccount:
    one = LeadAccount(
        lead_id="lead-1",
        seller="acme",
        sub_id="search-7",
        campaign="solar-tx",
        state="TX",
        sold_at=MONDAY,
        price_cents=2_000,
        returned=None,
        is_heard_of=False,
        contacted=False,
        converted=False,
        value_cents=0,
        handling_cents=100,
        checks_millicents=2_600,
        is_mature=True,
        predicted_cents=3_000.0,
    )
    return replace(one, **overrides)


def profit(*leads: LeadAccount) -> Profit:
    book = ProfitBook(ZONE)
    for each in leads:
        book.add(each)
    return book.profit(span_of("2026-11", NOW, ZONE), DELAY, NOW, None)


def test_profit_is_value_less_price_handling_and_checks() -> None:
    found = profit(
        lead(is_heard_of=True, contacted=True, converted=True, value_cents=9_000, sub_id="a"),
        lead(is_heard_of=True, contacted=True, price_cents=3_000, sub_id="b"),
        lead(returned="accepted", sub_id="b"),
        lead(returned="requested", is_mature=False, to_come_cents=800.4, conversions_to_come=0.5, sub_id="b"),
    )
    matured, young, both = found.total.matured, found.total.young, found.total.all
    assert (matured.leads, matured.bought_cents, matured.credited_cents, matured.owed_cents) == (3, 7_000, 2_000, 5_000)
    # 3 * 2.6 cents of checks are 7.8.
    assert (matured.handling_cents, matured.checks_cents) == (300, 8)
    assert matured.profit_cents == 9_000 - 5_000 - 300 - 8
    assert (matured.per_lead_cents, matured.per_contact_cents, matured.per_conversion_cents) == (1_667, 2_500, 5_000)
    assert (matured.predicted, matured.predicted_cents, matured.predicted_value_cents) == (3, 9_000, 9_000)
    assert (young.asked, young.asked_cents, young.owed_cents, young.to_come_cents) == (1, 2_000, 2_000, 800)
    assert young.profit_cents == 800 - 2_000 - 100 - 3
    assert young.per_contact_cents is None
    assert young.per_conversion_cents == 4_000
    assert (both.leads, both.owed_cents, both.checks_cents) == (4, 7_000, 10)
    assert both.per_conversion_cents == round(7_000 / 1.5)
    assert [(row.seller, row.name, row.all.leads) for row in found.sub_sources] == [("acme", "b", 3), ("acme", "a", 1)]


def test_every_part_adds_up_to_the_whole() -> None:
    random = Random(5)
    found = profit(
        *(
            lead(
                seller=f"seller-{random.randrange(3)}",
                sub_id=f"sub-{random.randrange(9)}",
                campaign=f"campaign-{random.randrange(2)}",
                state=random.choice(("TX", "CA", "")),
                sold_at=MONDAY + random.random() * 9 * DAY_S,
                price_cents=random.randrange(9_000),
                returned=random.choice((None, "accepted", "refused")),
                is_mature=random.random() < 0.5,
                value_cents=random.randrange(9_000),
            )
            for _ in range(400)
        )
    )
    parts = (found.campaigns, found.sellers, found.sub_sources, found.states, found.hours, found.weekdays)
    for rows in (*parts, found.hours_of_week):
        for kind in ("matured", "young", "all"):
            whole = getattr(found.total, kind)
            for name in ("leads", "bought_cents", "credited_cents", "owed_cents", "value_cents", "handling_cents"):
                assert sum(getattr(getattr(row, kind), name) for row in rows) == getattr(whole, name)
            # Thousandths of a cent are rounded in each row.
            cents = sum(getattr(row, kind).profit_cents for row in rows)
            assert abs(cents - whole.profit_cents) <= len(rows) / 2 + 1


def test_hours_are_those_of_the_buyers_clocks() -> None:
    found = profit(lead(), lead(sold_at=MONDAY + 7 * DAY_S), lead(sold_at=MONDAY + 40 * HOUR_S))
    assert [(row.name, row.all.leads) for row in found.hours] == [("01:00", 1), ("09:00", 2)]
    assert [(row.name, row.all.leads) for row in found.weekdays] == [("Monday", 2), ("Wednesday", 1)]
    assert [row.name for row in found.hours_of_week] == ["Monday 09:00", "Wednesday 01:00"]


def test_a_seller_with_endless_sub_sources_fills_no_page() -> None:
    found = profit(*(lead(sub_id=f"sub-{number}", price_cents=1_000 + number) for number in range(ROWS_MAX + 50)))
    assert len(found.sub_sources) == ROWS_MAX + 1
    assert (found.sub_sources[0].name, found.sub_sources[-1].name) == (f"sub-{ROWS_MAX + 49}", "(others)")
    assert sum(row.all.bought_cents for row in found.sub_sources) == found.total.all.bought_cents


def test_nothing_bought_is_nothing_and_no_rate() -> None:
    found = profit()
    assert found.total.all.leads == 0
    assert found.total.all.per_lead_cents is None
    assert found.sellers == ()
