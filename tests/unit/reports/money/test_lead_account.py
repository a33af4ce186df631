"""What one lead cost and brought, as its decision, its outcomes and its return say."""

from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from app.domain.auction.weighing import Offer
from app.domain.checks.check import Check
from app.domain.configuration import Configuration
from app.domain.pricing.disposition_value import DispositionTerm
from app.domain.pricing.pricing import Valuation
from app.reports.money.delay import ConversionDelay
from app.reports.money.lead_account import Costs, LeadAccount, lead_account
from app.store.returns.accounts import LeadFacts
from tests import build
from tests.table import each_row

NOW, DAY_S = build.NOW, 86_400.0
DELAY = ConversionDelay(matures_s=10 * DAY_S)
VALUED = Valuation(
    probability=0.2, worth=40_000.0, quality_factor=0.5, handling=150.0, checks=(("trustedform", 1.5), ("dnc", 0.25))
)
CHECK = Check(
    name="dnc", provider="dncscrub", secret="env:DNC", url="https://dnc.example", on_unknown={}, post_millicents=400
)
COSTS = Costs(
    Configuration(
        config_hash="0" * 16,
        buyer=build.buyer(),
        verticals=(build.vertical(),),
        campaigns=(build.campaign(handling_cents=99, disposition_values={"contacted": 200, "quoted": 1_000}),),
        sellers=(build.seller(),),
        checks=(CHECK,),
    )
)


def decision(valuation: Valuation | None) -> str:
    offer = Offer(
        campaign="solar-tx",
        brand="Bright Roofs",
        leg="exclusive",
        price_cents=2_140,
        win_probability=0.5,
        surplus=1.0,
        valuation=valuation,
    )
    return msgspec.json.encode(offer).decode()


def account(age_days: float = 20.0, **facts: Any) -> LeadAccount:
    lead = LeadFacts(
        lead_id="lead-1",
        seller="acme",
        sub_id="search-7",
        campaign="solar-tx",
        vertical="solar",
        state="TX",
        price_cents=2_140,
        sold_at=NOW - age_days * DAY_S,
        decision=decision(VALUED),
        returned=None,
        told=(),
    )
    return lead_account(replace(lead, **facts), COSTS, DELAY, NOW)


def test_a_mature_lead_without_outcomes_brought_nothing_and_nothing_is_expected() -> None:
    lead = account()
    assert lead.is_mature
    assert (lead.value_cents, lead.to_come_cents, lead.is_heard_of) == (0, 0.0, False)
    assert (lead.handling_cents, lead.checks_millicents, lead.predicted_cents) == (150, 1_750, 4_000.0)


def test_a_young_lead_is_expected_to_bring_what_its_bid_said_the_less_the_older_it_is() -> None:
    assert account(0.0).to_come_cents == pytest.approx(4_000.0)
    # Half of its time has passed: 0.1 * 0.5 / (1 - 0.1 * 0.5) of 40,000.
    assert account(5.0).to_come_cents == pytest.approx(40_000 * 0.05 / 0.95)
    assert account(9.99).to_come_cents < 5.0


@each_row("facts", [{"returned": "accepted"}, {"told": (("invalid", NOW, NOW, None),)}])
def test_nothing_is_expected_of_a_lead_that_is_given_up(facts: dict[str, Any]) -> None:
    assert account(1.0, **facts).to_come_cents == 0.0


def test_a_return_that_is_only_asked_for_gives_nothing_back_and_ends_no_hope() -> None:
    lead = account(1.0, returned="requested")
    assert lead.credited_cents == 0
    assert lead.to_come_cents > 0.0
    assert account(returned="accepted").credited_cents == 2_140


def test_a_stated_value_counts_as_it_was_last_corrected() -> None:
    told = (("sold", NOW - 9.0, NOW, 50_000), ("sold", NOW - 5.0, NOW, 45_000), ("contacted", NOW - 20.0, NOW, None))
    lead = account(1.0, told=told)
    # A contact brings $2 and a quote $10 here, and who bought was quoted.
    assert (lead.converted, lead.contacted, lead.value_cents) == (True, True, 45_000 + 200 + 1_000)
    assert lead.to_come_cents == 0.0


def test_a_sale_without_a_value_counts_as_the_lead_was_valued() -> None:
    told = (("sold", NOW, NOW, None),)
    assert account(told=told).value_cents == 40_000 + 1_200
    assert account(told=told, decision=None).value_cents == 40_000 + 1_200
    assert account(told=told, campaign="gone", decision=None).value_cents == 0


def test_dispositions_count_at_what_the_bid_took_them_for_and_apart_from_the_conversion() -> None:
    terms = (DispositionTerm("quoted", 0.3, 2_000), DispositionTerm("contacted", 0.6, 300))
    # V holds what they bring for each conversion: (0.3 * 2,000 + 0.6 * 300) / 0.2 = 3,900.
    valued = decision(replace(VALUED, quality_factor=1.0, worth=43_900.0, dispositions=terms))
    told = (("sold", NOW, NOW, None),)
    assert account(decision=valued, told=told).value_cents == 40_000 + 2_000 + 300
    reached = account(decision=valued, told=(("contacted", NOW, NOW, None),))
    assert (reached.value_cents, reached.converted) == (300, False)
    young = account(0.0, decision=valued, told=(("contacted", NOW, NOW, None),))
    assert young.to_come_cents == pytest.approx(0.2 * 40_000 + 0.3 * 2_000)


@each_row("lost", [None, "{", '{"valuation": {"probability": "x"}}', decision(None)])
def test_where_the_bid_says_no_value_the_configuration_says_the_costs(lost: str | None) -> None:
    lead = account(0.0, decision=lost)
    assert (lead.handling_cents, lead.checks_millicents) == (99, 400)
    assert (lead.predicted_cents, lead.to_come_cents) == (None, 0.0)


def test_an_outcome_of_another_version_says_nothing() -> None:
    lead = account(told=(("teleported", NOW, NOW, 5),))
    assert (lead.value_cents, lead.contacted, lead.is_heard_of) == (0, False, True)
