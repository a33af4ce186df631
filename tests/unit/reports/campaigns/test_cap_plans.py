"""Caps beside their plans, in the windows that are open now."""

from typing import Any

import pytest

from app.domain.caps.caps import Cap
from app.reports.campaigns.cap_plans import CapAgainstPlan, CapsNow, all_caps_against_plans, caps_against_plans
from app.store.operators.requested import RequestRows, Switch
from tests.build import NOW, campaign, cap, seller
from tests.campaigns import campaign_facts

DAILY = "campaign/solar-tx/daily//2026-11-20"


def paces(*caps: Cap, **facts: Any) -> tuple[CapAgainstPlan, ...]:
    bought = campaign(caps=caps or (cap(),))
    return caps_against_plans(bought, campaign_facts(campaigns=(bought,), **facts))


def test_a_cap_is_seen_beside_what_its_plan_has_by_now() -> None:
    (pace,) = paces(
        used={DAILY: 50, "campaign/solar-tx/daily//2026-11-19": 99}, duals={"campaign/solar-tx/daily/": 0.1}
    )
    assert (pace.cap, pace.used, pace.limit, pace.words) == ("solar-tx/daily", 50, 100, "100 a day")
    assert pace.planned == pytest.approx(100 * 10 / 24), "ten hours of the day have passed in Chicago"
    assert pace.shadow_cents == pytest.approx(600.0), "a tenth of the ceiling"
    assert (pace.share, pace.is_full) == (0.5, False)


def test_a_limit_by_command_holds_beside_the_declared_one() -> None:
    switch = Switch(kind="cap", target="solar-tx/daily", amount=50, told_by="os:jo", told_at=NOW)
    (pace,) = paces(used={DAILY: 50}, requests=RequestRows(demands=[], signals=[], switches=[switch]))
    assert (pace.limit, pace.declared, pace.is_full, pace.words) == (50, 100, True, "50 a day")


def test_an_unused_cap_is_shown_and_a_total_has_no_plan() -> None:
    (pace,) = paces(cap(window="total"))
    assert (pace.used, pace.part, pace.planned, pace.ends_at) == (0, "", None, None)


def test_of_a_cap_by_state_the_fullest_are_shown() -> None:
    counters = {f"campaign_territory/solar-tx/daily/{state}/2026-11-20": used for used, state in enumerate("ABCDEFG")}
    found = paces(cap(scope="campaign_territory"), used=counters)
    assert [(pace.part, pace.used) for pace in found] == [("G", 6), ("F", 5), ("E", 4), ("D", 3), ("C", 2)]


def test_the_shadow_price_of_a_budget_is_a_share_of_each_price() -> None:
    (pace,) = paces(cap(measure="spend", limit=100_000), duals={"campaign/solar-tx/daily/": 0.25})
    assert (pace.pressure, pace.shadow_cents, pace.words) == (0.25, 0.0, "$1,000 a day")
    (credit,) = paces(duals={"campaign/solar-tx/daily/": -0.05})
    assert credit.shadow_cents == 0.0, "a credit takes nothing off"


def test_of_all_caps_each_is_shown_once_and_those_of_sellers_have_plans_too() -> None:
    by_state = cap(scope="campaign_territory")
    prepaid = cap(owner="acme", name="daily", scope="seller")
    used = {
        "campaign_territory/solar-tx/daily/TX/2026-11-20": 3,
        "campaign_territory/solar-tx/daily/CA/2026-11-20": 2,
        "seller/acme/daily//2026-11-20": 7,
    }
    facts = CapsNow(now=NOW, limits={"acme/daily": 48}, used=used, duals={"seller/acme/daily/": 0.1})
    bought, sold = all_caps_against_plans([campaign(caps=(by_state,))], [seller(caps=(prepaid,))], facts)
    assert (bought.cap, bought.part, bought.used) == ("solar-tx/daily", "TX", 3)
    assert (sold.used, sold.limit, sold.declared) == (7, 48, 100)
    assert sold.planned == pytest.approx(20.0), "a seller may sell at every hour, of which ten have passed"
    assert (sold.pressure, sold.shadow_cents) == (0.1, 0.0), "campaigns have ceilings of their own"
