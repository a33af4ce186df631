"""A buyer in the simulated market: the real decision with one policy, lead by lead."""

from collections.abc import Callable, Mapping

import numpy as np
from msgspec.structs import replace

from app.domain.auction.decide import decide
from app.domain.auction.snapshot import Snapshot, Standing
from app.domain.auction.weighing import Offer
from app.domain.buyer import Buyer, Exploration
from app.domain.campaign import Campaign
from app.domain.caps.caps import Cap, CapStanding
from app.domain.catalogue import Landscape, Model
from app.domain.configuration import Configuration
from app.domain.pricing.exploration import Draw
from app.domain.pricing.pricing import Worth
from app.domain.schedule import ALWAYS, Schedule
from app.domain.seller import Habits, Seller
from app.domain.targets.targets import CampaignTarget, TargetStanding
from app.domain.territory import Territory
from app.domain.vertical import Field, Vertical
from app.journal.configurations import catalogue_from
from app.wire.ping import Ping, Value
from training.lab.market import HouseMarket
from training.lab.policies import LEAD
from training.lab.truth import RESERVE_CENTS, SELLERS
from training.statistics import Array

CEILING_CENTS = 60_000
"""Far above any value: it bounds nothing here."""
ZONE = "Etc/UTC"
NO_SPREAD = Exploration(spread=0.0, wide_spread=0.0)

_VERTICAL, _CAMPAIGN, _WORTH = "house", "house", "worth"
_MIDDLE = Draw(0.5, 0.5)
_PING = Ping(vertical=_VERTICAL, zip="78701", state="TX", min_price_cents=RESERVE_CENTS)


class HouseBuyer:
    """`cap` and `targets` are the campaign's, if it has any. It sees of a lead what a ping shows."""

    def __init__(
        self,
        market: HouseMarket,
        landscape: Landscape,
        *,
        cap: Cap | None = None,
        exploration: Exploration = NO_SPREAD,
        ceiling_cents: int = CEILING_CENTS,
        targets: tuple[CampaignTarget, ...] = (),
        target_raise_cents: int = 0,
    ) -> None:
        self._market = market
        leg = market.leg
        campaign = Campaign(
            name=_CAMPAIGN,
            vertical=_VERTICAL,
            brand="House",
            zone=ZONE,
            legs=(leg,),
            territory=Territory(),
            schedule=Schedule(hours=ALWAYS),
            caps=(cap,) if cap is not None else (),
            floor_cents=1,
            ceiling_cents=ceiling_cents,
            worth=Worth(field=_WORTH, rate=1.0),
            shared_share=1.0,
            price_points=market.points,
            targets=targets,
            target_raise_cents=target_raise_cents,
        )
        configuration = Configuration(
            config_hash="house",
            buyer=Buyer(legal_name="House", brands=(), zone=ZONE, exploration=exploration),
            verticals=(Vertical(name=_VERTICAL, title="House", fields=(Field(name=_WORTH, type="number"),)),),
            campaigns=(campaign,),
            sellers=tuple(Seller(name=name, title=name, key_sha256=()) for name in SELLERS),
        )
        model = Model(vertical=_VERTICAL, version="1", probability=self._probability, landscape=landscape)
        self._sellers = configuration.sellers
        self._catalogue = catalogue_from(configuration, {_VERTICAL: model})

    def bid(
        self,
        lead: int,
        *,
        now: float = 0.0,
        standing: CapStanding | None = None,
        towards: TargetStanding | None = None,
        draw: Draw = _MIDDLE,
        quality_factor: float = 1.0,
    ) -> Offer | None:
        """What it bids for the lead of this number, `None` where it does not."""
        market = self._market
        fields: dict[str, Value] = {**market.facts[lead], _WORTH: float(market.world.worth_cents[lead]) / 100.0}
        ping = replace(_PING, lead_type=market.leg, sub_id=str(lead), fields=fields)
        caps: dict[str, tuple[CapStanding, ...]] = {_CAMPAIGN: (standing,)} if standing is not None else {}
        targets: dict[str, tuple[TargetStanding, ...]] = {_CAMPAIGN: (towards,)} if towards is not None else {}
        seller = self._sellers[int(market.world.seller[lead])]
        if quality_factor != 1.0:
            # Every lead has a number where others have a sub-source, so each is one of its own.
            seller = replace(seller, habits=Habits(sub_sources={str(lead): quality_factor}))
        snapshot = Snapshot(catalogue=self._catalogue, seller=seller, standing=Standing(caps=caps, targets=targets))
        bids = decide(ping, snapshot, now, draw).bids
        return bids[0] if bids else None

    def bids(self, leads: Array, draws: Callable[[int], Draw] = lambda _: _MIDDLE) -> Array:
        """Its bids in cents for these leads, 0 where it does not bid."""
        offers = [self.bid(int(lead), draw=draws(int(lead))) for lead in leads]
        return np.array([float(offer.price_cents) if offer is not None else 0.0 for offer in offers])

    def _probability(self, facts: Mapping[str, Value]) -> float:
        """The trained model's, which was asked about every lead beforehand."""
        return float(self._market.probability[int(facts[LEAD])])
