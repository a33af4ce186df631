"""How far each cap of a campaign is used beside its plan, and what its shadow price takes off a bid now."""

from collections.abc import Iterator

import msgspec
from msgspec.structs import replace

from app.config.caps import limit_in_words
from app.domain.calendar import local_time, window_bounds
from app.domain.campaign import Campaign
from app.domain.caps.caps import Cap
from app.domain.caps.pacing import plan_share
from app.reports.campaigns.facts import CampaignFacts

PARTS_MAX = 5
"""Of a cap that counts each seller or territory apart, so many are shown: the fullest."""


class CapAgainstPlan(msgspec.Struct, frozen=True, kw_only=True):
    """One counter of a cap in its window, that ends `ends_at`, UTC epoch seconds. `used`, `limit`, `declared` and
    `planned` are leads, or cents of `spend`.

    `planned` is what the plan would have used by now, `None` without a window. `shadow_cents` is what it takes off the
    value of a lead now; where it counts spend that is `pressure`, a share of each price. `part` is the seller or
    territory that it counts.
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


def caps_against_plans(campaign: Campaign, facts: CampaignFacts) -> tuple[CapAgainstPlan, ...]:
    """All of its caps, in their order; of one that counts parts the fullest."""
    return tuple([pace for cap in campaign.caps for pace in _paces(campaign, cap, facts)])


def _paces(campaign: Campaign, cap: Cap, facts: CampaignFacts) -> Iterator[CapAgainstPlan]:
    limit = facts.limits.get(cap.title, cap.limit)
    start, end = window_bounds(facts.now, cap.zone, cap.window)
    planned = limit * plan_share(campaign.schedule, cap.zone, start, facts.now, end) if cap.window != "total" else None
    words = limit_in_words(replace(cap, limit=limit))
    for counter, used in _counters(cap, facts):
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
            shadow_cents=dual * campaign.ceiling_cents if cap.measure == "count" else 0.0,
            pressure=dual if cap.measure == "spend" else 0.0,
        )


def _counters(cap: Cap, facts: CampaignFacts) -> list[tuple[str, int]]:
    """The counters of the window that is open, the fullest first; an unused one where there is none."""
    local = local_time(facts.now, cap.zone)
    label = local.labels[cap.window]
    used = [
        (key, amount) for key, amount in facts.used.items() if cap.counts_in(key) and key.rpartition("/")[2] == label
    ]
    return sorted(used, key=lambda each: (-each[1], each[0]))[:PARTS_MAX] or [(cap.counter(local, "", "", ""), 0)]
