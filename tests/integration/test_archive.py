"""Compacted hours in an object store: shipped once, again where they changed, and read there as one."""

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from app.cli import main
from app.journal.compact import compact
from app.journal.parts import parts
from app.journal.rewrite import rewrite
from tests.build import NOW
from tests.journal import route, written
from tests.object_store import ENVIRONMENT, ObjectStoreServer, object_store

HOUR_S = 3_600.0

Capture = pytest.CaptureFixture[str]


def data_of(folder: Path, *numbers: int) -> Path:
    """A data directory whose journal has a compacted hour for each number, and one that is being written."""
    lines = [route(number, NOW + number * HOUR_S) for number in numbers]
    journal = written(folder / "journal", *lines, route(99, NOW + 99 * HOUR_S))
    for _ in compact(journal, NOW + 99 * HOUR_S, lambda _name, _count: None):
        pass
    return folder


def ship(data: Path, to: str, *more: str) -> int:
    return main(["journal", "ship", "--data", str(data), "--to", to, *more])


def rows_of(query: str) -> list[Any]:
    """As a warehouse sees it."""
    with duckdb.connect() as warehouse:
        return warehouse.execute(query).fetchall()


@pytest.fixture
def place(tmp_path: Path) -> str:
    return f"{tmp_path}/archive"


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> Iterator[ObjectStoreServer]:
    with object_store() as server:
        for name, value in {**ENVIRONMENT, "AWS_ENDPOINT": server.url}.items():
            monkeypatch.setenv(name, value)
        yield server


def test_each_hour_is_shipped_once_and_what_is_still_written_is_not(
    tmp_path: Path, place: str, capsys: Capture
) -> None:
    data = data_of(tmp_path / "data", 1, 2)
    assert ship(data, place) == 0
    assert "2 files" in capsys.readouterr().out
    there = sorted((tmp_path / "archive").glob("*.parquet"))
    assert [each.read_bytes() for each in there] == [
        each.read_bytes() for each in sorted((data / "journal").glob("*.parquet"))
    ]
    assert ship(data, place) == 0
    assert capsys.readouterr().out == "nothing to ship: every compacted hour is there\n"
    data_of(data, 3)
    assert ship(data, place) == 0
    assert "1 files" in capsys.readouterr().out


def test_an_hour_that_was_changed_as_when_a_person_is_erased_is_shipped_again(
    tmp_path: Path, place: str, capsys: Capture
) -> None:
    data = data_of(tmp_path / "data", 1, 2)
    ship(data, place)
    changed, *_ = parts(data / "journal")
    assert rewrite(changed, data / "journal", lambda line, _: line.replace(b"acme", b"nobody")) == 1
    capsys.readouterr()
    assert ship(data, place) == 0
    assert [line for line in capsys.readouterr().out.splitlines() if "changed" in line] != []
    assert rows_of(f"SELECT seller FROM '{tmp_path}/archive/*.parquet' ORDER BY 1") == [("acme",), ("nobody",)]


