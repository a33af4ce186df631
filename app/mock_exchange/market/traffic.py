"""When consumers come: by the hour where they live, by the weekday, as many as were asked for."""

from bisect import bisect_right
from datetime import UTC, datetime
from itertools import accumulate
from zoneinfo import ZoneInfo

import msgspec

from app.mock_exchange.chance import chance_of
from app.mock_exchange.consumers import consumer

AGAIN = 0.04
"""The share of consumers who come back, within hours, to fill in a form again."""

_BACK_WITHIN_S = 6 * 3_600.0

# How many come in each local hour of a working day, against the busiest: people ask at noon and after work.
_HOURS = (4, 3, 2, 2, 3, 8, 20, 38, 58, 78, 95, 100, 92, 74, 60, 58, 64, 76, 92, 98, 84, 58, 30, 12)
_WEEKDAYS = (1.0, 1.05, 1.0, 0.95, 0.85, 0.55, 0.5)
_STEP_S = 900.0

_EASTERN, _CENTRAL, _MOUNTAIN, _PACIFIC = "America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles"
_ZONES = {
    _CENTRAL: "AL AR IA IL KS LA MN MO MS ND NE OK SD TN TX WI",
    _MOUNTAIN: "CO ID MT NM UT WY",
    _PACIFIC: "CA NV OR WA",
    "America/Phoenix": "AZ",
    "Pacific/Honolulu": "HI",
    "America/Anchorage": "AK",
}
_ZONE_OF = {state: zone for zone, states in _ZONES.items() for state in states.split()}


class Visit(msgspec.Struct, frozen=True, order=True):
    """One consumer who fills in a form: when (UTC epoch seconds), who, and whether they did so before."""

    at: float
    number: int
    again: bool = False


def zone_of(state: str) -> str:
    """Where most people of a state live, as far as clocks go."""
    return _ZONE_OF.get(state, _EASTERN)


def visits(seed: int, count: int, start: float, end: float) -> list[Visit]:
    """The visits of consumers 1 to `count` between two times, in order, and those of the few who come back."""
    days = {zone: _Day(zone, start, end) for zone in (*_ZONES, _EASTERN)}
    found = []
    for number in range(1, count + 1):
        chance = chance_of(seed, "arrival", number)
        at = days[zone_of(consumer(seed, number).state)].time(chance.uniform("at"))
        found.append(Visit(at, number))
        back = at + _BACK_WITHIN_S * chance.uniform("back")
        if chance.below("again", AGAIN) and back < end:
            found.append(Visit(back, number, again=True))
    return sorted(found)


class _Day:
    """The span of time as one zone's people live it, for draws by inverse distribution."""

    def __init__(self, zone: str, start: float, end: float) -> None:
        self._start, self._end = start, end
        steps = max(int((end - start) // _STEP_S), 1)
        self._step_s = (end - start) / steps
        self._sums = list(accumulate(_intensity(start + (step + 0.5) * self._step_s, zone) for step in range(steps)))

    def time(self, share: float) -> float:
        """When this share of the people has come."""
        wanted = share * self._sums[-1]
        step = bisect_right(self._sums, wanted)
        before = self._sums[step - 1] if step else 0.0
        return self._start + (step + (wanted - before) / (self._sums[step] - before)) * self._step_s


def _intensity(at: float, zone: str) -> float:
    """How many come at a moment, the hours' figures joined by straight lines."""
    local = datetime.fromtimestamp(at, UTC).astimezone(ZoneInfo(zone))
    hour = local.hour + local.minute / 60.0 - 0.5
    first = int(hour // 1) % 24
    part = hour % 1.0
    return _WEEKDAYS[local.weekday()] * ((1.0 - part) * _HOURS[first] + part * _HOURS[(first + 1) % 24])
