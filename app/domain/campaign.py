"""A campaign: which leads the buyer wants, where, when, how many, and what one is worth."""

from collections.abc import Mapping
from typing import Literal

import msgspec

from app.domain.caps.caps import Cap
from app.domain.consent.consent import ConsentPolicy
from app.domain.filters import Filter
from app.domain.pricing.disposition_value import EarlierDisposition
from app.domain.pricing.expected_conversion import ExpectedConversion
from app.domain.pricing.pricing import Worth
from app.domain.schedule import Schedule
from app.domain.targets.targets import CampaignTarget
from app.domain.territory import Territory
from app.wire.ping import Leg

DuplicateScope = Literal["campaign", "vertical", "buyer"]


class Campaign(msgspec.Struct, frozen=True, kw_only=True):
    """One declared purchase order. `legs` stand in alphabetical order.

    `disposition_values` are what a lead brings, in cents, by coming to each of these before a conversion, where a model
    knows how likely that is. `shared_share` is how well a shared lead converts, as a share of an exclusive one. Where
    no model can price, leads are priced by `expected_conversion`, or else `fallback_cents` is bid. `price_points`, in
    cents and rising, are the only bids; any within bounds where there are none. `demand_cents` is how far a territory's
    demand may move the price. `targets` are what it is to reach, for which all together raise a price by
    `target_raise_cents` at most. `duplicate_s` is the window in which a person bought before, within `duplicate_scope`,
    is not bought again.
    """

    name: str
    vertical: str
    brand: str
    zone: str
    legs: tuple[Leg, ...]
    territory: Territory
    schedule: Schedule
    caps: tuple[Cap, ...]
    floor_cents: int
    ceiling_cents: int
    worth: Worth
    disposition_values: Mapping[EarlierDisposition, int] = {}
    handling_cents: int = 0
    shared_share: float = 0.6
    expected_conversion: ExpectedConversion | None = None
    fallback_cents: int | None = None
    price_points: tuple[int, ...] = ()
    demand_cents: int = 0
    targets: tuple[CampaignTarget, ...] = ()
    target_raise_cents: int = 0
    filters: tuple[Filter, ...] = ()
    duplicate_s: float = 30 * 86_400.0
    duplicate_scope: DuplicateScope = "vertical"
    consent: ConsentPolicy = ConsentPolicy()
    destinations: tuple[str, ...] = ()
    paused: bool = False
