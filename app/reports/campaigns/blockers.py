"""What keeps a campaign from bidding now: all of it, or in one place or from one seller."""

from collections.abc import Iterable, Iterator
from typing import Literal

import msgspec

from app.domain.calendar import local_text, local_time
from app.domain.campaign import Campaign
from app.reports.campaigns.cap_plans import CapAgainstPlan
from app.reports.campaigns.facts import CampaignFacts
from app.store.operators.requested import Switch

BlockerKind = Literal["paused", "closed_hours", "cap", "no_model", "sellers", "demand"]


class Blocker(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that keeps it from bidding, in words; `is_whole` where it then bids on nothing."""

    kind: BlockerKind
    words: str
    is_whole: bool = True


def blockers(campaign: Campaign, caps: Iterable[CapAgainstPlan], facts: CampaignFacts) -> tuple[Blocker, ...]:
    """All that speaks against bidding at this moment, what stops everything first."""
    found = [
        *_paused(campaign, facts),
        *_closed(campaign, facts.now),
        *_full(caps),
        *_unpriced(campaign, facts),
        *_sellers(facts),
        *_demand(campaign, facts),
    ]
    return tuple(sorted(found, key=lambda each: not each.is_whole))


def _paused(campaign: Campaign, facts: CampaignFacts) -> Iterator[Blocker]:
    if campaign.paused:
        yield Blocker(kind="paused", words="paused in the configuration")
    for switch in _pauses(facts):
        if switch.target == campaign.name:
            yield Blocker(kind="paused", words=f"paused by {switch.told_by}{_why(switch, facts)}")


def _pauses(facts: CampaignFacts) -> list[Switch]:
    return [switch for switch in facts.requests.switches if switch.kind == "pause"]


def _why(switch: Switch, facts: CampaignFacts) -> str:
    zone = facts.configuration.buyer.zone
    until = f" until {local_text(switch.ends_at, zone)}" if switch.ends_at is not None else ""
    return f" since {local_text(switch.told_at, zone)}{until}" + (f": {switch.why}" if switch.why else "")


def _closed(campaign: Campaign, now: float) -> Iterator[Blocker]:
    local = local_time(now, campaign.zone)
    if not campaign.schedule.is_open(local):
        opening = campaign.schedule.next_opening(local)
        when = f"opens {opening} ({campaign.zone})" if opening else "does not open within a year"
        yield Blocker(kind="closed_hours", words=f"outside its hours; {when}")


def _full(caps: Iterable[CapAgainstPlan]) -> Iterator[Blocker]:
    for cap in caps:
        if cap.is_full:
            whose = f" for {cap.part}" if cap.part else ""
            yield Blocker(kind="cap", words=f"{cap.cap} is full{whose} ({cap.words})", is_whole=not cap.part)


def _unpriced(campaign: Campaign, facts: CampaignFacts) -> Iterator[Blocker]:
    if campaign.vertical in facts.models or campaign.expected_conversion is not None:
        return
    if campaign.fallback_cents is None:
        yield Blocker(
            kind="no_model", words=f"no model prices {campaign.vertical}, and it has no expected_conversion or fallback"
        )


def _sellers(facts: CampaignFacts) -> Iterator[Blocker]:
    """A paused seller is paused for every campaign."""
    by_command = {switch.target: switch for switch in _pauses(facts)}
    sellers = facts.configuration.sellers
    paused = [seller.name for seller in sellers if seller.paused or seller.name in by_command]
    if not sellers:
        yield Blocker(kind="sellers", words="no seller is declared")
    elif paused:
        is_whole = len(paused) == len(sellers)
        said = f"{paused[0]}{_why(by_command[paused[0]], facts)}" if paused[0] in by_command else paused[0]
        names = said if len(paused) == 1 else ", ".join(paused)
        yield Blocker(kind="sellers", words=f"sellers paused: {names}", is_whole=is_whole)


def _demand(campaign: Campaign, facts: CampaignFacts) -> Iterator[Blocker]:
    """Territories that said that they can take no more, as a limit."""
    for row in facts.requests.demands:
        if row.demand.limit and not row.demand.open and row.demand.campaign in ("", campaign.name):
            yield Blocker(kind="demand", words=f"{row.territory} can take no more leads", is_whole=False)
