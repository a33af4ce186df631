"""What a database says in its own way is told by its kind, and where that is known, with what to look at."""

import os
import sqlite3
from pathlib import Path

import pytest

from app.store.engine.failures import as_unavailable
from app.store.errors import StoreUnfit
from app.store.store import Store


def test_a_file_that_sqlite_may_not_open_is_a_question_of_rights(tmp_path: Path) -> None:
    with pytest.raises(sqlite3.OperationalError) as refused:
        sqlite3.connect(tmp_path / "none" / "leadbid.db")
    told = str(as_unavailable(refused.value))
    assert told == (
        "the database did not take it (SQLITE_CANTOPEN: may this user write the file, its -wal and -shm, and their "
        "folder?)"
    )


def test_a_file_of_another_user_is_not_even_tried(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "leadbid.db").touch()
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(StoreUnfit, match=r"leadbid.db cannot be read .* run this as the user of the service"):
        Store.reading(tmp_path / "leadbid.db")
