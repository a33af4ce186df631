"""Where every US ZIP lies: its state, its county and its place on the map."""

import re
import unicodedata
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cache
from itertools import compress
from math import asin, cos, radians, sin, sqrt
from types import MappingProxyType

import msgspec

from app.config.values.zip_rows import zip_rows
from app.domain.territory import PREFIX_LENGTH, ZipStates

_KIND = re.compile(
    r"^(city and borough|municipality) of "
    r"| (county|parish|borough|census area|city and borough|municipality|municipio)$",
    re.IGNORECASE,
)
_ACROSS_STATE_LINES = """
02861 MA RI
03579 ME NH
38549 KY TN
42223 KY TN
52626 IA MO
54540 MI WI
57717 MT SD WY
58653 ND SD
59221 MT ND
59270 MT ND
59275 MT ND
59847 ID MT
63673 IL MO
65729 AR MO
65733 AR MO
65761 AR MO
66541 KS NE
66955 KS NE
68325 KS NE
68327 KS NE
68420 KS NE
68719 NE SD
68755 NE SD
68943 KS NE
68978 KS NE
69026 KS NE
69168 CO NE
69201 NE SD
69212 NE SD
69216 NE SD
69337 NE SD
71749 AR LA
71937 AR OK
71953 AR OK
72338 AR TN
72644 AR MO
73949 OK TX
75556 AR TX
79835 NM TX
79837 NM TX
79922 NM TX
80737 CO NE
81120 CO NM
81137 CO NM
81324 CO UT
82063 CO WY
82082 CO NE WY
82701 SD WY
82801 MT WY
82930 UT WY
83120 ID WY
83127 ID WY
83342 ID UT
83856 ID WA
84034 NV UT
84531 AZ UT
84536 AZ UT
86044 AZ UT
86504 AZ NM
86514 AZ NM UT
86515 AZ NM
87328 AZ NM
88063 NM TX
88430 NM TX
89010 CA NV
89019 CA NV
89060 CA NV
89061 CA NV
89421 NV OR
89439 CA NV
89832 ID NV
97635 CA OR
97910 ID OR
97913 ID OR
99033 ID WA
99128 ID WA
"""
"""ZIPs with addresses in several states, from published extracts of the Census Bureau's relations of ZCTAs to states.

The table knows one state of each. More ZIPs reach a little way across a line than these: a lead there is told that
ZIP and state disagree.
"""

_DEGREE = 10_000
_EARTH_MILES = 3_958.8
"""Its mean radius."""

_SAINT = re.compile(r"\b(saint|sainte|ste)\b")


class Area(msgspec.Struct, frozen=True, kw_only=True):
    """ZIPs that have a name together, as "Hillsborough County, FL"; `zips` tells the state of each."""

    name: str
    zips: Mapping[str, str]


class Centre(msgspec.Struct, frozen=True, kw_only=True):
    """A ZIP on the map, in degrees."""

    zip: str
    latitude: float
    longitude: float


def zip_states() -> ZipStates:
    """ZIP -> its states, some 43,000, and some 900 beginnings of them."""
    return _tables().states


def zip_zones() -> Mapping[str, tuple[str, ...]]:
    """ZIP, its first three digits, or state -> the time zones there. The table knows one of each ZIP: one that
    reaches across a state's line may also have those of its neighbors."""
    return _tables().zones


def area_states() -> Mapping[str, str]:
    """Area code -> the state in which most of its ZIPs lie."""
    return _tables().area_states


class _Tables(msgspec.Struct, frozen=True):
    states: ZipStates
    zones: Mapping[str, tuple[str, ...]]
    area_states: Mapping[str, str]


@cache
def _tables() -> _Tables:
    """Made once a process, of whole columns: a service starts and a command answers some 50 ms later by it."""
    rows = zip_rows()
    alone = [(state,) for state in rows.states.values]
    counted: dict[str, Counter[str]] = {}
    for (areas, state), number in Counter(zip(rows.areas, rows.states, strict=True)).items():
        for area in areas.split():
            counted.setdefault(area, Counter())[state] += number
    return _Tables(
        _across_lines(dict(zip(rows.zips, map(alone.__getitem__, rows.states.of), strict=True))),
        _zones(),
        MappingProxyType({area: found.most_common(1)[0][0] for area, found in counted.items()}),
    )


def _zones() -> Mapping[str, tuple[str, ...]]:
    """The zones of each place. One row names a village, and those of ships and offices name none."""
    rows = zip_rows()
    alone: list[tuple[str, ...]] = [(zone,) if "/" in zone else () for zone in rows.zones.values]
    zones = {place: one for place, one in zip(rows.zips, map(alone.__getitem__, rows.zones.of), strict=True) if one}
    around: dict[str, dict[str, None]] = {}
    for place, zone in dict.fromkeys(zip((each[:PREFIX_LENGTH] for each in zones), zones.values(), strict=True)):
        around.setdefault(place, {}).update(dict.fromkeys(zone))
    for place, zone in dict.fromkeys(zip(rows.states, map(alone.__getitem__, rows.zones.of), strict=True)):
        around.setdefault(place, {}).update(dict.fromkeys(zone))
    wide = {place: tuple(found) for place, found in around.items() if found}
    across = (each for each in _ACROSS_STATE_LINES.split() if len(each) == 5)
    beyond = {each: wide[each[:PREFIX_LENGTH]] for each in across if each[:PREFIX_LENGTH] in wide}
    return MappingProxyType(zones | wide | beyond)


