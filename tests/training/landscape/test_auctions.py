"""Bids become the columns that a landscape learns from."""

from pathlib import Path

from tests.bids import bid, write_bids
from training.landscape.auctions import auction_log


def test_a_log_holds_what_was_decided_oldest_first(tmp_path: Path) -> None:
    path = tmp_path / "bids.parquet"
    write_bids(
        path,
        [
            bid(3, won=True, floor_cents=0),
            bid(1, seller="bluebird", facts={"tier": "poor", "age": 61}),
            bid(2, won=None),
            bid(4, leg="shared"),
            bid(5, vertical="roofing"),
            bid(6, probability=0.0),
        ],
    )
    log = auction_log(path, "solar", "exclusive")
    assert log is not None
    assert (log.vertical, log.leg, len(log)) == ("solar", "exclusive", 2)
    assert log.seller.tolist() == ["bluebird", "acme"]
    assert log.won.tolist() == [0, 1]
    assert log.worth_cents.tolist() == [4_800.0, 4_800.0]
    assert log.bid_cents.tolist() == [2_140.0, 2_140.0]
    assert log.floor_cents.tolist() == [500.0, 0.0]
    assert log.facts["tier"].tolist() == ["poor", "good"]
    assert log.facts["age"].tolist() == [61, None]
    assert log.rows(log.won == 1).facts["bill"].tolist() == [180.5]
    newest = auction_log(path, "solar", "exclusive", most=1, ratio=lambda bid: 2.0 * bid.at / bid.at)
    assert newest is not None
    assert (newest.seller.tolist(), newest.worth_cents.tolist()) == (["acme"], [9_600.0])


def test_where_nothing_is_decided_there_is_no_log(tmp_path: Path) -> None:
    write_bids(tmp_path / "bids.parquet", [bid(won=None)])
    assert auction_log(tmp_path / "bids.parquet", "solar", "exclusive") is None
