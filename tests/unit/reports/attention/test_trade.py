"""What stands out in a journal is said with enough evidence, and never before it is known what is usual."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from app.domain.alerts.terms import AlertTerms
from app.reports.attention.trade import (
    HOUR_S,
    PSI_MAJOR,
    WEEK_H,
    Buying,
    HourTrade,
    SellerHour,
    TradeHistory,
    score_shifts,
    stability_index,
    trade_alerts,
)
from tests.table import each_row

ZONE = "America/New_York"
THIS = 497_225  # Monday 2026-09-21, 13:00 in New York
NOW = THIS * HOUR_S + 1_800.0
BUYING = Buying(zone=ZONE, sellers=("acme",), is_open=True)


def day_hour(hour: int) -> HourTrade:
    """An hour of a busy day: 100 pings, 80 bids of which 8 win."""
    return HourTrade(bids=80, leads=8, posts=8, sellers={"acme": SellerHour(100, 8, 0)})


def history(weeks: int = 3, **recent: Any) -> TradeHistory:
    """So many weeks in which each hour was busy, with the latest three hours as `recent` says."""
    first = THIS - weeks * WEEK_H - 6
    hours = {hour: day_hour(hour) for hour in range(first, THIS + 1)}
    for hour in range(THIS - 3, THIS + 1):
        if "hour" in recent:
            hours.pop(hour)
            if recent["hour"] is not None:
                hours[hour] = recent["hour"]
    return TradeHistory(first, hours)


def found(of: TradeHistory, buying: Buying = BUYING, now: float = NOW, **terms: Any) -> list[tuple[str, str]]:
    return [(each.cause, each.target) for each in trade_alerts(of, buying, AlertTerms(**terms), now)]


NOTHING_WON = HourTrade(bids=80, sellers={"acme": SellerHour(100)})
FEW_BIDS = HourTrade(bids=10, sellers={"acme": SellerHour(12)})
ONE_WON = HourTrade(bids=80, leads=1, sellers={"acme": SellerHour(100)})


@each_row(
    ("weeks", "hour", "buying", "causes"),
    [
        (3, day_hour(0), BUYING, []),
        (3, NOTHING_WON, BUYING, ["no_wins"]),
        (3, ONE_WON, BUYING, []),
        (3, FEW_BIDS, BUYING, []),
        (3, NOTHING_WON, Buying(zone=ZONE, sellers=("acme",), is_open=False), []),
        (3, None, BUYING, ["seller_silent"]),
        (3, None, Buying(zone=ZONE, sellers=(), is_open=True), []),
        # A week and a few hours: nobody knows yet which hours are usual.
        (1, None, BUYING, []),
        # A new installation.
        (0, NOTHING_WON, BUYING, []),
        (0, None, BUYING, []),
    ],
)
def test_what_is_unusual_is_found(weeks: int, hour: HourTrade | None, buying: Buying, causes: list[str]) -> None:
    assert [cause for cause, _ in found(history(weeks, hour=hour), buying)] == causes


def test_an_empty_journal_raises_nothing() -> None:
    assert found(TradeHistory(THIS, {})) == []


def test_a_night_without_pings_is_usual_where_nights_have_none() -> None:
    """Of each day only 09:00 to 21:00 in New York is busy, and it is 07:00."""
    night = THIS - 6
    first = THIS - 3 * WEEK_H - 6
    hours = {hour: day_hour(hour) for hour in range(first, night) if hour % 24 >= 13}
    assert found(TradeHistory(first, hours), now=night * HOUR_S + 60.0) == []


def test_a_weekend_without_pings_is_usual_where_weekends_have_none() -> None:
    saturday = THIS - 40
    first = saturday - 3 * WEEK_H - 6
    hours = {hour: day_hour(hour) for hour in range(first, saturday) if ((hour - THIS) // 24) % 7 not in (5, 6)}
    assert saturday not in hours
    assert found(TradeHistory(first, hours), now=saturday * HOUR_S + 60.0) == []


def test_the_hours_of_the_wall_are_compared_when_clocks_are_set_back() -> None:
    """From 08:00 on it is busy; on the Monday after clocks went back, 08:00 is an hour later by UTC."""
    monday = 498_229  # 2026-11-02, 08:00 EST = 13:00 UTC; the week before 08:00 EDT = 12:00 UTC
    first = monday - 3 * WEEK_H - 30
    # Before the change busy from 12:00 UTC, after it from 13:00 UTC.
    hours = {hour: day_hour(hour) for hour in range(first, monday) if hour % 24 >= (12 if hour < monday - 31 else 13)}
    silent_since_seven = found(TradeHistory(first, hours), now=monday * HOUR_S + 60.0, seller_silent_s=3_600.0)
    assert silent_since_seven == []


@each_row(
    ("weekend_leads", "day", "is_found"),
    [
        (0, 5, False),  # on a Saturday nothing is won, as usual
        (0, 7, True),  # on a Monday it usually is
        (8, 5, True),  # and so it is on a Saturday, where Saturdays have wins
    ],
)
def test_a_weekend_is_compared_with_weekends(weekend_leads: int, day: int, *, is_found: bool) -> None:
    """All days have the same bids; `THIS` is a Monday at 13:00."""
    end = THIS + 24 * day
    first = end - 3 * WEEK_H - 6
    weekend = HourTrade(bids=80, leads=weekend_leads, sellers={"acme": SellerHour(100)})
    hours = {hour: weekend if (hour - THIS + 17) // 24 % 7 in (5, 6) else day_hour(hour) for hour in range(first, end)}
    hours |= dict.fromkeys(range(end - 3, end + 1), NOTHING_WON)
    now = end * HOUR_S + 1_800.0
    assert [cause for cause, _ in found(TradeHistory(first, hours), now=now)] == ["no_wins"] * is_found


def test_the_hours_of_all_days_count_until_this_day_has_come_before() -> None:
    """On the first Saturday after a week of days with wins, nobody knows yet that it is usual to win nothing."""
    saturday = THIS + 5 * 24
    hours = {hour: day_hour(hour) for hour in range(THIS - 6, saturday - 3)}
    hours |= dict.fromkeys(range(saturday - 3, saturday + 1), NOTHING_WON)
    now = saturday * HOUR_S + 1_800.0
    assert [cause for cause, _ in found(TradeHistory(THIS - 6, hours), now=now)] == ["no_wins"]


@each_row(("posts", "failures", "is_found"), [(10, 1, True), (1, 1, False), (10, 0, False), (100, 5, False)])
def test_failing_certificates_need_many_posts(posts: int, failures: int, is_found: bool) -> None:
    """An hour of each of the last ten has these."""
    hours = {
        THIS - back: HourTrade(posts=posts, leads=1, sellers={"acme": SellerHour(100, posts, 5 * failures)})
        for back in range(10)
    }
    causes = found(TradeHistory(THIS - 10, hours))
    assert causes == ([("certificates_failing", "acme")] if is_found else [])


def scored(step: int, model: str = "1") -> HourTrade:
    """An hour of 60 bids with scores around a step."""
    return HourTrade(leads=1, scores={("solar", model): {step - 1: 20, step: 20, step + 1: 20}})


@each_row(
    ("then", "now", "is_found"),
    [
        (scored(-20), scored(-20), False),
        (scored(-20), scored(-15), True),
        (scored(-20), scored(-15, "2"), False),
        (HourTrade(), scored(-15), False),
    ],
)
def test_scores_that_moved_are_told_of_one_model(then: HourTrade, now: HourTrade, is_found: bool) -> None:
    first = THIS - 5 * 24
    hours = {hour: now if hour > THIS - 24 else then for hour in range(first, THIS + 1)}
    assert found(TradeHistory(first, hours)) == ([("scores_moved", "solar")] if is_found else [])


def test_how_far_scores_moved_is_told_with_where_they_lie_now_and_before() -> None:
    first = THIS - 5 * 24
    hours = {hour: scored(-15 if hour > THIS - 24 else -20) for hour in range(first, THIS + 1)}
    (shift,) = score_shifts(TradeHistory(first, hours), NOW)
    assert (shift.vertical, shift.model, shift.now, shift.before) == ("solar", "1", 24 * 60, 97 * 60)
    assert shift.has_moved
    assert sum(each.now for each in shift.bins) == shift.now
    assert sum(each.before for each in shift.bins) == shift.before
    assert all(each.low < each.high for each in shift.bins)
    assert [each.low for each in shift.bins[1:]] == [each.high for each in shift.bins[:-1]]
    # A bin holds what its ends say: the newest scores begin at step -16, 2 to the power of -2.
    assert sum(each.now for each in shift.bins if each.high <= 0.25) == 0
    few = TradeHistory(THIS - 3, {THIS - back: scored(-20) for back in range(3)})
    (unknown,) = score_shifts(few, NOW)
    assert (unknown.now, unknown.psi, unknown.bins, unknown.has_moved) == (180, None, (), False)


@given(
    st.dictionaries(st.integers(-60, 0), st.integers(1, 400), min_size=2, max_size=30),
    st.integers(1, 5),
)
def test_the_same_scores_have_not_moved_however_many_there_are(counts: dict[int, int], times: int) -> None:
    more = {step: count * times for step, count in counts.items()}
    assert stability_index(counts, more) < PSI_MAJOR
