"""Targets of a campaign, and what cannot come of them."""

from collections.abc import Callable

import pytest

from app.config.load import Declared, LoadedConfig
from app.domain.targets.targets import CampaignTarget
from tests.table import each_row

Declaring = Callable[..., Declared]
Wrong = Callable[..., list[str]]
Warned = Callable[..., str]


@pytest.fixture
def warned(loaded: Callable[..., LoadedConfig]) -> Warned:
    """What a campaign with these keys as well is warned of, as people read it."""
    return lambda keys: "\n".join(map(str, loaded("ceiling = 60\n", f"ceiling = 60\n{keys}\n").warnings))


def test_each_target_is_read_in_the_unit_of_its_kind(campaign_with: Declaring) -> None:
    told = (
        'targets = { cost_per_acquisition = 120.50, return_on_spend = 1.5, seller_share = { at_most = "40%" }, '
        'window = "week", minimum_leads = [{ leads = 40, window = "day" }] }'
    )
    campaign = campaign_with(told).campaigns[0]
    assert [(each.kind, each.amount, each.window, each.owner) for each in campaign.targets] == [
        ("cost_per_acquisition", 12_050.0, "week", "solar-tx"),
        ("return_on_spend", 1.5, "week", "solar-tx"),
        ("share_of_leads", 0.4, "week", "solar-tx"),
        ("minimum", 40.0, "day", "solar-tx"),
    ]
    assert campaign.target_raise_cents == campaign.ceiling_cents // 4


def test_a_share_may_be_one_of_spend_and_prices_rise_as_far_as_is_said(campaign_with: Declaring) -> None:
    told = 'targets = { seller_share = { at_most = 0.5, of = "spend" }, most_above_value = 8 }'
    campaign = campaign_with(told).campaigns[0]
    assert campaign.target_raise_cents == 800
    assert campaign.targets == (
        CampaignTarget(
            name="seller-share-of-spend",
            owner="solar-tx",
            kind="share_of_spend",
            amount=0.5,
            window="day",
            zone=campaign.zone,
        ),
    )


@each_row(
    ("told", "problem"),
    [
        ("cost_per_acquisition = 0", "cost_per_acquisition: it is zero: nothing could be bought. Remedy: write it in"),
        ("cost_per_acquisition = -5", "cost_per_acquisition:"),
        ("return_on_spend = 0", "return_on_spend: 0 is out of bounds. Remedy: use 1.5 for $1.50 of value"),
        ('return_on_spend = "150%"', "return_on_spend:"),
        ("seller_share = { at_most = 0 }", "seller_share.at_most: no seller could sell anything"),
        ('seller_share = { at_most = "100%" }', "seller_share.at_most: no seller can sell more than everything"),
        ('seller_share = { at_most = 0.4, of = "profit" }', "seller_share.of:"),
        ('minimum_leads = [{ leads = 0, window = "day" }]', "minimum_leads[0].leads: nothing is owed"),
        ('minimum_leads = [{ leads = -3, window = "day" }]', "minimum_leads[0].leads: -3 is not a number of leads"),
        ('minimum_leads = [{ leads = 3, window = "hour" }]', "minimum_leads[0].window:"),
        (
            'minimum_leads = [{ leads = 3, window = "day" }, { leads = 5, window = "day" }]',
            "minimum_leads[1].window: two minimums are owed each day",
        ),
        ('cost_per_acquisition = 9, window = "total"', "targets.window:"),
        ("cost_per_aquisition = 9", "did you mean `cost_per_acquisition`?"),
    ],
)
def test_a_target_that_means_nothing_is_refused_by_name(told: str, problem: str, wrong_campaign: Wrong) -> None:
    (text,) = wrong_campaign(f"targets = {{ {told} }}")
    assert problem in text


@pytest.mark.parametrize(
    ("told", "warning"),
    [
        ("", "it holds no target"),
        ("cost_per_acquisition = 900", "$900.00 is no less than a conversion is worth"),
        ("return_on_spend = 0.9", "it acts never"),
        ("cost_per_acquisition = 100, return_on_spend = 2", "it never acts: $450.00 a conversion is what"),
        ('minimum_leads = [{ leads = 101, window = "day" }]', "(100 a day) is full before 101 leads are bought"),
        ('minimum_leads = [{ leads = 701, window = "week" }]', "(100 a day) is full before 701 leads are bought"),
        (
            'cost_per_acquisition = 100, minimum_leads = [{ leads = 9, window = "day" }]',
            "where leads are owed that cost more than `cost_per_acquisition` allows, that wins",
        ),
        ('minimum_leads = [{ leads = 9, window = "day" }], most_above_value = 0', "nothing more is paid"),
        ("seller_share = { at_most = 0.4 }", "1 seller is declared, and cannot all stay below 40%"),
    ],
)
def test_what_cannot_be_met_is_warned_of(told: str, warning: str, warned: Warned) -> None:
    assert warning in warned(f"targets = {{ {told} }}")


def test_a_cost_below_what_the_floor_comes_to_is_warned_of(warned: Warned) -> None:
    told = "floor = 5\nexpected_conversion = 0.02\ntargets = { cost_per_acquisition = 100 }"
    assert "at the floor of $5.00 and 2.0% of leads converting, a conversion costs $250.00 at least" in warned(told)


def test_targets_that_can_be_met_are_not_warned_of(warned: Warned) -> None:
    told = "cost_per_acquisition = 100, minimum_leads = []"
    assert warned(f"targets = {{ {told} }}") == ""
    assert warned('targets = { minimum_leads = [{ leads = 700, window = "week" }] }') == ""
