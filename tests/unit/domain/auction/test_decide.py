"""One ping, one answer."""

from collections.abc import Mapping
from math import inf, nan
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import astuple, replace

from app.domain.auction.decide import Decision, decide
from app.domain.auction.snapshot import Known, Snapshot, Standing
from app.domain.auction.weighing import BY_COMMAND
from app.domain.buyer import Exploration
from app.domain.campaign import Campaign
from app.domain.caps.caps import CapStanding
from app.domain.duplicate import Sighting
from app.domain.filters import Filter
from app.domain.pricing.demand import DemandStanding
from app.domain.pricing.disposition_value import DispositionCurve
from app.domain.pricing.expected_conversion import ExpectedConversion
from app.domain.pricing.exploration import Draw
from app.domain.pricing.pricing import Worth
from app.domain.reasons import RANK, Refusal
from app.domain.schedule import ALWAYS, Boost, Schedule, week_hours
from app.domain.seller import Habits, Seller
from app.domain.territory import Territory
from app.wire.ping import Ping, Value
from tests.build import NOW, buyer, campaign, cap, catalogue, model, ping, seller
from tests.table import each_row

DRAW = Draw(0.5, 0.5)
DAILY, BUDGET, HOURLY = cap(), cap(name="budget", measure="spend", limit=100_000), cap(name="hourly", window="hour")
CLOSED = Schedule(hours=week_hours({0: [(8 * 60, 18 * 60)]}))


def snapshot(
    *campaigns: Campaign,
    known: Known | None = None,
    standing: Standing | None = None,
    sold_by: Seller | None = None,
    probability: float | None = 0.2,
    exploration: Exploration | None = None,
) -> Snapshot:
    exploring = buyer() if exploration is None else buyer(exploration=exploration)
    models = [] if probability is None else [model(probability)]
    acme = sold_by or seller()
    return Snapshot(
        catalogue=catalogue(campaigns or [campaign()], [acme], models, buyer=exploring),
        seller=acme,
        known=known or Known(),
        standing=standing or Standing(),
    )


def decided(
    lead: Ping | None = None, draw: Draw = DRAW, now: float = NOW, *campaigns: Campaign, **facts: Any
) -> Decision:
    return decide(lead or ping(), snapshot(*campaigns, **facts), now, draw)


def refusal(lead: Ping | None = None, *campaigns: Campaign, **facts: Any) -> Refusal | None:
    return decided(lead, DRAW, NOW, *campaigns, **facts).refusal


def stands(*standings: CapStanding) -> Standing:
    return Standing(caps={"solar-tx": standings})


def test_a_lead_that_is_wanted_gets_a_bid_on_each_leg_the_higher_price_first() -> None:
    decision = decided()
    assert decision.refusal is None
    assert [offer.leg for offer in decision.bids] == ["exclusive", "shared"]
    assert decision.bids[0].price_cents > decision.bids[1].price_cents > 0
    assert (decision.outbid, decision.refused) == ((), ())


