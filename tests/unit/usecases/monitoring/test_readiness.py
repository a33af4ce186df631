"""A service that is not ready says why, in codes that are documented with what to do."""

import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from app.domain.catalogue import Catalogue
from app.journal.writer import WAITING_MAX, JournalWriter
from app.usecases.bidder import Bidder
from app.usecases.monitoring.readiness import READINESS, obstacles
from tests.bidder import ask, at_bidder
from tests.build import campaign, catalogue, vertical

GB = 1024**3
PAGE = Path(__file__).parents[4] / "docs/operations.md"


def told(folder: Path, of: Catalogue | None = None, free_bytes: int | None = 50 * GB) -> list[tuple[str, bool]]:
    """The reasons of a bidder, each with whether it blocks."""

    async def scene(bidder: Bidder) -> list[tuple[str, bool]]:
        assert isinstance(bidder.journal, JournalWriter)
        return [(each.reason, each.blocks) for each in await obstacles(bidder, bidder.journal, free_bytes)]

    return at_bidder(folder, scene, of)


def test_a_service_to_which_nothing_is_in_the_way_is_ready(tmp_path: Path) -> None:
    assert told(tmp_path) == []
    assert told(tmp_path, free_bytes=None) == []


def test_a_database_that_takes_no_write_blocks_and_says_why(tmp_path: Path) -> None:
    async def scene(bidder: Bidder) -> None:
        assert isinstance(bidder.journal, JournalWriter)
        with closing(sqlite3.connect(tmp_path / "leadbid.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            (found,) = await obstacles(bidder, bidder.journal, None)
        assert (found.reason, found.blocks) == ("database_unwritable", True)
        assert found.sentence == f"no sale can be recorded: {bidder.store.availability.trouble}"
        assert "did not take it" in found.sentence

    at_bidder(tmp_path, scene, busy_ms=50)


def test_tables_of_another_version_that_take_no_sale_are_a_migration(tmp_path: Path) -> None:
    assert told(tmp_path) == []
    with closing(sqlite3.connect(tmp_path / "leadbid.db")) as database:
        database.execute("UPDATE alembic_version SET version_num = '99'")
        database.execute("ALTER TABLE write_probe RENAME TO former")
        database.commit()
    assert told(tmp_path) == [("migrating", True)]


def test_without_any_model_nothing_is_bid_and_without_one_the_rest_is(tmp_path: Path) -> None:
    assert told(tmp_path, catalogue(models=())) == [("no_model", True)]
    both = catalogue(
        campaigns=[campaign(), campaign(name="roofs", vertical="roofing")],
        verticals=[vertical(), vertical(name="roofing")],
    )
    assert told(tmp_path, both) == [("no_model", False)]


def test_a_campaign_that_says_what_to_bid_needs_no_model(tmp_path: Path) -> None:
    assert told(tmp_path, catalogue([campaign(fallback_cents=900)], models=())) == []


def test_a_journal_that_cannot_be_written_blocks_once_lines_are_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scene(bidder: Bidder) -> None:
        journal = bidder.journal
        assert isinstance(journal, JournalWriter)
        ask(bidder)
        (tmp_path / "journal").rmdir()
        (tmp_path / "journal").write_text("in the way")
        journal.try_to_flush(lambda _: None)
        (found,) = await obstacles(bidder, journal, None)
        assert (found.reason, found.blocks) == ("journal_unwritable", False)
        monkeypatch.setattr("app.usecases.monitoring.readiness.WAITING_MAX", 1)
        (found,) = await obstacles(bidder, journal, None)
        assert found.blocks
        (tmp_path / "journal").unlink()
        journal.try_to_flush(lambda _: None)
        assert await obstacles(bidder, journal, None) == []

    assert WAITING_MAX > 1
    at_bidder(tmp_path, scene)


def test_a_disk_that_is_nearly_full_is_told_while_sales_are_recorded(tmp_path: Path) -> None:
    assert told(tmp_path, free_bytes=GB // 4) == [("disk_full", False)]


def test_every_reason_is_documented_with_what_to_do() -> None:
    section = PAGE.read_text(encoding="utf-8").partition("### Why it is not ready")[2].partition("\n#")[0]
    rows = re.findall(r"^\| `(\w+)` \| (.+) \| (.+) \|$", section, re.MULTILINE)
    assert [code for code, _, _ in rows] == list(READINESS)
    assert all(remedy and meaning for _, meaning, remedy in rows)
