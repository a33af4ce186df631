"""Courses that the days ahead may take: the one that is expected, and others drawn as past weeks strayed from it."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date

import msgspec

from app.reports.money.buying_history import BuyingHistory, Cell, SoFar
from app.reports.money.buying_limits import BuyingLimits, DaysAhead
from app.reports.money.draws import draws
from app.reports.money.rhythm import LEVEL_DAYS, Rhythm, rest_of_day, rhythm_of, strayed_days

LOW, HIGH = 0.1, 0.9
"""Four of five times what comes should lie between."""

_DRAWS_MIN, _DRAWS_MAX, _STEPS = 60, 120, 100_000
"""How often the days ahead are drawn: less often the more there is to draw, so that a forecast takes a second or so."""


class Expected(msgspec.Struct, frozen=True, kw_only=True):
    """Leads and cents with the bounds that hold four times of five."""

    leads: float
    leads_low: float
    leads_high: float
    cents: int
    cents_low: int
    cents_high: int


class _Course(msgspec.Struct, frozen=True):
    """Leads and cents by day ahead, for each seller."""

    leads: list[list[float]]
    cents: list[list[float]]


class _Share(msgspec.Struct, frozen=True):
    """What a cell has of its seller's leads, and what one costs."""

    seller: int
    share: float
    cents: float


class Courses(msgspec.Struct, frozen=True, kw_only=True):
    """Of the sellers with a rhythm, in their order. `full_caps` have no room left where the expected course ends."""

    rhythms: dict[str, Rhythm]
    expected: _Course
    drawn: list[_Course]
    full_caps: tuple[str, ...]

    @property
    def sellers(self) -> tuple[str, ...]:
        """Whose courses they are."""
        return tuple(self.rhythms)

    def of(self, sellers: Collection[str], days: range, so_far: SoFar) -> Expected:
        """What these sellers come to in these days ahead, together, on top of what was bought so far."""
        places = [place for place, seller in enumerate(self.rhythms) if seller in sellers]

        def total(course: _Course) -> tuple[float, float]:
            return (
                sum(sum(course.leads[place][days.start : days.stop]) for place in places) + so_far.leads,
                sum(sum(course.cents[place][days.start : days.stop]) for place in places) + so_far.cents,
            )

        leads, cents = total(self.expected)
        all_leads, all_cents = zip(*map(total, self.drawn), strict=True)
        leads_low, leads_high = _bounds(leads, all_leads)
        cents_low, cents_high = _bounds(cents, all_cents)
        return Expected(
            leads=round(leads, 1),
            leads_low=round(leads_low, 1),
            leads_high=round(leads_high, 1),
            cents=round(cents),
            cents_low=round(cents_low),
            cents_high=round(cents_high),
        )


def courses(history: BuyingHistory, limits: BuyingLimits | None, days: int) -> Courses:
    """So many days, first of which is what is left of today; without limits nothing is capped, paused or closed."""
    rhythms = {seller: rhythm_of(history.of_seller(seller), history.today) for seller in history.sellers}
    known = {seller: rhythm for seller, rhythm in rhythms.items() if rhythm is not None}
    cells = [cell for cell in history.cells if cell[0] in known]
    ahead = DaysAhead(cells, history.today, days, limits)
    shares = [_share_of(cell, history, known) for cell in cells]
    usual = [_usual(history, seller, rhythm, days) for seller, rhythm in known.items()]
    draw, left = draws(date.fromordinal(history.today).isoformat()), ahead.left()
    even = [(1.0, 1.0)] * days
    return Courses(
        rhythms=known,
        expected=_walk(usual, [even] * len(known), shares, ahead, left),
        drawn=[
            _walk(usual, [strayed_days(each, days, draw) for each in known.values()], shares, ahead, ahead.left())
            for _ in range(_draws(len(cells), days))
        ],
        full_caps=ahead.full(left),
    )


def _usual(history: BuyingHistory, seller: str, rhythm: Rhythm, days: int) -> list[float]:
    """What usually comes on each day ahead, first of which is what is left of today."""
    weekdays = [(history.today + ahead - 1) % 7 for ahead in range(days)]
    rest = rest_of_day(history.week.get(seller, ()), weekdays[0], history.minute)
    return [rhythm.on(weekdays[0]) * rest, *[rhythm.on(weekday) for weekday in weekdays[1:]]]


def _share_of(cell: Cell, history: BuyingHistory, rhythms: Mapping[str, Rhythm]) -> _Share:
    """By the four weeks from which the seller's level is."""
    own, whole = history.cells[cell], sum(history.of_seller(cell[0]).leads[-LEVEL_DAYS:])
    leads, cents = sum(own.leads[-LEVEL_DAYS:]), sum(own.cents[-LEVEL_DAYS:])
    price = cents / leads if leads else rhythms[cell[0]].price_cents
    return _Share([*rhythms].index(cell[0]), leads / whole, price)


def _walk(
    usual: Sequence[Sequence[float]],
    strayed: Sequence[Sequence[tuple[float, float]]],
    shares: Sequence[_Share],
    ahead: DaysAhead,
    left: dict[str, float],
) -> _Course:
    """One course of the days ahead, on which sellers stray by these factors from what is usual; it uses up `left`."""
    if ahead.is_free:
        return _free(usual, strayed, shares)
    course = _Course([[] for _ in usual], [[] for _ in usual])
    for day in range(ahead.days):
        factors = [(leads, cents / leads if leads else 1.0) for leads, cents in (each[day] for each in strayed)]
        wanted = [usual[each.seller][day] * factors[each.seller][0] * each.share for each in shares]
        prices = [each.cents * factors[each.seller][1] for each in shares]
        bought = ahead.cut(day, wanted, prices, left)
        leads, cents = [0.0] * len(usual), [0.0] * len(usual)
        for each, price, count in zip(shares, prices, bought, strict=True):
            leads[each.seller] += count
            cents[each.seller] += count * price
        for place in range(len(usual)):
            course.leads[place].append(leads[place])
            course.cents[place].append(cents[place])
    return course


def _free(
    usual: Sequence[Sequence[float]], strayed: Sequence[Sequence[tuple[float, float]]], shares: Sequence[_Share]
) -> _Course:
    """The same where nothing is in the way: then campaigns need not be told apart."""
    prices = [sum(each.share * each.cents for each in shares if each.seller == place) for place in range(len(usual))]
    both = [*zip(usual, strayed, prices, strict=True)]
    return _Course(
        [[count * leads for count, (leads, _) in zip(days, factors, strict=True)] for days, factors, _ in both],
        [
            [count * cents * price for count, (_, cents) in zip(days, factors, strict=True)]
            for days, factors, price in both
        ],
    )


def _draws(cells: int, days: int) -> int:
    return max(_DRAWS_MIN, min(_DRAWS_MAX, _STEPS // (max(cells, 1) * max(days, 1))))


def _bounds(expected: float, drawn: Sequence[float]) -> tuple[float, float]:
    """Of draws; what is expected lies between, also where caps cut all that is above it."""
    ranked = sorted(drawn)
    last = len(ranked) - 1
    return min(ranked[round(LOW * last)], expected), max(ranked[round(HIGH * last)], expected)
