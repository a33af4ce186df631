"""What is bought now of one seller: the rules of a decision, asked about the lead that suits each campaign best.

So `weigh` itself says what is open, and a row that is not is one where no lead can be bid on. Whether one lead of an
open row is worth a bid is another question, which its ping asks.
"""

from collections.abc import Iterable, Mapping, Sequence
from math import inf, nan
from zoneinfo import ZoneInfo

import msgspec

from app.domain.auction.reach import TIME
from app.domain.auction.snapshot import Snapshot
from app.domain.auction.weighing import Offer, caps_of, weigh
from app.domain.calendar import local_minute, moment, window_bounds
from app.domain.campaign import Campaign
from app.domain.pairing import Pairing, lowest_bid
from app.domain.pricing.exploration import Draw
from app.domain.reasons import Refusal
from app.domain.seller import Seller
from app.wire.appetite import AppetiteRow
from app.wire.ping import Leg, Ping, Value

_DRAW = Draw(0.5, 0.5)
_NEARLY_SURE = 1.0 - 1e-12
"""Earlier dispositions count where a conversion is not certain, and no lead can bring more than with all of them."""
_TURNS_MAX = 400
_HALF_HOUR_S = 1_800.0
"""The hours of all zones where anybody buys leads begin at one of these."""


class CampaignAppetite(msgspec.Struct, frozen=True, kw_only=True):
    """Which legs a campaign bids on now for the lead that suits it best, in one place or in several.

    `ready_at` is when nothing but its hours closes it any more, as things stand; infinite where nobody can say.
    `everywhere` says that any other place of the same seller would be told the same.
    """

    campaign: Campaign
    legs: frozenset[Leg] = frozenset()
    ready_at: float = inf
    everywhere: bool = False

    def and_at(self, other: "CampaignAppetite") -> "CampaignAppetite":
        """What it comes to in both places."""
        return CampaignAppetite(
            campaign=self.campaign,
            legs=self.legs | other.legs,
            ready_at=min(self.ready_at, other.ready_at),
            everywhere=other.everywhere or len(self.legs | other.legs) == len(self.campaign.legs),
        )


class RequestEnds(msgspec.Struct, frozen=True, kw_only=True):
    """When what operators asked for ends: pauses by name, and the demand that covers a place; infinite without end."""

    pauses: Mapping[str, float] = {}
    demand: float = inf


def appetite_of(
    campaign: Campaign, place: Ping, snapshots: Sequence[Snapshot], ends: RequestEnds, now: float
) -> CampaignAppetite:
    """What a campaign that is `suited_best` says to a lead there; of several models any may say yes."""
    snapshot = snapshots[0]
    pairing = snapshot.catalogue.pairing(campaign, snapshot.seller)
    ready_at = _ready_at(pairing, snapshot, ends, now)
    if snapshot.seller.paused or snapshot.seller.name in snapshot.standing.paused:
        return CampaignAppetite(campaign=campaign, ready_at=ready_at, everywhere=True)
    legs, refusal = set[Leg](), None
    for each in snapshots:
        bid_on, refusal = _legs_of(campaign, place, each, now)
        legs |= bid_on
    return CampaignAppetite(
        campaign=campaign,
        legs=frozenset(legs),
        # When a price will be high enough again is nobody's guess.
        ready_at=ready_at if legs or refusal is not None else inf,
        everywhere=len(legs) == len(campaign.legs) or _is_everywhere(pairing, snapshot, refusal),
    )


def rows_of(
    vertical: str, state: str, appetites: Sequence[CampaignAppetite], seller: Seller, hours: "Hours", now: float
) -> Iterable[AppetiteRow]:
    """A row for each leg that one of these campaigns buys."""
    for leg in sorted({leg for each in appetites for leg in each.campaign.legs}):
        buying = [each for each in appetites if leg in each.campaign.legs]
        willing = [each for each in buying if leg in each.legs]
        yield AppetiteRow(
            vertical=vertical,
            state=state,
            leg=leg,
            floor_cents=min(lowest_bid(each.campaign, seller) for each in willing or buying),
            until=hours.closing(willing, buying, now) if willing else hours.opening(buying, now),
            open=bool(willing),
        )


