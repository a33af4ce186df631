"""One campaign with one seller: what is the same of all pings that the two meet on, so that it is worked out once."""

from collections.abc import Iterable, Mapping
from functools import cache
from math import nan

import msgspec

from app.domain.campaign import Campaign
from app.domain.caps.caps import Cap, CapStanding
from app.domain.checks.check import Check, post_costs
from app.domain.pricing.price_points import points_of_both
from app.domain.pricing.pricing import Valuation
from app.domain.schedule import ALWAYS
from app.domain.seller import Habits, Seller
from app.wire.ping import LeadType, Leg


class Pairing(msgspec.Struct, frozen=True, kw_only=True):
    """`caps` are all that a sale uses, the campaign's first; `unused` has each with where it stands before anything is
    sold, and `has_budget` says that one of them counts money.

    `legs` are those that are bid on, by what the seller offers; `lowest_cents` is the least that may be bid, of the
    `points` where there are any. `habits` are those of the seller's leads, measured or declared. `valuation` is that of
    a lead of which nothing is known yet: it has all terms that no lead, hour or operator can move, and the worth of a
    conversion where no field says it. A campaign that `is_everywhere` asks for no place, one that `is_always_open` for
    no hour.
    """

    campaign: Campaign
    seller: Seller
    caps: tuple[Cap, ...]
    unused: tuple[tuple[Cap, CapStanding], ...]
    has_budget: bool
    legs: Mapping[LeadType, tuple[Leg, ...]]
    lowest_cents: int
    points: tuple[int, ...]
    habits: Habits
    valuation: Valuation
    is_everywhere: bool
    is_always_open: bool


def paired(campaign: Campaign, seller: Seller, measured: Mapping[str, Habits], checks: Iterable[Check]) -> Pairing:
    """The two together, under the `measured` habits of sellers and all `checks` that are declared."""
    caps, territory, schedule = (*campaign.caps, *seller.caps), campaign.territory, campaign.schedule
    habits = measured.get(seller.name, seller.habits)
    return Pairing(
        campaign=campaign,
        seller=seller,
        caps=caps,
        unused=tuple([(cap, CapStanding(cap.limit)) for cap in caps]),
        has_budget=any(cap.measure == "spend" for cap in caps),
        legs=_shared_legs(campaign.legs),
        lowest_cents=lowest_bid(campaign, seller),
        points=points_of_both(campaign.price_points, seller.price_points),
        habits=habits,
        valuation=_valuation(campaign, habits, post_costs(checks, campaign.name, campaign.vertical, seller.name)),
        is_everywhere=territory.is_everywhere and not (territory.not_states or territory.not_zips),
        is_always_open=schedule.minutes == ALWAYS and not schedule.blackout_dates,
    )


@cache
def _shared_legs(bought: tuple[Leg, ...]) -> Mapping[LeadType, tuple[Leg, ...]]:
    """By what a seller offers, the legs of it that are bought."""
    return {
        "any": bought,
        "exclusive": ("exclusive",) if "exclusive" in bought else (),
        "shared": ("shared",) if "shared" in bought else (),
    }


def lowest_bid(campaign: Campaign, seller: Seller) -> int:
    """The least that this campaign may bid to this seller, in cents."""
    lowest_cents = campaign.floor_cents or 1
    points = points_of_both(campaign.price_points, seller.price_points)
    return next((price for price in points if price >= lowest_cents), lowest_cents)


def _valuation(campaign: Campaign, habits: Habits, checks: tuple[tuple[str, float], ...]) -> Valuation:
    """Amounts are given even where they are 0: the journal leaves out defaults, and its readers look for them."""
    return Valuation(
        probability=nan,
        worth=campaign.worth.of({}),
        predicted=0.0,
        quality_factor=habits.quality_factor,
        handling=float(campaign.handling_cents),
        budget=0.0,
        return_rate=habits.return_rate,
        raise_max=0.0,
        checks=checks,
    )
