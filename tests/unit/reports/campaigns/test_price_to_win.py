"""What it takes to win, held against curves whose answers are known in closed form."""

from math import exp, log

import pytest
from msgspec.structs import replace

from app.domain.pricing.landscape import LearnedCurve, Logistic, OrtbCurve
from app.domain.pricing.pricing import Curve
from app.reports.campaigns.price_to_win import AUCTIONS_MIN, PriceToWin, prices_to_win
from app.reports.campaigns.sample import Sample
from tests.campaigns import offered, sampled, sampled_ping
from tests.table import each_row

HALF = 2_500.0


def auctions(count: int, won: int, curve: Curve | None = None, days: float = 1.0, price_cents: int = 2_000) -> Sample:
    """So many of Acme's from Texas, of which the first were won."""
    known = curve or OrtbCurve(half_cents=HALF)
    pings = [sampled_ping(number, offered(price_cents), curve=known) for number in range(count)]
    return sampled(pings, [f"{number}-exclusive" for number in range(won)], days)


def only(sample: Sample) -> PriceToWin:
    (row,) = prices_to_win(sample, "seller").rows
    return row


def test_the_price_that_wins_half_is_that_of_the_curve() -> None:
    row = only(auctions(100, 44))
    assert row.half_cents == pytest.approx(HALF, rel=5e-4)
    assert (row.price_cents, row.auctions, row.won, row.evidence) == (2_000.0, 100, 44, "declared")
    assert row.expected == pytest.approx(100 * 2_000 / 4_500)
    assert not row.is_off
    assert row.half_low_cents is row.half_high_cents is None, "nobody measured a declared curve"


def test_leads_that_differ_are_won_by_one_price_as_often_as_not() -> None:
    cheap = [sampled_ping(number, curve=OrtbCurve(half_cents=1_000)) for number in range(50)]
    dear = [sampled_ping(number, curve=OrtbCurve(half_cents=4_000)) for number in range(50, 100)]
    row = only(sampled([*cheap, *dear]))
    assert row.half_cents == pytest.approx(2_000.0, rel=5e-4), "b / (1000 + b) + b / (4000 + b) = 1"


def test_a_dollar_more_is_reckoned_for_a_day() -> None:
    row = only(auctions(100, 44, days=2.0))
    now, then = 2_000 / 4_500, 2_100 / 4_600
    assert row.a_day == 50.0
    assert row.leads_a_day == pytest.approx(50 * now)
    assert row.more_leads == pytest.approx(50 * (then - now))
    assert row.more_cents == pytest.approx(50 * (then * 2_100 - now * 2_000))
    assert row.more_surplus_cents == pytest.approx(50 * (then * (8_000 - 2_100) - now * (8_000 - 2_000)))


def test_a_ping_that_stands_for_many_counts_as_many_and_is_seen_once() -> None:
    heavy = [replace(ping, weight=8) for ping in auctions(100, 44).pings]
    row = only(sampled(heavy))
    assert (row.auctions, row.a_day) == (100, 800.0)


def test_too_few_auctions_say_nothing_but_how_many_they_are() -> None:
    row = only(auctions(AUCTIONS_MIN - 1, 5))
    assert (row.evidence, row.auctions, row.won) == ("too_few", AUCTIONS_MIN - 1, 5)
    assert row.half_cents is row.expected is row.more_leads is row.won_low is row.seen_half_cents is None


@each_row(("won", "is_off"), [(44, False), (10, True), (90, True)])
def test_what_was_won_moves_the_price_that_wins_half(won: int, is_off: bool) -> None:
    row = only(auctions(100, won))
    assert row.is_off is is_off
    # F(b / k) = won / 100 at b = 2000, so that k = 2000 / HALF * (100 - won) / won.
    seen = 2_000 * (100 - won) / won
    assert row.seen_half_cents == pytest.approx(seen, rel=1e-3)
    assert row.seen_half_low_cents is not None
    assert row.seen_half_high_cents is not None
    assert row.seen_half_low_cents < seen < row.seen_half_high_cents
    assert row.is_beyond, "all bids were the same"


@each_row(("won", "low", "high"), [(0, True, False), (100, False, True)])
def test_of_none_and_of_all_only_one_bound_is_known(won: int, low: bool, high: bool) -> None:
    row = only(auctions(100, won))
    assert row.seen_half_cents is None
    assert (row.seen_half_low_cents is not None, row.seen_half_high_cents is not None) == (low, high)


def test_the_bounds_of_a_learned_curve_are_those_of_its_posterior() -> None:
    known = LearnedCurve(competition=Logistic(spread=0.4, doubt=0.5, width=0.05), middle=log(HALF))
    row = only(auctions(100, 30, known))
    assert row.evidence == "learned"
    assert row.half_cents == pytest.approx(HALF, rel=5e-4)
    assert row.half_low_cents == pytest.approx(HALF * exp(-1.96 * 0.05), rel=1e-3)
    assert row.half_high_cents == pytest.approx(HALF * exp(1.96 * 0.05), rel=1e-3)
    unmeasured = LearnedCurve(competition=Logistic(spread=0.4), middle=log(HALF))
    assert only(auctions(100, 30, unmeasured)).half_low_cents is None


def test_rows_are_by_seller_vertical_leg_and_what_is_asked_for() -> None:
    both = (offered(2_000), offered(1_200, leg="shared"))
    pings = [sampled_ping(1, *both, state="TX", source="a"), sampled_ping(2, *both, state="CA", source="")]
    pings += [sampled_ping(3, offered(), seller="bluebird", state="TX", source="a")]
    sample = sampled(pings)
    by_seller = prices_to_win(sample, "seller")
    assert [(row.seller, row.vertical, row.leg, row.auctions) for row in by_seller.rows] == [
        ("acme", "solar", "exclusive", 2),
        ("acme", "solar", "shared", 2),
        ("bluebird", "solar", "exclusive", 1),
    ]
    assert by_seller.sellers == ("acme", "bluebird")
    assert {row.name for row in prices_to_win(sample, "state", seller="acme").rows} == {"TX", "CA"}
    assert {row.name for row in prices_to_win(sample, "source", leg="exclusive").rows} == {"a", "(none)"}
    assert prices_to_win(sample, "seller", seller="nobody").rows == ()


def test_a_bid_without_a_curve_or_at_the_fallback_price_is_no_auction() -> None:
    ping = sampled_ping(1, offered(quote=None))
    assert prices_to_win(sampled([ping]), "seller").rows == ()


def test_names_that_a_seller_makes_up_are_cut_and_rows_are_bounded() -> None:
    pings = [sampled_ping(number, source=f"{number:04}" + "x" * 500) for number in range(150)]
    found = prices_to_win(sampled(pings), "source")
    assert (len(found.rows), found.left_out) == (60, 90)
    assert max(len(row.name) for row in found.rows) == 64
