"""Targets of a campaign over days in the simulated market, against the best fixed multiplier of each day."""

from collections.abc import Callable, Sequence

import msgspec
import numpy as np
from msgspec.structs import replace

from app.domain.targets.steering import MOST, counted, standing_of, steered
from app.domain.targets.targets import WHOLE, CampaignTarget, TargetKind, TargetLedger, TargetStanding
from training.lab import policies
from training.lab.buyer import ZONE, HouseBuyer
from training.lab.market import HouseMarket
from training.lab.truth import SELLERS
from training.statistics import Array

DAYS = 3
LEADS = 2_000
"""Of a day, if there are so many: half of them are bought where nothing is to be reached."""
CEILING_CENTS = 12_000
RAISE_CENTS = 3_000
MINUTES = 1_440
TIGHT = 0.85
"""Each target asks for so much of what comes without it: costs and shares are to fall, volume is to rise by as much."""
_HALVINGS = 9
_USUAL_CENTS = 2_500.0
_Sale = tuple[int, float, float, float]
"""The seller's place, price, expected conversions, and worth of one."""


class Bought(msgspec.Struct, frozen=True, kw_only=True):
    """What was bought, an entry a lead: its `worth` would be a conversion's, money in cents."""

    seller: Array
    price: Array
    conversions: Array
    worth: Array

    @property
    def value(self) -> float:
        """By the model."""
        return float(np.sum(self.conversions * self.worth))

    @property
    def surplus(self) -> float:
        """What is left of it."""
        return self.value - float(np.sum(self.price))

    def reached(self, target: CampaignTarget) -> float:
        """What came of the target, in its own terms."""
        spend = float(np.sum(self.price))
        if target.kind == "cost_per_acquisition":
            return spend / float(np.sum(self.conversions))
        if target.kind == "return_on_spend":
            return self.value / spend
        if target.kind == "minimum":
            return float(len(self.price))
        weights = self.price if target.kind == "share_of_spend" else np.ones(len(self.price))
        return float(weights[self.seller == self.largest(target)].sum() / weights.sum())

    def largest(self, target: CampaignTarget) -> int:
        """The seller with the largest share."""
        weights = self.price if target.kind == "share_of_spend" else np.ones(len(self.price))
        return int(np.bincount(self.seller, weights).argmax())


class TargetResult(msgspec.Struct, frozen=True, kw_only=True):
    """One target on one seed: what was `wanted`, reached a day on average, and reached without it.

    `miss` and `worst_miss` are by how much the days fell short, on average and at most, as a share of what was wanted;
    a day that is better than wanted does not. Costs are in dollars, surplus by the model's values in dollars a ping.
    """

    policy: str
    wanted: float
    without: float
    reached: float
    miss: float
    worst_miss: float
    surplus_per_ping: float
    share_of_best_fixed: float


def reach(market: HouseMarket, tell: Callable[[str], None]) -> list[TargetResult]:
    """Every kind of target with our landscape and the real decision, on the same auctions in the same order."""
    tell("learning the landscape")
    landscape = policies.ours(market)

    def track(days: Sequence[Array], *targets: CampaignTarget, most: str = "") -> _Track:
        buyer = HouseBuyer(
            market, landscape, ceiling_cents=CEILING_CENTS, targets=targets, target_raise_cents=RAISE_CENTS
        )
        return _Track(market=market, buyer=buyer, days=days, most=most)

    days = _days(market)
    usual, results = track(days).steered(None), []
    for kind in MOST:
        tell(kind)
        target, most, freely, met = _target(kind, _joined(usual)), "", usual, days
        if target.is_share:
            most = SELLERS[_joined(usual).largest(target)]
            met = _days(market, most)
            freely = track(met).steered(None)
            target = _target(kind, _joined(freely))
        results.append(_result(track(met, target, most=most), target, freely))
    return results


