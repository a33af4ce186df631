"""The exchange: each visitor's lead goes to the seller whose form they filled in, and onto the market."""

import asyncio
from collections.abc import Callable, Iterable

from msgspec.structs import replace

from app.mock_exchange.chance import chance_of
from app.mock_exchange.consumers import Consumer, consumer
from app.mock_exchange.market.auction import Auctioneer
from app.mock_exchange.market.audit import Audited
from app.mock_exchange.market.client import ExchangeClient
from app.mock_exchange.market.setup import Setup
from app.mock_exchange.market.time import Time
from app.mock_exchange.market.traffic import Visit


class Exchange:
    """All sellers of a market. `rivals_url` is where its rivals answer, `steady` a monotonic clock in seconds.

    Late posts come `late_s` after their time; at 0 there are none, since on a wall's clock somebody waits for them.
    `flawed` gives a lead that flaw in the eyes of whoever checks it; "" is none. Answers are waited for `patience_s` at
    least, whatever sellers say: in a time that stands still none is late.
    """

    def __init__(
        self,
        setup: Setup,
        rivals_url: str,
        seed: int,
        time: Time,
        steady: Callable[[], float],
        late_s: float = 0.0,
        flawed: Callable[[Consumer, str], Consumer] = lambda who, _flaw: who,
        patience_s: float = 0.0,
    ) -> None:
        self._flawed = flawed
        self._patience_s = patience_s
        self._sellers = {seller.name: seller for seller in setup.sellers}
        self._setup = setup
        self._seed = seed
        self._clients: dict[int, ExchangeClient] = {}
        self._auctioneers = {
            seller.name: Auctioneer(
                seller,
                setup.seats(seller),
                setup.buyers_of(seller, rivals_url),
                frozenset(buyer.name for buyer in setup.buyers),
                self._client(seller.timeout_ms, steady),
                time,
                seed,
                late_s,
            )
            for seller in setup.sellers
        }

    async def offer(self, visit: Visit) -> list[Audited]:
        """Put one visitor's lead onto the market and see it through: once, or once for each seller."""
        who = self.visitor(visit)
        names = list(self._auctioneers) if self._setup.each else [self._whose_form(visit, who)]
        return [
            await self._auctioneers[name].offer(visit.number, self._as_sold(name, visit, who), again=visit.again)
            for name in names
        ]

    async def hold(self, visits: Iterable[Visit], at_once: int, add: Callable[[Audited], None]) -> None:
        """Offer all of these as fast as it goes, so many at once."""
        coming = iter(visits)

        async def offer_some() -> None:
            for visit in coming:
                for audited in await self.offer(visit):
                    add(audited)

        await asyncio.gather(*[offer_some() for _ in range(at_once)])

    def visitor(self, visit: Visit) -> Consumer:
        """Who visits."""
        who, place = consumer(self._seed, visit.number, self._setup.vertical), self._setup.place
        return replace(who, zip=place.zip, city=place.city, state=place.state) if place is not None else who

    def _whose_form(self, visit: Visit, who: Consumer) -> str:
        chance = chance_of(self._seed, "form", visit.number, visit.again)
        shares = {
            seller.name: seller.share
            for seller in self._setup.sellers
            if not seller.verticals or who.vertical in seller.verticals
        }
        return chance.weighted("seller", shares)

    def _as_sold(self, seller: str, visit: Visit, who: Consumer) -> Consumer:
        """The lead as this seller has it, the same whenever the consumer comes."""
        return self._flawed(who, self._sellers[seller].flaws.of(chance_of(self._seed, "flaw", seller, visit.number)))

    async def aclose(self) -> None:
        """Close every connection."""
        for client in self._clients.values():
            await client.aclose()

    def _client(self, timeout_ms: int, steady: Callable[[], float]) -> ExchangeClient:
        if timeout_ms not in self._clients:
            self._clients[timeout_ms] = ExchangeClient(max(timeout_ms / 1000.0, self._patience_s), steady)
        return self._clients[timeout_ms]
