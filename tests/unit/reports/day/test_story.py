"""A day's journal as one value."""

import tracemalloc
from itertools import chain, repeat
from math import isnan
from statistics import fmean

import pytest
from msgspec.structs import replace

from app.reports.day.bins import Series
from app.reports.day.campaign_days import Push
from app.reports.day.cap_days import CapDay
from app.reports.day.story import Story, tell
from tests.trading_day import ATTEMPTS, END, START, ZONE, TradingDay, trading_day


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> TradingDay:
    return trading_day(tmp_path_factory.mktemp("day"))


@pytest.fixture(scope="module")
def story(day: TradingDay) -> Story:
    return day.story()


def cap_of(story: Story, name: str, part: str = "") -> CapDay:
    return next(day for day in story.caps if (day.cap, day.part) == (name, part))


def test_every_ping_bid_and_lead_is_counted_in_its_quarter_of_an_hour(story: Story) -> None:
    assert len(story.pings) == len(story.bids) == len(story.leads) == 96
    # At 08:00 and 08:10; at 08:20; and so on.
    assert story.pings[31:38] == (0, 2, 1, 2, 1, 2, 1)
    # At 18:00 two bids of which one is a repeat, and two refusals.
    assert (story.pings[72], story.bids[72]) == (4, 2)
    assert (sum(story.pings), sum(story.bids), sum(story.leads)) == (64, 62, 20)
    assert story.reasons == {"outside_territory": 1, "auth_failed": 1}


def test_a_post_that_was_not_taken_is_counted_once_however_often_it_came(story: Story) -> None:
    assert story.unbought == {"ping_mismatch": 1}


def test_what_was_spent_and_what_conversions_brought_adds_up(story: Story, day: TradingDay) -> None:
    spent = sum(lead.price_cents for lead in day.sold)
    (campaign,) = story.campaigns
    assert (campaign.name, campaign.trade.bids, campaign.trade.leads) == ("solar-tx", 61, 20)
    assert (story.total.spend_cents, story.total.conversions, story.total.value_cents) == (spent, 5, 200_000)
    assert story.total.profit_cents == 200_000 - spent


def test_mean_bids_are_those_that_were_sent(story: Story, day: TradingDay) -> None:
    (campaign,) = story.campaigns
    noon = [cents for at, cents in day.bids_cents if START + 12 * 3_600 <= at < START + 13 * 3_600]
    assert campaign.price.means(4)[12] == pytest.approx(fmean(noon))
    assert isnan(campaign.price.means(4)[3])


def test_caps_end_with_every_sale_counted_the_last_one_too(story: Story, day: TradingDay) -> None:
    assert cap_of(story, "daily").used[-1] == 20
    assert cap_of(story, "budget").used[-1] == sum(lead.price_cents for lead in day.sold)
    assert [cap_of(story, "state", part).used[-1] for part in ("TX", "CA")] == [10, 10]
    # 08:00, 08:30 and 09:00: a third of the leads, one every half hour.
    assert cap_of(story, "daily").used[30:37] == (0, 0, 1, 1, 2, 2, 3)


def test_caps_stand_by_how_full_they_were(story: Story) -> None:
    shares = [day.most / day.limit for day in story.caps]
    assert shares == sorted(shares, reverse=True)
    assert (story.caps[0].cap, shares[0]) == ("daily", 0.8)


def test_a_plan_spreads_the_limit_over_its_window(story: Story) -> None:
    daily, hourly, month = (cap_of(story, name) for name in ("daily", "hourly", "month"))
    assert (daily.plan[47], daily.plan[95]) == (12.5, 25.0)
    assert hourly.plan[40:45] == (1.0, 2.0, 3.0, 4.0, 1.0)
    # November has thirty days and one hour more.
    assert month.plan[95] == pytest.approx(1_000 * (20 * 24 + 1) / (30 * 24 + 1))


def test_every_hour_begins_with_nothing_used_and_a_month_is_unknown_until_the_first_ping(story: Story) -> None:
    assert cap_of(story, "hourly").used[40:45] == (1, 1, 2, 2, 1)
    assert cap_of(story, "hourly").used[80] == 0
    month = cap_of(story, "month").used
    assert isnan(month[31])
    assert month[32] == 1


def test_shadow_prices_are_means_over_every_lead_that_was_valued(story: Story, day: TradingDay) -> None:
    (campaign,) = story.campaigns
    valued = campaign.shadows["daily"].counts
    # The caps of the state and of money lag behind their plans all day, so nothing is charged for them.
    assert set(campaign.shadows) == {"daily", "hourly"}
    assert {shadow.counts for shadow in campaign.shadows.values()} == {valued}
    assert sum(valued) == len(day.bids_cents) + 2
    # Sales run ahead of the plan until the evening, since the night brought none.
    assert campaign.shadows["daily"].means()[33] < campaign.shadows["daily"].means()[71]


