"""A target's shadow price follows what was bought."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.targets.steering import MOST, counted, standing_of, steered
from app.domain.targets.targets import WHOLE, CampaignTarget, TargetKind, TargetLedger, TargetStanding

NOTHING: Mapping[str, TargetLedger] = {WHOLE: TargetLedger()}


def target(kind: TargetKind = "cost_per_acquisition", amount: float = 10_000.0) -> CampaignTarget:
    return CampaignTarget(name=kind, owner="solar-tx", kind=kind, amount=amount, window="day", zone="Etc/UTC")


def bought(
    what: CampaignTarget, *sales: tuple[str, float], before: Mapping[str, TargetLedger] = NOTHING
) -> Mapping[str, TargetLedger]:
    """With these sales, seller and price, each of a fifth of a conversion worth $400."""
    for seller, price in sales:
        before = counted(before, what.use("", seller, price, 0.2, 40_000.0))
    return before


def dual(what: CampaignTarget, *sales: tuple[str, float], passed: float = 0.01, **rest: Any) -> float:
    moved = steered(what, NOTHING, bought(what, *sales), passed)
    return moved[rest.get("part", WHOLE)].dual


def test_a_cost_above_the_target_weighs_on_prices_and_one_below_does_not() -> None:
    # A fifth of a conversion may cost $20.
    assert dual(target(), ("acme", 2_500.0)) > 0.0
    assert dual(target(), ("acme", 1_500.0)) == 0.0
    assert dual(target(), ("acme", 2_500.0), ("acme", 1_500.0)) == 0.0


def test_a_return_below_the_target_weighs_on_prices() -> None:
    # $80 of value at a return of 4 may cost $20.
    assert dual(target("return_on_spend", 4.0), ("acme", 2_500.0)) > 0.0
    assert dual(target("return_on_spend", 4.0), ("acme", 1_900.0)) == 0.0


def test_a_minimum_is_owed_more_the_longer_nothing_comes_and_less_once_it_does() -> None:
    owed = target("minimum", 100.0)
    behind = steered(owed, NOTHING, NOTHING, 0.1)
    assert standing_of(owed, behind, "acme").dual == pytest.approx(1.0)
    ahead = steered(owed, behind, bought(owed, *[("acme", 2_000.0)] * 15, before=behind), 0.0)
    assert standing_of(owed, ahead, "acme").dual == 0.0


def test_a_few_leads_ahead_are_remembered_before_anything_is_owed_again() -> None:
    owed = target("minimum", 100.0)
    ahead = steered(owed, NOTHING, bought(owed, *[("acme", 2_000.0)] * 50), 0.0)
    assert ahead[WHOLE].dual == pytest.approx(-0.2)
    assert standing_of(owed, ahead, "acme") == TargetStanding(0.0)


def test_only_a_seller_above_its_share_pays_and_the_others_are_worth_more() -> None:
    share = target("share_of_leads", 0.4)
    now = steered(share, NOTHING, bought(share, *[("acme", 2_000.0)] * 3, ("other", 2_000.0)), 0.01)
    acme, other = (standing_of(share, now, seller) for seller in ("acme", "other"))
    assert acme.dual == acme.of_all == other.of_all > 0.0
    assert other.dual == standing_of(share, now, "third").dual == 0.0


def test_a_share_of_spend_goes_by_what_leads_cost() -> None:
    sales = (("acme", 9_000.0), ("other", 1_000.0), ("other", 1_000.0), ("other", 1_000.0))
    assert dual(target("share_of_spend", 0.5), *sales, part="acme") > 0.0
    assert dual(target("share_of_leads", 0.5), *sales, part="acme") == 0.0


def test_what_falls_short_is_made_up_for_over_the_rest_of_the_window() -> None:
    cost = target()
    dear = bought(cost, *[("acme", 2_100.0)] * 20)
    first = steered(cost, NOTHING, dear, 0.0)
    assert steered(cost, first, first, 0.2)[WHOLE].dual > first[WHOLE].dual


def test_the_next_window_begins_with_the_price_and_the_pace_of_the_last() -> None:
    ledger = TargetLedger(dual=0.3, leads=10.0, spent=20_000.0, allowed=18_000.0)
    assert ledger.next_window() == TargetLedger(dual=0.3, seen=10.0, paid=20_000.0)
    assert ledger.next_window().usual_cents == 2_000.0
    # A day without a lead says nothing of the next.
    assert ledger.next_window().next_window() == ledger.next_window()


@given(
    kind=st.sampled_from(sorted(MOST)),
    amount=st.floats(0.01, 0.99),
    sales=st.lists(st.tuples(st.sampled_from(["acme", "other"]), st.floats(1.0, 60_000.0)), max_size=30),
    passed=st.floats(0.0, 1.0),
)
def test_a_dual_stays_within_its_bounds(
    kind: TargetKind, amount: float, sales: list[tuple[str, float]], passed: float
) -> None:
    each = target(kind, amount * 1_000.0 if kind in ("minimum", "cost_per_acquisition") else amount)
    ledgers: Mapping[str, TargetLedger] = NOTHING
    for sale in sales:
        ledgers = steered(each, ledgers, bought(each, sale, before=ledgers), passed)
        assert all(ledger.dual <= MOST[kind] for ledger in ledgers.values())
        stands = standing_of(each, ledgers, "acme")
        # Of a share of leads it is so many times what the dearest of them may cost.
        assert 0.0 <= stands.dual <= MOST["share_of_leads"] * 60_000.0 + 0.01
        assert kind == "minimum" or min(ledger.dual for ledger in ledgers.values()) >= 0.0
