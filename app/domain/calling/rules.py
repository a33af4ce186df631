"""The hours in which a state lets people be called, how often, and where each place lies on the clock."""

from collections.abc import Mapping, Sequence
from functools import cached_property

import msgspec

FEDERAL = "federal"
DAYS = 7

Span = tuple[int, int]
"""(first minute, minute after the last) of a local day."""

Interval = tuple[float, float]
"""From when until when, in UTC epoch seconds."""

Week = tuple[tuple[Span, ...], ...]
"""The spans of each weekday, Monday first."""


class CallingRule(msgspec.Struct, frozen=True, kw_only=True):
    """One row: the hours of a state by the called person's clock, none on `closed_dates`.

    No more than `calls_max` calls in `calls_hours` hours, where there is such a limit. `source` says where it was read,
    `as_of` on which day it stood there; `note` is for who calls.
    """

    state: str
    week: Week
    closed_dates: frozenset[str] = frozenset()
    calls_max: int | None = None
    calls_hours: int | None = None
    note: str = ""
    source: str = ""
    as_of: str = ""


NATIONAL = CallingRule(state=FEDERAL, week=(((480, 1260),),) * DAYS, source="47 CFR 64.1200(c)(1)", as_of="2026-11-01")
"""What holds everywhere, and where no state has hours of its own."""


class CallingTerms(msgspec.Struct, frozen=True, kw_only=True):
    """What holds for all who may be in the same `places`, each a time zone with the rule there.

    `calls_max` and `calls_hours` are those of the strictest rule. `times` are those at which every place allows calls,
    by the quarter of an hour (UTC) from which on: within it no local day begins.
    """

    places: tuple[tuple[str, CallingRule], ...]
    basis: str
    time_zones: str
    rules: str
    calls_max: int | None
    calls_hours: int | None
    rules_as_of: str
    times: dict[int, Sequence[Interval]] = {}


Whereabouts = tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...], str]
"""Where somebody may be: the zones of the ZIP, those of the phone, the states of the ZIP, that of the area code."""


class CallingTable(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """`rules` by state. `zip_zones` names the time zones of each ZIP, of its first three digits, and of each state;
    `area_states` the state of each area code.
    """

    rules: Mapping[str, CallingRule] = {}
    zip_zones: Mapping[str, tuple[str, ...]] = {}
    area_states: Mapping[str, str] = {}

    @cached_property
    def terms(self) -> dict[Whereabouts, CallingTerms]:
        """What was worked out by this table: thousands of leads share a place."""
        return {}

    def rule_of(self, state: str) -> CallingRule:
        """The rule of a state, or what holds everywhere."""
        return self.rules.get(state) or self.rules.get(FEDERAL, NATIONAL)


def narrower(week: Week, other: Week) -> Week:
    """The hours that both have."""
    return tuple(
        tuple(
            [
                (max(start, first), min(end, last))
                for start, end in spans
                for first, last in others
                if max(start, first) < min(end, last)
            ]
        )
        for spans, others in zip(week, other, strict=True)
    )
