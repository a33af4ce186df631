"""The value of a lead and the best bid for it: one objective, every term in cents and recorded."""

from collections.abc import Mapping
from math import isfinite
from typing import Protocol

import msgspec
from msgspec.structs import replace

from app.domain.pricing.disposition_value import DispositionTerm
from app.domain.pricing.price_points import PricePoint
from app.wire.ping import Value

_WEIGHT_MIN = 0.5
"""A share of spend lets other sellers' prices weigh less, but never less than this."""
_UNBOUNDED_CENTS = 10**9


class Curve(Protocol):
    """P(win at b) of one lead at one seller on one leg, and the bid that makes the most of it.

    `doubt` is how little is known of it: 1 of what nobody measured, the less the more auctions taught it.
    """

    @property
    def doubt(self) -> float: ...

    def win_probability(self, bid_cents: float) -> float: ...

    def best_bid(self, worth_cents: float, low_cents: float, high_cents: float) -> float: ...


class Worth(msgspec.Struct, frozen=True, kw_only=True):
    """`base_cents`, plus `rate` of the dollars in `field` (within `low_cents`..`high_cents` where they are set).

    A lead without the field is worth `base_cents` plus `missing_cents`.
    """

    base_cents: int = 0
    field: str = ""
    rate: float = 0.0
    missing_cents: int = 0
    low_cents: int = 0
    high_cents: int | None = None

    @property
    def most_cents(self) -> int:
        """What no conversion brings more than; $10 million where nothing bounds it."""
        if not self.field:
            return self.base_cents
        of_any = _UNBOUNDED_CENTS if self.rate > 0.0 else max(self.base_cents, self.low_cents)
        of_any = min(of_any, self.high_cents) if self.high_cents is not None else of_any
        return max(of_any, self.base_cents + self.missing_cents)

    def of(self, facts: Mapping[str, Value]) -> float:
        """Contribution of one conversion of a lead with these facts, in cents."""
        if not self.field:
            return float(self.base_cents)
        amount = facts.get(self.field)
        if isinstance(amount, str) or amount is None or amount != amount:
            return float(self.base_cents + self.missing_cents)
        worth = self.base_cents + self.rate * float(amount) * 100.0
        worth = max(worth, float(self.low_cents))
        return min(worth, float(self.high_cents)) if self.high_cents is not None else worth


