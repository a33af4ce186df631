"""How things are now: what needs attention, the day so far, caps against their plans, and who is asked and told."""

import msgspec

from app.reports.campaigns.cap_plans import CapAgainstPlan
from app.reports.now.day_so_far import DaySoFar
from app.reports.status import Status


class NowView(msgspec.Struct, frozen=True, kw_only=True):
    """`status` is what `leadbid status` shows, `day` what the journal says of the buyer's day; none while
    it is counted for the first time, or where it cannot be read: then `unread` says why. `caps` are all that are
    declared, each by its fullest counter, `campaigns` and `sellers` the names of those.
    """

    status: Status
    day: DaySoFar | None
    unread: str
    caps: tuple[CapAgainstPlan, ...]
    campaigns: tuple[str, ...]
    sellers: tuple[str, ...]
