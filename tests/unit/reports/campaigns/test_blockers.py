"""What keeps a campaign from bidding, and whether it stops all of it."""

from typing import Any

from msgspec.structs import replace

from app.domain.campaign import Campaign
from app.domain.schedule import Schedule, week_hours
from app.reports.campaigns.blockers import Blocker, blockers
from app.reports.campaigns.cap_plans import caps_against_plans
from app.store.operators.requested import DemandRow, RequestRows, Switch
from app.wire.feedback import Demand
from tests.build import NOW, campaign, cap, seller
from tests.campaigns import campaign_facts


def against(bought: Campaign | None = None, **other: Any) -> list[tuple[str, bool]]:
    return [(each.kind, each.is_whole) for each in found(bought, **other)]


def found(bought: Campaign | None = None, **other: Any) -> tuple[Blocker, ...]:
    buying = bought or campaign()
    facts = campaign_facts(campaigns=(buying,), **other)
    return blockers(buying, caps_against_plans(buying, facts), facts)


def asked(*switches: Switch, demands: tuple[DemandRow, ...] = ()) -> RequestRows:
    return RequestRows(demands=list(demands), signals=[], switches=list(switches))


def test_a_campaign_that_buys_has_nothing_against_it() -> None:
    assert found() == ()


def test_a_pause_says_who_and_why() -> None:
    switch = Switch(kind="pause", target="solar-tx", why="crew is ill", told_by="os:jo", told_at=NOW)
    (blocker,) = found(requests=asked(switch))
    assert blocker.words == "paused by os:jo since 2026-11-20 10:00 CST: crew is ill"
    assert against(campaign(paused=True)) == [("paused", True)]
    assert against(requests=asked(replace(switch, target="another"))) == []


def test_outside_its_hours_it_says_when_it_opens() -> None:
    (blocker,) = found(campaign(schedule=Schedule(hours=week_hours({0: [(480, 1_080)]}))))
    assert blocker.words == "outside its hours; opens 2026-11-23 08:00 (America/Chicago)"


def test_a_full_cap_stops_all_or_one_place() -> None:
    assert against(campaign(caps=(cap(),)), used={"campaign/solar-tx/daily//2026-11-20": 100}) == [("cap", True)]
    used = {"campaign_territory/solar-tx/daily/TX/2026-11-20": 100}
    assert against(campaign(caps=(cap(scope="campaign_territory"),)), used=used) == [("cap", False)]


def test_without_a_model_it_needs_another_price() -> None:
    assert against(models={}) == [("no_model", True)]
    assert against(campaign(fallback_cents=900), models={}) == []


def test_paused_sellers_stop_it_where_no_other_is_left() -> None:
    whole = campaign_facts().configuration
    pause = Switch(kind="pause", target="acme", why="returns", told_by="os:jo", told_at=NOW)
    assert against(requests=asked(pause)) == [("sellers", True)]
    two = replace(whole, sellers=(seller(), seller(name="bluebird", key_sha256=())))
    assert against(requests=asked(pause), configuration=two) == [("sellers", False)]
    assert against(configuration=replace(whole, sellers=())) == [("sellers", True)]


def test_a_full_territory_stops_that_place_and_what_stops_all_stands_first() -> None:
    row = DemandRow(
        territory="TX", demand=Demand(open=0, expected=0, limit=True), told_by="os:jo", told_at=NOW, ends_at=NOW + 60.0
    )
    pause = Switch(kind="pause", target="solar-tx", told_by="os:jo", told_at=NOW)
    assert against(requests=asked(pause, demands=(row,))) == [("paused", True), ("demand", False)]
    other = replace(row, demand=replace(row.demand, campaign="another"))
    assert against(requests=asked(demands=(other,))) == []
