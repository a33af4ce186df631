"""The terms of a price add up to it, whatever they are, and each is named for what it is."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.pricing.pricing import TargetTerm, Valuation
from app.reports.campaigns.price_terms import price_terms
from tests.campaigns import offered, sampled, sampled_ping

CENTS = st.floats(0.0, 2_000.0)
NAMED = st.lists(st.tuples(st.sampled_from(["a", "b", "c"]), CENTS), max_size=3).map(tuple)
VALUATIONS = st.builds(
    Valuation,
    probability=st.floats(0.01, 1.0),
    worth=st.floats(100.0, 50_000.0),
    quality_factor=st.floats(0.2, 2.0),
    handling=CENTS,
    boosts=NAMED,
    signals=NAMED,
    shadows=NAMED,
    checks=NAMED,
    budget=st.floats(0.0, 2.0),
    return_rate=st.floats(0.0, 0.5),
    price_cut=st.floats(0.0, 0.9),
    targets=st.lists(
        st.builds(TargetTerm, name=st.just("t"), cents=CENTS, pressure=st.floats(0.0, 2.0), allowance=CENTS), max_size=2
    ).map(tuple),
    raise_max=CENTS,
)


@settings(max_examples=40)
@given(st.lists(VALUATIONS, min_size=1, max_size=4), st.booleans())
def test_terms_add_up_to_the_mean_bid(valuations: list[Valuation], by_demand: bool) -> None:
    pings = [
        sampled_ping(
            number, offered(1_000 + number, each), by_demand=by_demand and bool(each.shadows), weight=1 + number
        )
        for number, each in enumerate(valuations)
    ]
    terms = price_terms(sampled(pings), "solar-tx")
    assert sum(term.cents for term in terms.terms) == pytest.approx(terms.price_cents, abs=1e-6)
    assert terms.bids == len(valuations)
    worth = sum(term.cents for term in terms.terms if term.kind not in ("shading", "exploration"))
    assert worth == pytest.approx(terms.maximum_cents, abs=1e-6)


def test_each_term_is_named_and_says_how_many_bids_it_moved() -> None:
    moved = Valuation(
        probability=0.2,
        worth=40_000.0,
        handling=100.0,
        boosts=(("push", 300.0),),
        signals=(("hail", 250.0),),
        shadows=(("daily", 700.0), ("TX", -200.0)),
        budget=0.25,
        return_rate=0.1,
        checks=(("scrub", 5.0),),
    )
    pings = [sampled_ping(1, offered(2_000, moved), by_demand=True), sampled_ping(2, offered(2_000))]
    terms = price_terms(sampled(pings), "solar-tx")
    found = {(term.kind, term.name): (round(term.cents), term.touched) for term in terms.terms}
    assert found["value", ""] == (8_000, 1.0)
    assert found["handling", ""] == (-50, 0.5)
    assert found["check", "scrub"] == (-2, 0.5)
    assert found["boost", "push"] == (150, 0.5)
    assert found["signal", "hail"] == (125, 0.5)
    assert found["cap", "daily"] == (-350, 0.5)
    assert found["demand", ""] == (100, 0.5)
    assert found["budget", ""] == (-794, 0.5), "a fifth of what is left of $79.45"
    assert found["returns", ""][0] > 0
    assert ("target", "") not in found
    assert [term.kind for term in terms.terms][:3] == ["value", "handling", "check"]
    assert {term.words for term in terms.terms} >= {"shadow price of daily", "boost push", "demand of territories"}


def test_a_fallback_price_has_no_terms_and_is_counted_apart() -> None:
    pings = [sampled_ping(1, offered(900, quote=None)), sampled_ping(2)]
    terms = price_terms(sampled(pings), "solar-tx")
    assert (terms.bids, terms.fallback, terms.price_cents) == (1, 1, 2_000.0)
    assert price_terms(sampled(pings), "another").bids == 0
