"""What leads cost and brought, by campaign, seller, sub-source, state and hour; what is expected is told apart."""

from collections.abc import Mapping

import msgspec

from app.domain.calendar import local_time
from app.domain.schedule import HOURS_OF_WEEK
from app.reports.money.delay import ConversionDelay
from app.reports.money.lead_account import LeadAccount
from app.reports.money.span import Span
from app.reports.tally import QUARTER_S, add
from app.reports.trading import OTHERS

ROWS_MAX = 200
"""Sellers make up any number of sub-sources: beyond this many rows those of the least spend are one."""

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
HOURS = tuple(f"{hour:02d}:00" for hour in range(24))
_MILLI = 1_000


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """The sums of some leads. `owed_cents` is what was bid less what sellers credited; of `asked` returns nothing is
    credited yet. `value_cents` has come, `to_come_cents` is expected of young leads, and both less `owed_cents`,
    `handling_cents` and `checks_cents` are `profit_cents`. `checks_cents` are those of the posts of these leads.

    `per_lead_cents`, `per_contact_cents` and `per_conversion_cents` are `owed_cents` for each, conversions to come
    included; `None` without any. `predicted_cents` is what bids expected of the `predicted` leads that were valued, and
    `predicted_value_cents` what came of those. `heard_of` are leads with an outcome.
    """

    leads: int = 0
    bought_cents: int = 0
    returns: int = 0
    credited_cents: int = 0
    asked: int = 0
    asked_cents: int = 0
    owed_cents: int = 0
    heard_of: int = 0
    contacted: int = 0
    conversions: int = 0
    conversions_to_come: float = 0.0
    value_cents: int = 0
    to_come_cents: int = 0
    handling_cents: int = 0
    checks_cents: int = 0
    profit_cents: int = 0
    per_lead_cents: int | None = None
    per_contact_cents: int | None = None
    per_conversion_cents: int | None = None
    predicted: int = 0
    predicted_cents: int = 0
    predicted_value_cents: int = 0


class AccountRow(msgspec.Struct, frozen=True, kw_only=True):
    """One part of the trade. `matured` is settled, `young` holds an expectation, `all` is both.

    `seller` is set where `name` is a sub-source of it.
    """

    name: str
    seller: str = ""
    matured: Account
    young: Account
    all: Account


class Profit(msgspec.Struct, frozen=True, kw_only=True):
    """Leads that were sold in a span, with all that was heard of them up to `at` (UTC epoch seconds).

    A lead is mature after `matures_days`. `delay_conversions` is of how many conversions is known how long they took;
    none where they are too few, and conversions to come are spread evenly. `all_checks_cents` is what providers cost on
    the dates of the span (UTC), also for pings and for leads that were not bought; `None` where nobody counted.
    Rows stand by spend, hours and weekdays (of `zone`) in their order.
    """

    at: float
    zone: str
    span: Span
    matures_days: float
    delay_conversions: int
    total: AccountRow
    all_checks_cents: int | None
    campaigns: tuple[AccountRow, ...]
    sellers: tuple[AccountRow, ...]
    sub_sources: tuple[AccountRow, ...]
    states: tuple[AccountRow, ...]
    hours: tuple[AccountRow, ...]
    weekdays: tuple[AccountRow, ...]
    hours_of_week: tuple[AccountRow, ...]


class _Sums(msgspec.Struct):
    """An account in the making."""

    leads: int = 0
    bought_cents: int = 0
    returns: int = 0
    credited_cents: int = 0
    asked: int = 0
    asked_cents: int = 0
    heard_of: int = 0
    contacted: int = 0
    conversions: int = 0
    conversions_to_come: float = 0.0
    value_cents: int = 0
    to_come_cents: float = 0.0
    handling_cents: int = 0
    checks_millicents: int = 0
    predicted: int = 0
    predicted_cents: float = 0.0
    predicted_value_cents: int = 0

    def add(self, lead: LeadAccount) -> None:
        self.leads += 1
        self.bought_cents += lead.price_cents
        self.value_cents += lead.value_cents
        self.handling_cents += lead.handling_cents
        self.checks_millicents += lead.checks_millicents
        if lead.is_heard_of:
            self.heard_of += 1
            self.contacted += lead.contacted
            self.conversions += lead.converted
        if lead.returned == "accepted":
            self.returns += 1
            self.credited_cents += lead.price_cents
        elif lead.returned == "requested":
            self.asked += 1
            self.asked_cents += lead.price_cents
        if not lead.is_mature:
            self.to_come_cents += lead.to_come_cents
            self.conversions_to_come += lead.conversions_to_come
        if lead.predicted_cents is not None:
            self.predicted += 1
            self.predicted_cents += lead.predicted_cents
            self.predicted_value_cents += lead.value_cents

    def account(self) -> Account:
        owed = self.bought_cents - self.credited_cents
        to_come, checks = round(self.to_come_cents), round(self.checks_millicents / _MILLI)
        return Account(
            leads=self.leads,
            bought_cents=self.bought_cents,
            returns=self.returns,
            credited_cents=self.credited_cents,
            asked=self.asked,
            asked_cents=self.asked_cents,
            owed_cents=owed,
            heard_of=self.heard_of,
            contacted=self.contacted,
            conversions=self.conversions,
            conversions_to_come=round(self.conversions_to_come, 3),
            value_cents=self.value_cents,
            to_come_cents=to_come,
            handling_cents=self.handling_cents,
            checks_cents=checks,
            profit_cents=self.value_cents + to_come - owed - self.handling_cents - checks,
            per_lead_cents=_each(owed, self.leads),
            per_contact_cents=_each(owed, self.contacted),
            per_conversion_cents=_each(owed, self.conversions + self.conversions_to_come),
            predicted=self.predicted,
            predicted_cents=round(self.predicted_cents),
            predicted_value_cents=self.predicted_value_cents,
        )


