"""How far each cap is used beside its plan, and what its shadow price takes off a bid now."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Protocol

import msgspec
from msgspec.structs import replace

from app.config.caps import limit_in_words
from app.domain.calendar import local_time, window_bounds
from app.domain.campaign import Campaign
from app.domain.caps.caps import Cap
from app.domain.caps.pacing import plan_share
from app.domain.schedule import ALL_DAY, Schedule
from app.domain.seller import Seller

PARTS_MAX = 5
"""Of a cap that counts each seller or territory apart, so many are shown: the fullest."""


class CapFacts(Protocol):
    """What is known of caps: the limits by OWNER/CAP that hold in place of the declared ones, what each counter has
    used by its key, and shadow prices by what is scarce.
    """

    @property
    def now(self) -> float: ...
    @property
    def limits(self) -> Mapping[str, int]: ...
    @property
    def used(self) -> Mapping[str, int]: ...
    @property
    def duals(self) -> Mapping[str, float]: ...


class CapsNow(msgspec.Struct, frozen=True, kw_only=True):
    """The same where nothing else is looked at."""

    now: float
    limits: Mapping[str, int]
    used: Mapping[str, int]
    duals: Mapping[str, float]


class CapAgainstPlan(msgspec.Struct, frozen=True, kw_only=True):
    """One counter of a cap in its window, that ends `ends_at`, UTC epoch seconds. `used`, `limit`, `declared` and
    `planned` are leads, or cents of `spend`.

    `planned` is what the plan would have used by now, `None` without a window. `shadow_cents` is what it takes off the
    value of a lead now; where it counts spend that is `pressure`, a share of each price, and where it is a seller's a
    share of each campaign's ceiling. `part` is the seller or territory that it counts.
    """

    cap: str
    part: str
    measure: str
    words: str
    used: int
    limit: int
    declared: int
    planned: float | None
    ends_at: float | None
    shadow_cents: float = 0.0
    pressure: float = 0.0

    @property
    def share(self) -> float:
        """The share of it that is used."""
        return self.used / self.limit if self.limit else 1.0

    @property
    def is_full(self) -> bool:
        return self.used >= self.limit


def caps_against_plans(campaign: Campaign, facts: CapFacts) -> tuple[CapAgainstPlan, ...]:
    """All of a campaign's caps, in their order; of one that counts parts the fullest."""
    return tuple(
        [
            each
            for cap in campaign.caps
            for each in _against_plan(cap, campaign.schedule, facts, PARTS_MAX, campaign.ceiling_cents)
        ]
    )


def all_caps_against_plans(
    campaigns: Iterable[Campaign], sellers: Iterable[Seller], facts: CapFacts
) -> tuple[CapAgainstPlan, ...]:
    """Every cap of campaigns, then of sellers, each once by its fullest counter."""
    of_campaigns = [
        each
        for campaign in campaigns
        for cap in campaign.caps
        for each in _against_plan(cap, campaign.schedule, facts, 1, campaign.ceiling_cents)
    ]
    of_sellers = [each for seller in sellers for cap in seller.caps for each in _against_plan(cap, ALL_DAY, facts, 1)]
    return (*of_campaigns, *of_sellers)


def _against_plan(
    cap: Cap, schedule: Schedule, facts: CapFacts, parts: int, ceiling_cents: int = 0
) -> Iterator[CapAgainstPlan]:
    limit = facts.limits.get(cap.title, cap.limit)
    start, end = window_bounds(facts.now, cap.zone, cap.window)
    planned = limit * plan_share(schedule, cap.zone, start, facts.now, end) if cap.window != "total" else None
    words = limit_in_words(replace(cap, limit=limit))
    in_cents = cap.measure == "count" and ceiling_cents > 0
    for counter, used in _counters(cap, facts)[:parts]:
        dual = max(facts.duals.get(cap.resource(counter), 0.0), 0.0)
        yield CapAgainstPlan(
            cap=cap.title,
            part=counter.split("/")[-2],
            measure=cap.measure,
            words=words,
            used=used,
            limit=limit,
            declared=cap.limit,
            planned=planned,
            ends_at=end if cap.window != "total" else None,
            shadow_cents=dual * ceiling_cents if in_cents else 0.0,
            pressure=0.0 if in_cents else dual,
        )


def _counters(cap: Cap, facts: CapFacts) -> list[tuple[str, int]]:
    """The counters of the window that is open, the fullest first; an unused one where there is none."""
    local = local_time(facts.now, cap.zone)
    label = local.labels[cap.window]
    used = [
        (key, amount) for key, amount in facts.used.items() if cap.counts_in(key) and key.rpartition("/")[2] == label
    ]
    return sorted(used, key=lambda each: (-each[1], each[0])) or [(cap.counter(local, "", "", ""), 0)]
