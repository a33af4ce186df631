"""What nobody has to ask for: returns and feedback that outcomes give reason to, and answers that are overdue."""

from collections.abc import Iterable

from app.domain.seller import Seller
from app.store.returns.requests import SellerTerms
from app.usecases.bidder import Bidder

_OVERDUE_S = 600.0
"""How often overdue answers are looked for, which sellers have days to give."""

_CLOCKS_DIFFER_S = 60.0
"""Between two machines that tell of outcomes; what is looked at twice is asked for once."""


def terms_of(sellers: Iterable[Seller]) -> dict[str, SellerTerms]:
    """What these sellers declare of returns, by name."""
    return {each.name: SellerTerms(policy=each.returns, wish=each.feedback) for each in sellers}


class ReturnRules:
    """Looks again and again at what came since."""

    def __init__(self, bidder: Bidder) -> None:
        self._bidder = bidder
        self._looked_at: float | None = None
        self._settled_at = -_OVERDUE_S

    async def look(self, now: float) -> None:
        """Do all that is due; whatever fails is done the next time."""
        bidder = self._bidder
        terms = {
            name: its
            for name, its in terms_of(bidder.catalogue.sellers.values()).items()
            if its.policy.by_outcome or its.wish is not None
        }
        if terms:
            await self._ask(terms, now)
        self._looked_at = now
        if abs(now - self._settled_at) >= _OVERDUE_S:
            await bidder.store.settle_unanswered(now)
            self._settled_at = now

    async def _ask(self, terms: dict[str, SellerTerms], now: float) -> None:
        bidder, place, is_all = self._bidder, (self._since(terms, now), "", ""), False
        while not is_all:
            looked = await bidder.store.request_returns_by_rule(terms, place, now)
            place, is_all = looked.place, looked.is_all
            if looked.asked:
                bidder.metrics.count("returns_total", "all", "requested", by=looked.asked)
        # What sellers are told waits in the same queue as leads.
        bidder.sold()

    def _since(self, terms: dict[str, SellerTerms], now: float) -> float:
        """At first, from when on a lead may still be returned: nobody knows what was missed while none looked."""
        since = self._looked_at
        if since is None:
            return now - max(each.policy.window_s for each in terms.values())
        return min(since, now) - _CLOCKS_DIFFER_S
