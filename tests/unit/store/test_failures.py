"""What a database says in its own way is told by its kind, and where that is known, with what to look at."""

import os
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

import pytest

from app.store.engine.database_file import was_served
from app.store.engine.failures import as_unavailable
from app.store.errors import StoreUnavailable, StoreUnfit
from app.store.store import Store


def test_a_file_that_sqlite_may_not_open_is_a_question_of_rights(tmp_path: Path) -> None:
    with pytest.raises(sqlite3.OperationalError) as refused:
        sqlite3.connect(tmp_path / "none" / "leadbid.db")
    told = str(as_unavailable(refused.value))
    assert told == (
        "the database did not take it (SQLITE_CANTOPEN: may this user write the file, its -wal and -shm, and their "
        "folder?)"
    )


@pytest.mark.skipif(os.name == "nt", reason="Windows has other rights")
def test_a_database_in_a_folder_that_we_may_not_write_is_a_question_of_rights_too() -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "leadbid.db")
        with closing(sqlite3.connect(file)) as database:
            database.execute("PRAGMA journal_mode = WAL")
            database.execute("CREATE TABLE key_check (name)")
        file.chmod(0o444)
        Path(folder).chmod(0o555)
        user = os.geteuid()
        if user == 0:
            os.seteuid(65_534)
        try:
            with pytest.raises(StoreUnavailable, match=r"cannot be opened \(SQLITE_\w+\): see that this user may"):
                was_served(file)
        finally:
            os.seteuid(user)
            Path(folder).chmod(0o700)


def test_a_file_of_another_user_is_not_even_tried(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "leadbid.db").touch()
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(StoreUnfit, match=r"leadbid.db cannot be read .* run this as the user of the service"):
        Store.reading(tmp_path / "leadbid.db")