def test_an_hour_that_is_damaged_here_leaves_its_copy_there_and_others_are_shipped(
    tmp_path: Path, place: str, capsys: Capture
) -> None:
    data = data_of(tmp_path / "data", 1, 2)
    first, second, *_ = [part.path for part in parts(data / "journal")]
    second.rename(tmp_path / "later")
    ship(data, place)
    whole = first.read_bytes()
    for damaged in (b"garbage", whole[: len(whole) // 2], whole.replace(b"acme", b"acmf", 1)):
        first.write_bytes(damaged)
        assert ship(data, place) == 1, damaged[:8]
        said = capsys.readouterr().err
        assert str(first) in said
        assert f"the copy at {place} stays, take it from there" in said
        assert Path(place, first.name).read_bytes() == whole
    (tmp_path / "later").rename(second)
    assert ship(data, place) == 1
    assert Path(place, second.name).read_bytes() == second.read_bytes()


def test_a_restored_data_directory_is_told_what_to_write_to_go_on_where_it_was(
    tmp_path: Path, place: str, capsys: Capture
) -> None:
    data = data_of(tmp_path / "data", 1)
    ship(data, place)
    (data / "archive.json").unlink()
    assert ship(data, place) == 1
    (content, file) = re.findall("write (.*) into (.*)", capsys.readouterr().err)[0]
    Path(file).write_text(content)
    assert ship(data, place) == 0


def test_what_is_shipped_to_a_folder_is_for_our_user_alone(tmp_path: Path, place: str) -> None:
    before = os.umask(0)
    try:
        ship(data_of(tmp_path / "data", 1), f"{place}/replica=1")
    finally:
        os.umask(before)
    assert [path for path in Path(place).rglob("*") if path.stat().st_mode & 0o077] == []


def test_what_retention_removed_stays_there_until_it_is_pruned(tmp_path: Path, place: str, capsys: Capture) -> None:
    data = data_of(tmp_path / "data", 1, 2)
    ship(data, place)
    gone = min((data / "journal").glob("*.parquet"))
    gone.unlink()
    ship(data, place)
    assert (tmp_path / "archive" / gone.name).exists()
    ship(data, place, "--prune")
    assert not (tmp_path / "archive" / gone.name).exists()
    assert f"{gone.name}  removed" in capsys.readouterr().out


def test_two_replicas_have_places_of_their_own_and_are_read_as_one(tmp_path: Path, capsys: Capture) -> None:
    place = f"{tmp_path}/archive"
    one, two = data_of(tmp_path / "one", 1, 2), data_of(tmp_path / "two", 2, 3)
    assert ship(one, f"{place}/replica=1") == 0
    assert ship(two, f"{place}/replica=1") == 1
    assert "ship each replica to a place of its own" in capsys.readouterr().err
    assert ship(two, f"{place}/replica=2") == 0
    rows = rows_of(f"SELECT replica, count(*) FROM '{tmp_path}/archive/*/*.parquet' GROUP BY ALL ORDER BY 1")
    assert rows == [(1, 2), (2, 2)]


def test_a_data_directory_that_moved_goes_on_where_it_was(tmp_path: Path, place: str, capsys: Capture) -> None:
    ship(data_of(tmp_path / "data", 1), place)
    shutil.move(tmp_path / "data", tmp_path / "moved")
    capsys.readouterr()
    assert ship(tmp_path / "moved", place) == 0
    assert capsys.readouterr().out.startswith("nothing to ship")


def test_a_store_that_asks_for_patience_gets_everything(tmp_path: Path, store: ObjectStoreServer) -> None:
    data = data_of(tmp_path / "data", 1, 2)
    store.slow_down = 2
    assert ship(data, "s3://acme-leads/journal") == 0
    for path in (data / "journal").glob("*.parquet"):
        assert store.objects[f"/acme-leads/journal/{path.name}"] == path.read_bytes()


def test_refused_credentials_are_named_and_nothing_is_shown_of_them(
    tmp_path: Path, store: ObjectStoreServer, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIANOBODY")
    assert ship(data_of(tmp_path / "data", 1), "s3://acme-leads/journal") == 1
    said = capsys.readouterr().err
    assert "check the credentials in the environment" in said
    assert "AKIANOBODY" not in said
    assert not store.objects


@pytest.mark.parametrize(
    "url", ["bucket/folder", "ftp://host/x", "http://host/x", "file:///x", "s3://", "memory:///", ""]
)
def test_what_is_no_object_store_is_refused_with_those_there_are(tmp_path: Path, url: str, capsys: Capture) -> None:
    assert ship(data_of(tmp_path / "data", 1), url) == 1
    assert "s3://BUCKET/FOLDER" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("file", "remedy"), [("archive/shipped.json", "shipped again"), ("data/archive.json", "remove it")]
)
def test_a_damaged_list_is_named(tmp_path: Path, place: str, capsys: Capture, file: str, remedy: str) -> None:
    data = data_of(tmp_path / "data", 1)
    ship(data, place)
    (tmp_path / file).write_bytes(b"{")
    assert ship(data, place) == 1
    said = capsys.readouterr().err
    assert "is damaged" in said
    assert remedy in said


def test_a_ship_that_is_stopped_half_way_goes_on_from_there(
    tmp_path: Path, store: ObjectStoreServer, capsys: Capture
) -> None:
    data = data_of(tmp_path / "data", 1, 2, 3)
    store.room = 1
    assert ship(data, "s3://acme-leads/journal") == 1
    assert "507" in capsys.readouterr().err
    store.room = 100
    assert ship(data, "s3://acme-leads/journal") == 0
    assert "2 files" in capsys.readouterr().out
