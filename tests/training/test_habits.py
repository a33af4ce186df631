"""Sellers' habits follow their leads, and believe little of few."""

from typing import Any

import pytest
from msgspec.structs import replace

from app.wire.ping import Leg
from training.histories.bids import Lead
from training.retraining.habits import LEADS_MIN, SOURCES_MAX, measured


def leads(seller: str, rows: int, converted: int, returned: int = 0, **other: Any) -> list[Lead]:
    """So many leads with a chance of .1 each to bring $400, of which the first convert."""
    leg: Leg = "exclusive"
    return [
        Lead(
            **{
                "lead_id": f"{seller}-{number}",
                "at": float(number),
                "seller": seller,
                "leg": leg,
                "model": "0001",
                "price_cents": 2_000,
                "probability": 0.1,
                "worth": 40_000.0,
                "converted": number < converted,
                "value_cents": 40_000 if number < converted else None,
                "returned": number < returned,
                "facts": {},
                **other,
            }
        )
        for number in range(rows)
    ]


def test_of_many_leads_kappa_is_realised_over_predicted_value() -> None:
    found = measured([*leads("acme", 20_000, 1_600), *leads("bluebird", 20_000, 2_400)])
    assert found["acme"].habits.quality_factor == pytest.approx(0.8, abs=0.01)
    assert found["bluebird"].habits.quality_factor == pytest.approx(1.2, abs=0.01)


def test_of_few_leads_kappa_stays_near_one() -> None:
    (found,) = measured(leads("acme", 100, 0)).values()
    # Ten conversions were expected, none came: believed with twenty for one, twice.
    assert found.habits.quality_factor == pytest.approx((20.0 * (20.0 / 30.0)) / 30.0)
    (found,) = measured(leads("acme", 100, 10)).values()
    assert found.habits.quality_factor == pytest.approx(1.0)


def test_a_seller_with_few_leads_is_drawn_to_the_others() -> None:
    found = measured([*leads("acme", 20_000, 1_000), *leads("bluebird", 40, 4)])
    assert found["acme"].habits.quality_factor == pytest.approx(0.5, abs=0.01)
    assert 0.5 < found["bluebird"].habits.quality_factor < 0.65


def test_what_is_realised_is_money_not_conversions() -> None:
    (found,) = measured(leads("acme", 20_000, 2_000, value_cents=20_000)).values()
    assert found.habits.quality_factor == pytest.approx(0.5, abs=0.01)
    assert found.record.conversions == 2_000


def test_returns_are_a_share_of_matured_leads_and_modest_where_they_are_few() -> None:
    found = measured([*leads("acme", 2_000, 200, returned=200), *leads("bluebird", 50, 5, returned=0)])
    assert found["acme"].habits.return_rate == pytest.approx(0.1, abs=0.005)
    assert 0.03 < found["bluebird"].habits.return_rate < 0.07


def test_a_sub_source_has_a_return_rate_of_its_own_shrunk_to_that_of_its_seller() -> None:
    good = leads("acme", 2_000, 200, returned=40, facts={"sub_id": "search"})
    bad = leads("acme", 100, 10, returned=50, facts={"sub_id": "incentive"})
    habits = measured([*good, *bad, *leads("acme", LEADS_MIN - 1, 0, facts={"sub_id": "new"})])["acme"].habits
    assert set(habits.sub_source_returns) == {"search", "incentive"}
    assert 0.02 < habits.sub_source_returns["search"] < habits.return_rate < 0.05
    # Half of a hundred came back; fifty leads' worth of belief draws that to the seller's twentieth.
    assert habits.sub_source_returns["incentive"] == pytest.approx(1 / 3, abs=0.02)


def poisoned(rows: int) -> list[Lead]:
    """A good source of one seller, and one of which no lead ever converts."""
    good = leads("acme", 2_000, 200, facts={"sub_id": "search"})
    return [*good, *leads("acme", rows, 0, facts={"sub_id": "incentive"})]


def test_a_poisoned_sub_source_is_priced_down_within_200_leads() -> None:
    habits = measured(poisoned(200))["acme"].habits
    assert habits.sub_sources["incentive"] < 0.3
    assert habits.sub_sources["search"] == pytest.approx(1.0, abs=0.02)
    assert habits.quality_factor > 0.85


def test_a_sub_source_of_few_leads_has_what_its_seller_has() -> None:
    habits = measured(poisoned(LEADS_MIN - 1))["acme"].habits
    assert set(habits.sub_sources) == {"search"}
    (bad,) = [measured(poisoned(LEADS_MIN))["acme"].habits.sub_sources["incentive"]]
    assert 0.6 < bad < 0.8


def test_a_lead_without_a_sub_source_counts_for_its_seller_alone() -> None:
    assert measured(leads("acme", 500, 50, facts={"sub_id": ""}))["acme"].habits.sub_sources == {}


def test_of_countless_sub_sources_those_with_most_leads_are_kept() -> None:
    (one,) = leads("acme", 1, 0)
    named = [replace(one, facts={"sub_id": f"s-{number}"}) for number in range(SOURCES_MAX + 1)]
    kept = measured([*(named * LEADS_MIN), *named[1:]])["acme"].habits.sub_sources
    assert len(kept) == SOURCES_MAX
    assert "s-0" not in kept


def test_what_has_not_matured_or_is_too_little_says_nothing() -> None:
    assert measured([replace(lead, converted=None) for lead in leads("acme", 500, 0)]) == {}
    assert measured(leads("acme", LEADS_MIN - 1, 3)) == {}
    assert measured([]) == {}


def test_a_lead_at_a_fallback_price_counts_for_returns_alone() -> None:
    (found,) = measured(leads("acme", 1_000, 900, returned=100, probability=None, worth=None)).values()
    assert found.habits.quality_factor == 1.0
    assert found.habits.return_rate > 0.09


def test_a_newer_model_is_held_to_what_it_says_itself() -> None:
    (found,) = measured(leads("acme", 20_000, 1_000), lambda _: 0.5).values()
    assert found.habits.quality_factor == pytest.approx(1.0, abs=0.01)