class TargetTerm(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """What a target makes of a lead: `cents` are added to its value, and each cent of its price weighs `pressure` more.

    Of a target of cost, `allowance` cents a conversion may be spent, so that only what is above them weighs.
    """

    name: str
    cents: float = 0.0
    pressure: float = 0.0
    allowance: float = 0.0


class Valuation(msgspec.Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True):
    """Every term of v = quality factor p V - h + boost + signal and of u = (v - sum nu) / ((1 + mu)(1 - q)).

    `probability` is p, `worth` V, `handling` h, `return_rate` q, `budget` mu. `shadows` are the nu of caps and
    territory by name, `boosts` and `signals` the premiums by name. All money in cents. `expected` says that p is what
    the campaign expects of all such leads, as no model said it of this one; `predicted` is what the model says that a
    conversion brings, where V is made of that, and V holds what `dispositions` before it bring for each conversion;
    `sub_source` whose quality factor it is where not the seller's. `checks` are the costs of having it checked, by
    check; `price_cut` is the share that its open questions take off u. `targets` move u, by at most
    `raise_max` cents upwards.
    """

    probability: float
    worth: float
    predicted: float = 0.0
    dispositions: tuple[DispositionTerm, ...] = ()
    quality_factor: float = 1.0
    handling: float = 0.0
    boosts: tuple[tuple[str, float], ...] = ()
    signals: tuple[tuple[str, float], ...] = ()
    shadows: tuple[tuple[str, float], ...] = ()
    budget: float = 0.0
    return_rate: float = 0.0
    expected: bool = False
    sub_source: str = ""
    targets: tuple[TargetTerm, ...] = ()
    raise_max: float = 0.0
    checks: tuple[tuple[str, float], ...] = ()
    price_cut: float = 0.0

    @property
    def value(self) -> float:
        """v: what owning this lead is worth."""
        value = self.quality_factor * self.probability * self.worth - self.handling
        if self.checks:
            value -= _total(self.checks)
        return value + _total(self.boosts + self.signals) if self.boosts or self.signals else value

    @property
    def bid_value(self) -> float:
        """u: the price at which buying it neither gains nor loses."""
        value = self.value - _total(self.shadows) if self.shadows else self.value
        bid_value = value / ((1.0 + self.budget) * (1.0 - self.return_rate))
        if self.targets:
            bid_value = self._on_target(value, bid_value)
        return bid_value * (1.0 - self.price_cut) if self.price_cut else bid_value

    @property
    def without_targets(self) -> float:
        """The same, were there no targets."""
        return replace(self, targets=()).bid_value

    @property
    def conversions(self) -> float:
        """How many conversions are expected of it."""
        return self.quality_factor * self.probability

    def allowed(self, term: TargetTerm) -> float:
        """What this lead may cost by a target of cost, in cents."""
        return self.conversions * term.allowance

    def _on_target(self, value: float, without: float) -> float:
        """u = (v - sum nu + sum cents + sum pressure allowed) / ((1 + mu + sum pressure)(1 - q)).

        `value` is v - sum nu, `without` the u without targets. What a lead may cost never makes it dearer than it is
        worth without that target, and all targets together raise it by `raise_max` at most: the buyer says how much
        above its value a lead may be bought.
        """
        for term in self.targets:
            value += term.cents
        weight, fair = 1.0 + self.budget, value / (1.0 + self.budget)
        for term in self.targets:
            if term.allowance:
                value += term.pressure * min(self.allowed(term), fair)
            weight += term.pressure
        return min(value / (max(weight, _WEIGHT_MIN) * (1.0 - self.return_rate)), without + self.raise_max)


class Quote(msgspec.Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True):
    """The best bid for a lead worth `bid_value` at most, within bounds, before exploration; all in cents.

    `points` are all prices that seller and campaign allow, also those out of bounds; none where they allow any.
    """

    bid_value: float
    low: float
    high: float
    best: float
    points: tuple[PricePoint, ...] = ()

    @property
    def within(self) -> tuple[int, ...]:
        """The allowed prices that can be bid."""
        return tuple([point.cents for point in self.points if self.low <= point.cents <= self.high])


def quote(
    valuation: Valuation,
    curve: Curve,
    floor_cents: int,
    ceiling_cents: int,
    min_price_cents: int,
    points: tuple[int, ...] = (),
) -> Quote | str:
    """b* = argmax of F(b)(u - b) over [max(floor, min_price), ceiling], or the code of the reason for no bid.

    Where there are `points`, over those of them that lie there. A number that is not finite is `model_unavailable`,
    never a bid.
    """
    bid_value = valuation.bid_value
    if not (isfinite(bid_value) and 0.0 <= valuation.probability <= 1.0):
        return "model_unavailable"
    low_cents = floor_cents or 1
    if bid_value <= low_cents or ceiling_cents < low_cents:
        return "low_value"
    if min_price_cents > ceiling_cents or min_price_cents >= bid_value:
        return "below_floor"
    low = float(max(low_cents, min_price_cents))
    high = bid_value if bid_value < ceiling_cents else float(ceiling_cents)
    if points:
        return _quote_at(points, curve, bid_value, low, high, low_cents)
    return Quote(bid_value=bid_value, low=low, high=high, best=curve.best_bid(bid_value, low, high))


def _quote_at(
    points: tuple[int, ...], curve: Curve, bid_value: float, low: float, high: float, low_cents: int
) -> Quote | str:
    """The price with the greatest expected surplus, the lowest of equals.

    Where a price is high enough for us but not for the seller, it is `below_floor`.
    """
    tried = tuple([PricePoint(price, curve.win_probability(price)) for price in points])
    gains = [
        ((bid_value - each.cents) * each.win_probability, each.cents) for each in tried if low <= each.cents <= high
    ]
    best, price = max(gains, key=lambda gain: gain[0], default=(0.0, 0))
    if best <= 0.0:
        return "below_floor" if any(low_cents <= price < low for price in points) else "low_value"
    return Quote(bid_value=bid_value, low=low, high=high, best=float(price), points=tried)


def _total(terms: tuple[tuple[str, float], ...]) -> float:
    """Added one by one: the built-in `sum` rounds otherwise from Python 3.12 on, and a replay must not differ."""
    total = 0.0
    for _, cents in terms:
        total += cents
    return total