class Hours:
    """When campaigns turn open and closed by the clock. Asked of the same again, it remembers."""

    def __init__(self, zone: str) -> None:
        """`zone` is the buyer's, by which filters read the hour of a lead."""
        self._zone = zone
        self._turns: dict[tuple[str, float], float] = {}

    def opening(self, closed: Iterable[CampaignAppetite], now: float) -> float | None:
        """When the first of these may open; `None` where nobody can say, or it may at any moment."""
        first = min(self._opens_at(each) for each in closed)
        return first if now < first < inf else None

    def closing(
        self, willing: Sequence[CampaignAppetite], buying: Sequence[CampaignAppetite], now: float
    ) -> float | None:
        """When the clock closes the last of those that are `willing` or will be by then; `None` where it never does."""
        at = max(self._turn(each.campaign, now) for each in willing)
        for _ in range(_TURNS_MAX):
            if at == inf:
                return None
            going_on = [each for each in buying if each.ready_at <= at and self.is_on(each.campaign, at)]
            if not going_on:
                return at
            at = max(self._turn(each.campaign, at) for each in going_on)
        return None

    def is_on(self, campaign: Campaign, at: float) -> bool:
        """Whether its hours, and its filters on the hour, let it buy at a moment."""
        if not campaign.schedule.is_open(local_minute(int(at // 60), campaign.zone)):
            return False
        local = local_minute(int(at // 60), self._zone)
        facts: dict[str, Value] = {"local_hour": local.minute // 60, "weekday": local.weekday}
        return all(rule.admits(facts) for rule in campaign.filters if rule.field in TIME)

    def _opens_at(self, each: CampaignAppetite) -> float:
        if each.ready_at == inf or self.is_on(each.campaign, each.ready_at):
            return each.ready_at
        return self._turn(each.campaign, each.ready_at)

    def _turn(self, campaign: Campaign, at: float) -> float:
        """The next moment at which the clock turns it; infinite where none comes within a year."""
        key = campaign.name, at
        if key not in self._turns:
            self._turns[key] = self._turned(campaign, at)
        return self._turns[key]

    def _turned(self, campaign: Campaign, since: float) -> float:
        was_on, at = self.is_on(campaign, since), since
        for _ in range(_TURNS_MAX):
            at = self._candidate(campaign, at)
            if at == inf or self.is_on(campaign, at) != was_on:
                return at
        return inf

    def _candidate(self, campaign: Campaign, at: float) -> float:
        """The next moment at which it may turn."""
        local = campaign.schedule.next_turn(local_minute(int(at // 60), campaign.zone))
        turn = moment(local, at, ZoneInfo(campaign.zone)) if local else inf
        next_half_hour = (at // _HALF_HOUR_S + 1.0) * _HALF_HOUR_S
        if any(rule.field in TIME for rule in campaign.filters):
            return min(turn, next_half_hour) if turn > at else next_half_hour
        # In an hour that clocks repeat, the local time may be told of a moment that has passed.
        return turn if turn > at else next_half_hour


def _legs_of(campaign: Campaign, place: Ping, snapshot: Snapshot, now: float) -> tuple[set[Leg], Refusal | None]:
    """The legs on which the lead is bid on that suits it best, or why none such is: a model's is a sure conversion, or
    one that it cannot price, and of all sub-sources one may be worth it.
    """
    catalogue, seller = snapshot.catalogue, snapshot.seller
    pairing = catalogue.pairing(campaign, seller)
    sure = _NEARLY_SURE if campaign.disposition_values else 1.0
    facts, legs = _facts(catalogue.buyer.zone, place, now), set[Leg]()
    for sub_id in ("", *[each for each in pairing.habits.sub_sources if each not in seller.blocked_sub_sources]):
        for probability in (sure, nan) if campaign.vertical in catalogue.models else (nan,):
            for result in weigh(pairing, place, {**facts, "sub_id": sub_id}, probability, snapshot, now, _DRAW):
                if isinstance(result, Offer):
                    legs.add(result.leg)
                elif not result.leg:
                    return set(), result.refusal
        if len(legs) == len(campaign.legs):
            break
    return legs, None


def _facts(zone: str, place: Ping, now: float) -> dict[str, Value]:
    local = local_minute(int(now // 60), zone)
    return {
        "state": place.state,
        "zip": place.zip,
        "zip3": place.zip[:3],
        "local_hour": local.minute // 60,
        "weekday": local.weekday,
    }


def _ready_at(pairing: Pairing, snapshot: Snapshot, ends: RequestEnds, now: float) -> float:
    """When pauses and limits let it buy, as they stand. What live bids hold may be free at any moment."""
    campaign, seller, standing = pairing.campaign, pairing.seller, snapshot.standing
    if campaign.paused or seller.paused:
        return inf
    ready = [now]
    ready += [ends.pauses.get(name, inf) for name in (campaign.name, seller.name) if name in standing.paused]
    for cap, at in caps_of(pairing, standing):
        if at.limit - at.used < cap.uses(pairing.lowest_cents):
            ready.append(window_bounds(now, cap.zone, cap.window)[1])
    demand = standing.demand.get(campaign.name)
    if demand is not None and demand.is_full:
        ready.append(ends.demand)
    return max(ready)


def _is_everywhere(pairing: Pairing, snapshot: Snapshot, refusal: Refusal | None) -> bool:
    """Whether every place would be told the same no."""
    if refusal is None:
        return False
    if refusal.code in ("paused", "closed_hours") or refusal.detail in TIME:
        return True
    return any(
        cap.scope != "campaign_territory" and at.room < cap.uses(pairing.lowest_cents)
        for cap, at in caps_of(pairing, snapshot.standing)
    )
