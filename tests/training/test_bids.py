"""Bids and leads come back from a file as they were, and leads become the history that a model learns from."""

from pathlib import Path

import duckdb

from tests.bids import AT, bid, write_bids
from tests.histories import facts_in
from training.histories.bids import history_of, read_bids, read_leads

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


ROWS = """
    SELECT *, CASE WHEN converted THEN "at" + 5.0 END AS converted_at, value_cents AS stated_cents,
            CASE WHEN converted THEN 'sold' ELSE '' END AS disposition FROM (VALUES
        ('l-1', 10.0, 'acme', 'exclusive', '0001', 2000, 0.1, 40000.0, true, 90000, false, '{"tier":"good","n":1}'),
        ('l-2', 20.0, 'acme', 'exclusive', '0001', 900, NULL, NULL, false, NULL, true, '{"owner":true}'),
        ('l-3', 30.0, 'acme', 'shared', '0001', 800, 0.05, 40000.0, true, 50000, false, '{}'),
        ('l-4', 40.0, 'acme', 'exclusive', '0001', 800, 0.05, 40000.0, NULL, NULL, false, '{}')
    ) AS t(lead_id, "at", seller, leg, model, price_cents, probability, worth, converted, value_cents, returned, facts)
"""


def leads_file(folder: Path) -> Path:
    """Three leads of solar and one of roofing that has not matured, with a column that nobody reads."""
    path = folder / "leads.parquet"
    rows = (
        f"SELECT *, 'solar' AS vertical, 7 AS more FROM ({ROWS}) UNION ALL "
        f"SELECT * REPLACE ('r-1' AS lead_id), 'roofing', 7 FROM ({ROWS}) WHERE lead_id = 'l-1'"
    )
    duckdb.execute(f"COPY ({rows}) TO '{path}'")
    return path


def test_a_lead_is_read_as_it_was_written(tmp_path: Path) -> None:
    leads = list(read_leads(leads_file(tmp_path), "solar"))
    assert [lead.lead_id for lead in leads] == ["l-1", "l-2", "l-3", "l-4"]
    assert leads[0].facts == {"tier": "good", "n": 1}
    assert (leads[1].probability, leads[1].returned, leads[1].facts) == (None, True, {"owner": True})
    assert leads[3].converted is None


def test_a_history_holds_exclusive_leads_that_have_matured(tmp_path: Path) -> None:
    known = {"known_until": 36.0, "matures": 16.0 / 86_400.0}
    history = history_of(read_leads(leads_file(tmp_path), "solar"), "solar", **known)
    assert history.vertical == "solar"
    assert history.converted.tolist() == [1, 0]
    assert history.at.tolist() == [10.0, 20.0]
    assert facts_in(history) == [{"tier": "good", "n": 1}, {"owner": True}]
    assert history.value_mean == 900.0
    assert history_of([], "solar", **known).converted.tolist() == []
