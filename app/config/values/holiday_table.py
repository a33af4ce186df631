"""The holidays of the United States and of each state, from a package that is kept up to date."""

from collections.abc import Mapping
from functools import cache

from holidays import country_holidays

FEDERAL = "federal"

_YEARS = range(2025, 2051)
"""Fixed instead of counted from today: so one file means the same days on every replica, in a service that nobody
restarts at New Year, and when an old decision is made again. A calendar of them takes some 10 ms and 30 kB."""


@cache
def holidays_of(calendar: str) -> Mapping[str, frozenset[str]]:
    """Date -> names of its holidays, of "federal" or of a state by its two letters; empty where none are known.

    One that falls on a weekend stands at its own date, and by the same name at the one on which it is observed.
    """
    state = None if calendar == FEDERAL else calendar
    try:
        found = country_holidays("US", subdiv=state, years=_YEARS, expand=False)
    except NotImplementedError:
        return {}
    return {
        day.isoformat(): frozenset(name.removesuffix(" (observed)") for name in found.get_list(day))
        for day in sorted(found)
    }
