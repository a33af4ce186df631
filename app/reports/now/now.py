"""How things are now: what needs attention, the day so far, caps against their plans, and who is asked and told."""

from collections.abc import Iterable, Mapping

import msgspec

from app.domain.caps.caps import PacedUse
from app.reports.now.day_so_far import DaySoFar
from app.reports.status import CapStatus, Status


class CapPace(msgspec.Struct, frozen=True, kw_only=True):
    """The fullest counter of a cap beside its plan: `planned` is what its plan would have used by now, in leads or
    cents as `used` and `limit`; none where it has no plan, as without a window, or was not met since the start.
    """

    cap: str
    part: str
    measure: str
    words: str
    used: int
    limit: int
    planned: float | None


class NowView(msgspec.Struct, frozen=True, kw_only=True):
    """`status` is what `leadbid status` shows, `day` what the journal says of the buyer's day; none while
    it is counted for the first time, or where it cannot be read: then `unread` says why.
    """

    status: Status
    day: DaySoFar | None
    unread: str
    paces: tuple[CapPace, ...]


def now_view(status: Status, day: DaySoFar | str | None, uses: Iterable[PacedUse]) -> NowView:
    """The view of these; `day` may be why it cannot be read."""
    planned = {(use.cap.title, use.part): use.planned for use in uses}
    read, unread = (None, day) if isinstance(day, str) else (day, "")
    return NowView(status=status, day=read, unread=unread, paces=tuple([_pace(cap, planned) for cap in status.caps]))


def _pace(cap: CapStatus, planned: Mapping[tuple[str, str], float]) -> CapPace:
    share = planned.get((cap.cap, cap.part))
    return CapPace(
        cap=cap.cap,
        part=cap.part,
        measure=cap.measure,
        words=cap.words,
        used=cap.used,
        limit=cap.limit,
        planned=None if share is None else share * cap.limit,
    )
