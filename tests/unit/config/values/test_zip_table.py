"""Where ZIPs lie: counties however they are spelled, and circles on the map."""

from math import asin, cos, radians, sin, sqrt

from hypothesis import given, settings
from hypothesis import strategies as st

from app.config.values.zip_rows import narrowed, zip_rows
from app.config.values.zip_table import Centre, centre_of, circle, counties_of, county_names, zip_states
from app.dialects.values.states import STATES
from app.domain.territory import possible_states
from tests.pack_zips import packed_rows
from tests.table import each_row

SOME = ("33602", "33701", "32801", "10001", "90001", "96813", "99501", "00601", "60601", "02139", "63101", "79901")
ZIPS = st.sampled_from([*SOME, "33604", "33755", "34205", "34228", "34652", "33801"])
MILES = st.floats(0.1, 120.0)


def centre(zip_code: str) -> Centre:
    found = centre_of(zip_code)
    assert found is not None
    return found


def miles_between(one: Centre, other: Centre) -> float:
    """The great circle by the haversine formula, on a sphere with the mean radius of the Earth."""
    north, east = radians(other.latitude - one.latitude), radians(other.longitude - one.longitude)
    slant = sin(north / 2) ** 2 + cos(radians(one.latitude)) * cos(radians(other.latitude)) * sin(east / 2) ** 2
    return 2 * 3_958.8 * asin(sqrt(slant))


@each_row(
    ("written", "state", "name"),
    [
        ("Hillsborough", "FL", "Hillsborough County, FL"),
        ("hillsborough county", "FL", "Hillsborough County, FL"),
        ("Saint Johns", "FL", "St. Johns County, FL"),
        ("St Johns County", "FL", "St. Johns County, FL"),
        ("Sainte Genevieve", "MO", "Ste. Genevieve County, MO"),
        ("St. Mary’s", "MD", "St. Mary's County, MD"),
        ("Orleans Parish", "LA", "Orleans Parish, LA"),
        ("Orleans", "LA", "Orleans Parish, LA"),
        ("De Kalb", "GA", "DeKalb County, GA"),
        ("Miami Dade", "FL", "Miami-Dade County, FL"),
        ("Doña Ana", "NM", "Dona Ana County, NM"),
        ("Alexandria", "VA", "Alexandria City, VA"),
        ("James City", "VA", "James City County, VA"),
        ("St. Louis City", "MO", "St. Louis City, MO"),
        ("Saint Louis County", "MO", "St. Louis County, MO"),
        ("Municipality of Anchorage", "AK", "Anchorage Municipality, AK"),
        ("Juneau City and Borough", "AK", "City and Borough of Juneau, AK"),
        ("Bayamón", "PR", "Bayamon Municipio, PR"),
        ("District of Columbia", "DC", "District of Columbia, DC"),
    ],
)
def test_a_county_is_known_by_every_spelling(written: str, state: str, name: str) -> None:
    (county,) = counties_of(written, state)
    assert county.name.casefold() == name.casefold()


def test_a_city_that_is_no_part_of_its_county_is_told_from_it() -> None:
    names = [county.name.casefold() for county in counties_of("Baltimore", "MD")]
    assert names == ["baltimore county, md", "baltimore city, md"]
    county, city = counties_of("Baltimore", "MD")
    assert "21201" in city.zips
    assert "21204" in county.zips
    assert not {*city.zips} & {*county.zips}


def test_a_county_of_another_state_is_not_found() -> None:
    assert counties_of("Hillsborough", "TX") == ()
    assert counties_of("Hillsborough", "NH")[0].zips.keys().isdisjoint(counties_of("Hillsborough", "FL")[0].zips)


def test_a_county_has_its_zips() -> None:
    (county,) = counties_of("Hillsborough", "FL")
    assert {"33602", "33647", "33578", "33563"} <= {*county.zips}
    assert not {"33701", "34205", "34638"} & {*county.zips}


@settings(max_examples=40)
@given(st.sampled_from(sorted(STATES)), st.data())
def test_every_county_is_found_by_its_name_and_lies_in_its_state_alone(state: str, data: st.DataObject) -> None:
    names = county_names(state)
    if names:
        name = data.draw(st.sampled_from(names))
        found = counties_of(name, state)
        assert found
        assert all({*county.zips.values()} == {state} and county.zips for county in found)


@each_row("state", ["FL", "LA", "VA", "AK", "PR", "MO"])
def test_no_zip_belongs_to_two_counties_of_a_state(state: str) -> None:
    counties = {county.name: county for name in county_names(state) for county in counties_of(name, state)}
    zips = [zip_code for county in counties.values() for zip_code in county.zips]
    assert len(zips) == len({*zips})


def test_the_rows_that_come_along_are_those_of_the_package() -> None:
    assert zip_rows() == narrowed(packed_rows()), "after an update of zipcodes: python -m tests.pack_zips"


def test_the_table_knows_the_state_of_each_zip() -> None:
    states = zip_states()
    assert len(states) > 40_000
    assert (states["33602"], states["02139"], states["00601"]) == (("FL",), ("MA",), ("PR",))
    assert all(states[each] == (state,) for each, state in counties_of("Hillsborough", "FL")[0].zips.items())


def test_a_zip_may_lie_in_several_states_that_of_its_post_office_first() -> None:
    states = zip_states()
    assert (states["42223"], states["02861"], states["86514"]) == (("KY", "TN"), ("RI", "MA"), ("AZ", "NM", "UT"))
    several = [named for named in states.values() if len(named) > 1]
    assert len(several) > 70
    assert all(len({*named}) == len(named) for named in several)


@each_row(
    ("zip_code", "states"),
    [("01000", ("MA",)), ("42223", ("KY", "TN")), ("06398", ("CT", "NY")), ("21301", ()), ("00099", ())],
)
def test_a_zip_that_nobody_knows_lies_where_its_neighbors_do(zip_code: str, states: tuple[str, ...]) -> None:
    assert {*possible_states(zip_code, zip_states())} == {*states}


def test_a_zip_that_does_not_exist_or_sails_has_no_place() -> None:
    assert centre_of("00000") is None
    assert centre_of("09001") is None


@settings(max_examples=20)
@given(ZIPS, MILES, MILES)
def test_a_wider_circle_holds_the_narrower_one_and_its_centre(zip_code: str, one: float, other: float) -> None:
    narrow, wide = (circle(centre(zip_code), miles).zips for miles in sorted((one, other)))
    assert zip_code in narrow
    assert narrow.items() <= wide.items()


@settings(max_examples=25)
@given(ZIPS, ZIPS, MILES)
def test_a_circle_is_measured_in_miles_on_the_globe_and_from_both_ends_alike(
    one: str, other: str, miles: float
) -> None:
    is_within = other in circle(centre(one), miles).zips
    assert (one in circle(centre(other), miles).zips) == is_within
    distance = miles_between(centre(one), centre(other))
    if distance < miles * 0.998:
        assert is_within
    if distance > miles * 1.002:
        assert not is_within


def test_a_circle_crosses_the_lines_between_states() -> None:
    assert {*circle(centre("10001"), 15.0).zips.values()} == {"NJ", "NY"}
