"""Which two territories are told."""

from app.reports.day.territory_days import TerritoryBook


def told(*shadows: tuple[str, str, int, float]) -> list[tuple[str, str]]:
    """Campaign and territory of those that are told, from (campaign, territory, bids, shadow price) of all."""
    book = TerritoryBook(4)
    for campaign, territory, bids, cents in shadows:
        book.value(campaign, territory, 0, cents)
        for _ in range(bids):
            book.bid(campaign, territory, 1, 2_000)
    return [(day.campaign, day.territory) for day in book.contrast()]


def test_the_widest_gap_within_one_campaign_is_told_the_sought_territory_first() -> None:
    assert told(
        ("solar", "TX", 20, 500.0), ("solar", "CA", 20, -500.0), ("solar", "FL", 20, 0.0), ("roofing", "TX", 20, -900.0)
    ) == [("solar", "CA"), ("solar", "TX")]


def test_a_gap_of_few_bids_counts_less_than_a_gap_of_many() -> None:
    assert told(("solar", "TX", 1, 600.0), ("solar", "CA", 50, -300.0), ("solar", "FL", 50, 300.0)) == [
        ("solar", "CA"),
        ("solar", "FL"),
    ]


def test_one_territory_stands_alone_and_where_nothing_was_bid_is_not_told() -> None:
    assert told(("solar", "TX", 3, 600.0), ("solar", "CA", 0, -600.0)) == [("solar", "TX")]
    assert told(("solar", "TX", 0, 600.0)) == []