@each_row(
    ("lead", "campaigns", "facts", "expected"),
    [
        (ping(vertical="auto"), (), {}, Refusal("unsupported_vertical", "solar")),
        (None, (), {"sold_by": seller(paused=True)}, Refusal("paused")),
        (None, (), {"standing": Standing(paused=frozenset({"acme"}))}, Refusal("paused")),
        (None, (campaign(paused=True),), {}, Refusal("paused")),
        (None, (), {"standing": Standing(paused=frozenset({"solar-tx"}))}, Refusal("paused")),
        (ping(zip="10001", state="NY"), (), {}, Refusal("outside_territory")),
        (
            None,
            (campaign(territory=Territory(states=frozenset({"TX"}), not_zips=frozenset({"78701"}))),),
            {},
            Refusal("outside_territory"),
        ),
        (None, (campaign(schedule=CLOSED),), {}, Refusal("closed_hours", "2026-11-23 08:00")),
        (None, (campaign(filters=(Filter(field="roof", op="is", value="flat"),)),), {}, Refusal("filtered", "roof")),
        (ping(lead_type="shared"), (campaign(legs=("exclusive",)),), {}, Refusal("filtered", "lead_type")),
        (ping(tcpa_consent=False), (), {}, Refusal("consent_missing", "tcpa_consent")),
        (ping(trustedform_cert_url="", leadid_token="junk"), (), {}, Refusal("consent_invalid", "leadid_token")),
        (ping(created_at=NOW - 80 * 3_600), (), {}, Refusal("consent_expired", "created_at")),
        (None, (), {"known": Known(sightings=(Sighting("other", "solar", NOW - 9),))}, Refusal("duplicate")),
        (
            None,
            (campaign(caps=(DAILY,)),),
            {"standing": stands(CapStanding(100, 100))},
            Refusal("cap_reached", "daily"),
        ),
        (
            None,
            (campaign(caps=(BUDGET,)),),
            {"standing": stands(CapStanding(100_000, 99_501))},
            Refusal("budget_exhausted", "budget"),
        ),
        (
            None,
            (),
            {"standing": Standing(demand={"solar-tx": DemandStanding("TX", 0.0, 5.0, limit=True)})},
            Refusal("cap_reached", "territory"),
        ),
        (None, (), {"known": Known(certificate_used=True)}, Refusal("certificate_reused")),
        (None, (), {"known": Known(suppressed=True)}, Refusal("suppressed")),
        (None, (), {"probability": None}, Refusal("model_unavailable")),
        (None, (), {"probability": nan}, Refusal("model_unavailable")),
        (None, (), {"probability": 1.01}, Refusal("model_unavailable")),
        (
            None,
            (campaign(worth=Worth(base_cents=40_000, field="monthly_bill", rate=inf)),),
            {},
            Refusal("model_unavailable"),
        ),
        (None, (), {"probability": 0.001}, Refusal("low_value")),
        (ping(min_price_cents=6_001), (), {}, Refusal("below_floor")),
    ],
)
def test_a_lead_that_is_not_wanted_gets_the_one_reason(
    lead: Ping | None, campaigns: tuple[Campaign, ...], facts: dict[str, Any], expected: Refusal
) -> None:
    decision = decided(lead, DRAW, NOW, *campaigns, **facts)
    assert decision.refusal == expected
    assert decision.bids == ()


def test_of_several_reasons_within_a_campaign_the_first_of_the_table_is_given() -> None:
    wrongs: list[tuple[dict[str, Any], str]] = [
        ({"caps": (DAILY,)}, "cap_reached"),
        ({"duplicate_scope": "buyer"}, "duplicate"),
        ({"filters": (Filter(field="roof", op="is", value="flat"),)}, "filtered"),
        ({"schedule": CLOSED}, "closed_hours"),
        ({"territory": Territory(states=frozenset({"TX"}), not_zips=frozenset({"78701"}))}, "outside_territory"),
        ({"paused": True}, "paused"),
    ]
    so_far: dict[str, Any] = {}
    for wrong, code in wrongs:
        so_far |= wrong
        known = Known(sightings=(Sighting("x", "y", NOW),)) if "duplicate_scope" in so_far else None
        found = refusal(
            None, campaign(**so_far), known=known, standing=stands(CapStanding(100, 100)) if so_far["caps"] else None
        )
        assert found is not None
        assert found.code == code


def test_the_reason_is_that_of_the_campaign_that_got_furthest() -> None:
    campaigns = [
        campaign(name="a", paused=True),
        campaign(name="b", caps=(DAILY,)),
        campaign(name="c", schedule=CLOSED),
    ]
    standing = Standing(caps={"b": (CapStanding(100, 100),)})
    decision = decided(None, DRAW, NOW, *campaigns, standing=standing)
    assert decision.refusal == Refusal("cap_reached", "daily")
    assert [(one.campaign, one.refusal.code) for one in decision.refused] == [
        ("a", "paused"),
        ("b", "cap_reached"),
        ("c", "closed_hours"),
    ]
    assert RANK["cap_reached"] == max(RANK[one.refusal.code] for one in decision.refused)


