"""The curve of a bid is the one on which it was chosen, or there is none."""

from pathlib import Path

import pytest

from app.domain.auction.weighing import Offer, curve_of
from app.domain.buyer import Exploration
from app.domain.pricing.landscape import OrtbCurve
from app.reports.pings.curve import shading_curve
from app.reports.pings.decision import Backing, ping_decision
from app.usecases.bidder import Bidder
from tests.bidder import ask, at_bidder, last_ping
from tests.build import buyer, campaign, catalogue, model, seller

WHOLE = catalogue(
    [campaign(), campaign(name="weaker", ceiling_cents=800), campaign(name="fixed", paused=True)],
    buyer=buyer(exploration=Exploration(spread=0.1, wide_spread=0.1)),
)


def offer_in(folder: Path) -> Offer:
    async def scene(bidder: Bidder) -> Offer:
        ask(bidder)
        return last_ping(bidder, folder).decision.bids[0]

    return at_bidder(folder, scene, WHOLE)


def test_the_chosen_bid_stands_on_it_and_no_point_beats_the_best(tmp_path: Path) -> None:
    offer = offer_in(tmp_path)
    assert offer.valuation is not None
    assert offer.quote is not None
    chances = curve_of(model(), seller(), offer.leg, {}, offer.valuation.probability * offer.valuation.worth)
    curve = shading_curve(offer, chances)
    assert curve is not None
    assert (curve.chosen.cents, curve.chosen.win_probability) == (offer.price_cents, offer.win_probability)
    assert curve.chosen.surplus == pytest.approx(offer.surplus)
    assert curve.maximum_cents == offer.quote.bid_value
    assert curve.points[-1].surplus == pytest.approx(0.0)
    best = chances.win_probability(offer.quote.best) * (curve.maximum_cents - offer.quote.best)
    allowed = [each.surplus for each in curve.points if curve.low_cents <= each.cents <= curve.high_cents]
    assert len(allowed) > 20
    assert 0.99 * best < max(allowed) <= best * (1 + 1e-9)
    wins = [each.win_probability for each in curve.points]
    assert wins == sorted(wins)
    assert not curve.is_learned


def test_another_curve_is_not_shown_as_if_it_were_this_one(tmp_path: Path) -> None:
    assert shading_curve(offer_in(tmp_path), OrtbCurve(half_cents=123.0)) is None


def test_a_decision_shows_every_campaigns_say(tmp_path: Path) -> None:
    async def scene(bidder: Bidder) -> None:
        ask(bidder)
        line = last_ping(bidder, tmp_path)
        backing = Backing(configuration=WHOLE.configuration, model=model(), contributions="")
        shown = ping_decision(line, backing)
        assert {(leg.campaign, leg.result) for leg in shown.legs} == {
            ("solar-tx", "bid"),
            ("weaker", "outbid"),
            ("fixed", "refused"),
        }
        for leg in shown.legs:
            assert (leg.curve is None) == (leg.result == "refused")
            assert bool(leg.terms) == (leg.result != "refused")
        assert shown.lacking == ()
        gone = ping_decision(line, Backing(configuration="it is gone", model="it is gone", contributions="it is gone"))
        assert (gone.lacking, gone.zone) == (("it is gone",), "UTC")
        assert all(leg.curve is None for leg in gone.legs)

    at_bidder(tmp_path, scene, WHOLE)
