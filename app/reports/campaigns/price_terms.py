"""What makes a campaign's prices: each term of its bids as a mean in cents, in an order in which they add up."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Literal, get_args

import msgspec

from app.domain.auction.weighing import Offer
from app.reports.campaigns.sample import Sample, SampledBid

TermKind = Literal[
    "value", "handling", "check", "boost", "signal", "cap", "demand", "budget", "returns", "target", "caution",
    "shading", "exploration",
]  # fmt: skip

_ORDER: tuple[TermKind, ...] = get_args(TermKind)


_WORDS: Mapping[TermKind, str] = {
    "value": "value of the conversions expected",
    "handling": "handling cost",
    "check": "cost of check {}",
    "boost": "boost {}",
    "signal": "signal {}",
    "cap": "shadow price of {}",
    "demand": "demand of territories",
    "budget": "budget pressure",
    "returns": "expected returns",
    "target": "targets",
    "caution": "cut for open questions",
    "shading": "bid shading",
    "exploration": "random exploration and whole cents",
}


class PriceTerm(msgspec.Struct, frozen=True, kw_only=True):
    """What one cause adds to a mean bid, in cents, less than zero where it takes off; `touched` is the share of bids
    that it moved. `name` says which boost, signal, cap or check it is.
    """

    kind: TermKind
    name: str
    cents: float
    touched: float

    @property
    def words(self) -> str:
        """What it is, for a reader who knows the business."""
        return _WORDS[self.kind].format(self.name)


class PriceTerms(msgspec.Struct, frozen=True, kw_only=True):
    """The mean bid of a campaign and the terms that add up to it, over the `bids` that were sampled from `since` on.

    `maximum_cents` is what leads were worth at most, `win_probability` what was expected of the bids when they were
    sent. `fallback` bids had a fixed price, as no model could price their leads; they are in none of the means.
    """

    since: float
    bids: int
    fallback: int = 0
    price_cents: float = 0.0
    maximum_cents: float = 0.0
    win_probability: float = 0.0
    terms: tuple[PriceTerm, ...] = ()

    @property
    def value_cents(self) -> float:
        """What owning such a lead is worth, before anything is charged for what it uses up."""
        return sum(term.cents for term in self.terms if term.kind in _ORDER[: _ORDER.index("cap")])


def price_terms(sample: Sample, campaign: str) -> PriceTerms:
    """The means of a campaign's bids."""
    sums: dict[tuple[TermKind, str], list[float]] = {}
    bids = fallback = 0
    whole = price = maximum = win = 0.0
    for ping in sample.each():
        for bid in ping.bids:
            offer, weight = bid.offer, ping.weight
            if offer.campaign != campaign:
                continue
            if offer.valuation is None or offer.quote is None:
                fallback += 1
                continue
            bids, whole = bids + 1, whole + weight
            price += weight * offer.price_cents
            maximum += weight * offer.quote.bid_value
            win += weight * offer.win_probability
            _add(sums, _terms(bid), weight)
    if not bids:
        return PriceTerms(since=sample.since, bids=0, fallback=fallback)
    return PriceTerms(
        since=sample.since,
        bids=bids,
        fallback=fallback,
        price_cents=price / whole,
        maximum_cents=maximum / whole,
        win_probability=win / whole,
        terms=tuple(
            [
                PriceTerm(kind=kind, name=name, cents=cents / whole, touched=touched / whole)
                for (kind, name), (cents, touched) in sorted(sums.items(), key=lambda each: _ORDER.index(each[0][0]))
            ]
        ),
    )


def _add(
    sums: dict[tuple[TermKind, str], list[float]], terms: Iterable[tuple[TermKind, str, float]], weight: int
) -> None:
    """Each term of one bid; a cause that comes twice touched it once."""
    for kind, name, cents in terms:
        if cents:
            both = sums.setdefault((kind, name), [0.0, 0.0])
            both[0] += weight * cents
            both[1] += weight


def _terms(bid: SampledBid) -> Iterator[tuple[TermKind, str, float]]:
    """What each cause added to one bid, in cents: together the bid itself."""
    offer = bid.offer
    value = offer.valuation
    assert value is not None
    yield "value", "", value.quality_factor * value.probability * value.worth
    yield "handling", "", -value.handling
    for name, cents in value.checks:
        yield "check", name, -cents
    for name, cents in value.boosts:
        yield "boost", name, cents
    for name, cents in value.signals:
        yield "signal", name, cents
    shadows, demand = value.shadows, value.shadows[-1:] if bid.by_demand else ()
    for name, cents in shadows[: len(shadows) - len(demand)]:
        yield "cap", name, -cents
    for _, cents in demand:
        yield "demand", "", -cents
    yield from _divisions(offer)


def _divisions(offer: Offer) -> Iterator[tuple[TermKind, str, float]]:
    """What budgets, returns, targets and open questions leave of a value, and what is bid of that."""
    value, quote = offer.valuation, offer.quote
    assert value is not None
    assert quote is not None
    left = value.value - sum(cents for _, cents in value.shadows)
    paced = left / (1.0 + value.budget)
    returned = paced / (1.0 - value.return_rate)
    cut = quote.bid_value / (1.0 - value.price_cut) if value.price_cut < 1.0 else returned
    yield "budget", "", paced - left
    yield "returns", "", returned - paced
    yield "target", "", _exactly(cut - returned)
    yield "caution", "", quote.bid_value - cut
    yield "shading", "", quote.best - quote.bid_value
    yield "exploration", "", offer.price_cents - quote.best


def _exactly(cents: float) -> float:
    """No difference that is none but for rounding."""
    return cents if abs(cents) > 1e-6 else 0.0
