"""Reads a time zone, and answers the words that people have for one with the name of the zone they mean."""

from collections import Counter
from collections.abc import Iterable
from zoneinfo import ZoneInfo, available_timezones

from app.config.file.problem import did_you_mean
from app.config.values.kind import UnreadableValue, shown
from app.config.values.zip_rows import zip_rows
from app.dialects.values.states import state_of

_WORDS = {
    "America/New_York": "et est edt est5edt eastern utc-5 gmt-5 -05:00 -5",
    "America/Chicago": "ct cst cdt cst6cdt central utc-6 gmt-6 -06:00 -6",
    "America/Denver": "mt mst mdt mst7mdt mountain utc-7 gmt-7 -07:00 -7",
    "America/Los_Angeles": "pt pst pdt pst8pdt pacific utc-8 gmt-8 -08:00 -8",
    "America/Anchorage": "akt akst akdt alaska utc-9 gmt-9 -09:00 -9",
    "Pacific/Honolulu": "ht hst hawaii utc-10 gmt-10 -10:00 -10",
    "UTC": "utc gmt z zulu utc+0 gmt+0 utc+00:00 +00:00",
}
"""What people in the United States call their zones, by the standard time of each."""

_MEANT = {word: zone for zone, words in _WORDS.items() for word in words.split()}
_FILLERS = frozenset({"daylight", "saving", "savings", "standard", "time", "timezone", "us", "usa", "zone"})


def read_zone(raw: object) -> str:
    """The name of an IANA time zone. Abbreviations and offsets are refused: they know no daylight saving."""
    text = raw.strip() if isinstance(raw, str) else ""
    # "Etc/GMT-5" is five hours ahead of Greenwich, whatever its writer meant.
    if raw == "UTC" or ("/" in text and not text.startswith("Etc/")):
        try:
            return ZoneInfo(text).key
        except (KeyError, OSError, ValueError):
            pass
    raise UnreadableValue(f"{shown(raw)} is not a time zone", _remedy(text))


def _remedy(text: str) -> str:
    if meant := _meant(text):
        return f'write it as "{meant}"'
    area, _, city = text.partition("/")
    if area and city and (near := did_you_mean(text, [zone for zone in available_timezones() if "/" in zone])):
        return near
    return "those of the United States are " + ", ".join(f'"{zone}"' for zone in [*_WORDS][:-1])


def _meant(text: str) -> str:
    """The zone of a word, of a place in the United States, or of a city that zones are named after."""
    place = text.rpartition("/")[2] or text
    words = " ".join(word for word in place.lower().replace("_", " ").split() if word not in _FILLERS)
    known = _MEANT.get(words.replace("utc -", "utc-").replace("gmt -", "gmt-"))
    return known or _zone_of_state(place) or _named_after(words) or _zone_of_city(words)


def _named_after(city: str) -> str:
    """The zone with this last name, one of America before all others."""
    last = f"/{city.replace(' ', '_')}"
    zones = [zone for zone in available_timezones() if zone.lower().endswith(last)]
    return min(zones, key=lambda zone: (not zone.startswith("America/"), zone), default="")


def _zone_of_state(place: str) -> str:
    state, rows = state_of(place), zip_rows()
    return _most(zone for zone, its in zip(rows.zones, rows.states, strict=True) if its == state) if state else ""


def _zone_of_city(words: str) -> str:
    city, rows = words.title(), zip_rows()
    return _most(zone for zone, its in zip(rows.zones, rows.cities, strict=True) if its == city)


def _most(zones: Iterable[str]) -> str:
    """The zone in which most ZIP codes of a place lie."""
    counted = Counter(zone for zone in zones if "/" in zone)
    return counted.most_common(1)[0][0] if counted else ""
