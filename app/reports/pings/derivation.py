"""How one bid was computed, term by term in dollars: the one derivation that text, page and JSON show."""

from collections.abc import Iterator
from typing import Literal

import msgspec

from app.domain.auction.weighing import Offer
from app.domain.money import money
from app.domain.pricing.price_points import PricePoint
from app.domain.pricing.pricing import Quote, Valuation

Sign = Literal["", "+", "-", "x", "/", "~", "="]
"""What a term does to what stands above it; "=" is what it comes to, "" is said beside it."""

FALLBACK = "the campaign's fallback price, as no model could price this lead"


class Term(msgspec.Struct, frozen=True, kw_only=True):
    """One row of a derivation: `said` is its amount in words. `is_shadow` where it is the price of something scarce."""

    sign: Sign
    name: str
    said: str
    is_shadow: bool = False


def derivation(offer: Offer) -> tuple[Term, ...]:
    """Every term from the probability of a conversion to the bid; nothing of a fallback price, which has none."""
    if offer.valuation is None or offer.quote is None:
        return ()
    return tuple(_bid(offer, offer.valuation, offer.quote))


def valued(valuation: Valuation) -> tuple[Term, ...]:
    """The same as far as the maximum bid, where no bid came of it."""
    return (*_value(valuation), _term("=", "maximum bid", money(valuation.bid_value)))


def _bid(offer: Offer, valuation: Valuation, quote: Quote) -> Iterator[Term]:
    yield from valued(valuation)
    for point in quote.points:
        yield _term("", f"price point {money(point.cents)}", _point(point, quote))
    yield _term("", "best bid", f"{money(quote.best)} (allowed: {money(quote.low)} to {money(quote.high)})")
    if offer.spread > 0.0:
        yield _term("", f"random exploration (spread {offer.spread:.0%})".replace("%", " %"), money(offer.drawn))
    yield _term("=", "bid", money(offer.price_cents))
    yield _term("", "win probability", f"{offer.win_probability:.2f} (expected surplus {money(offer.surplus)})")


def _point(point: PricePoint, quote: Quote) -> str:
    """What an allowed price would have earned, or why it could not be bid."""
    if point.cents < quote.low:
        return f"refused: below {money(quote.low)}, the floor or the seller's minimum"
    if point.cents > quote.bid_value:
        return f"refused: above the maximum bid, {money(quote.bid_value)}"
    if point.cents > quote.high:
        return f"refused: above {money(quote.high)}, the ceiling or what is left of a budget"
    surplus = point.win_probability * (quote.bid_value - point.cents)
    return f"win probability {point.win_probability:.2f} (expected surplus {money(surplus)})"


def _value(valuation: Valuation) -> Iterator[Term]:
    said_by = " (expected_conversion, as no model could price this lead)" if valuation.expected else ""
    yield _term("", "conversion probability", f"{valuation.probability:.4f}{said_by}")
    p = valuation.probability
    said_by = f" (the model predicts {money(valuation.predicted)})" if valuation.predicted else ""
    yield _term("x", "conversion value", f"{money(valuation.worth)}{said_by}")
    for disposition in valuation.dispositions:
        said = f"probability {disposition.probability:.4f}, {money(disposition.cents)} each"
        share = money(disposition.probability / p * disposition.cents)
        yield _term("", f"of that for {disposition.name} leads", f"{share} ({said})")
    if valuation.quality_factor != 1.0:
        whose = f"sub-source {valuation.sub_source}" if valuation.sub_source else "the seller"
        yield _term("x", f"quality factor of {whose}", f"{valuation.quality_factor:.2f}")
    yield _term("-", "handling cost", money(valuation.handling))
    for name, cents in valuation.checks:
        yield _term("-", f"cost of check {name}", _cents(cents))
    for name, cents in valuation.boosts:
        yield _term("+", f"boost {name}", money(cents))
    for name, cents in valuation.signals:
        yield _term("+", f"signal {name}", money(cents))
    yield _term("=", "lead value", money(valuation.value))
    for name, cents in valuation.shadows:
        yield Term(sign="-", name=f"shadow price of {name}", said=money(cents), is_shadow=True)
    yield from _targets(valuation)
    if valuation.budget:
        yield Term(sign="/", name="1 + budget pressure", said=f"{1.0 + valuation.budget:.2f}", is_shadow=True)
    if valuation.return_rate:
        yield _term("/", "1 - return rate", f"{1.0 - valuation.return_rate:.2f}")
    if valuation.price_cut:
        yield _term("x", "1 - cut for open questions", f"{1.0 - valuation.price_cut:.2f}")


def _cents(cents: float) -> str:
    """An amount that may be a part of a cent."""
    return money(cents) if cents == round(cents) else f"${cents / 100:.5f}".rstrip("0")


def _targets(valuation: Valuation) -> Iterator[Term]:
    """What each target does to the maximum bid, and what it goes by."""
    for term in valuation.targets:
        name = f"target {term.name}"
        if term.cents:
            yield _target("+" if term.cents > 0.0 else "-", name, money(abs(term.cents)))
        elif term.allowance:
            allowed = money(valuation.allowed(term))
            yield _target("~", name, f"pressure {term.pressure:.2f} towards the {allowed} that it may cost")
        else:
            yield _target("~", name, f"its price weighs {1.0 + term.pressure:.2f}")
    if valuation.targets:
        moved = valuation.bid_value - valuation.without_targets
        most = f" (raised by {money(valuation.raise_max)} at most)" if moved > 0.0 else ""
        yield _term("=", "moved by targets", f"{'-' if moved < 0.0 else '+'}{money(abs(moved))}{most}")


def _target(sign: Sign, name: str, said: str) -> Term:
    return Term(sign=sign, name=name, said=said, is_shadow=True)


def _term(sign: Sign, name: str, said: str) -> Term:
    return Term(sign=sign, name=name, said=said)
