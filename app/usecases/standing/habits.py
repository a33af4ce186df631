"""How often and how soon each seller posts what it got bids for."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping

from app.domain.caps.honouring import PostRate
from app.usecases.standing.changes import BidMade

_NEW = PostRate()


class PostHabits:
    """The post rate of each seller, learned from every bid of its that ended."""

    def __init__(self) -> None:
        self._rates: dict[str, PostRate] = {}
        # Every bid asks for its weight, and only one that has ended moves it.
        self.weights: defaultdict[str, float] = defaultdict(lambda: _NEW.upper)
        """By seller: how likely a bid made now becomes a sale."""

    @property
    def rates(self) -> Mapping[str, PostRate]:
        """By seller, as far as anything is known."""
        return self._rates

    def rate(self, seller: str) -> PostRate:
        """That of one seller."""
        return self._rates.get(seller, _NEW)

    def learn(self, bid: BidMade, *, posted: bool, delay_s: float = 0.0) -> None:
        """Count the result of a bid; tests do not count."""
        if not bid.test:
            self.count(bid.seller, posted=posted, delay_s=delay_s)

    def learn_unposted(self, bids: Iterable[BidMade]) -> None:
        """Count bids that expired, each seller's at once."""
        for seller, many in Counter(bid.seller for bid in bids if not bid.test).items():
            self._learned(seller, self.rate(seller).after_unposted(many))

    def count(self, seller: str, *, posted: bool, delay_s: float = 0.0) -> None:
        """Count that a bid of this seller was posted after `delay_s`, or never."""
        self._learned(seller, self.rate(seller).after(posted=posted, delay_s=delay_s))

    def _learned(self, seller: str, rate: PostRate) -> None:
        self._rates[seller], self.weights[seller] = rate, rate.upper
