"""Whom a seller posts a lead to, and in which order: pure, so that every mode and selection can be proven."""

from collections.abc import Generator, Iterable, Sequence
from typing import Literal

import msgspec

from app.mock_exchange.chance import Chance
from app.wire.ping import Leg

Mode = Literal["exclusive", "multisell", "hybrid", "direct"]
"""One buyer; the `top` N; one if a bid reaches the floor and else the top N; or posts without a ping, one by one."""

Selection = Literal["highest", "priority", "weighted", "round_robin", "first", "waterfall"]
"""How bids are ranked. `waterfall` ranks like `highest`, within a tier that is asked when those above did not buy."""


class Seat(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How one seller treats one buyer. `price` in dollars is what it pays where nobody bids: direct post, fallback.

    `multiplier` weighs its bids against others', `priority` and `tier` count from 1, `weight` is its share of turns.
    """

    buyer: str
    multiplier: float = 1.0
    priority: int = 1
    weight: float = 1.0
    tier: int = 1
    price: float = 0.0

    @property
    def price_cents(self) -> int:
        """The fixed price in cents."""
        return round(self.price * 100.0)


class BuyerBid(msgspec.Struct, frozen=True, kw_only=True):
    """One buyer's price for one leg; `after_ms` is how long it took. An empty `bid_id` is a direct post."""

    seat: Seat
    leg: Leg
    price_cents: int
    bid_id: str = ""
    after_ms: float = 0.0


class SelectionRules(msgspec.Struct, frozen=True, kw_only=True):
    """One seller's way to sell. The floor is that of hybrid: below it nothing is sold to one buyer alone."""

    mode: Mode = "exclusive"
    selection: Selection = "highest"
    top: int = 3
    exclusive_floor_cents: int = 0


Sales = Generator[BuyerBid, bool, bool]
"""Yields the bid to post to next, is sent whether its buyer took the lead, and returns whether anybody did."""


def sales(rules: SelectionRules, bids: Iterable[BuyerBid], chance: Chance, turn: int) -> Sales:
    """Post by post, until enough is sold or nobody is left. `turn` counts the seller's leads, for its round robin.

    A buyer that refused a lead is not asked for it again.
    """
    exclusive = ranked([bid for bid in bids if bid.leg == "exclusive"], rules.selection, chance, turn)
    shared = ranked([bid for bid in bids if bid.leg == "shared"], rules.selection, chance, turn)
    if rules.mode == "multisell":
        return (yield from _to(rules.top, shared))
    if rules.mode != "hybrid":
        return (yield from _to(1, exclusive))
    alone = [bid for bid in exclusive if bid.price_cents >= rules.exclusive_floor_cents]
    if (yield from _to(1, alone)):
        return True
    refused = {bid.seat.buyer for bid in alone}
    return (yield from _to(rules.top, [bid for bid in shared if bid.seat.buyer not in refused]))


def ranked(bids: Sequence[BuyerBid], selection: Selection, chance: Chance, turn: int) -> list[BuyerBid]:
    """The bids in the order in which they are posted to; ties go to the higher price, then by name."""
    best_first = sorted(bids, key=lambda bid: (-bid.price_cents * bid.seat.multiplier, bid.seat.buyer))
    if selection == "priority":
        return sorted(best_first, key=lambda bid: bid.seat.priority)
    if selection == "first":
        return sorted(best_first, key=lambda bid: bid.after_ms)
    if selection == "weighted":
        return sorted(best_first, key=lambda bid: _lot(bid, chance), reverse=True)
    if selection == "round_robin":
        by_name = sorted(best_first, key=lambda bid: bid.seat.buyer)
        start = turn % len(by_name) if by_name else 0
        return by_name[start:] + by_name[:start]
    return best_first


def _to(count: int, bids: Iterable[BuyerBid]) -> Sales:
    """Sell to the first `count` that take it."""
    sold = 0
    for bid in bids:
        if sold == count:
            break
        sold += yield bid
    return sold > 0


def _lot(bid: BuyerBid, chance: Chance) -> float:
    """A draw whose maximum falls on each buyer as often as its weight says: Efraimidis and Spirakis, 2006."""
    return chance.uniform(bid.seat.buyer) ** (1.0 / bid.seat.weight) if bid.seat.weight > 0.0 else 0.0
