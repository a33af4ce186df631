"""The buyer's call center: works the leads in the CRM and reports their outcomes when it knows them."""

from collections.abc import Awaitable, Callable, Mapping
from math import exp

import msgspec

from app.mock_exchange.chance import Chance, chance_of
from app.mock_exchange.consumers import Consumer
from app.mock_exchange.market.time import Time
from app.mock_exchange.truth import call_delay_s, probability

LOOKS_EVERY_S = 30.0
GIVES_UP_S = 2 * 86_400.0
"""How long a lead may be on its way to the CRM until nobody waits for it any more."""

_REACHED = 0.75
_DECIDES_S = 3 * 3_600.0
"""How long a buyer thinks it over: the median of a log-normal with deviation .9."""


class Worked(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one lead, and how likely that was: the hidden truth. `value_cents` is 0 without a sale."""

    lead_id: str
    probability: float
    bought: bool
    value_cents: int


class CallCentre:
    """Calls people and tells the bidder. `report` sends one outcome, `in_crm` knows which leads have arrived."""

    def __init__(
        self,
        time: Time,
        seed: int,
        in_crm: Callable[[str], bool],
        report: Callable[[Mapping[str, str | float]], Awaitable[None]],
    ) -> None:
        self._time = time
        self._seed = seed
        self._in_crm = in_crm
        self._report = report

    async def work(
        self, who: Consumer, seller: str, lead_id: str, worth_cents: Callable[[str], int], *, shared: bool
    ) -> Worked | None:
        """Wait for the lead, call, and report until it is bought or lost; None where it never arrives.

        `worth_cents` says what a sale would bring, once the lead is in the CRM; `shared` that others call as well.
        """
        sold_at = self._time.now()
        while not self._in_crm(lead_id):
            if self._time.now() - sold_at > GIVES_UP_S:
                return None
            await self._time.sleep(LOOKS_EVERY_S)
        chance = chance_of(self._seed, "call", who.number, who.vertical)
        delay_s = call_delay_s(chance)
        truth = probability(who, seller=seller, at=sold_at, call_delay_s=delay_s, shared=shared)
        bought = chance.below("buys", truth)
        await self._time.sleep(delay_s)
        reached = bought or chance.below("reached", _REACHED)
        await self._tell(lead_id, "contacted" if reached else "not_contacted")
        value_cents = worth_cents(lead_id) if bought else 0
        if bought:
            await self._time.sleep(_thinks_s(chance))
            await self._tell(lead_id, "sold", value=value_cents / 100.0)
        return Worked(lead_id=lead_id, probability=truth, bought=bought, value_cents=value_cents if bought else 0)

    async def _tell(self, lead_id: str, event: str, **more: float) -> None:
        event_id = f"{lead_id}-{event}"
        await self._report(
            {"lead_id": lead_id, "event": event, "event_id": event_id, "occurred_at": self._time.now(), **more}
        )


def _thinks_s(chance: Chance) -> float:
    return _DECIDES_S * exp(0.9 * chance.normal("thinks"))
