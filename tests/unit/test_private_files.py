"""Files that nobody else reads: made so whatever the umask, mended where they are ours, said where they are not."""

import errno
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.private_files import append_to, exposed, make_directory, narrow, remedy_of, sync_folder, write_new, write_whole

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has other rights")


@pytest.fixture(params=[0o000, 0o022, 0o277], ids=["open", "usual", "odd"], autouse=True)
def _umask(request: pytest.FixtureRequest) -> Iterator[None]:
    before = os.umask(request.param)
    yield
    os.umask(before)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of ours that is open to everybody."""
    place = tmp_path / "place"
    make_directory(place)
    place.chmod(0o755)
    return place


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def open_to_all(path: Path) -> Path:
    path.write_bytes(b"")
    path.chmod(0o644)
    return path


def test_a_directory_is_private_with_those_that_lacked_above_it(tmp_path: Path) -> None:
    make_directory(tmp_path / "a" / "b" / "c")
    assert [mode(tmp_path / name) for name in ("a", "a/b", "a/b/c")] == [0o700, 0o700, 0o700]


def test_a_directory_that_exists_keeps_its_rights(folder: Path) -> None:
    make_directory(folder)
    assert mode(folder) == 0o755


def test_a_file_is_private_when_it_is_made_and_when_it_is_written_again(folder: Path) -> None:
    for _ in range(2):
        with write_new(folder / "new") as file:
            file.write(b"one")
        with append_to(folder / "log") as log:
            log.write(b"two")
        assert (mode(folder / "new"), mode(folder / "log")) == (0o600, 0o600)
        (folder / "new").chmod(0o644)
        (folder / "log").chmod(0o644)
    assert ((folder / "new").read_bytes(), (folder / "log").read_bytes()) == (b"one", b"twotwo")


def test_what_others_could_read_is_narrowed_and_said_once(folder: Path) -> None:
    make_directory(folder / "more")
    files = [open_to_all(folder / "line"), open_to_all(folder / "more" / "deep")]
    (said,) = narrow([folder])
    assert said.startswith("3 files and folders were open to other users")
    assert [mode(path) for path in (folder, *files)] == [0o700, 0o600, 0o600]
    assert narrow([folder, folder / "nowhere"]) == []


def test_what_stands_behind_a_link_is_left_and_said(folder: Path, tmp_path: Path) -> None:
    narrow([folder])
    target = open_to_all(tmp_path / "shared")
    (folder / "link").symlink_to(target)
    (folder / "broken").symlink_to(tmp_path / "nowhere")
    (said,) = narrow([folder])
    assert f"`chmod 600 {target.resolve()}`" in said
    assert mode(target) == 0o644


def test_a_folder_behind_a_link_is_left_and_said_while_its_files_are_narrowed(folder: Path, tmp_path: Path) -> None:
    line = open_to_all(folder / "line")
    link = tmp_path / "link"
    link.symlink_to(folder)
    said = narrow([link])
    assert any(f"`chmod 700 {folder.resolve()}`" in each for each in said)
    assert (mode(folder), mode(line)) == (0o755, 0o600)


@pytest.mark.skipif(os.name == "nt" or os.geteuid() != 0, reason="only root can give files away")
def test_what_belongs_to_somebody_else_is_left_and_said(folder: Path) -> None:
    narrow([folder])
    for number in range(7):
        os.chown(open_to_all(folder / f"{number}"), 12_345, 12_345)
    said = narrow([folder])
    assert f"`chmod 600 {(folder / '0').resolve()}`" in said[0]
    assert said[-1] == "as they have to 2 more files"
    assert mode(folder / "0") == 0o644


def test_a_secret_that_others_can_read_is_named_with_what_to_run(folder: Path) -> None:
    open_key, private = open_to_all(folder / "index.key"), open_to_all(folder / "sealing-1.key")
    private.chmod(0o600)
    (said,) = exposed([open_key, private, folder / "nowhere"])
    assert said.endswith(f"access to {open_key}: run `chmod 600 {open_key.resolve()}`")


def test_a_whole_file_is_on_the_disk_before_it_has_its_name_and_then_its_name_is(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[tuple[bool, int, list[str]]] = []
    fsync = os.fsync

    def noting(descriptor: int) -> None:
        fsync(descriptor)
        status = os.fstat(descriptor)
        names = sorted(path.name for path in folder.iterdir())
        synced.append((stat.S_ISDIR(status.st_mode), 0 if stat.S_ISDIR(status.st_mode) else status.st_size, names))

    monkeypatch.setattr(os, "fsync", noting)
    write_whole(folder / "a.key", b"0" * 64)
    assert synced == [(False, 64, [f".a.key.{os.getpid()}.unfinished"]), (True, 0, ["a.key"])]
    assert mode(folder / "a.key") == 0o600


def test_a_folder_that_we_may_not_read_is_no_reason_to_fail(folder: Path) -> None:
    folder.chmod(0o300)
    sync_folder(folder)


def test_a_file_that_is_there_stays_where_it_is_not_to_be_written_over(tmp_path: Path) -> None:
    write_whole(tmp_path / "a.key", b"first", over=False)
    write_whole(tmp_path / "a.key", b"second", over=False)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"a.key": b"first"}
    write_whole(tmp_path / "a.key", b"third")
    assert (tmp_path / "a.key").read_bytes() == b"third"


@pytest.mark.parametrize(
    ("number", "remedy"),
    [
        (errno.ENOSPC, "make room on its disk"),
        (errno.EROFS, "mount its disk for writing"),
        (errno.EIO, "see to its disk, which fails"),
        (errno.EACCES, "give it to this user"),
        (errno.ESTALE, "see to its disk"),
    ],
)
def test_what_a_disk_refuses_is_said_with_what_helps(number: int, remedy: str) -> None:
    assert remedy_of(OSError(number, "why")) == remedy
