"""The bids and purchases of one rival: it honors each bid once, and answers repeats the same way."""

from collections import Counter

import msgspec

from app.mock_exchange.chance import Chance, chance_of
from app.mock_exchange.market.prices import cents_of
from app.mock_exchange.market.rival import Lead, Manner, Rival, appraise, manner_of
from app.wire.ping import Bid, Leg, PingAnswer
from app.wire.post import PostAnswer, PostStatus

HELD_S = 120
"""How long a bid stands."""

_DAY_S = 86_400


class Counts(msgspec.Struct, frozen=True, kw_only=True):
    """Requests that came, pings answered with a bid, leads bought, and what they cost."""

    pings: int = 0
    bids: int = 0
    posts: int = 0
    sold: int = 0
    spend_cents: int = 0


class Pinged(msgspec.Struct, frozen=True, kw_only=True):
    """An answer to a ping, to be given after `late_s`; none where the rival does not behave."""

    manner: Manner
    late_s: float
    answer: PingAnswer | None = None


class RivalPost(msgspec.Struct, frozen=True, kw_only=True):
    """An answer to a post; `is_lost` where the seller shall not hear it."""

    answer: PostAnswer
    is_lost: bool = False


class _Held(msgspec.Struct, frozen=True):
    chance: Chance
    prices_cents: dict[str, int]
    until: float


class Book:
    """All of one rival, in memory. Each lead has a *mark*, which begins the ids of its bids. It and all that happens
    follow from the seed, the rival's name and the lead, so that the order of the leads changes nothing.
    """

    def __init__(self, rival: Rival, seed: int) -> None:
        self._rival = rival
        self._seed = seed
        self._held: dict[str, _Held] = {}
        self._answers: dict[str, PostAnswer] = {}
        self._bought: set[str] = set()
        self._bought_on: Counter[int] = Counter()
        self._tally: Counter[str] = Counter()

    @property
    def counts(self) -> Counts:
        """So far."""
        return Counts(**self._tally)

    def chance(self, lead: Lead) -> Chance:
        """What happens to be so with this lead; one without the seller's id is known by all that it says."""
        return chance_of(self._seed, self._rival.name, str(lead.get("seller_lead_id") or sorted(lead.items())))

    def ping(self, lead: Lead, now: float) -> Pinged:
        """A bid for each leg it wants, or its refusal. `now` is UTC epoch seconds."""
        self._tally["pings"] += 1
        chance = self.chance(lead)
        manner = manner_of(self._rival, chance)
        late_s = self._rival.slow_s if chance.below("slow", self._rival.slow_share) else 0.0
        answer = self._bid(chance, lead, now) if manner == "well" else None
        return Pinged(manner=manner, late_s=late_s, answer=answer)

    def post(self, lead: Lead, now: float) -> RivalPost:
        """The sale of a lead by the bid that it names, or at the seller's own `price` where it names none.

        What was said once is said again, unless the bid was gone. `now` is UTC epoch seconds.
        """
        self._tally["posts"] += 1
        bid_id = str(lead.get("bid_id") or lead.get("ping_id") or "")
        name = bid_id or _mark(self.chance(lead))
        if name in self._answers:
            return RivalPost(answer=self._answers[name])
        answer = self._honour(bid_id, now) if bid_id else self._buy_direct(lead, now)
        if answer.status != "reping":
            self._answers[name] = answer
        drops = chance_of(self._seed, self._rival.name, name).below("drops_post", self._rival.drops_post_share)
        return RivalPost(answer=answer, is_lost=answer.status == "accepted" and drops)

    def kept(self, bid_id: str) -> PostAnswer | None:
        """What it said to the post of this bid."""
        return self._answers.get(bid_id)

    def _bid(self, chance: Chance, lead: Lead, now: float) -> PingAnswer:
        mark, legs = _mark(chance), self._offers(chance, lead, now)
        if isinstance(legs, str):
            return PingAnswer(status="rejected", ping_id=mark, reason_code=legs, reason=legs.replace("_", " "))
        self._tally["bids"] += 1
        bids = tuple(
            Bid(bid_id=f"{mark}-{leg}", type=leg, price_cents=price_cents, brand=self._rival.name)
            for leg, price_cents in legs.items()
        )
        self._held[mark] = _Held(chance, {bid.bid_id: bid.price_cents for bid in bids}, now + HELD_S)
        return PingAnswer(
            status="accepted", ping_id=bids[0].bid_id, bids=bids, expires_in=HELD_S, expires_at=int(now) + HELD_S
        )

    def _offers(self, chance: Chance, lead: Lead, now: float) -> dict[Leg, int] | str:
        if _mark(chance) in self._bought:
            return "duplicate"
        if self._rival.daily_cap and self._bought_on[_day(now)] >= self._rival.daily_cap:
            return "cap_reached"
        return appraise(self._rival, chance, lead)

    def _honour(self, bid_id: str, now: float) -> PostAnswer:
        mark = bid_id.partition("-")[0]
        held = self._held.get(mark)
        if held is None or bid_id not in held.prices_cents:
            return _refusal("reping", bid_id, "ping_unknown")
        if now > held.until:
            return _refusal("reping", bid_id, "ping_expired")
        if mark in self._bought:
            return _refusal("rejected", bid_id, "ping_used")
        if held.chance.below("refuses_own_bid", self._rival.refuses_own_bid_share):
            return _refusal("rejected", bid_id, "filtered")
        return self._buy(held.chance, bid_id, held.prices_cents[bid_id], now)

    def _buy_direct(self, lead: Lead, now: float) -> PostAnswer:
        chance, asked_cents = self.chance(lead), cents_of(lead.get("price"))
        if isinstance(asked_cents, str) or not asked_cents:
            return _refusal("rejected", "", "missing_field")
        legs = self._offers(chance, lead, now)
        if isinstance(legs, str):
            return _refusal("rejected", "", legs)
        if max(legs.values()) < asked_cents:
            return _refusal("rejected", "", "below_floor")
        return self._buy(chance, "", asked_cents, now)

    def _buy(self, chance: Chance, bid_id: str, price_cents: int, now: float) -> PostAnswer:
        self._bought.add(_mark(chance))
        self._bought_on[_day(now)] += 1
        self._tally.update(sold=1, spend_cents=price_cents)
        lead_id = f"{self._rival.name}-{chance.hexadecimal('lead_id', 16)}"
        return PostAnswer(status="accepted", ping_id=bid_id, lead_id=lead_id, price_cents=price_cents)


def _mark(chance: Chance) -> str:
    return chance.hexadecimal("mark", 24)


def _day(now: float) -> int:
    return int(now // _DAY_S)


def _refusal(status: PostStatus, bid_id: str, code: str) -> PostAnswer:
    return PostAnswer(status=status, ping_id=bid_id, reason_code=code, reason=code.replace("_", " "))
