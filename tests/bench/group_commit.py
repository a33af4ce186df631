"""What a post could cost at best: the rows that posts wrote, written once more by SQLite alone, so many a commit."""

import sqlite3
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

TABLES = ("lead", "evidence", "sighting", "delivery", "certificate", "answer")
"""What a sale writes but its counters; answers are found by their posts, all else by its lead."""

_SETTINGS = ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", "secure_delete = ON")
_OF_LEAD = "SELECT * FROM {} WHERE lead_id IN (SELECT value FROM json_each(?))"
_OF_POST = (
    "SELECT answer.* FROM answer JOIN lead USING (seller, nonce) WHERE lead.lead_id IN (SELECT value FROM json_each(?))"
)


def group_commits_per_s(database: Path, posts: int, together: int) -> float:
    """Posts a second where nothing is done but to write the rows of the last so many, so many in each commit."""
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as served:
        groups = [*_groups(served, posts, together)]
        definitions = [text for (text,) in served.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL")]
    with (
        tempfile.TemporaryDirectory(dir=database.parent) as folder,
        closing(sqlite3.connect(Path(folder) / "bare.db", isolation_level=None)) as bare,
    ):
        for setting in _SETTINGS:
            bare.execute(f"PRAGMA {setting}")
        for definition in definitions:
            bare.execute(definition)
        began = time.perf_counter()
        for group in groups:
            _commit(bare, group)
        return posts / (time.perf_counter() - began)


def _groups(served: sqlite3.Connection, posts: int, together: int) -> Iterator[dict[str, Sequence[Any]]]:
    newest = [lead for (lead,) in served.execute("SELECT lead_id FROM lead ORDER BY rowid DESC LIMIT ?", (posts,))]
    for first in range(0, posts, together):
        leads = "[" + ",".join([f'"{lead}"' for lead in newest[first : first + together]]) + "]"
        yield {
            table: served.execute(_OF_POST if table == "answer" else _OF_LEAD.format(table), (leads,)).fetchall()
            for table in TABLES
        }


def _commit(bare: sqlite3.Connection, group: dict[str, Sequence[Any]]) -> None:
    bare.execute("BEGIN IMMEDIATE")
    for table, rows in group.items():
        if rows:
            slots = ", ".join("?" * len(rows[0]))
            bare.executemany(f"INSERT INTO {table} VALUES ({slots})", rows)
    bare.execute("COMMIT")
