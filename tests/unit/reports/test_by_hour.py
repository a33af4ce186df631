"""The trade hour by hour: which hours are rows, what each counts, and how many may be asked for."""

from pathlib import Path

import pytest

from app.journal.lines import PostLine
from app.reports.by_hour import HOURS_MAX, SpanTooLong, trade_by_hour
from tests.build import NOW
from tests.journal import route, written

HOUR_S = 3_600.0
ZONE = "America/Chicago"


def post(number: int, at: float, seller: str = "acme", status: str = "accepted", reason: str = "") -> PostLine:
    return PostLine(
        at=at, seller=seller, ping_id=f"b{number}", status=status, reason_code=reason, campaign="c", leg="shared",
        price_cents=700,
    )  # fmt: skip


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    """Ten to noon in Chicago: two refused pings, an hour of nothing, then a sale and a post that was refused."""
    refused = post(2, NOW + 2 * HOUR_S + 5.0, status="rejected", reason="certificate_mismatch")
    return written(tmp_path, route(1), route(2, NOW + 9.0), post(1, NOW + 2 * HOUR_S), refused)


def test_of_a_seller_that_is_asked_for_each_hour_is_a_row_also_one_of_nothing(journal: Path) -> None:
    found = trade_by_hour(journal, NOW, NOW + 3 * HOUR_S, ZONE, "acme")
    rows = [(each.hour, each.pings, each.no_bids, each.leads) for each in found.hours]
    assert rows == [
        ("2026-11-20T10", 2, {"missing_field": 2}, 0),
        ("2026-11-20T11", 0, {}, 0),
        ("2026-11-20T12", 0, {}, 1),
    ]
    assert (found.hours[2].spend_cents, found.hours[2].posts_refused) == (700, {"certificate_mismatch": 1})
    assert found.hours[2].certificate_failures == 1


def test_of_all_sellers_only_those_that_traded_are_and_a_span_may_cut_an_hour(journal: Path) -> None:
    written(journal, route(3, NOW + 10.0))
    found = trade_by_hour(journal, NOW + 5.0, NOW + 2 * HOUR_S - 1.0, ZONE)
    assert [(each.hour, each.seller, each.pings) for each in found.hours] == [("2026-11-20T10", "acme", 2)]
    whole = trade_by_hour(journal, NOW, NOW + 3 * HOUR_S, ZONE)
    assert sum(each.pings for each in whole.hours) == 3


def test_more_hours_than_a_month_are_refused_with_how_many_may_be_asked_for(journal: Path) -> None:
    with pytest.raises(SpanTooLong, match=str(HOURS_MAX)):
        trade_by_hour(journal, NOW - (HOURS_MAX + 1) * HOUR_S, NOW, ZONE)
