"""Where every US ZIP lies: its state, its county and its place on the map, from a package that is kept up to date."""

import re
import sys
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cache
from types import MappingProxyType
from typing import Any

import msgspec
import zipcodes

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

The package knows one state of each. More ZIPs reach a little way across a line than these: a lead there is told that
ZIP and state disagree.
"""

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
    """ZIP, its first three digits, or state -> the time zones there. The package knows one of each ZIP: one that
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
    """Takes about half a second, once a process.

    Read by prefix: the whole table at once would hold 140 MB of records for a moment.
    """
    states: dict[str, tuple[str, ...]] = {}
    alone: dict[str, tuple[str, ...]] = {}
    zones: dict[str, dict[str, None]] = {}
    areas: dict[str, Counter[str]] = {}
    for prefix in range(100):
        for row in zipcodes.similar_to(f"{prefix:02d}"):  # type: ignore[no-untyped-call]
            state, zip_code, zone = sys.intern(row["state"]), row["zip_code"], sys.intern(row["timezone"])
            states[zip_code] = alone.setdefault(state, (state,))
            for area in row["area_codes"]:
                areas.setdefault(area, Counter())[state] += 1
            # One row names a village, and those of ships and offices name none.
            if "/" in zone:
                for place in (zip_code, zip_code[:PREFIX_LENGTH], state):
                    zones.setdefault(place, {})[zone] = None
    return _Tables(
        _across_lines(states),
        _shared(zones, _ACROSS_STATE_LINES.split()),
        MappingProxyType({area: found.most_common(1)[0][0] for area, found in areas.items()}),
    )


def _shared(zones: Mapping[str, Mapping[str, None]], across: Iterable[str]) -> Mapping[str, tuple[str, ...]]:
    """The zones of each place, equal ones as one value: there are 43,000 places and some hundred answers."""
    alone: dict[tuple[str, ...], tuple[str, ...]] = {}
    shared = {place: alone.setdefault(tuple(found), tuple(found)) for place, found in zones.items()}
    wide = {each: shared.get(each[:PREFIX_LENGTH], ()) for each in across if len(each) == 5}
    return MappingProxyType(shared | {each: found for each, found in wide.items() if found})


def _across_lines(states: dict[str, tuple[str, ...]]) -> ZipStates:
    """With every state of those that have several, and of the beginnings of all."""
    for line in _ACROSS_STATE_LINES.strip().splitlines():
        zip_code, *named = line.split()
        own = states.get(zip_code, ())
        states[zip_code] = (*own, *(state for state in named if state not in own))
    beginning: dict[str, dict[str, None]] = {}
    for zip_code, own in states.items():
        beginning.setdefault(zip_code[:PREFIX_LENGTH], {}).update(dict.fromkeys(own))
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
    for row in zipcodes.matching(zip_code):  # type: ignore[no-untyped-call]
        latitude, longitude = float(row["lat"]), float(row["long"])
        if latitude or longitude:
            return Centre(zip=zip_code, latitude=latitude, longitude=longitude)
    return None


def unknown_zips(zip_codes: Iterable[str]) -> list[str]:
    """Those of these ZIP codes, or beginnings of some, that no ZIP code in the table is or begins with."""
    return [one for one in zip_codes if not _is_known(one)]


def circle(centre: Centre, miles: float) -> Area:
    """The ZIPs whose centres lie so near to that of one, as the crow flies; that one among them."""
    rows = zipcodes.filter_by_coordinates(centre.latitude, centre.longitude, miles)  # type: ignore[no-untyped-call]
    return _area(f"{miles:g} miles around {centre.zip}", rows)


def _is_known(start: str) -> bool:
    if len(start) == 1:
        return any(_zips_beginning(start + digit) for digit in "0123456789")
    known = _zips_beginning(start[:2])
    return start in known or (len(start) < 5 and any(one.startswith(start) for one in known))


@cache
def _zips_beginning(start: str) -> frozenset[str]:
    """The ZIP codes with these first two digits, since few lists need the whole table, which takes half a second."""
    return frozenset(row["zip_code"] for row in zipcodes.similar_to(start))  # type: ignore[no-untyped-call]


@cache
def _counties(state: str) -> Mapping[str, Area]:
    """The counties of a state by their keys, each called as most of its ZIPs spell it."""
    spelled: dict[str, list[dict[str, Any]]] = {}
    for row in zipcodes.filter_by(state=state):  # type: ignore[no-untyped-call]
        if row["county"]:
            spelled.setdefault(_county_key(row["county"]), []).append(row)
    names = {key: Counter(row["county"] for row in rows).most_common(1)[0][0] for key, rows in spelled.items()}
    return {key: _area(f"{names[key]}, {state}", rows) for key, rows in spelled.items()}


def _county_key(name: str) -> str:
    """What the spellings of one county have in common: "St. Mary's County", "Saint Marys", "ST MARYS"."""
    plain = unicodedata.normalize("NFKD", name.replace("-", " ")).encode("ascii", "ignore").decode().lower()
    words = " ".join(re.sub(r"[^a-z ]", "", plain).split())
    return _SAINT.sub("st", _KIND.sub("", words)).replace(" ", "")


def _area(name: str, rows: Iterable[Mapping[str, Any]]) -> Area:
    return Area(name=name, zips={row["zip_code"]: sys.intern(row["state"]) for row in rows})