def test_a_test_ping_is_answered_at_every_hour_and_at_one_price() -> None:
    wide = Exploration(spread=0.3, wide_spread=0.3)
    prices = {
        decided(ping(test=True), Draw(place, place), NOW, campaign(schedule=CLOSED), exploration=wide)
        .bids[0]
        .price_cents
        for place in (0.1, 0.5, 0.9)
    }
    assert len(prices) == 1


@each_row(
    ("lead_type", "legs", "offered"),
    [
        ("any", ("exclusive", "shared"), ["exclusive", "shared"]),
        ("any", ("shared", "exclusive"), ["exclusive", "shared"]),
        ("any", ("shared",), ["shared"]),
        ("exclusive", ("exclusive", "shared"), ["exclusive"]),
        ("shared", ("exclusive", "shared"), ["shared"]),
    ],
)
def test_the_legs_are_those_that_both_sides_want(lead_type: str, legs: tuple[str, ...], offered: list[str]) -> None:
    decision = decided(ping(lead_type=lead_type), DRAW, NOW, campaign(legs=legs))
    assert [offer.leg for offer in decision.bids] == offered


def test_a_shared_lead_converts_worse_by_the_campaigns_share() -> None:
    exclusive, shared = decided().bids
    assert exclusive.valuation is not None
    assert shared.valuation is not None
    assert shared.valuation.probability == pytest.approx(0.6 * exclusive.valuation.probability)
    assert msgspec.structs.replace(shared.valuation, probability=exclusive.valuation.probability) == exclusive.valuation


def test_per_leg_the_greatest_surplus_bids_and_the_others_are_kept() -> None:
    poor, rich = campaign(name="poor", worth=Worth(base_cents=20_000)), campaign(name="rich")
    decision = decided(None, DRAW, NOW, poor, rich)
    assert [offer.campaign for offer in decision.bids] == ["rich", "rich"]
    assert [(offer.campaign, offer.leg) for offer in decision.outbid] == [("poor", "exclusive"), ("poor", "shared")]


def test_two_equal_campaigns_do_not_hide_each_other() -> None:
    decision = decided(None, DRAW, NOW, campaign(name="one"), campaign(name="two"))
    assert [offer.campaign for offer in decision.bids] == ["one", "one"]
    assert [offer.campaign for offer in decision.outbid] == ["two", "two"]


def test_each_leg_may_be_bought_by_another_campaign() -> None:
    exclusive = campaign(name="exclusive-only", legs=("exclusive",))
    shared = campaign(name="shared-only", legs=("shared",), worth=Worth(base_cents=30_000))
    decision = decided(None, DRAW, NOW, exclusive, shared)
    assert [(offer.campaign, offer.leg) for offer in decision.bids] == [
        ("exclusive-only", "exclusive"),
        ("shared-only", "shared"),
    ]


def test_exclusive_comes_first_at_the_same_price() -> None:
    one_price = campaign(floor_cents=1_000, ceiling_cents=1_000)
    assert [offer.leg for offer in decided(None, DRAW, NOW, one_price).bids] == ["exclusive", "shared"]


