"""How every cap filled up through the day, beside the plan that paces it."""

from collections.abc import Iterable, Sequence
from math import inf, isnan, nan

import msgspec

from app.domain.calendar import window_bounds
from app.domain.caps.caps import Measure
from app.domain.caps.pacing import plan_share
from app.reports.caps import CapRecord
from app.reports.tally import QUARTER_S


class CapDay(msgspec.Struct, frozen=True, kw_only=True):
    """`used` and `plan` at the end of each bin, in leads or cents as `measure` says; not a number where unknown.

    `part` is the seller or territory that the cap counts apart.
    """

    campaign: str
    cap: str
    part: str
    measure: Measure
    limit: int
    used: tuple[float, ...]
    plan: tuple[float, ...]

    @property
    def most(self) -> float:
        """The most that was used in one window."""
        return max((used for used in self.used if not isnan(used)), default=0.0)


def fullest(records: Iterable[CapRecord], most: int, start: float, bins: int) -> tuple[CapDay, ...]:
    """The caps that came closest to their limits, of those that were used at all, each over all windows of the day."""
    resources: dict[str, list[CapRecord]] = {}
    for record in records:
        resources.setdefault(record.cap.resource(record.counter), []).append(record)
    used = [(-max(each.most for each in same) / same[0].cap.limit, name) for name, same in resources.items()]
    return tuple([_day(name, resources[name], start, bins) for share, name in sorted(used)[:most] if share])


def _day(resource: str, records: Sequence[CapRecord], start: float, bins: int) -> CapDay:
    """What was seen, held until the next time or the end of the window, beside the plan."""
    campaign, cap, used, plan = records[0].campaign, records[0].cap, [], []
    seen = {quarter: standing.used for record in records for quarter, standing in record.quarters.items()}
    held, window = nan, -inf
    for at in range(bins):
        begins = start + at * QUARTER_S
        first, last = window_bounds(begins, cap.zone, cap.window)
        if first != window:
            # What was used of a longer window before this day nobody knows until a ping tells.
            held, window = 0.0 if first >= start else nan, first
        held = seen.get(int(begins // QUARTER_S), held)
        used.append(held)
        share = (
            plan_share(campaign.schedule, cap.zone, first, min(begins + QUARTER_S, last), last) if last < inf else nan
        )
        plan.append(cap.limit * share)
    return CapDay(
        campaign=campaign.name,
        cap=cap.name,
        part=resource.rpartition("/")[2],
        measure=cap.measure,
        limit=cap.limit,
        used=tuple(used),
        plan=tuple(plan),
    )
