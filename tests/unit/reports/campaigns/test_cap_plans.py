"""Caps beside their plans, in the windows that are open now."""

from typing import Any

import pytest

from app.domain.caps.caps import Cap
from app.reports.campaigns.cap_plans import CapAgainstPlan, caps_against_plans
from app.store.operators.requested import RequestRows, Switch
from tests.build import NOW, campaign, cap
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
