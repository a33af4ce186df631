"""Bids go into a file and come back as they were."""

from pathlib import Path

from tests.bids import AT, bid, write_bids
from training.histories.bids import read_bids

BIDS = [
    bid(0, won=None, facts={}),
    bid(1, won=True, lead_id="l-1", converted=True, value_cents=90_000, winning_cents=2_140),
    bid(2, vertical="roofing", leg="shared", winning_cents=2_500, facts={"tier": 'it\'s "good"\n', "bill": -0.1}),
    bid(3, won=True, lead_id="l-3", converted=None, returned=True),
]


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    assert write_bids(tmp_path / "bids.parquet", BIDS) == 4
    found = list(read_bids(tmp_path / "bids.parquet"))
    assert found == BIDS
    # 1 == True in Python, and a model reads them differently.
    assert [type(value) for value in found[3].facts.values()] == [type(value) for value in BIDS[3].facts.values()]


def test_one_vertical_and_one_span_can_be_asked_for(tmp_path: Path) -> None:
    write_bids(tmp_path / "bids.parquet", BIDS)
    assert [each.id for each in read_bids(tmp_path / "bids.parquet", "roofing")] == ["bid-2"]
    assert [each.id for each in read_bids(tmp_path / "bids.parquet", since=AT + 60.0, until=AT + 180.0)] == [
        "bid-1",
        "bid-2",
    ]


def test_a_file_of_no_bids_is_one_too(tmp_path: Path) -> None:
    assert write_bids(tmp_path / "bids.parquet", []) == 0
    assert list(read_bids(tmp_path / "bids.parquet")) == []
