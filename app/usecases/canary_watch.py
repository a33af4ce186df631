"""Stops a canary that costs more than chance explains: it then shadows, until somebody resumes or retires it."""

import logging
from collections.abc import Iterator
from typing import get_args

import msgspec

from app.domain.auction.canary import CanaryLead, CanaryTally, canary_name, tally
from app.domain.auction.weighing import Offer
from app.domain.catalogue import Catalogue, Challenger
from app.domain.money import money
from app.domain.operators.audit import SERVICE
from app.domain.post.disposition import OutcomeEvent, label
from app.store.errors import StoreUnavailable
from app.store.feedback import TrialSale
from app.store.operators.requested import Switch
from app.usecases.bidder import Bidder
from app.wire.feedback import OutcomeKind

CANARY_S = 600.0
"""Leads mature in days: nothing is gained by looking more often, and nothing lost by looking so often."""

_OFFER = msgspec.json.Decoder(Offer)
_log = logging.getLogger(__name__)


class CanaryWatch:
    """Looks at every canary of which it is known since when it bids."""

    def __init__(self, bidder: Bidder) -> None:
        self._bidder = bidder
        self._looked_at = -CANARY_S

    async def look(self, now: float) -> None:
        """Judge each canary by the leads that have matured, and stop those that failed; at most every `CANARY_S`."""
        if abs(now - self._looked_at) < CANARY_S:
            return
        self._looked_at = now
        bidder = self._bidder
        for vertical, challenger in bidder.catalogue.challengers.items():
            name = canary_name(vertical, challenger.model.version)
            is_watched = 0.0 < challenger.canary < 1.0 and challenger.since
            if not is_watched or vertical not in bidder.catalogue.models or name in bidder.standing.paused:
                continue
            try:
                found = await self._tallied(vertical, challenger, now)
                if found.has_failed:
                    await self._stop(name, found, now)
            except StoreUnavailable:
                # Nothing is sold meanwhile either.
                return

    async def _tallied(self, vertical: str, challenger: Challenger, now: float) -> CanaryTally:
        catalogue, canarys = self._bidder.catalogue, challenger.model.version
        versions = (catalogue.models[vertical].version, canarys)
        until = now - challenger.matures_s
        sales = await self._bidder.store.trial_sales(vertical, versions, challenger.since, until)
        worth = max(
            (each.worth.of({}) for each in catalogue.campaigns.values() if each.vertical == vertical), default=0.0
        )
        leads = (
            CanaryLead(is_canarys=sale.model_version == canarys, cents=_brought(sale, challenger.matures_s, catalogue))
            for sale in sales
        )
        return tally(leads, challenger.canary, worth)

    async def _stop(self, name: str, found: CanaryTally, now: float) -> None:
        why = words(found)
        switch = Switch(kind="pause", target=name, why=why, told_by=SERVICE, told_at=now)
        await self._bidder.store.set_switch(switch)
        self._bidder.metrics.count("canaries_stopped_total", name.split(":")[1])
        _log.error("%s was stopped and only shadows now: %s; `leadbid resume %s` lets it bid again", name, why, name)


def words(found: CanaryTally) -> str:
    """The rule with its figures."""
    return (
        f"with all leads it would have earned {money(-found.gap_cents)} less than the live model, more than the "
        f"{money(found.bound_cents)} that chance explains, by {found.canarys:,} of its leads among {found.leads:,}"
    )


def _brought(sale: TrialSale, matures_s: float, catalogue: Catalogue) -> float:
    """What a lead brought in the time that it is given, less its price; one that came back cost nothing."""
    events = list(_events(sale))
    if label(events).invalid:
        return 0.0
    found = label(each for each in events if each.occurred_at <= sale.sold_at + matures_s)
    if found.disposition != "sold":
        return -float(sale.price_cents)
    if found.value_cents is not None:
        return float(found.value_cents - sale.price_cents)
    offer = _OFFER.decode(sale.decision) if sale.decision is not None else None
    if offer is not None and offer.valuation is not None:
        return offer.valuation.worth - sale.price_cents
    campaign = catalogue.campaigns.get(sale.campaign)
    return (campaign.worth.of({}) if campaign is not None else 0.0) - sale.price_cents


def _events(sale: TrialSale) -> Iterator[OutcomeEvent]:
    for row in sale.events:
        # One of another version says nothing to this one.
        if row.event in get_args(OutcomeKind):
            event = msgspec.convert(row.event, type=OutcomeKind)
            yield OutcomeEvent(
                event=event, occurred_at=row.occurred_at, received_at=row.recorded_at, value_cents=row.value_cents
            )
