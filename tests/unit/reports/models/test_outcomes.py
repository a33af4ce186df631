"""What was predicted of matured leads is counted beside what became of them, and what they brought."""

import msgspec
import pytest

from app.domain.auction.weighing import Offer
from app.domain.pricing.pricing import Valuation
from app.reports.models.outcomes import BoughtLeads, JudgeTerms, Outcomes, outcomes_of
from app.store.exports import OutcomeRow
from app.store.feedback import ModelSale

DAY = 86_400.0
NOW = 100 * DAY
TERMS = {"solar": JudgeTerms(matures_s=14 * DAY, tried_since=NOW - 40 * DAY)}


def heard(*, days_ago: float, event: str = "sold", value_cents: int | None = None) -> OutcomeRow:
    at = NOW - days_ago * DAY
    return OutcomeRow(
        lead_id="a", event=event, value_cents=value_cents, occurred_at=at, recorded_at=at, source="crm", event_id=event
    )


def sold(
    *events: OutcomeRow, days_ago: float = 30, probability: float = 0.2, version: str = "1", **more: object
) -> ModelSale:
    valuation = Valuation(probability=probability, worth=1_000.0, expected=bool(more.get("expected")))
    offer = Offer(
        campaign="solar-tx",
        brand="Bright Roofs",
        leg="exclusive",
        price_cents=2_000,
        win_probability=0.5,
        surplus=1.0,
        valuation=valuation,
    )
    return ModelSale(
        vertical="solar",
        model_version=version,
        campaign="solar-tx",
        price_cents=2_000,
        sold_at=NOW - days_ago * DAY,
        decision=None if more.get("lost") else msgspec.json.encode(offer).decode(),
        events=events,
    )


def counted(*sales: ModelSale) -> Outcomes:
    return outcomes_of(sales, TERMS, {"solar-tx": 9_000.0}, NOW)


def test_only_what_converted_in_time_counts_as_converted() -> None:
    leads = [
        sold(heard(days_ago=20)),
        sold(heard(days_ago=1)),
        sold(heard(days_ago=29, event="quoted"), probability=0.5),
    ]
    found = counted(*leads)["solar", "1"].calibration
    assert (found.leads, found.conversions) == (3, 1)
    assert found.predicted == pytest.approx(0.9)


def test_of_two_reports_of_one_sale_the_earlier_counts() -> None:
    assert counted(sold(heard(days_ago=28), heard(days_ago=1)))["solar", "1"].calibration.conversions == 1


def test_leads_that_no_model_scored_or_that_are_too_young_are_counted_apart() -> None:
    young = [sold(days_ago=13), sold(days_ago=1)]
    found = counted(sold(expected=True), sold(lost=True), *young)["solar", "1"].calibration
    assert (found.leads, found.unscored, found.too_young) == (0, 2, 2)
    assert found.next_at == NOW + DAY
    assert counted(sold(version=""))["solar", ""].calibration.unscored == 1
    assert outcomes_of([sold()], {"roofing": TERMS["solar"]}, {}, NOW) == {}


def test_each_version_is_judged_by_its_own_leads() -> None:
    found = counted(sold(), sold(heard(days_ago=29), version="2", probability=0.6))
    assert {key: (each.calibration.leads, each.calibration.conversions) for key, each in found.items()} == {
        ("solar", "1"): (1, 0),
        ("solar", "2"): (1, 1),
    }


def test_a_lead_brings_what_its_sale_states_else_what_it_was_bought_for_else_what_its_campaign_says() -> None:
    stated, bought_for = sold(heard(days_ago=29, value_cents=5_000)), sold(heard(days_ago=29))
    unknown, in_vain, returned = sold(heard(days_ago=29), lost=True), sold(), sold(heard(days_ago=29, event="invalid"))
    cents = [
        counted(each)["solar", "1"].bought.surplus_cents for each in (stated, bought_for, unknown, in_vain, returned)
    ]
    assert cents == [3_000.0, -1_000.0, 7_000.0, -2_000.0, 0.0]


def test_leads_of_the_trial_are_counted_beside_all() -> None:
    found = counted(sold(days_ago=60), sold(days_ago=30), sold(days_ago=1))["solar", "1"]
    assert found.in_trial == BoughtLeads(
        leads=2, spend_cents=4_000, matured=1, conversions=0, surplus_cents=-2_000.0, squares=4e6
    )
    assert (found.bought.leads, found.bought.matured) == (3, 2)


def test_whoever_counts_many_rests_in_between() -> None:
    rests: list[None] = []
    outcomes_of([sold() for _ in range(100)], TERMS, {}, NOW, lambda: rests.append(None))
    assert len(rests) >= 5
