"""Where a campaign buys."""

from app.domain.territory import Territory
from tests.table import each_row

TEXAS = Territory(states=frozenset({"TX"}))
MIXED = Territory(states=frozenset({"TX"}), prefixes=("900", "91"), zips=frozenset({"10001"}))
HOLED = Territory(states=frozenset({"TX"}), zips=frozenset({"78702"}), not_zips=frozenset({"78701", "78702"}))


@each_row(
    ("territory", "zip_code", "state", "inside"),
    [
        (Territory(), "99999", "AK", True),
        (Territory(not_states=frozenset({"NY"})), "10001", "NY", False),
        (Territory(not_states=frozenset({"NY"})), "78701", "TX", True),
        (TEXAS, "78701", "TX", True),
        (TEXAS, "10001", "NY", False),
        (TEXAS, "78701", "", False),
        (MIXED, "90001", "CA", True),
        (MIXED, "91999", "CA", True),
        (MIXED, "92000", "CA", False),
        (MIXED, "10001", "NY", True),
        (MIXED, "10002", "NY", False),
        (HOLED, "78703", "TX", True),
        (HOLED, "78701", "TX", False),
        (HOLED, "78702", "TX", False),
    ],
)
def test_a_place_lies_inside_or_not(territory: Territory, zip_code: str, state: str, inside: bool) -> None:
    assert territory.covers(zip_code, state) is inside
