"""The counters that the leads of one seller meet in one place, as long as nothing can have made them others."""

from collections.abc import Sequence

import msgspec

from app.domain.campaign import Campaign
from app.domain.caps.caps import Cap
from app.domain.catalogue import counted_caps
from app.domain.schedule import Schedule
from app.domain.seller import Seller
from app.usecases.standing.counter import Counter
from app.usecases.standing.counters import Counters


class _Met(msgspec.Struct, frozen=True, kw_only=True):
    """In one minute, in which no window begins or ends. `by_place` goes by ZIP where a cap does, else by state."""

    caps: tuple[Cap, ...]
    schedule: Schedule
    sellers_caps: tuple[Cap, ...]
    minute: int
    changes: int
    by_zip: bool
    by_place: dict[str, list[Counter]] = {}


class _Place(msgspec.Struct, frozen=True, kw_only=True):
    """All that leads of one seller meet in one state, by campaign, where none of these counts by ZIP."""

    candidates: Sequence[Campaign]
    seller: Seller
    minute: float
    changes: int
    counters: dict[str, list[Counter]]


class MetCounters:
    """To name the counters of a lead costs more than to find again those of the lead before."""

    def __init__(self, counters: Counters) -> None:
        self._counters = counters
        self._met: dict[tuple[str, str], _Met] = {}
        self._places: dict[tuple[str, str, str], _Place] = {}

    def by_campaign(
        self, candidates: Sequence[Campaign], seller: Seller, zip_code: str, state: str, now: float
    ) -> dict[str, list[Counter]]:
        """Where a sale of this seller to each of these campaigns would count, there and then."""
        if not candidates:
            return {}
        where, minute, changes = (seller.name, candidates[0].vertical, state), now // 60, self._counters.changes
        place = self._places.get(where)
        if (
            place is not None
            and place.candidates is candidates
            and place.seller is seller
            and place.minute == minute
            and place.changes == changes
            and not self._counters.is_shared
        ):
            return place.counters
        counters = {each.name: self.at(each, seller, zip_code, state, now) for each in candidates}
        if not any(self._met[each.name, seller.name].by_zip for each in candidates):
            self._places[where] = _Place(
                candidates=candidates, seller=seller, minute=minute, changes=changes, counters=counters
            )
        return counters

    def at(self, campaign: Campaign, seller: Seller, zip_code: str, state: str, now: float) -> list[Counter]:
        """Where a sale of this seller to this campaign would count, there and then."""
        met = self._met.get((campaign.name, seller.name))
        if (
            met is None
            or met.minute != now // 60
            or met.changes != self._counters.changes
            or met.caps is not campaign.caps
            or met.schedule is not campaign.schedule
            or met.sellers_caps is not seller.caps
        ):
            met = self._meet(campaign, seller, now)
        place = zip_code if met.by_zip else state
        counters = met.by_place.get(place)
        if counters is None:
            counters = self._counters.open(counted_caps(campaign, seller, zip_code, state, now), now)
            met.by_place[place] = counters
        elif self._counters.is_shared:
            for counter in counters:
                counter.meet(now)
        return counters

    def _meet(self, campaign: Campaign, seller: Seller, now: float) -> _Met:
        met = self._met[campaign.name, seller.name] = _Met(
            caps=campaign.caps,
            schedule=campaign.schedule,
            sellers_caps=seller.caps,
            minute=int(now // 60),
            changes=self._counters.changes,
            by_zip=any(cap.scope == "campaign_territory" and cap.unit != "state" for cap in campaign.caps),
        )
        return met
