"""The recorded disk shows what a power cut takes: nothing of a transaction that SQLite waited for, all of another."""

import random
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from app.drill.kit.recorded_disk import RecordedDisk

ROWS = 30


def lost(folder: Path, how: str) -> int:
    """How many committed rows are gone after power cuts, where SQLite waits for the disk so."""
    count = 0
    (folder / "on").mkdir()
    with RecordedDisk(folder / "on") as disk:
        connection = sqlite3.connect(folder / "on" / "a.db", isolation_level=None)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute(f"PRAGMA synchronous = {how}")
        connection.execute("CREATE TABLE t (a)")
        connection.execute("PRAGMA wal_checkpoint")
        for number in range(1, ROWS + 1):
            connection.execute("INSERT INTO t VALUES (?)", (b"x" * 900,))
            chance, after = random.Random(number), folder / f"after-{number}"
            after.mkdir()
            for name, state in disk.snapshot().items():
                (after / name).write_bytes(state.after_cut(chance))
            with closing(sqlite3.connect(after / "a.db")) as again:
                assert again.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
                count += number - again.execute("SELECT count(*) FROM t").fetchone()[0]
        connection.close()
        assert disk.writes > ROWS
    return count


@pytest.mark.parametrize(("how", "loses"), [("FULL", False), ("NORMAL", True)])
def test_what_was_committed_survives_only_where_sqlite_waits_for_it(tmp_path: Path, how: str, loses: bool) -> None:
    assert (lost(tmp_path, how) > 0) is loses


def test_other_files_are_none_of_its_business(tmp_path: Path) -> None:
    with RecordedDisk(tmp_path / "elsewhere") as disk, closing(sqlite3.connect(tmp_path / "a.db")) as connection:
        connection.execute("CREATE TABLE t (a)")
    assert disk.files == {}


def test_nothing_is_written_outside_its_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """SQLite keeps the address of a file's name, from which it makes those beside it: a copy's would soon be another's.

    A log's index named "\\2-shm" in the current directory is what that looks like.
    """
    current = tmp_path / "current"
    current.mkdir()
    monkeypatch.chdir(current)
    assert lost(tmp_path, "FULL") == 0
    assert list(current.iterdir()) == []
    assert {path.name for path in (tmp_path / "on").iterdir()} == {"a.db"}
