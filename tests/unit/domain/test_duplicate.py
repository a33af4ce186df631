"""Whether a person was bought before."""

from typing import Literal

from app.domain.duplicate import Sighting, is_duplicate
from tests.table import each_row

SEEN = (Sighting("solar-tx", "solar", 1_000.0),)


@each_row(
    ("scope", "campaign", "vertical", "bought"),
    [
        ("campaign", "solar-tx", "solar", True),
        ("campaign", "solar-ca", "solar", False),
        ("vertical", "solar-ca", "solar", True),
        ("vertical", "roof-tx", "roofing", False),
        ("buyer", "roof-tx", "roofing", True),
    ],
)
def test_a_sale_counts_within_its_scope(
    scope: Literal["campaign", "vertical", "buyer"], campaign: str, vertical: str, bought: bool
) -> None:
    assert is_duplicate(SEEN, scope, campaign, vertical, since=999.0) is bought


@each_row(("since", "bought"), [(999.9, True), (1_000.0, False), (2_000.0, False)])
def test_a_sale_counts_within_the_window(since: float, bought: bool) -> None:
    assert is_duplicate(SEEN, "buyer", "x", "y", since) is bought


def test_nobody_seen_is_no_duplicate() -> None:
    assert not is_duplicate((), "buyer", "x", "y", 0.0)
