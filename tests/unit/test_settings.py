"""What a process finds, makes and refuses before it serves."""

import os
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from itertools import count
from pathlib import Path

import pytest

from app.settings import KEY_BYTES, Settings, SettingsError, load_keys, sole_use

POSTGRES = "postgresql+psycopg://leadbid@db/leadbid"
NAMES = ["index.key", "sealing-1.key", "signing-1.key"]


def settings(folder: Path, **overrides: object) -> Settings:
    return Settings(config=folder / "buyer.toml", data=folder / "data", **overrides)  # type: ignore[arg-type]


def chance() -> Callable[[int], bytes]:
    numbers = count(1)
    return lambda size: next(numbers).to_bytes(size, "big")


def put(folder: Path, name: str, text: str) -> None:
    (folder / "data" / "keys").mkdir(parents=True, exist_ok=True)
    (folder / "data" / "keys" / name).write_text(text)


def served_database(file: Path) -> None:
    """As far as it matters here: a database in which check values of keys lie."""
    with closing(sqlite3.connect(file)) as database, database:
        database.execute("CREATE TABLE key_check (name TEXT, digest TEXT)")
        database.execute("INSERT INTO key_check VALUES ('index', 'x')")


def test_everything_that_is_written_lies_in_the_data_directory(tmp_path: Path) -> None:
    usual = settings(tmp_path)
    assert usual.database == f"sqlite:///{tmp_path / 'data' / 'leadbid.db'}"
    assert usual.journal == tmp_path / "data" / "journal"
    assert usual.keys == tmp_path / "data" / "keys"
    other = settings(tmp_path, database_url=POSTGRES, keys_dir=tmp_path / "secrets")
    assert (other.database, other.keys) == (POSTGRES, tmp_path / "secrets")


def test_keys_are_made_once_for_our_own_user_only(tmp_path: Path) -> None:
    made, paths = load_keys(settings(tmp_path), chance())
    assert sorted(path.name for path in paths) == NAMES
    folder = tmp_path / "data" / "keys"
    assert sorted(path.name for path in folder.iterdir()) == NAMES
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert (made.signing_id, made.sealing_id) == (1, "1")
    assert len({made.index, made.signing[1], made.sealing["1"]}) == 3
    again, none = load_keys(settings(tmp_path), chance())
    assert (again, none) == (made, [])


def test_the_highest_number_is_in_use_and_the_lower_ones_still_open(tmp_path: Path) -> None:
    load_keys(settings(tmp_path), chance())
    for name in ("signing-2.key", "signing-10.key", "sealing-2.key", "sealing-10.key"):
        put(tmp_path, name, os.urandom(KEY_BYTES).hex())
    keys, made = load_keys(settings(tmp_path), chance())
    assert made == []
    assert (keys.signing_id, sorted(keys.signing)) == (10, [1, 2, 10])
    assert (keys.sealing_id, sorted(keys.sealing)) == ("10", ["1", "10", "2"])


def test_only_what_is_missing_is_made(tmp_path: Path) -> None:
    put(tmp_path, "signing-7.key", "ab" * KEY_BYTES)
    keys, made = load_keys(settings(tmp_path), chance())
    assert sorted(path.name for path in made) == ["index.key", "sealing-1.key"]
    assert keys.signing == {7: b"\xab" * KEY_BYTES}


@pytest.mark.parametrize("present", [[], ["index.key"], ["index.key", "signing-1.key"]])
def test_on_postgresql_no_key_is_made_up_and_the_remedy_is_told(tmp_path: Path, present: list[str]) -> None:
    for name in present:
        put(tmp_path, name, "ab" * KEY_BYTES)
    missing = [name for name in ("index", "signing-1", "sealing-1") if f"{name}.key" not in present]
    said = (
        rf"{', '.join(f'{name}.key' for name in missing)} (is|are) missing.*for key in {' '.join(missing)}; do.*--keys"
    )
    with pytest.raises(SettingsError, match=said):
        load_keys(settings(tmp_path, database_url=POSTGRES), chance())
    assert not any((tmp_path / "data" / "keys" / f"{name}.key").exists() for name in missing)


