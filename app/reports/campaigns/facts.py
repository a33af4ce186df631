"""Everything that the pages of campaigns are made of, gathered beforehand."""

from collections.abc import Mapping

import msgspec

from app.domain.campaign import Campaign
from app.domain.catalogue import Model
from app.domain.configuration import Configuration
from app.domain.territory import ZipStates
from app.reports.campaigns.sample import Sample
from app.store.leads import SalesRow
from app.store.operators.requested import RequestRows


class CampaignFacts(msgspec.Struct, frozen=True, kw_only=True):
    """How things stand at `now` (UTC epoch seconds). `configuration` is in force, as it was declared.

    `campaigns` are those of it with their caps planned by the traffic that was counted. `used` is by the key of each
    counter of a cap, `duals` are their shadow prices by what is scarce. `today` are the sales of the buyer's day, of
    which `sample` has the pings.
    """

    now: float
    configuration: Configuration
    campaigns: tuple[Campaign, ...]
    models: Mapping[str, Model]
    requests: RequestRows
    used: Mapping[str, int]
    duals: Mapping[str, float]
    today: tuple[SalesRow, ...]
    sample: Sample
    zip_states: ZipStates

    @property
    def limits(self) -> dict[str, int]:
        """The limits of caps, by OWNER/CAP, that hold in place of the declared ones."""
        return {each.target: each.amount for each in self.requests.switches if each.kind == "cap" and each.amount}
