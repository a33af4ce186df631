"""What a rival would pay, rule by rule."""

from statistics import fmean, pstdev
from typing import Any

import msgspec
import pytest

from app.mock_exchange import truth
from app.mock_exchange.chance import chance_of
from app.mock_exchange.consumers import consumer, ping_of
from app.mock_exchange.market.rival import Lead, Rival, Rule, appraise, manner_of
from app.wire.ping import Leg
from tests.build import NOW
from tests.table import each_row

HOME: dict[str, Any] = {"vertical": "solar", "state": "TX", "homeowner": True, "monthly_bill": 250}


def rival(**changed: Any) -> Rival:
    return Rival(**{"name": "summit", "kind": "rules", "verticals": {"solar": 40.0}} | changed)


def appraised(buyer: Rival, lead: Lead = HOME) -> dict[Leg, int] | str:
    return appraise(buyer, chance_of(1, "lead"), lead)


def test_a_fixed_buyer_pays_its_price_and_less_for_a_shared_leg() -> None:
    assert appraised(rival(kind="fixed")) == {"exclusive": 4_000, "shared": 2_000}
    assert appraised(rival(kind="fixed", shared_share=0.0)) == {"exclusive": 4_000}


@each_row(("lead_type", "legs"), [("exclusive", {"exclusive": 4_000}), ("shared", {"shared": 2_000})])
def test_only_what_the_seller_offers_is_bid_on(lead_type: str, legs: dict[str, int]) -> None:
    assert appraised(rival(), HOME | {"lead_type": lead_type}) == legs


@each_row(
    ("buyer", "lead", "code"),
    [
        (rival(), HOME | {"vertical": "roofing"}, "unsupported_vertical"),
        (rival(), {}, "unsupported_vertical"),
        (rival(states=("CA", "AZ")), HOME, "outside_territory"),
        (rival(takes=0.0), HOME, "filtered"),
        (rival(rules=(Rule(field="homeowner", equals=True, refuse=True),)), HOME, "filtered"),
        (rival(rules=(Rule(field="homeowner", equals=True, add=-50.0),)), HOME, "low_value"),
        (rival(), HOME | {"min_price": "40.01"}, "below_floor"),
        (rival(), HOME | {"min_price": "much"}, "invalid_field"),
    ],
)
def test_a_refusal_has_its_code(buyer: Rival, lead: Lead, code: str) -> None:
    assert appraised(buyer, lead) == code


def test_a_floor_leaves_the_legs_above_it() -> None:
    assert appraised(rival(), HOME | {"min_price": 40}) == {"exclusive": 4_000}


@each_row(
    ("rule", "fits"),
    [
        ({"field": "monthly_bill", "at_least": 250}, True),
        ({"field": "monthly_bill", "at_least": 251}, False),
        ({"field": "monthly_bill", "at_most": 250}, True),
        ({"field": "monthly_bill", "at_most": 249.5}, False),
        ({"field": "monthly_bill", "at_least": 100, "at_most": 200}, False),
        ({"field": "homeowner", "is": True}, True),
        ({"field": "homeowner", "is": False}, False),
        ({"field": "state", "in": ["TX", "AZ"]}, True),
        ({"field": "state", "in": ["CA"]}, False),
        ({"field": "state", "at_least": 3}, False),
        ({"field": "state"}, True),
        ({"field": "roof_age", "at_most": 99}, False),
    ],
)
def test_a_rule_adds_where_all_of_it_holds(rule: dict[str, Any], fits: bool) -> None:
    read = msgspec.convert(rule | {"add": 2.5}, Rule)
    assert appraised(rival(rules=(read,), shared_share=0.0)) == {"exclusive": 4_250 if fits else 4_000}


def modelled(buyer: Rival, number: int) -> int:
    who = consumer(1, number, "solar")
    legs = appraise(buyer, chance_of(1, buyer.name, who.lead_id), ping_of(who, NOW))
    assert isinstance(legs, dict)
    return legs["exclusive"]


def test_a_model_bids_what_the_visible_chance_is_worth() -> None:
    exact = rival(kind="model", verticals={"solar": 800.0}, noise=0.0)
    for number in range(1, 50):
        seen = truth.visible_probability("solar", consumer(1, number, "solar").fields)
        assert modelled(exact, number) == round(100 * seen * 800.0 * 0.6)


def test_a_model_bids_more_for_better_leads_and_is_sometimes_wrong() -> None:
    exact, noisy = (rival(kind="model", verticals={"solar": 800.0}, noise=noise) for noise in (0.0, 0.25))
    numbers = sorted(range(1, 401), key=lambda number: modelled(exact, number))
    bids = [modelled(noisy, number) for number in numbers]
    assert fmean(bids[200:]) > 1.5 * fmean(bids[:200])
    errors = [bid / modelled(exact, number) for bid, number in zip(bids, numbers, strict=True)]
    assert pstdev(errors) == pytest.approx(0.25, rel=0.25)


def test_manners_come_at_their_rates_and_one_at_a_time() -> None:
    careless = rival(hang_share=0.1, malformed_share=0.2, error_share=0.3)
    manners = [manner_of(careless, chance_of(1, number)) for number in range(4_000)]
    for manner, share in {"hang": 0.1, "malformed": 0.2, "error": 0.3, "well": 0.4}.items():
        assert manners.count(manner) / 4_000 == pytest.approx(share, abs=0.03)  # type: ignore[arg-type]


@each_row(
    ("changed", "named"),
    [
        ({"kind": "model", "verticals": {"pets": 9.0}}, "verticals: no model knows pets"),
        ({"kind": "fixed", "rules": [{"field": "state"}]}, "rules: "),
        ({"hang_share": 0.6, "error_share": 0.5}, "lower them to 1"),
        ({"hangs": 0.6}, "hangs"),
    ],
)
def test_a_wrong_declaration_says_what_to_mend(changed: dict[str, Any], named: str) -> None:
    declared = {"name": "summit", "kind": "rules", "verticals": {"solar": 40.0}} | changed
    with pytest.raises(msgspec.ValidationError, match=named):
        msgspec.convert(declared, Rival)