def test_on_postgresql_shared_keys_are_enough(tmp_path: Path) -> None:
    shared, _ = load_keys(settings(tmp_path), chance())
    replica = settings(tmp_path / "replica", database_url=POSTGRES, keys_dir=tmp_path / "data" / "keys")
    assert load_keys(replica, chance()) == (shared, [])


@pytest.mark.parametrize("text", ["", "ab" * 31, "ab" * 33, "g" * 64, "ab" * 32 + "\nab", "\u0661" * 64])
def test_a_file_that_holds_no_key_is_named(tmp_path: Path, text: str) -> None:
    put(tmp_path, "index.key", text)
    with pytest.raises(SettingsError, match=r"index\.key holds no key: it must be 64 hex digits in one line"):
        load_keys(settings(tmp_path), chance())


def test_a_file_that_is_no_text_is_named(tmp_path: Path) -> None:
    put(tmp_path, "index.key", "")
    (tmp_path / "data" / "keys" / "index.key").write_bytes(b"\xff" * 64)
    with pytest.raises(SettingsError, match="holds no key"):
        load_keys(settings(tmp_path), chance())


@pytest.mark.parametrize("name", ["signing-one.key", "signing-256.key", "signing--1.key", "sealing-.key"])
def test_a_key_without_a_number_is_named(tmp_path: Path, name: str) -> None:
    put(tmp_path, name, "ab" * KEY_BYTES)
    with pytest.raises(SettingsError, match=rf"{name}: a key's file is named .*-N\.key with N from 0 to 255"):
        load_keys(settings(tmp_path), chance())


def test_a_key_that_is_named_almost_right_is_not_taken_for_one(tmp_path: Path) -> None:
    put(tmp_path, "signing.key", "ab" * KEY_BYTES)
    keys, made = load_keys(settings(tmp_path), chance())
    assert sorted(path.name for path in made) == NAMES
    assert keys.signing[1] != b"\xab" * KEY_BYTES


@pytest.mark.parametrize("lost", NAMES)
def test_a_key_that_a_database_was_written_with_is_not_made_up_again(tmp_path: Path, lost: str) -> None:
    load_keys(settings(tmp_path), chance())
    served_database(tmp_path / "data" / "leadbid.db")
    assert load_keys(settings(tmp_path), chance())[1] == []
    (tmp_path / "data" / "keys" / lost).unlink()
    with pytest.raises(SettingsError, match=rf"{lost} is missing, and .*leadbid\.db was written with it: restore it"):
        load_keys(settings(tmp_path), chance())
    assert not (tmp_path / "data" / "keys" / lost).exists()


def test_a_place_where_no_key_can_lie_is_named(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file")
    with pytest.raises(SettingsError, match=r"index\.key cannot be made \(.*irectory\)"):
        load_keys(settings(tmp_path), chance())


def test_a_key_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "data" / "keys" / "index.key").mkdir(parents=True)
    with pytest.raises(SettingsError, match=r"index\.key cannot be read \(.*irectory\)"):
        load_keys(settings(tmp_path), chance())


def test_one_process_works_on_a_data_directory(tmp_path: Path) -> None:
    data = tmp_path / "new" / "data"
    with sole_use(data):
        second = pytest.raises(SettingsError, match=rf"{data} is in use by process {os.getpid()}: stop it first")
        with second, sole_use(data):
            pytest.fail("two at once")
        with sole_use(tmp_path / "other"):
            pass
    with sole_use(data):
        pass


def test_a_lock_ends_with_the_process_that_held_it(tmp_path: Path) -> None:
    program = (
        "import sys, time; from pathlib import Path; from app.settings import sole_use\n"
        "with sole_use(Path(sys.argv[1])):\n    print('held', flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", program, str(tmp_path)], stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(SettingsError, match=f"in use by process {holder.pid}"), sole_use(tmp_path):
            pytest.fail("two at once")
        holder.kill()
    with sole_use(tmp_path):
        pass


def test_a_directory_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with (
        pytest.raises(SettingsError, match=r"file cannot be written .*: move away what lies"),
        sole_use(tmp_path / "file" / "data"),
    ):
        pytest.fail("in a file")