def _across_lines(states: dict[str, tuple[str, ...]]) -> ZipStates:
    """With every state of those that have several, and of the beginnings of all."""
    for line in _ACROSS_STATE_LINES.strip().splitlines():
        zip_code, *named = line.split()
        own = states.get(zip_code, ())
        states[zip_code] = (*own, *(state for state in named if state not in own))
    beginning: dict[str, dict[str, None]] = {}
    for prefix, own in dict.fromkeys(zip((each[:PREFIX_LENGTH] for each in states), states.values(), strict=True)):
        beginning.setdefault(prefix, {}).update(dict.fromkeys(own))
    return MappingProxyType(states | {prefix: tuple(own) for prefix, own in beginning.items()})


def counties_of(name: str, state: str) -> tuple[Area, ...]:
    """The counties of a state that may be called so: none, one, or two where a city of that name is one of its own."""
    counties = _counties(state)
    key = _county_key(name)
    keys = (key, f"{key}city") if bare_county(name) == name else (key,)
    return tuple(counties[one] for one in keys if one in counties)


def county_names(state: str) -> tuple[str, ...]:
    """How the counties of a state are called."""
    return tuple(bare_county(county.name.removesuffix(f", {state}")) for county in _counties(state).values())


def bare_county(name: str) -> str:
    """The name of a county without "County", "Parish" and the like."""
    return _KIND.sub("", name)


def centre_of(zip_code: str) -> Centre | None:
    """Where a ZIP lies; `None` where there is no such ZIP, or where it has no place, as those of ships and offices."""
    rows = zip_rows()
    row = bisect_left(rows.zips, zip_code)
    if rows.zips[row : row + 1] != [zip_code] or not (rows.latitudes[row] or rows.longitudes[row]):
        return None
    return Centre(zip=zip_code, latitude=rows.latitudes[row] / _DEGREE, longitude=rows.longitudes[row] / _DEGREE)


def unknown_zips(zip_codes: Iterable[str]) -> list[str]:
    """Those of these ZIP codes, or beginnings of some, that no ZIP code in the table is or begins with."""
    zips = zip_rows().zips
    first = [(one, bisect_left(zips, one)) for one in zip_codes]
    return [one for one, at in first if not "".join(zips[at : at + 1]).startswith(one)]


def circle(centre: Centre, miles: float) -> Area:
    """The ZIPs whose centres lie so near to that of one, as the crow flies; that one among them."""
    rows = zip_rows()
    # Nothing is nearer than its parallel, which leaves few to be measured; a little more for rounding.
    degrees = miles / radians(_EARTH_MILES) + 0.001
    south, north = ((centre.latitude + side * degrees) * _DEGREE for side in (-1, 1))
    near = [
        south <= latitude <= north and _miles(centre, latitude / _DEGREE, longitude / _DEGREE) <= miles
        for latitude, longitude in zip(rows.latitudes, rows.longitudes, strict=True)
    ]
    name = f"{miles:g} miles around {centre.zip}"
    return Area(name=name, zips=dict(compress(zip(rows.zips, rows.states, strict=True), near)))


def _miles(centre: Centre, latitude: float, longitude: float) -> float:
    """Along the great circle, by the haversine formula."""
    north, east = radians(latitude - centre.latitude), radians(longitude - centre.longitude)
    slant = sin(north / 2) ** 2 + cos(radians(centre.latitude)) * cos(radians(latitude)) * sin(east / 2) ** 2
    return 2 * _EARTH_MILES * asin(sqrt(slant))


@cache
def _counties(state: str) -> Mapping[str, Area]:
    """The counties of a state by their keys, each called as most of its ZIPs spell it."""
    rows = zip_rows()
    spelled: dict[str, Counter[str]] = {}
    zips: dict[str, list[str]] = {}
    for zip_code, county, its in zip(rows.zips, rows.counties, rows.states, strict=True):
        if its == state and county:
            key = _county_key(county)
            spelled.setdefault(key, Counter())[county] += 1
            zips.setdefault(key, []).append(zip_code)
    names = {key: found.most_common(1)[0][0] for key, found in spelled.items()}
    return {key: Area(name=f"{names[key]}, {state}", zips=dict.fromkeys(own, state)) for key, own in zips.items()}


@cache
def _county_key(name: str) -> str:
    """What the spellings of one county have in common: "St. Mary's County", "Saint Marys", "ST MARYS"."""
    plain = unicodedata.normalize("NFKD", name.replace("-", " ")).encode("ascii", "ignore").decode().lower()
    words = " ".join(re.sub(r"[^a-z ]", "", plain).split())
    return _SAINT.sub("st", _KIND.sub("", words)).replace(" ", "")
