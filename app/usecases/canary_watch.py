"""Stops a canary that costs more than chance explains: it then shadows, until somebody resumes or retires it."""

import logging
from collections.abc import Iterable

import msgspec

from app.domain.auction.canary import CanaryLead, CanaryTally, canary_name, tally
from app.domain.campaign import Campaign
from app.domain.money import money
from app.domain.operators.audit import SERVICE
from app.reports.models.judged import judged
from app.store.errors import StoreUnavailable
from app.store.operators.requested import Switch
from app.store.store import Store
from app.usecases.bidder import Bidder

CANARY_S = 600.0
"""Leads mature in days: nothing is gained by looking more often, and nothing lost by looking so often."""

_log = logging.getLogger(__name__)


class Canary(msgspec.Struct, frozen=True, kw_only=True):
    """A challenger that bids for a share of leads since then, beside the live version; judged after `matures_s`."""

    vertical: str
    live: str
    version: str
    share: float
    since: float
    matures_s: float


class CanaryWatch:
    """Looks at every canary of which it is known since when it bids."""

    def __init__(self, bidder: Bidder) -> None:
        self._bidder = bidder
        self._looked_at = -CANARY_S
        self.tallies: dict[str, CanaryTally] = {}
        """By name what each came to at the last look that it was judged at."""

    async def look(self, now: float) -> None:
        """Judge each canary by the leads that have matured, and stop those that failed; at most every `CANARY_S`."""
        if abs(now - self._looked_at) < CANARY_S:
            return
        self._looked_at = now
        bidder = self._bidder
        for vertical, challenger in bidder.catalogue.challengers.items():
            name = canary_name(vertical, challenger.model.version)
            live = bidder.catalogue.models.get(vertical)
            is_watched = 0.0 < challenger.canary < 1.0 and challenger.since
            if not is_watched or live is None or name in bidder.standing.paused:
                continue
            canary = Canary(
                vertical=vertical,
                live=live.version,
                version=challenger.model.version,
                share=challenger.canary,
                since=challenger.since,
                matures_s=challenger.matures_s,
            )
            try:
                found = await canary_tally(bidder.store, bidder.catalogue.campaigns.values(), canary, now)
                self.tallies[name] = found
                if found.has_failed:
                    await self._stop(name, found, now)
            except StoreUnavailable:
                # Nothing is sold meanwhile either.
                return

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


async def canary_tally(store: Store, campaigns: Iterable[Campaign], canary: Canary, now: float) -> CanaryTally:
    """What a canary and its champion came to by the leads that have matured. Raises StoreUnavailable."""
    own = [each for each in campaigns if each.vertical == canary.vertical]
    worths = {each.name: each.worth.of({}) for each in own}
    until, versions = now - canary.matures_s, (canary.live, canary.version)
    sales = await store.trial_sales(canary.vertical, versions, canary.since, until)
    leads = (
        CanaryLead(
            is_canarys=sale.model_version == canary.version, cents=judged(sale, canary.matures_s, worths, now).cents
        )
        for sale in sales
    )
    return tally(leads, canary.share, max(worths.values(), default=0.0))
