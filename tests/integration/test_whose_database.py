"""A database belongs to one installation and, on SQLite, to one process: other keys and second services are refused."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from app.cli import main
from app.settings import KEY_BYTES
from app.store.migrate import migrate
from tests.service import DEMO_CONFIG, ROOT, Service, refused, serve

Capture = pytest.CaptureFixture[str]


def a_served_directory(tmp_path: Path) -> Path:
    """A data directory whose service has ended."""
    with serve(DEMO_CONFIG, tmp_path / "data"):
        pass
    return tmp_path / "data"


def put(keys: Path, name: str) -> None:
    """A key that nothing was written with."""
    (keys / name).write_text(os.urandom(KEY_BYTES).hex())


def test_another_key_of_the_same_name_is_refused_by_name_with_the_remedy(tmp_path: Path) -> None:
    data = a_served_directory(tmp_path)
    shutil.copytree(data / "keys", tmp_path / "kept")
    for name, remedy in (
        ("index.key", "with another index key everybody"),
        ("signing-1.key", "Restore the keys"),
        ("sealing-1.key", "Restore the keys"),
    ):
        put(data / "keys", name)
        assert f"{name} is not the key with which this database was written: {remedy}" in refused(data)
        shutil.copy(tmp_path / "kept" / name, data / "keys" / name)
    with serve(DEMO_CONFIG, data):
        pass


def test_a_key_with_a_new_number_is_taken_and_cannot_be_exchanged_afterwards(tmp_path: Path) -> None:
    data = a_served_directory(tmp_path)
    put(data / "keys", "signing-2.key")
    with serve(DEMO_CONFIG, data):
        pass
    put(data / "keys", "signing-2.key")
    assert "signing-2.key is not the key with which this database was written" in refused(data)
    (data / "keys" / "signing-2.key").unlink()
    with serve(DEMO_CONFIG, data):
        pass


def test_a_link_is_not_signed_with_a_key_that_the_service_does_not_have(tmp_path: Path, capsys: Capture) -> None:
    data = a_served_directory(tmp_path)
    words = ["instructions", "acme", "--config", str(DEMO_CONFIG), "--data", str(data)]
    assert main(words) == 0
    put(data / "keys", "index.key")
    assert main(words) == 1
    assert "index.key is not the key with which this database was written" in capsys.readouterr().err


@pytest.fixture
def replicas(own_postgres_url: str) -> str:
    """A migrated PostgreSQL that nobody has served."""
    migrate(own_postgres_url)
    return own_postgres_url


def keys_in(folder: Path) -> Path:
    """A new set of keys."""
    folder.mkdir()
    for name in ("index.key", "signing-1.key", "sealing-1.key"):
        put(folder, name)
    return folder


def test_a_replica_with_other_keys_is_refused(tmp_path: Path, replicas: str) -> None:
    one, other = keys_in(tmp_path / "one"), keys_in(tmp_path / "other")
    shutil.copytree(one, tmp_path / "data" / "keys")
    with serve(DEMO_CONFIG, tmp_path / "data", database_url=replicas):
        said = refused(tmp_path / "second", "--keys", str(other), "--database", replicas)
    assert "index.key, sealing-1.key, signing-1.key are not the keys with which this database was written" in said


def test_a_journal_beside_a_postgresql_that_nobody_served_is_refused(tmp_path: Path, replicas: str) -> None:
    keys = keys_in(tmp_path / "keys")
    (tmp_path / "data" / "journal").mkdir(parents=True)
    (tmp_path / "data" / "journal" / "2026-11-20T16.jsonl").write_bytes(b'{"v":1,"kind":"post"}\n')
    said = refused(tmp_path / "data", "--keys", str(keys), "--database", replicas)
    assert "the database is missing or empty, but" in said
    assert "journal was left by a service that had one" in said


def by_a_symbolic_link(file: Path, other: Path) -> Path:
    (other / "linked.db").symlink_to(file)
    return other / "linked.db"


def by_a_linked_directory(file: Path, other: Path) -> Path:
    (other / "linked").symlink_to(file.parent)
    return other / "linked" / file.name


def by_a_hard_link(file: Path, other: Path) -> Path:
    (other / "linked.db").hardlink_to(file)
    return other / "linked.db"


def by_a_bind_mount(file: Path, other: Path) -> Path:
    (other / "mounted.db").touch()
    if subprocess.run(["mount", "--bind", file, other / "mounted.db"], capture_output=True, check=False).returncode:
        pytest.skip("this user may not mount")
    return other / "mounted.db"


@contextmanager
def unmounted(file: Path) -> Iterator[None]:
    """Take a mount away again."""
    try:
        yield
    finally:
        subprocess.run(["umount", file], capture_output=True, check=False)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service that goes on, whoever else tries."""
    with serve(DEMO_CONFIG, tmp_path_factory.mktemp("served") / "data") as service:
        yield service


@pytest.mark.parametrize(
    "way",
    [lambda file, _: file, by_a_symbolic_link, by_a_linked_directory, by_a_hard_link, by_a_bind_mount],
    ids=["by its name", "by a symbolic link", "by a linked directory", "by a hard link", "by a bind mount"],
)
def test_a_second_service_on_one_file_is_refused_whatever_leads_to_it(
    tmp_path: Path, served: Service, way: Callable[[Path, Path], Path]
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    shutil.copytree(served.settings.keys, other / "keys")
    file = way(served.settings.database_file.absolute(), other)
    with unmounted(file):
        said = refused(other, "--database", f"sqlite:///{file}")
    # No other way may find a second name of the file.
    shutil.rmtree(other)
    assert f"is in use by process {os.getpid()}: stop it first" in said or "has more than one name (hard links)" in said


def test_commands_work_beside_a_service_and_a_stopped_one_lets_go(tmp_path: Path, capsys: Capture) -> None:
    data = tmp_path / "data"
    with serve(DEMO_CONFIG, data):
        words = ["pause", "acme", "--why", "holidays", "--data", str(data)]
        assert subprocess.run([sys.executable, "-m", "app", *words], cwd=ROOT, check=False).returncode == 0
    with serve(DEMO_CONFIG, data):
        pass


def test_a_command_makes_no_database_where_none_is(tmp_path: Path, capsys: Capture) -> None:
    file = tmp_path / "none.db"
    assert main(["pause", "--database", f"sqlite:///{file}"]) == 1
    assert f"there is no database {file}" in capsys.readouterr().err
    assert not file.exists()
