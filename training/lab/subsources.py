"""A sub-source whose leads look like all others and hardly convert: what is bid for them as they mature."""

from collections.abc import Callable

import msgspec
import numpy as np

from training.histories.bids import Lead
from training.lab import policies
from training.lab.buyer import HouseBuyer
from training.lab.market import HouseMarket
from training.lab.truth import SELLERS
from training.retraining.habits import measured

SELLER = 1
"""It has some rivals, and is neither the cheapest nor the dearest."""
SOURCES = 4
POISONED = 0
CONVERTS = 0.1
"""Of what its leads should convert."""
BOUGHT = (0, 50, 100, 150, 200, 300)
"""What is bid is shown after so many leads of the poisoned one were bought and have matured."""

_SHOWN = 200
_ROUND = 25
"""Quality factors are measured anew after so many of them."""


class SourceResult(msgspec.Struct, frozen=True, kw_only=True):
    """After so many leads: the quality factor of the poisoned sub-source and the mean of the seller's others.

    `bid_share` is what is bid for its leads, as a share of what would be bid for the same leads of another.
    """

    policy: str
    quality_factor: float
    others_factor: float
    bid_share: float


def poison(market: HouseMarket, seed: int, tell: Callable[[str], None]) -> list[SourceResult]:
    """A seller's leads in the order in which they come, each bought with quality factors measured of those before."""
    tell("learning the landscape")
    trade = _Trade(market, seed)
    tell("buying")
    results = []
    for bought in BOUGHT:
        trade.buy_until(bought)
        results.append(trade.result(bought))
    return results


class _Trade:
    """Buys the leads of one seller until so many came of its poisoned sub-source, or no more come."""

    def __init__(self, market: HouseMarket, seed: int) -> None:
        random = np.random.default_rng((seed, 5))
        self._market = market
        self._buyer = HouseBuyer(market, policies.ours(market))
        self._at = market.evaluated[market.world.seller[market.evaluated] == SELLER]
        self._source = random.integers(SOURCES, size=len(self._at))
        converts = (random.random(len(self._at)) < CONVERTS) | (self._source != POISONED)
        self._converted = market.world.converted[self._at].astype(bool) & converts
        self._factors = np.ones(SOURCES)
        self._leads: list[Lead] = []
        self._bought = self._place = 0

    def buy_until(self, bought: int) -> None:
        """Go on until so many of the poisoned sub-source have been bought, and measure."""
        while self._bought < bought and self._place < len(self._at):
            if self._ask() and self._bought % _ROUND == 0:
                self._measure()
        self._measure()

    def result(self, bought: int) -> SourceResult:
        """What its leads would be bid now."""
        at, others = self._at[self._source == POISONED], float(np.delete(self._factors, POISONED).mean())
        shown, factor = at[:: max(len(at) // _SHOWN, 1)].tolist(), float(self._factors[POISONED])
        share = sum(self._bid(lead, factor) for lead in shown) / sum(self._bid(lead, others) for lead in shown)
        return SourceResult(
            policy=f"after {bought} leads", quality_factor=factor, others_factor=others, bid_share=share
        )

    def _ask(self) -> bool:
        """Whether a lead of the poisoned sub-source was bought."""
        lead, source = int(self._at[self._place]), int(self._source[self._place])
        converted, price = bool(self._converted[self._place]), self._bid(lead, float(self._factors[source]))
        self._place += 1
        if not (price and self._market.won(np.array([price]), np.array([lead]))[0]):
            return False
        self._leads.append(self._lead(lead, source, int(price), converted=converted))
        self._bought += source == POISONED
        return source == POISONED

    def _bid(self, lead: int, factor: float) -> float:
        offer = self._buyer.bid(lead, quality_factor=factor)
        return float(offer.price_cents) if offer is not None else 0.0

    def _measure(self) -> None:
        """As retraining does, with all that were bought: here they have matured at once."""
        found = measured(self._leads).get(SELLERS[SELLER])
        if found is not None:
            known, usual = found.habits.sub_sources, found.habits.quality_factor
            self._factors = np.array([known.get(str(source), usual) for source in range(SOURCES)])

    def _lead(self, lead: int, source: int, price_cents: int, *, converted: bool) -> Lead:
        worth = float(self._market.world.worth_cents[lead])
        return Lead(
            lead_id=str(lead),
            at=float(lead),
            seller=SELLERS[SELLER],
            leg=self._market.leg,
            model="1",
            price_cents=price_cents,
            probability=float(self._market.probability[lead]),
            worth=worth,
            converted=converted,
            value_cents=int(worth) if converted else None,
            returned=False,
            facts={"sub_id": str(source)},
        )
