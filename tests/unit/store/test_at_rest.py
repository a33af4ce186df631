"""A byte that a disk changes in a database or its log is named, and what a crash or a power cut leaves is no damage."""

import os
import random
import shutil
import sqlite3
from pathlib import Path

import pytest

from app.store.engine.at_rest import fault_at_rest, forget_digest, note_digest

COMMITS = 40


@pytest.fixture
def killed(tmp_path: Path) -> Path:
    """A database with a log of forty transactions, as a killed process leaves it, and in it an earlier round's end."""
    connection = sqlite3.connect(tmp_path / "open.db", isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("CREATE TABLE t (a)")
    for number in range(2 * COMMITS):
        if number == COMMITS:
            connection.execute("PRAGMA wal_checkpoint")
        connection.execute("INSERT INTO t VALUES (?)", (b"x" * (3_000 if number < COMMITS else 900),))
    for name in ("", "-wal"):
        shutil.copy(tmp_path / f"open.db{name}", tmp_path / f"killed.db{name}")
    connection.close()
    return tmp_path / "killed.db"


def log_of(database: Path) -> Path:
    return Path(f"{database}-wal")


def counted(database: Path) -> int:
    with sqlite3.connect(database) as connection:
        (count,) = connection.execute("SELECT count(*) FROM t").fetchone()
    return int(count)


def flip(file: Path, at: int) -> None:
    content = bytearray(file.read_bytes())
    content[at] ^= 0x10
    status = file.stat()
    file.write_bytes(content)
    os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))


def test_a_log_as_a_kill_leaves_it_is_whole(killed: Path) -> None:
    assert fault_at_rest(killed) == ""


def test_sqlite_takes_a_flipped_byte_for_the_end_of_the_log_and_we_do_not(killed: Path) -> None:
    flip(log_of(killed), 32 + 3 * (4_096 + 24) + 100)
    assert "leadbid" not in fault_at_rest(killed)
    assert f"{log_of(killed)} is damaged: frame 4 of " in fault_at_rest(killed)
    assert "restore the database from your backup" in fault_at_rest(killed)
    assert counted(killed) < 2 * COMMITS


@pytest.mark.parametrize("seed", range(12))
def test_a_flipped_byte_of_any_frame_that_counts_is_named(killed: Path, seed: int) -> None:
    frames = range(32, 32 + COMMITS * (4_096 + 24))
    flip(log_of(killed), random.Random(seed).choice(frames))
    assert "is damaged" in fault_at_rest(killed)


def test_a_log_that_was_cut_off_anywhere_is_the_work_of_a_crash(killed: Path) -> None:
    content = log_of(killed).read_bytes()
    for end in range(0, len(content), 9_973):
        log_of(killed).write_bytes(content[:end])
        assert fault_at_rest(killed) == ""


def test_a_hole_in_the_last_transaction_is_damage_unless_the_power_may_have_been_cut(killed: Path) -> None:
    connection = sqlite3.connect(killed, isolation_level=None)
    connection.execute("BEGIN")
    connection.execute("INSERT INTO t VALUES (?)", (b"y" * 30_000,))
    connection.execute("COMMIT")
    shutil.copy(log_of(killed), f"{killed}-kept")
    connection.close()
    shutil.move(f"{killed}-kept", log_of(killed))
    last = max(
        at
        for at in range(32, log_of(killed).stat().st_size, 4_096 + 24)
        if log_of(killed).read_bytes()[at + 8 : at + 16] == log_of(killed).read_bytes()[16:24]
    )
    flip(log_of(killed), last - 2_000)
    assert "is damaged" in fault_at_rest(killed)
    os.utime(log_of(killed), (0.0, 0.0))
    assert fault_at_rest(killed) == ""


def test_a_closed_database_is_known_again_to_the_byte(tmp_path: Path) -> None:
    database = tmp_path / "a.db"
    with sqlite3.connect(database) as connection:
        connection.execute("CREATE TABLE t (a)")
    note_digest(database)
    assert fault_at_rest(database) == ""
    flip(database, database.stat().st_size - 7)
    assert f"{database} is damaged: nobody wrote to it since the service stopped" in fault_at_rest(database)
    forget_digest(database)
    assert fault_at_rest(database) == ""


def test_who_writes_to_a_closed_database_does_not_damage_it(tmp_path: Path) -> None:
    database = tmp_path / "a.db"
    database.write_bytes(b"one")
    note_digest(database)
    database.write_bytes(b"two")
    os.utime(database, ns=(0, database.stat().st_mtime_ns + 1_000_000))
    assert fault_at_rest(database) == ""


def test_a_damaged_digest_says_nothing_of_its_database(tmp_path: Path) -> None:
    database = tmp_path / "a.db"
    database.write_bytes(b"one")
    for at in range(40):
        note_digest(database)
        flip(tmp_path / "a.db-digest", at)
        assert fault_at_rest(database) == ""
