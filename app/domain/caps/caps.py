"""How much may be bought: a limit on leads or money in a local window, exact at the sale, estimated at the bid."""

from math import sqrt
from typing import Literal

import msgspec

from app.domain.calendar import LocalTime, WindowKind

Measure = Literal["count", "spend"]
CapScope = Literal["campaign", "campaign_seller", "campaign_territory", "seller"]
TerritoryUnit = Literal["state", "zip3", "zip"]


class Cap(msgspec.Struct, frozen=True, kw_only=True):
    """`limit` is leads for `count` and cents for `spend`. `owner` is the campaign or seller that declares it.

    `zone` is the IANA time zone whose local dates cut the windows, `unit` what one territory is for a territory's cap.
    """

    name: str
    owner: str
    measure: Measure
    limit: int
    window: WindowKind
    scope: CapScope
    zone: str
    unit: TerritoryUnit = "state"

    def counter(self, local: LocalTime, seller: str, zip_code: str, state: str) -> str:
        """The key of the one counter that a sale by this seller, there and now, uses."""
        part = ""
        if self.scope == "campaign_seller":
            part = seller
        elif self.scope == "campaign_territory":
            part = state if self.unit == "state" else zip_code[: 3 if self.unit == "zip3" else 5]
        return f"{self._counters}{part}/{local.labels[self.window]}"

    def counts_in(self, counter: str) -> bool:
        """Whether a counter of this key is one of this cap's."""
        return counter.startswith(self._counters)

    @property
    def title(self) -> str:
        """How commands name it."""
        return f"{self.owner}/{self.name}"

    @staticmethod
    def resource(counter: str) -> str:
        """What a counter counts, whatever its window: scarce in one, it is probably scarce in the next."""
        return counter.rpartition("/")[0]

    @property
    def _counters(self) -> str:
        """What the keys of all its counters begin with."""
        return f"{self.scope}/{self.owner}/{self.name}/"

    def uses(self, price_cents: int) -> int:
        """How much of the limit one sale at this price takes."""
        return price_cents if self.measure == "spend" else 1

    @property
    def reason(self) -> str:
        """The reason code when it is full."""
        return "budget_exhausted" if self.measure == "spend" else "cap_reached"


class PacedUse(msgspec.Struct, frozen=True, kw_only=True):
    """One counter of a cap: what is used of it, and which share of it the plan would have used by now.

    `part` is the seller or territory that it counts, if any; `price_cents` what a lead takes of a budget, 0 for leads.
    """

    cap: Cap
    part: str
    used: int
    planned: float
    price_cents: int = 0


class CapFill(msgspec.Struct, frozen=True, kw_only=True):
    """How full a cap is; of one that counts sellers or territories apart, its fullest part.

    `planned` is the share that the plan would have used by now, `dual` the shadow price as decisions read it.
    """

    cap: Cap
    used: int
    planned: float
    dual: float


class CapStanding(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """Where one counter stands: what is `used` of `limit`, what live bids will probably take, and its dual price.

    `live` and `live_variance` are mean and variance of what the live bids will yet take, in the cap's own unit.
    `dual` is a share: of the campaign's ceiling for a count, of the price itself for spend. `apart` is what is kept for
    other replicas, which may promise it unseen.
    """

    limit: int
    used: int = 0
    live: float = 0.0
    live_variance: float = 0.0
    dual: float = 0.0
    apart: float = 0.0

    @property
    def room(self) -> float:
        """How much one more live bid may take and still be honored, three deviations sure."""
        return self.limit - self.used - self.live - 3.0 * sqrt(self.live_variance) - self.apart
