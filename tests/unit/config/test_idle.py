"""What cannot act on a price that is fixed."""

from app.config.idle import idle_settings
from app.domain.pricing.disposition_value import DispositionCurve
from app.domain.pricing.expected_conversion import ExpectedConversion
from app.domain.pricing.pricing import Worth
from app.domain.schedule import ALWAYS, Boost, Schedule
from app.domain.targets.targets import CampaignTarget
from tests.build import campaign, model

PUSH = Schedule(hours=ALWAYS, boosts=(Boost(name="weekend push", cents=900, hours=ALWAYS),))
FIXED = campaign(fallback_cents=600, schedule=PUSH, demand_cents=1_200)


def test_a_boost_and_demand_on_a_fixed_price_are_named() -> None:
    (text,) = idle_settings([FIXED], {})
    assert text == (
        "campaigns.solar-tx: no model prices solar, so it bids its fallback_price, $6.00, and "
        'boost "weekend push" and demand_max_adjustment cannot act on it. '
        "Remedy: set expected_conversion, or train a model."
    )


def test_a_campaign_that_cannot_price_at_all_buys_nothing() -> None:
    (text,) = idle_settings([campaign()], {})
    assert "it has neither expected_conversion nor fallback_price: it buys nothing" in text


def test_nothing_is_said_where_all_can_act() -> None:
    assert idle_settings([FIXED], {"solar": model()}) == ()
    assert idle_settings([campaign(expected_conversion=ExpectedConversion(rate=0.1), schedule=PUSH)], {}) == ()
    assert idle_settings([campaign(fallback_cents=600)], {}) == ()


def test_a_value_that_no_model_predicts_is_named_with_what_stands_in_for_it() -> None:
    valued = campaign(worth=Worth(field="predicted_value", rate=1.0, missing_cents=9_000))
    (text,) = idle_settings([valued], {"solar": model()})
    assert "solar-tx: no model of solar predicts what a conversion brings, so each counts as $90.00" in text
    assert idle_settings([valued], {"solar": model(value=lambda _: 120.0)}) == ()


def test_dispositions_that_no_model_knows_are_named() -> None:
    valued = campaign(disposition_values={"qualified": 900, "contacted": 100})
    (text,) = idle_settings([valued], {"solar": model(dispositions={"contacted": DispositionCurve(1.0, 0.0)})})
    assert (
        "solar-tx: no model of solar knows how many leads come to qualified: disposition_values of it add nothing"
        in text
    )


def test_targets_cannot_act_on_a_fixed_price() -> None:
    cost = CampaignTarget(
        name="cost", owner="solar-tx", kind="cost_per_acquisition", amount=9_000.0, window="day", zone="Etc/UTC"
    )
    (text,) = idle_settings([campaign(fallback_cents=600, targets=(cost,))], {})
    assert "so it bids its fallback_price, $6.00, and targets cannot act on it" in text
    assert idle_settings([campaign(fallback_cents=600, targets=(cost,))], {"solar": model()}) == ()