class _Pair(msgspec.Struct):
    """Mature and young leads of one part."""

    matured: _Sums = msgspec.field(default_factory=_Sums)
    young: _Sums = msgspec.field(default_factory=_Sums)

    def add(self, lead: LeadAccount) -> None:
        (self.matured if lead.is_mature else self.young).add(lead)

    def merge(self, other: "_Pair") -> None:
        add(self.matured, other.matured)
        add(self.young, other.young)

    @property
    def spend_cents(self) -> int:
        return self.matured.bought_cents + self.young.bought_cents

    def row(self, name: str, seller: str = "") -> AccountRow:
        both = _Sums()
        add(both, self.matured)
        add(both, self.young)
        return AccountRow(
            name=name,
            seller=seller,
            matured=self.matured.account(),
            young=self.young.account(),
            all=both.account(),
        )


_Parts = dict[tuple[str, str], _Pair]


class ProfitBook:
    """The accounts of a span in the making; leads come in any order, quickest in that of their sale."""

    def __init__(self, zone: str) -> None:
        self._zone = zone
        self._total = _Pair()
        self._campaigns: _Parts = {}
        self._sellers: _Parts = {}
        self._sources: _Parts = {}
        self._states: _Parts = {}
        self._week: dict[int, _Pair] = {}

    def add(self, lead: LeadAccount) -> None:
        """Count a lead in each part that it belongs to."""
        self._total.add(lead)
        _of(self._campaigns, (lead.campaign, "")).add(lead)
        _of(self._sellers, (lead.seller, "")).add(lead)
        _of(self._sources, (lead.sub_id, lead.seller)).add(lead)
        _of(self._states, (lead.state, "")).add(lead)
        # Hours begin on a quarter of one everywhere; so few moments are remembered.
        hour = local_time(lead.sold_at // QUARTER_S * QUARTER_S, self._zone).minute_of_week // 60
        if hour not in self._week:
            self._week[hour] = _Pair()
        self._week[hour].add(lead)

    def profit(self, span: Span, delay: ConversionDelay, now: float, all_checks_cents: int | None) -> Profit:
        """What was counted."""
        return Profit(
            at=now,
            zone=self._zone,
            span=span,
            matures_days=delay.matures_s / 86_400.0,
            delay_conversions=len(delay.ages) if delay.is_measured else 0,
            total=self._total.row("all"),
            all_checks_cents=all_checks_cents,
            campaigns=_rows(self._campaigns),
            sellers=_rows(self._sellers),
            sub_sources=_rows(self._sources),
            states=_rows(self._states),
            hours=self._by_hour({hour: range(at, HOURS_OF_WEEK, 24) for at, hour in enumerate(HOURS)}),
            weekdays=self._by_hour({day: range(place * 24, place * 24 + 24) for place, day in enumerate(WEEKDAYS)}),
            hours_of_week=self._by_hour(
                {
                    f"{day} {hour}": range(24 * place + at, 24 * place + at + 1)
                    for place, day in enumerate(WEEKDAYS)
                    for at, hour in enumerate(HOURS)
                }
            ),
        )

    def _by_hour(self, groups: Mapping[str, range]) -> tuple[AccountRow, ...]:
        """Those of these groups of the hours of a week in which leads were bought."""
        rows = []
        for name, hours in groups.items():
            pair = _Pair()
            for hour in hours:
                if hour in self._week:
                    pair.merge(self._week[hour])
            if pair.matured.leads or pair.young.leads:
                rows.append(pair.row(name))
        return tuple(rows)


def _of(parts: _Parts, key: tuple[str, str]) -> _Pair:
    part = parts.get(key)
    if part is None:
        part = parts[key] = _Pair()
    return part


def _rows(parts: _Parts) -> tuple[AccountRow, ...]:
    """By spend, then by name."""
    ranked = sorted(parts.items(), key=lambda part: (-part[1].spend_cents, part[0]))
    rows = [pair.row(*name) for name, pair in ranked[:ROWS_MAX]]
    if ranked[ROWS_MAX:]:
        others = _Pair()
        for _, pair in ranked[ROWS_MAX:]:
            others.merge(pair)
        rows.append(others.row(OTHERS))
    return tuple(rows)


def _each(cents: int, count: float) -> int | None:
    return round(cents / count) if count > 0.0 else None