def _days(market: HouseMarket, most: str = "") -> list[Array]:
    """The leads of each day. Where a share is to fall, two of three leads of the other sellers stay away."""
    at = market.evaluated
    if most:
        at = at[(market.world.sellers[at] == most) | (at % 3 == 0)]
    size = min(LEADS, len(at) // DAYS)
    return [at[first : first + size] for first in range(0, DAYS * size, size)]


def _target(kind: TargetKind, freely: Bought) -> CampaignTarget:
    """It asks for more than comes of itself."""
    target = CampaignTarget(name=kind, owner="house", kind=kind, amount=1.0, window="day", zone=ZONE)
    came = freely.reached(target)
    if kind == "minimum":
        came = float(round(came / DAYS))
    return replace(target, amount=came / TIGHT if target.is_at_least else came * TIGHT)


def _result(track: "_Track", target: CampaignTarget, freely: Sequence[Bought]) -> TargetResult:
    ours, best = track.steered(target), track.best_fixed(target)
    misses = [_miss(target, day.reached(target)) for day in ours]
    surplus, unit = sum(day.surplus for day in ours), 100.0 if target.kind == "cost_per_acquisition" else 1.0
    return TargetResult(
        policy=target.name,
        wanted=target.amount / unit,
        without=float(np.mean([day.reached(target) for day in freely])) / unit,
        reached=float(np.mean([day.reached(target) for day in ours])) / unit,
        miss=float(np.mean(misses)),
        worst_miss=max(misses),
        surplus_per_ping=surplus / sum(len(day) for day in track.days) / 100.0,
        share_of_best_fixed=surplus / sum(day.surplus for day in best),
    )


def _miss(target: CampaignTarget, reached: float) -> float:
    return max((target.amount - reached if target.is_at_least else reached - target.amount) / target.amount, 0.0)


class _Track(msgspec.Struct, frozen=True, kw_only=True):
    """The auctions of all days."""

    market: HouseMarket
    buyer: HouseBuyer
    days: Sequence[Array]
    most: str

    def steered(self, target: CampaignTarget | None) -> list[Bought]:
        """As the service does it, the dual moved once a minute, from nothing on the first morning; or aimless."""
        ledgers, bought = {WHOLE: TargetLedger()}, []
        for leads in self.days:
            before, minute, sales = ledgers, 0, list[_Sale]()
            for place, lead in enumerate(leads.tolist()):
                while target is not None and minute < place * MINUTES // len(leads):
                    ledgers = before = steered(target, before, ledgers, 1.0 / (MINUTES - minute))
                    minute += 1
                seller = SELLERS[self.market.world.seller[lead]]
                sale = self._ask(lead, standing_of(target, ledgers, seller) if target is not None else None)
                if sale is None:
                    continue
                sales.append(sale)
                if target is not None:
                    ledgers = counted(ledgers, target.use("", seller, *sale[1:]))
            ledgers = {part: each.next_window() for part, each in ledgers.items()}
            bought.append(_bought(sales))
        return bought

    def best_fixed(self, target: CampaignTarget) -> list[Bought]:
        """Of each day, what the one multiplier brought that would have met the target and earned most."""
        return [self._best(target, leads) for leads in self.days]

    def _best(self, target: CampaignTarget, leads: Array) -> Bought:
        """By halving: the more of it, the less is earned."""
        low, high, best = 0.0, MOST[target.kind], self._fixed(target, leads, 0.0)
        if not _miss(target, best.reached(target)):
            return best
        best = self._fixed(target, leads, high)
        for _ in range(_HALVINGS):
            dual = 0.5 * (low + high)
            day = self._fixed(target, leads, dual)
            if _miss(target, day.reached(target)):
                low = dual
            else:
                high, best = dual, max(best, day, key=lambda each: each.surplus)
        return best

    def _fixed(self, target: CampaignTarget, leads: Array, dual: float) -> Bought:
        """A day at one multiplier, which of a share is that of the seller who sends most."""
        ledgers = {WHOLE: TargetLedger(dual=dual, seen=1.0, paid=_USUAL_CENTS), self.most: TargetLedger(dual=dual)}
        stands = [standing_of(target, ledgers, seller) for seller in SELLERS]
        sales = (self._ask(lead, stands[int(self.market.world.seller[lead])]) for lead in leads.tolist())
        return _bought([sale for sale in sales if sale is not None])

    def _ask(self, lead: int, stands: TargetStanding | None) -> _Sale | None:
        """What is bought of a lead, if anything."""
        offer = self.buyer.bid(lead, towards=stands)
        if offer is None or offer.valuation is None:
            return None
        if not self.market.won(np.array([float(offer.price_cents)]), np.array([lead]))[0]:
            return None
        valuation = offer.valuation
        return int(self.market.world.seller[lead]), float(offer.price_cents), valuation.conversions, valuation.worth


def _bought(sales: Sequence[_Sale]) -> Bought:
    seller, price, conversions, worth = (np.array(column) for column in zip(*sales, strict=True))
    return Bought(seller=seller, price=price, conversions=conversions, worth=worth)


def _joined(days: Sequence[Bought]) -> Bought:
    return Bought(**{name: np.concatenate([getattr(day, name) for day in days]) for name in Bought.__struct_fields__})