def test_the_breakdown_holds_every_term() -> None:
    boosted = campaign(
        handling_cents=100,
        demand_cents=400,
        caps=(DAILY, HOURLY, BUDGET),
        schedule=Schedule(
            hours=ALWAYS,
            boosts=(Boost(name="push", cents=300, hours=ALWAYS),),
        ),
    )
    standing = Standing(
        caps={
            "solar-tx": (
                CapStanding(100, 10, dual=0.05),
                CapStanding(100, 1, dual=0.01),
                CapStanding(100_000, 10, dual=0.1),
            )
        },
        demand={"solar-tx": DemandStanding("787", 5.0, 10.0)},
        signals=(("storm", 500),),
    )
    sold_by = seller(habits=Habits(quality_factor=0.9, return_rate=0.05))
    valuation = decided(None, DRAW, NOW, boosted, standing=standing, sold_by=sold_by).bids[0].valuation
    assert valuation is not None
    assert valuation.probability == 0.2
    assert (valuation.worth, valuation.quality_factor, valuation.handling) == (40_000.0, 0.9, 100.0)
    assert valuation.boosts == (("push", 300.0),)
    assert valuation.signals == (("storm", 500.0),)
    assert dict(valuation.shadows) == pytest.approx({"daily": 300.0, "hourly": 60.0, "787": 200.0})
    assert (valuation.budget, valuation.return_rate) == (0.1, 0.05)


def test_nested_windows_cost_the_largest_and_different_resources_add() -> None:
    caps = (
        cap(name="day"),
        cap(name="week", window="week"),
        cap(name="hour", window="hour"),
        cap(name="zip", scope="campaign_territory"),
        cap(name="day-budget", measure="spend", limit=10**9),
        cap(name="month-budget", measure="spend", limit=10**9, window="month"),
    )
    duals = (0.02, 0.03, 0.04, 0.05, 0.2, 0.1)
    standing = stands(*(CapStanding(one.limit, dual=dual) for one, dual in zip(caps, duals, strict=True)))
    valuation = decided(None, DRAW, NOW, campaign(caps=caps), standing=standing).bids[0].valuation
    assert valuation is not None
    assert dict(valuation.shadows) == pytest.approx({"week": 180.0, "hour": 240.0, "zip": 300.0})
    assert valuation.budget == 0.2


def test_a_cap_ahead_of_plan_lowers_the_bid_and_a_push_raises_it() -> None:
    plain = decided(None, DRAW, NOW, campaign(caps=(DAILY,))).bids[0].price_cents
    ahead = decided(None, DRAW, NOW, campaign(caps=(DAILY,)), standing=stands(CapStanding(100, 80, dual=0.3)))
    pushed = decided(standing=Standing(signals=(("push", 500),)))
    assert ahead.bids[0].price_cents < plain < pushed.bids[0].price_cents


def test_no_bid_is_higher_than_what_is_left_of_a_budget() -> None:
    standing = stands(
        CapStanding(100_000, 99_000, 100.0, 10_000.0)
    )  # 1,000 left, less 100 live and three deviations of 100
    decision = decided(None, DRAW, NOW, campaign(caps=(BUDGET,)), standing=standing)
    assert decision.bids[0].price_cents == 600


@each_row(
    ("fallback", "min_price", "code"), [(900, 0, None), (900, 901, "below_floor"), (None, 0, "model_unavailable")]
)
def test_without_a_model_a_fixed_price_is_bid_where_one_is_allowed(
    fallback: int | None, min_price: int, code: str | None
) -> None:
    decision = decided(ping(min_price_cents=min_price), DRAW, NOW, campaign(fallback_cents=fallback), probability=None)
    assert [offer.price_cents for offer in decision.bids] == ([] if code else [900, 900])
    assert (decision.refusal.code if decision.refusal else None) == code


def test_a_fixed_price_too_keeps_to_what_is_left_of_a_budget() -> None:
    poor = campaign(caps=(BUDGET,), fallback_cents=900)
    standing = stands(CapStanding(100_000, 99_200))
    assert refusal(None, poor, standing=standing, probability=None) == Refusal("budget_exhausted", "budget")


def test_a_tenth_of_the_bids_explores_widely() -> None:
    exploration = Exploration(spread=0.1, wide_spread=0.3, wide_share=0.1)
    wide = decided(None, Draw(0.0999, 0.7), exploration=exploration).bids[0]
    usual = decided(None, Draw(0.1, 0.7), exploration=exploration).bids[0]
    assert (wide.spread, usual.spread) == (0.3, 0.1)
    assert wide.price_cents > usual.price_cents