def test_boosts_and_signals_are_steps_with_their_amount(story: Story) -> None:
    told = [(push.kind, push.name, push.spans, push.cents.mean) for push in story.pushes]
    assert told == [("boost", "afternoon", [(56, 64)], 500.0), ("signal", "storm", [(48, 60)], 400.0)]


def test_a_push_lasts_until_a_lead_of_its_places_is_passed_over() -> None:
    seldom = Push(
        campaign="solar-tx",
        kind="signal",
        name="storm",
        cents=Series(counts=(0, 1, 0, 0, 0, 0, 0, 1, 0), totals=(0.0,) * 9),
    )
    assert seldom.spans == [(1, 8)]
    assert replace(seldom, off=(0, 8)).spans == [(1, 8)]
    assert replace(seldom, off=(4,)).spans == [(1, 2), (7, 8)]


def test_profit_is_what_is_left_after_leads_were_paid_and_worked(story: Story, day: TradingDay) -> None:
    worked = tuple(replace(campaign, handling_cents=300) for campaign in day.campaigns)
    total = tell(day.lines, worked, day.sold, ATTEMPTS, [], [], [], START, END, ZONE).total
    assert total.handling_cents == 20 * 300
    assert total.profit_cents == story.total.profit_cents - 20 * 300 == total.value_cents - total.spend_cents - 6_000


def test_a_prediction_is_learned_where_auctions_taught_it(day: TradingDay) -> None:
    told = tell(day.lines, day.campaigns, day.sold, ATTEMPTS, [], [], [], START, END, ZONE, {"solar"})
    assert [leg.learned for leg in told.wins] == [True, True]


def test_the_territories_that_differ_are_told_side_by_side_the_one_that_seeks_leads_first(story: Story) -> None:
    california, texas = story.territories
    assert (california.campaign, california.territory, texas.territory) == ("solar-tx", "CA", "TX")
    assert california.shadow.mean == -600.0
    assert texas.shadow.means()[32] > 0 > texas.shadow.means()[70]
    assert california.price.mean > texas.price.mean


def test_what_a_price_wins_is_graded_by_leg_and_won_is_what_was_posted(story: Story) -> None:
    # Twenty leads were bought; one more bid was posted with another ZIP, and refused.
    for leg, name, won in zip(story.wins, ("exclusive", "shared"), (21, 0), strict=True):
        assert (leg.vertical, leg.leg, leg.learned) == ("solar", name, False)
        assert (sum(band.count for band in leg.bands), sum(band.hits for band in leg.bands)) == (61, won)
    bands = story.wins[0].bands
    assert (story.total.bids, story.total.repeats, story.total.won, story.total.win_rate) == (62, 1, 21, 21 / 61)
    assert [band.at for band in bands] == sorted(band.at for band in bands)
    assert all(0.4 < band.expected < 0.6 for band in bands)


def test_predictions_are_held_against_the_truth_of_the_leads_bought(story: Story) -> None:
    (band,) = story.calibration
    assert (band.count, band.hits, band.expected) == (20, 5, 0.25)
    assert band.at == pytest.approx(0.2)


def test_answer_times_and_deliveries_are_told_as_they_were_given(story: Story) -> None:
    assert (story.ping_times.count, story.post_times.count) == (100, 50)
    assert story.attempts == ATTEMPTS


def test_an_empty_journal_is_an_empty_day() -> None:
    story = tell([], [], [], ATTEMPTS, [], [], [], START, END, ZONE)
    assert (sum(story.pings), story.campaigns, story.caps, story.territories) == (0, (), (), ())
    assert (story.wins, story.calibration, story.total.profit_cents) == ((), (), 0)


def test_ten_times_the_pings_take_no_more_memory(day: TradingDay) -> None:
    def peak(times: int) -> int:
        tracemalloc.start()
        lines = chain.from_iterable(repeat(day.lines, times))
        tell(lines, day.campaigns, day.sold, ATTEMPTS, [], [], [], START, END, ZONE)
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    peak(1)
    # Whoever kept each line would take ten times as much; what others allocate meanwhile is some hundred kB.
    assert peak(10) < 5.0 * peak(1)


def test_a_day_of_an_hour_more_has_four_bins_more() -> None:
    story = tell([], [], [], ATTEMPTS, [], [], [], START, END + 3_600.0, ZONE)
    assert len(story.pings) == 100
