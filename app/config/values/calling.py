"""The rules of when people may be called: those that are shipped, with the buyer's own in their place."""

import tomllib
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import cache, lru_cache
from pathlib import Path

from msgspec.structs import replace

from app.config.file.problem import Findings
from app.config.file.read import read_table
from app.config.schema import CallingRuleTable
from app.config.values.holiday_table import holidays_of
from app.config.values.week import spans_by_day
from app.dialects.values.states import state_of
from app.domain.calendar import utc_offset
from app.domain.calling.rules import FEDERAL, CallingRule, Week, narrower
from app.domain.calling.window import week_in_words
from app.domain.campaign import Campaign
from app.domain.schedule import ALWAYS, MINUTES_OF_WEEK, week_hours, week_minutes
from app.domain.territory import Territory

_STATES = """
America/New_York CT DC DE FL GA IN KY MA MD ME MI NC NH NJ NY OH PA RI SC TN VA VT WV
America/Chicago AL AR FL IA IL IN KS KY LA MI MN MO MS ND NE OK SD TN TX WI
America/Denver CO ID KS MT ND NE NM OR SD TX UT WY
America/Phoenix AZ
America/Los_Angeles CA ID NV OR WA
America/Anchorage AK
Pacific/Honolulu AK HI
America/Puerto_Rico PR VI
Pacific/Guam GU MP
Pacific/Pago_Pago AS
"""
"""The clocks of each state, those of single counties left out: this is for a warning, a lead goes by its own ZIP."""

_ZONES = [line.split() for line in _STATES.strip().splitlines()]
_MINUTES = (int(datetime(2026, month, 15, tzinfo=UTC).timestamp() // 60) for month in (1, 7))
_WINTER_AND_SUMMER = tuple(_MINUTES)
_SHOWN = 3
_SHIPPED = Path(__file__).with_name("calling_rules.toml")
_HOUR_S = 3_600.0


def build_calling_rules(tables: Iterable[CallingRuleTable], findings: Findings) -> Mapping[str, CallingRule]:
    """The rules by state, none of which goes beyond what holds everywhere."""
    own: dict[str, CallingRule] = {}
    for table in tables:
        state = _state(table, findings)
        if state in own:
            findings.error((*table.at, "state"), f"there is a rule of {state} already", "leave one out")
        own[state] = _rule(table, state, findings)
    rules = {**_shipped(), **own}
    nation = rules[FEDERAL]
    return {state: _within(rule, nation) for state, rule in rules.items()}


def warn_of_uncallable(campaigns: Iterable[Campaign], rules: Mapping[str, CallingRule], findings: Findings) -> None:
    """Warn of campaigns with hours of their own that buy where nobody may be called then.

    One that buys at all hours means to: its leads wait until `calling.callable_from`.
    """
    for position, campaign in enumerate(campaigns):
        if campaign.schedule.hours == ALWAYS:
            continue
        named = [
            f"{state} ({week_in_words(rules.get(state, rules[FEDERAL]))})"
            for state in _states_of(campaign.territory)
            if _buys_outside(campaign.schedule.minutes, campaign.zone, state, rules.get(state, rules[FEDERAL]).week)
        ]
        if named:
            more = f" and {len(named) - _SHOWN} more" if len(named) > _SHOWN else ""
            findings.warn(
                ("campaigns", position, "schedule"),
                f"it buys at hours when nobody may be called in {', '.join(named[:_SHOWN])}{more}",
                "narrow its hours, or have the CRM wait until `calling.callable_from`",
            )


def _states_of(territory: Territory) -> list[str]:
    """The states that it names, or all; single ZIPs are not looked up for a warning."""
    everywhere = {state for _, *states in _ZONES for state in states} if territory.is_everywhere else frozenset[str]()
    return sorted((territory.states | everywhere) - territory.not_states)


@lru_cache(maxsize=4096)
def _buys_outside(minutes: bytes, zone: str, state: str, week: Week) -> bool:
    """Whether a minute of a campaign's week, by its own clock, is none of the rule's by a clock of the state."""
    allowed = week_minutes(week_hours(dict(enumerate(week))))
    bought = int.from_bytes(minutes)
    turned = (ahead % MINUTES_OF_WEEK for ahead in _ahead(zone, state))
    return any(bought & ~int.from_bytes(allowed[ahead:] + allowed[:ahead]) for ahead in turned)


def _ahead(zone: str, state: str) -> set[int]:
    """By how many minutes the clocks of a state are ahead of a zone's."""
    return {
        utc_offset(minute, clock) - utc_offset(minute, zone)
        for clock, *states in _ZONES
        if state in states
        for minute in _WINTER_AND_SUMMER
    }


@cache
def _shipped() -> Mapping[str, CallingRule]:
    """The rows that come along."""
    rows = tomllib.loads(_SHIPPED.read_text("utf-8"))["calling_rules"]
    findings = Findings(str(_SHIPPED), {}, {})
    tables = [read_table(CallingRuleTable, row, ("calling_rules", number), findings) for number, row in enumerate(rows)]
    return {table.state: _rule(table, table.state, findings) for table in tables if table is not None}


def _rule(table: CallingRuleTable, state: str, findings: Findings) -> CallingRule:
    if table.calls_max is not None and table.calls_max < 1:
        findings.error((*table.at, "calls_max"), "nobody could be called", "write 1 or more, or leave it out")
    if not table.hours:
        findings.error((*table.at, "hours"), "there are none", 'write hours = [{ hours = "08:00-20:00" }]')
    holidays = holidays_of("federal" if state == FEDERAL else state) if table.not_on_holidays else {}
    return CallingRule(
        state=state,
        week=spans_by_day(table.hours),
        closed_dates=frozenset(holidays),
        calls_max=table.calls_max,
        calls_hours=max(round(table.calls_within / _HOUR_S), 1) if table.calls_max is not None else None,
        note=table.note,
        source=table.source,
        as_of=table.as_of,
    )


def _state(table: CallingRuleTable, findings: Findings) -> str:
    if table.state.lower() == FEDERAL:
        return FEDERAL
    state = state_of(table.state)
    if state is None:
        findings.error((*table.at, "state"), f"`{table.state}` is no state", "write its two letters, or `federal`")
    return state or ""


def _within(rule: CallingRule, nation: CallingRule) -> CallingRule:
    return rule if rule is nation else replace(rule, week=narrower(rule.week, nation.week))