def test_a_model_is_asked_about_the_facts_of_the_lead() -> None:
    asked: list[Mapping[str, Value]] = []

    def probability(facts: Mapping[str, Value]) -> float:
        asked.append(facts)
        return 0.2

    whole = Snapshot(catalogue=catalogue(models=[model(probability=0.2)]), seller=seller())
    watched = msgspec.structs.replace(
        whole, catalogue=catalogue(models=[msgspec.structs.replace(model(), probability=probability)])
    )
    assert decide(ping(), watched, NOW, DRAW).bids == decide(ping(), whole, NOW, DRAW).bids
    assert asked[0]["roof"] == "tile"
    assert asked[0]["local_hour"] == 10


CENTS = st.integers(0, 8_000)
STANDINGS = st.builds(
    CapStanding,
    limit=st.just(100_000),
    used=st.integers(0, 100_000),
    live=st.floats(0.0, 5_000.0),
    live_variance=st.floats(0.0, 1e6),
    dual=st.floats(0.0, 2.0),
)


@given(
    probability=st.floats(0.0, 1.0),
    floor=CENTS,
    ceiling=CENTS,
    min_price=CENTS,
    signal=st.integers(-5_000, 5_000),
    stand=STANDINGS,
    draw=st.builds(Draw, st.floats(0.0, 1.0, exclude_max=True), st.floats(0.0, 1.0, exclude_max=True)),
    spread=st.floats(0.0, 2.0),
)
def test_no_bid_ever_passes_a_bound_and_every_decision_repeats_itself_to_the_bit(
    probability: float,
    floor: int,
    ceiling: int,
    min_price: int,
    signal: int,
    stand: CapStanding,
    draw: Draw,
    spread: float,
) -> None:
    bounded = campaign(floor_cents=floor, ceiling_cents=ceiling, caps=(BUDGET,))
    standing = Standing(caps={"solar-tx": (stand,)}, signals=(("storm", signal),))
    around = snapshot(bounded, standing=standing, probability=probability, exploration=Exploration(spread=spread))
    lead = ping(min_price_cents=min_price)
    decision = decide(lead, around, NOW, draw)
    for offer in decision.bids:
        assert offer.valuation is not None
        assert max(floor, min_price, 1) <= offer.price_cents <= min(ceiling, offer.valuation.bid_value, stand.room)
        assert offer.surplus >= 0.0
    assert bool(decision.bids) == (decision.refusal is None)
    encoded = msgspec.json.encode(decision)
    assert msgspec.json.encode(decide(lead, around, NOW, draw)) == encoded
    replayed = msgspec.json.decode(msgspec.json.encode(standing), type=Standing)
    again = msgspec.structs.replace(around, standing=replayed)
    assert msgspec.json.encode(decide(lead, again, NOW, draw)) == encoded
    assert msgspec.json.decode(encoded, type=Decision) == decision


EXPECTED = ExpectedConversion(rate=0.2, by_seller={"acme": 0.25}, by_state={"TX": 0.16})
POINTS = (300, 1_900, 3_500, 7_500)


