"""Campaigns at a glance, and one of them whole."""

from msgspec.structs import replace

from app.domain.pricing.landscape import OrtbCurve
from app.reports.campaigns.campaigns import campaign_list, campaign_page
from app.store.leads import SalesRow
from app.store.operators.requested import DemandRow, RequestRows, SignalRow, Switch
from app.wire.feedback import Demand, Signal
from tests.build import NOW, campaign, cap
from tests.campaigns import campaign_facts, offered, sampled, sampled_ping


def test_a_row_has_the_trade_of_the_day() -> None:
    both = (offered(2_000), offered(1_000, leg="shared"))
    sample = sampled([sampled_ping(1, *both, weight=4), sampled_ping(2, *both, weight=4)], ["1-shared"])
    sales = (SalesRow(campaign="solar-tx", seller="acme", leads=3, spend_cents=6_000),)
    (row,) = campaign_list(campaign_facts(sample, today=(*sales, replace(sales[0], campaign="another")))).campaigns
    assert (row.leads, row.spend_cents, row.state) == (3, 6_000, "buying")
    assert (row.bids, row.win_rate, row.price_cents) == (8, 0.5, 1_500.0)


def test_a_campaign_that_has_not_bid_says_so() -> None:
    found = campaign_list(campaign_facts())
    (row,) = found.campaigns
    assert (row.bids, row.win_rate, row.price_cents, found.pings) == (0, None, None, 0)
    page = campaign_page(campaign_facts(), "solar-tx")
    assert page is not None
    assert (page.terms.bids, page.refusals, page.in_force) == (0, (), ())
    assert campaign_page(campaign_facts(), "nobody") is None


def test_the_state_is_what_stops_all_of_it() -> None:
    paused = Switch(kind="pause", target="solar-tx", told_by="os:jo", told_at=NOW)
    boosted = Switch(kind="boost", target="solar-tx", amount=400, told_by="os:jo", told_at=NOW, ends_at=NOW + 60.0)
    requests = RequestRows(demands=[], signals=[], switches=[boosted, paused])
    (row,) = campaign_list(campaign_facts(requests=requests)).campaigns
    assert (row.state, row.boost_cents) == ("paused", 400)
    full = campaign(caps=(cap(),))
    used = {"campaign/solar-tx/daily//2026-11-20": 100}
    (row,) = campaign_list(campaign_facts(campaigns=(full,), used=used)).campaigns
    assert row.state == "full"


def test_refusals_are_those_of_the_last_hour_and_of_this_campaign() -> None:
    refused = (("solar-tx", "filtered"), ("another", "paused"))
    late = sampled_ping(1, bids=(), refusal="filtered", refused=refused, weight=3)
    early = sampled_ping(2, bids=(), refusal="low_value", refused=(("solar-tx", "low_value"),), at=NOW - 4_000.0)
    outbid = sampled_ping(3, offered(campaign="another"), curve=OrtbCurve(half_cents=1), refused=refused[:1])
    page = campaign_page(campaign_facts(sampled([late, early, outbid])), "solar-tx")
    assert page is not None
    assert [(each.code, each.count) for each in page.refusals] == [("filtered", 4)]


def test_what_is_in_force_is_its_own_or_shared() -> None:
    def demand(name: str) -> DemandRow:
        wanted = Demand(open=1, expected=2, campaign=name)
        return DemandRow(territory="TX", demand=wanted, told_at=NOW, ends_at=NOW + 60.0)

    def signal(vertical: str) -> SignalRow:
        premium = Signal(premium_cents=250, cause=f"hail {vertical}", until=NOW + 60.0, vertical=vertical)
        return SignalRow(territory="TX", signal=premium)

    limit = Switch(kind="cap", target="solar-tx/daily", amount=5, told_by="os:jo", told_at=NOW)
    pause = Switch(kind="pause", target="solar-tx", told_by="os:jo", told_at=NOW)
    switches = [limit, replace(limit, target="another/daily"), pause]
    requests = RequestRows(
        demands=[demand(""), demand("solar-tx"), demand("another")],
        signals=[signal(""), signal("solar"), signal("roofing")],
        switches=switches,
    )
    page = campaign_page(campaign_facts(campaigns=(campaign(caps=(cap(),)),), requests=requests), "solar-tx")
    assert page is not None
    assert [(each.kind, each.part) for each in page.in_force] == [
        ("cap", ""),
        ("pause", ""),
        ("demand", ""),
        ("demand", "solar-tx"),
        ("signal", "hail "),
        ("signal", "hail solar"),
    ]
    assert page.in_force[0].words == "5 a day"
