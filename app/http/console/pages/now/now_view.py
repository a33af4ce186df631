"""How things are now: what needs attention, the day so far, caps against their plans, and who is asked and told."""

import msgspec

from app.http.console.pages.now.alerts import OpenAlert
from app.reports.campaigns.cap_plans import CapAgainstPlan
from app.reports.campaigns.price_course import PriceQuarter
from app.reports.now.day_so_far import DaySoFar
from app.reports.status import BoughtStatus, Status


class CampaignNow(msgspec.Struct, frozen=True, kw_only=True):
    """A campaign that is declared, and what it bought in the buyer's day and month. `paused_by` is who paused it, empty
    where it is not paused; `configuration` where that does.
    """

    bought: BoughtStatus
    paused_by: str


class NowView(msgspec.Struct, frozen=True, kw_only=True):
    """`status` is what `leadbid status` shows, `day` what the journal says of the buyer's day; none while
    it is counted for the first time, or where it cannot be read: then `unread` says why. `alerts` are what needs
    attention, `caps` all that are declared, each by its fullest counter, `prices` the course of bids through the day;
    none while they are read for the first time.
    """

    status: Status
    alerts: tuple[OpenAlert, ...]
    day: DaySoFar | None
    unread: str
    campaigns: tuple[CampaignNow, ...]
    caps: tuple[CapAgainstPlan, ...]
    prices: tuple[PriceQuarter, ...]