def test_without_a_model_the_expected_conversion_goes_through_the_same_rule() -> None:
    boosted = Schedule(hours=ALWAYS, boosts=(Boost(name="push", cents=700, hours=ALWAYS),))
    declared = campaign(expected_conversion=EXPECTED, schedule=boosted, caps=(DAILY,), demand_cents=400)
    standing = Standing(
        caps={"solar-tx": (CapStanding(100, 5, 0.0, 0.0, 0.1),)},
        demand={"solar-tx": DemandStanding("TX", 5.0, 10.0)},
        signals=(("storm", 300),),
        boosts={"solar-tx": 200, "other": 900},
    )
    expected, modeled = (
        decided(None, DRAW, NOW, declared, standing=standing, probability=chance).bids
        for chance in (None, EXPECTED.of("acme", "TX"))
    )
    assert [(each.price_cents, each.quote) for each in expected] == [(each.price_cents, each.quote) for each in modeled]
    for one, other in zip(expected, modeled, strict=True):
        assert one.valuation is not None
        assert one.valuation.expected
        assert replace(one.valuation, expected=False) == other.valuation
        assert one.valuation.boosts == (("push", 700.0), (BY_COMMAND, 200.0))
        assert len(one.valuation.signals) == 1
        assert [name for name, _ in one.valuation.shadows] == ["daily", "TX"]


@each_row("chance", [None, nan, 1.01])
def test_the_expected_conversion_stands_in_wherever_a_model_says_nothing(chance: float | None) -> None:
    both = campaign(expected_conversion=EXPECTED, fallback_cents=900)
    (bid, _) = decided(None, DRAW, NOW, both, probability=chance).bids
    assert bid.valuation is not None
    assert bid.valuation.probability == pytest.approx(0.2)
    assert bid.price_cents != 900


@given(st.floats(0.0, 1.0, exclude_max=True), st.floats(0.0, 1.0, exclude_max=True), st.floats(0.02, 0.4))
def test_where_only_some_prices_are_allowed_no_other_is_bid(slice_: float, place: float, chance: float) -> None:
    wide = Exploration(spread=0.3, wide_spread=1.0, wide_share=0.5)
    decision = decided(
        None, Draw(slice_, place), NOW, campaign(price_points=POINTS), probability=chance, exploration=wide
    )
    for offer in decision.bids:
        assert offer.quote is not None
        assert offer.price_cents in offer.quote.within
        assert offer.win_probability == dict(map(astuple, offer.quote.points))[offer.price_cents]
    for refused in decision.refused:
        assert (refused.refusal.code, refused.points) == ("low_value", POINTS)


def test_a_seller_and_a_campaign_must_both_allow_a_price() -> None:
    sold_by = seller(price_points=(1_000, 1_900, 2_800))
    offers = decided(None, DRAW, NOW, campaign(price_points=POINTS), sold_by=sold_by).bids
    assert [offer.price_cents for offer in offers] == [1_900, 1_900]
    assert {offer.price_cents for offer in decided(sold_by=sold_by).bids} <= {1_000, 1_900, 2_800}


def test_a_fixed_price_is_the_highest_that_its_seller_takes() -> None:
    fixed = campaign(fallback_cents=2_000)
    offers = decided(None, DRAW, NOW, fixed, probability=None, sold_by=seller(price_points=POINTS)).bids
    assert [offer.price_cents for offer in offers] == [1_900, 1_900]
    assert refusal(None, fixed, probability=None, sold_by=seller(price_points=(2_100,))) == Refusal("low_value")


def test_a_budget_without_room_for_the_lowest_price_is_exhausted() -> None:
    standing = stands(CapStanding(100_000, 98_500))
    dear = campaign(caps=(BUDGET,), price_points=(1_900, 3_500))
    assert refusal(None, dear, standing=standing) == Refusal("budget_exhausted", "budget")
    assert refusal(None, campaign(caps=(BUDGET,)), standing=standing) is None


def test_a_sub_source_has_the_quality_factor_that_was_measured_of_it() -> None:
    habits = Habits(quality_factor=0.9, sub_sources={"incentive": 0.3})
    learned = model(habits={"acme": habits})
    whole = Snapshot(catalogue=catalogue(models=[learned]), seller=seller())
    bad, good = (decide(ping(sub_id=source), whole, NOW, DRAW).bids[0] for source in ("incentive", "search"))
    assert bad.valuation is not None
    assert good.valuation is not None
    assert (bad.valuation.quality_factor, bad.valuation.sub_source) == (0.3, "incentive")
    assert (good.valuation.quality_factor, good.valuation.sub_source) == (0.9, "")
    assert bad.price_cents < good.price_cents


