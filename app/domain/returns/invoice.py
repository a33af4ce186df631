"""What is owed to a seller for one month of the buyer's own time zone, as its caps count it."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime

import msgspec

from app.domain.calendar import window_bounds
from app.wire.returns import ReturnReason, ReturnState

_MONTH = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")


class LedgerLine(msgspec.Struct, frozen=True, kw_only=True):
    """One lead that a seller sold us, with its return where there is one. `credited_at` is when that was accepted."""

    lead_id: str
    ping_id: str
    seller: str
    seller_lead_id: str
    campaign: str
    price_cents: int
    sold_at: float
    returned: ReturnState | None = None
    reason: ReturnReason | None = None
    credited_at: float | None = None


class Invoice(msgspec.Struct, frozen=True, kw_only=True):
    """A month, [since, until) in UTC epoch seconds. A credit counts in the month of its sale, whenever it came.

    `asked` are returns without an answer, which are owed until they have one. `late` are credits that came in this
    month for leads of earlier ones: who has paid those takes it off now.
    """

    seller: str
    month: str
    zone: str
    since: float
    until: float
    leads: int
    bought_cents: int
    returns: int
    credited_cents: int
    asked: int
    asked_cents: int
    late: int
    late_cents: int
    lines: tuple[LedgerLine, ...]

    @property
    def owed_cents(self) -> int:
        """For the leads of this month, as of now."""
        return self.bought_cents - self.credited_cents


def month_bounds(month: str, zone: str) -> tuple[float, float]:
    """Start and end of a month such as 2026-11 in an IANA zone, in UTC epoch seconds; ValueError."""
    if not _MONTH.fullmatch(month) or not "1970-02" <= month < "3000":
        raise ValueError(f"{month!r} is not a month: write it as 2026-11")
    year, number = map(int, month.split("-"))
    return window_bounds(datetime(year, number, 15, tzinfo=UTC).timestamp(), zone, "month")


def invoice_of(seller: str, month: str, zone: str, bought: Iterable[LedgerLine], late: Iterable[LedgerLine]) -> Invoice:
    """The invoice of a month. `bought` are its leads, `late` those of earlier months that were credited in it."""
    since, until = month_bounds(month, zone)
    lines, older = tuple(bought), tuple(late)
    credited = [line for line in lines if line.returned == "accepted"]
    asked = [line for line in lines if line.returned == "requested"]
    return Invoice(
        seller=seller,
        month=month,
        zone=zone,
        since=since,
        until=until,
        leads=len(lines),
        bought_cents=_sum(lines),
        returns=len(credited),
        credited_cents=_sum(credited),
        asked=len(asked),
        asked_cents=_sum(asked),
        late=len(older),
        late_cents=_sum(older),
        lines=lines,
    )


def _sum(lines: Iterable[LedgerLine]) -> int:
    return sum(line.price_cents for line in lines)
