"""How prices went through a day, and what shadow prices took off them."""

import pytest

from app.domain.pricing.pricing import Valuation
from app.reports.campaigns.price_course import price_course
from app.reports.campaigns.price_terms import price_terms
from app.reports.tally import QUARTER_S
from tests.campaigns import offered, sampled, sampled_ping

PRESSED = Valuation(probability=0.2, worth=40_000.0, shadows=(("daily", 700.0), ("TX", -200.0)), budget=0.25)


def test_each_quarter_has_the_means_of_its_bids_by_their_weight() -> None:
    pings = [sampled_ping(0, offered(1_000, PRESSED), weight=3), sampled_ping(1, offered(2_000, PRESSED))]
    (quarter,) = price_course(sampled(pings), 0.0)
    assert (quarter.start % QUARTER_S, quarter.bids, quarter.price_cents) == (0.0, 4, 1_250.0)


def test_what_is_taken_off_is_what_the_terms_of_a_campaign_say_of_caps_demand_and_budget() -> None:
    sample = sampled([sampled_ping(0, offered(1_000, PRESSED))])
    (quarter,) = price_course(sample, 0.0)
    terms = price_terms(sample, "solar-tx").terms
    taken = -sum(term.cents for term in terms if term.kind in ("cap", "demand", "budget"))
    assert quarter.shadow_cents == pytest.approx(taken)


def test_what_was_bid_before_the_day_is_not_of_it() -> None:
    pings = [sampled_ping(0, offered(1_000, PRESSED))]
    assert price_course(sampled(pings), pings[0].at + 1.0) == ()
