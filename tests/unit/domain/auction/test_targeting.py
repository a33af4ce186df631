"""What targets make of a lead's price."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.auction.decide import Decision, decide
from app.domain.auction.snapshot import Snapshot, Standing
from app.domain.auction.targeting import target_terms
from app.domain.campaign import Campaign
from app.domain.pricing.exploration import Draw
from app.domain.pricing.pricing import TargetTerm, Valuation
from app.domain.targets.targets import CampaignTarget, TargetKind, TargetStanding
from tests.build import NOW, campaign, catalogue, model, ping, seller


def aims(*targets: tuple[TargetKind, float], raise_cents: int = 1_000, **rest: Any) -> Campaign:
    named = [
        CampaignTarget(name=f"{kind}-{at}", owner="solar-tx", kind=kind, amount=amount, window="day", zone="Etc/UTC")
        for at, (kind, amount) in enumerate(targets)
    ]
    return campaign(targets=tuple(named), target_raise_cents=raise_cents, **rest)


def valued(*terms: TargetTerm, raise_max: float = 1_000.0, **rest: Any) -> Valuation:
    return Valuation(probability=0.2, worth=40_000.0, targets=terms, raise_max=raise_max, **rest)


def decided(declared: Campaign, *standings: TargetStanding) -> Decision:
    whole = catalogue([declared], [seller()], [model(0.2)])
    standing = Standing(targets={declared.name: standings} if standings else {})
    return decide(ping(), Snapshot(catalogue=whole, seller=seller(), standing=standing), NOW, Draw(0.5, 0.5))


def test_a_cost_draws_the_maximum_bid_toward_what_a_lead_may_cost() -> None:
    cost = [valued(TargetTerm("cost", pressure=each, allowance=20_000.0)).bid_value for each in (0.0, 1.0, 19.0)]
    # Of $80 and $40 first all of one, then the middle, then nearly all of the other.
    assert cost == pytest.approx([8_000.0, 6_000.0, 4_200.0])


def test_a_cost_that_a_lead_stays_below_changes_nothing() -> None:
    assert valued(TargetTerm("cost", pressure=5.0, allowance=60_000.0)).bid_value == 8_000.0
    worthless = valued(TargetTerm("cost", pressure=5.0, allowance=20_000.0), handling=9_000.0)
    assert worthless.bid_value == pytest.approx(-1_000.0)


def test_owed_leads_are_paid_more_for_but_never_beyond_what_may_be_added() -> None:
    assert valued(TargetTerm("owed", cents=700.0)).bid_value == 8_700.0
    both = valued(TargetTerm("owed", cents=900.0), TargetTerm("share", cents=800.0))
    assert both.bid_value == 9_000.0
    assert valued(TargetTerm("share of spend", pressure=-0.9)).bid_value == 9_000.0


def test_a_scarce_cap_takes_off_what_targets_add() -> None:
    assert valued(TargetTerm("owed", cents=1_000.0), shadows=(("daily", 3_000.0),)).bid_value == 6_000.0


@given(
    terms=st.lists(
        st.tuples(st.floats(-5_000.0, 5_000.0), st.floats(-0.9, 20.0), st.sampled_from([0.0, 9_000.0, 90_000.0])),
        max_size=4,
    ),
    scarce=st.floats(0.0, 9_000.0),
    budget=st.floats(0.0, 2.0),
)
def test_no_targets_together_raise_a_price_by_more_than_they_may(
    terms: list[tuple[float, float, float]], scarce: float, budget: float
) -> None:
    told = [
        TargetTerm("t", cents, abs(pressure) if allowance else pressure, allowance)
        for cents, pressure, allowance in terms
    ]
    found = valued(*told, shadows=(("daily", scarce),), budget=budget)
    assert found.bid_value <= found.without_targets + 1_000.0 + 1e-6


def test_each_target_is_a_term_of_the_offer() -> None:
    declared = aims(("cost_per_acquisition", 20_000.0), ("return_on_spend", 4.0), ("minimum", 50.0))
    bid = decided(declared, TargetStanding(1.0), TargetStanding(0.5), TargetStanding(0.25)).bids[0]
    assert bid.leg == "exclusive"
    assert bid.valuation is not None
    assert bid.valuation.targets == (
        TargetTerm("cost_per_acquisition-0", pressure=1.0, allowance=20_000.0),
        TargetTerm("return_on_spend-1", pressure=0.5, allowance=10_000.0),
        TargetTerm("minimum-2", cents=250.0),
    )
    assert bid.quote is not None
    assert bid.quote.bid_value == bid.valuation.bid_value < bid.valuation.without_targets


def test_of_several_minimums_the_one_that_owes_most_counts() -> None:
    declared = aims(("minimum", 50.0), ("minimum", 300.0))
    terms = target_terms(declared, (TargetStanding(0.2), TargetStanding(0.6)), 40_000.0)
    assert terms == (TargetTerm("minimum-1", cents=600.0),)


def test_a_seller_above_its_share_is_bid_less_and_the_others_more() -> None:
    declared = aims(("share_of_leads", 0.4))
    above = target_terms(declared, (TargetStanding(500.0, 500.0),), 40_000.0)
    below = target_terms(declared, (TargetStanding(0.0, 500.0),), 40_000.0)
    assert [above[0].cents, below[0].cents] == pytest.approx([-300.0, 200.0])
    (spend,) = target_terms(aims(("share_of_spend", 0.4)), (TargetStanding(0.5, 0.5),), 40_000.0)
    assert spend.pressure == pytest.approx(0.3)


def test_a_price_stays_below_its_ceiling_whatever_is_owed() -> None:
    declared = aims(("minimum", 50.0), raise_cents=50_000, ceiling_cents=2_500)
    assert max(bid.price_cents for bid in decided(declared, TargetStanding(1.0)).bids) <= 2_500


def test_targets_that_ask_for_nothing_leave_the_bid_as_it_is_to_the_last_bit() -> None:
    aimless, idle = decided(campaign()), decided(aims(("cost_per_acquisition", 20_000.0)), TargetStanding(0.0))
    assert msgspec.json.encode(aimless) == msgspec.json.encode(idle)
    assert decided(aims(("minimum", 5.0))).bids == aimless.bids
