"""What was bought day by day, by seller and campaign, on the buyer's calendar: what a forecast is made from."""

from collections.abc import Iterable
from datetime import date

import msgspec

from app.domain.calendar import local_time
from app.domain.schedule import HOURS_OF_WEEK
from app.reports.tally import QUARTER_S
from app.store.returns.accounts import Purchase

Cell = tuple[str, str]
"""A seller and a campaign that buys of it."""


class DayTrades(msgspec.Struct, frozen=True, kw_only=True):
    """Leads and cents of each whole day, oldest first."""

    leads: tuple[int, ...] = ()
    cents: tuple[int, ...] = ()

    @property
    def days(self) -> int:
        """How many there are."""
        return len(self.leads)

    def until(self, days: int) -> "DayTrades":
        """Without the last of them."""
        return DayTrades(leads=self.leads[: len(self.leads) - days], cents=self.cents[: len(self.cents) - days])


class SoFar(msgspec.Struct, kw_only=True):
    """What was bought in a window that has not ended."""

    leads: int = 0
    cents: int = 0


class BuyingHistory(msgspec.Struct, frozen=True, kw_only=True):
    """`today` is the ordinal of the date, at whose `minute` it is now; the day before is the last of all `cells`.

    Those of a seller begin with the day after its first lead, as nobody knows how much of that day it was live, or with
    the first day that is asked about. `week` are its leads by hour of the week.
    """

    zone: str
    today: int
    minute: int
    cells: dict[Cell, DayTrades]
    week: dict[str, tuple[int, ...]]
    so_far_today: dict[Cell, SoFar]
    so_far_month: dict[str, SoFar]

    @property
    def sellers(self) -> tuple[str, ...]:
        """By name."""
        return tuple(sorted({seller for seller, _ in self.cells}))

    @property
    def days(self) -> int:
        """Of the seller who has been here longest."""
        return max((each.days for each in self.cells.values()), default=0)

    def of_seller(self, seller: str) -> DayTrades:
        """All its campaigns together."""
        own = [trades for (whose, _), trades in self.cells.items() if whose == seller]
        return DayTrades(
            leads=tuple([sum(day) for day in zip(*[each.leads for each in own], strict=True)]),
            cents=tuple([sum(day) for day in zip(*[each.cents for each in own], strict=True)]),
        )

    def as_of(self, days_ago: int) -> "BuyingHistory":
        """What was known so many days ago, when that day began."""
        cells = {cell: trades.until(days_ago) for cell, trades in self.cells.items() if trades.days > days_ago}
        return msgspec.structs.replace(
            self, today=self.today - days_ago, minute=0, cells=cells, so_far_today={}, so_far_month={}
        )


def history_of(purchases: Iterable[Purchase], since: float, now: float, zone: str) -> BuyingHistory:
    """The history of purchases from `since` (the beginning of a day) to now, in UTC epoch seconds."""
    local, start = local_time(now, zone), _ordinal(since, zone)
    today = date.fromisoformat(local.date).toordinal()
    leads: dict[Cell, dict[int, SoFar]] = {}
    first: dict[str, int] = {}
    week: dict[str, list[int]] = {}
    for each in purchases:
        at = local_time(each.sold_at // QUARTER_S * QUARTER_S, zone)
        day = date.fromisoformat(at.date).toordinal()
        of_day = leads.setdefault((each.seller, each.campaign), {}).setdefault(day, SoFar())
        of_day.leads += 1
        of_day.cents += each.price_cents
        first[each.seller] = min(first.get(each.seller, day), day)
        week.setdefault(each.seller, [0] * HOURS_OF_WEEK)[at.minute_of_week // 60] += day < today
    begins = {seller: max(day + 1, start) if day > start else start for seller, day in first.items()}
    month = date.fromordinal(today).replace(day=1).toordinal()
    return BuyingHistory(
        zone=zone,
        today=today,
        minute=local.minute,
        cells={cell: _whole(days, begins[cell[0]], today) for cell, days in leads.items()},
        week={seller: tuple(counts) for seller, counts in week.items()},
        so_far_today={cell: days[today] for cell, days in leads.items() if today in days},
        so_far_month={seller: _since(leads, seller, month) for seller in first},
    )


def _whole(days: dict[int, SoFar], first: int, today: int) -> DayTrades:
    none = SoFar()
    whole = [days.get(day, none) for day in range(first, today)]
    return DayTrades(leads=tuple([day.leads for day in whole]), cents=tuple([day.cents for day in whole]))


def _since(leads: dict[Cell, dict[int, SoFar]], seller: str, first: int) -> SoFar:
    found = [of for cell, days in leads.items() if cell[0] == seller for day, of in days.items() if day >= first]
    return SoFar(leads=sum(of.leads for of in found), cents=sum(of.cents for of in found))


def _ordinal(at: float, zone: str) -> int:
    return date.fromisoformat(local_time(at, zone).date).toordinal()