def test_a_sub_source_has_the_return_rate_that_was_measured_of_it() -> None:
    habits = Habits(
        return_rate=0.05, sub_sources={"incentive": 1.0, "email": 1.0}, sub_source_returns={"incentive": 0.3}
    )
    whole = Snapshot(catalogue=catalogue(models=[model(habits={"acme": habits})]), seller=seller())
    rates = {}
    for source in ("incentive", "email", "search"):
        (bid, *_) = decide(ping(sub_id=source), whole, NOW, DRAW).bids
        assert bid.valuation is not None
        rates[source] = bid.valuation.return_rate
    assert rates == {"incentive": 0.3, "email": 0.05, "search": 0.05}


def test_nothing_is_bought_of_a_blocked_sub_source() -> None:
    blocking = seller(blocked_sub_sources=("aff-7",))
    assert refusal(ping(sub_id="aff-7"), sold_by=blocking) == Refusal("filtered", "sub_id")
    assert refusal(ping(sub_id="aff-8"), sold_by=blocking) is None
    assert refusal(ping(sub_id="aff-7")) is None


def test_a_forced_test_bids_an_allowed_price() -> None:
    forced = ping(test=True, zip="00001")
    prices = {offer.price_cents for offer in decided(forced, DRAW, NOW, campaign(price_points=POINTS)).bids}
    assert prices
    assert prices <= {*POINTS}


PREDICTED = campaign(worth=Worth(field="predicted_value", rate=0.5, missing_cents=9_000, high_cents=20_000))


def by_value(amount: float | None, probability: float = 0.2, *campaigns: Campaign) -> Decision:
    """The decision where the model says that a conversion of this lead brings so many dollars."""
    whole = catalogue(
        campaigns or [PREDICTED], [seller()], [model(probability, value=None if amount is None else lambda _: amount)]
    )
    return decide(ping(), Snapshot(catalogue=whole, seller=seller()), NOW, DRAW)


def test_a_conversion_is_worth_what_the_model_predicts_where_the_campaign_says_so() -> None:
    for amount, worth in ((240.0, 12_000.0), (10_000.0, 20_000.0), (None, 9_000.0)):
        for bid in by_value(amount).bids:
            assert bid.valuation is not None
            assert bid.valuation.worth == worth
            assert bid.valuation.predicted == (amount or 0.0) * 100.0
    fixed = campaign()
    assert by_value(240.0, 0.2, fixed) == by_value(None, 0.2, fixed)


def test_a_value_that_is_no_number_is_no_bid() -> None:
    assert by_value(nan).refusal == Refusal("model_unavailable")


def test_what_earlier_rungs_bring_adds_to_the_value_of_a_lead() -> None:
    valued = campaign(disposition_values={"contacted": 300, "qualified": 1_000}, legs=("exclusive", "shared"))
    whole = catalogue([valued], [seller()], [model(0.2, dispositions={"qualified": DispositionCurve(0.0, 0.0)})])
    exclusive, shared = sorted(
        decide(ping(), Snapshot(catalogue=whole, seller=seller()), NOW, DRAW).bids, key=lambda bid: bid.leg
    )
    plain, _ = sorted(decided(None, DRAW, NOW, campaign(legs=("exclusive", "shared"))).bids, key=lambda bid: bid.leg)
    assert exclusive.valuation is not None
    assert plain.valuation is not None
    assert shared.valuation is not None
    # Half of the leads are worth ten dollars more; nobody knows how many are spoken with.
    assert exclusive.valuation.value == pytest.approx(plain.valuation.value + 500.0)
    assert exclusive.price_cents > plain.price_cents
    assert shared.valuation.value == pytest.approx(0.6 * exclusive.valuation.value)
    assert shared.valuation.dispositions[0].probability == pytest.approx(0.3)
