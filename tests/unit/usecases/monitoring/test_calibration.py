"""What was predicted of matured leads is counted beside what became of them."""

import msgspec
import pytest

from app.domain.auction.weighing import Offer
from app.domain.pricing.pricing import Valuation
from app.store.exports import OutcomeRow, SoldRow
from app.usecases.monitoring.calibration import calibrations
from app.usecases.monitoring.measured import quantile

DAY = 86_400.0
NOW = 100 * DAY


def sold(lead_id: str, *, days_ago: float, probability: float = 0.2, version: str = "1", **more: object) -> SoldRow:
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
    return SoldRow(
        lead_id=lead_id,
        ping_id="p",
        seller_lead_id="",
        sub_id="",
        seller="acme",
        campaign="solar-tx",
        vertical="solar",
        leg="exclusive",
        price_cents=2_000,
        sold_at=NOW - days_ago * DAY,
        zip="78701",
        state="TX",
        decision=None if more.get("lost") else msgspec.json.encode(offer).decode(),
        config_hash="0" * 16,
        model_version=version,
    )


def heard(lead_id: str, *, days_ago: float, event: str = "sold") -> OutcomeRow:
    at = NOW - days_ago * DAY
    return OutcomeRow(
        lead_id=lead_id, event=event, value_cents=None, occurred_at=at, recorded_at=at, source="crm", event_id=lead_id
    )


def test_only_what_converted_in_time_counts_as_converted() -> None:
    leads = [sold("in-time", days_ago=30), sold("late", days_ago=30), sold("quoted", days_ago=30, probability=0.5)]
    outcomes = [
        heard("in-time", days_ago=20),
        heard("late", days_ago=1),
        heard("quoted", days_ago=29, event="quoted"),
        heard("nobody", days_ago=20),
    ]
    found = calibrations(leads, outcomes, {"solar": 14 * DAY}, NOW)["solar", "1"]
    assert (found.leads, found.converted) == (3, 1)
    assert found.predicted == pytest.approx(0.9)


def test_of_two_reports_of_one_sale_the_earlier_counts() -> None:
    outcomes = [heard("a", days_ago=28), heard("a", days_ago=1)]
    assert calibrations([sold("a", days_ago=30)], outcomes, {"solar": 14 * DAY}, NOW)["solar", "1"].converted == 1


def test_leads_that_no_model_scored_or_that_are_too_young_count_nowhere() -> None:
    leads = [
        sold("young", days_ago=13),
        sold("expected", days_ago=30, expected=True),
        sold("lost", days_ago=30, lost=True),
        sold("fallback", days_ago=30, version=""),
    ]
    assert calibrations(leads, [], {"solar": 14 * DAY}, NOW) == {}
    assert calibrations(leads, [], {"roofing": 1.0}, NOW) == {}


def test_each_version_is_judged_by_its_own_leads() -> None:
    leads = [sold("a", days_ago=30), sold("b", days_ago=30, version="2", probability=0.6)]
    found = calibrations(leads, [heard("b", days_ago=29)], {"solar": 14 * DAY}, NOW)
    assert {key: (each.leads, each.converted) for key, each in found.items()} == {
        ("solar", "1"): (1, 0),
        ("solar", "2"): (1, 1),
    }


def test_whoever_counts_many_rests_in_between() -> None:
    rests: list[None] = []
    leads = [sold(str(number), days_ago=30) for number in range(100)]
    calibrations(leads, [], {"solar": DAY}, NOW, lambda: rests.append(None))
    assert len(rests) >= 5


def test_a_quantile_is_the_score_that_so_many_do_not_exceed() -> None:
    # Steps are eighths of a doubling: -16 is a quarter and a little more.
    counts = {-16: 80, -8: 15, 0: 5}
    assert quantile(counts, 0.1) == quantile(counts, 0.5) == pytest.approx(0.25 * 2 ** (1 / 16))
    assert quantile(counts, 0.9) == pytest.approx(0.5 * 2 ** (1 / 16))
    assert quantile(counts, 0.99) == 1.0
