"""A file counts once it lies still: whoever writes it may pause, replace it, or be cut off."""

import os
from pathlib import Path

import pytest

from app.usecases.reload.settled import CUT_S, REREAD_S, SETTLE_S, SettledFiles, read_all

WHOLE = b"a = 1\nb = 2\n"


class Clock:
    """Seconds that a test passes."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "buyer.toml"
    path.write_bytes(WHOLE)
    return path


@pytest.fixture
def files(path: Path, clock: Clock) -> SettledFiles:
    return SettledFiles(read_all([path]), clock)


def taken_after(files: SettledFiles, path: Path, clock: Clock, until: float = 60.0) -> float | None:
    """How long it takes, with two looks a second, until the change is given out."""
    began = clock.now
    while clock.now - began < until:
        if files.look([path]) is not None:
            return clock.now - began
        clock.now += 0.5
    return None


def test_a_change_counts_when_it_lies_still_and_once_it_is_accepted_no_more(
    files: SettledFiles, path: Path, clock: Clock
) -> None:
    assert files.look([path]) is None
    path.write_bytes(WHOLE + b"c = 3\n")
    assert taken_after(files, path, clock) == SETTLE_S
    assert files.look([path]) == {path: WHOLE + b"c = 3\n"}
    files.accept({path: WHOLE + b"c = 3\n"})
    assert taken_after(files, path, clock) is None


def test_pauses_of_a_second_within_one_writing_give_nothing_out(files: SettledFiles, path: Path, clock: Clock) -> None:
    longer = WHOLE * 20 + b"c = 3\n"
    for end in range(1, len(longer), 17):
        path.write_bytes(longer[:end])
        for _ in range(3):
            assert files.look([path]) is None
            clock.now += 0.5
    path.write_bytes(longer)
    assert taken_after(files, path, clock) is not None
    assert files.look([path]) == {path: longer}


@pytest.mark.parametrize("cut", [b"", b"a = 1\n", b"a = 1\nb =", b"a = 9\nb = 2"])
def test_what_looks_cut_off_must_lie_still_for_longer(
    files: SettledFiles, path: Path, clock: Clock, cut: bytes
) -> None:
    path.write_bytes(cut)
    assert taken_after(files, path, clock) == CUT_S


def test_a_file_that_is_gone_for_a_moment_has_not_changed(files: SettledFiles, path: Path, clock: Clock) -> None:
    path.unlink()
    assert files.look([path]) is None
    clock.now += 1.0
    path.write_bytes(WHOLE)
    assert taken_after(files, path, clock) is None
    assert not files.is_changed
    path.unlink()
    assert taken_after(files, path, clock) == CUT_S


def test_a_file_that_is_only_touched_has_not_changed(files: SettledFiles, path: Path, clock: Clock) -> None:
    os.utime(path, (1.0, 1.0))
    assert taken_after(files, path, clock) is None


def test_a_change_that_size_and_time_do_not_show_is_seen_in_time(
    files: SettledFiles, path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on a file system that tells whole seconds, or none at all."""
    monkeypatch.setattr("app.usecases.reload.settled._stamp", lambda _path: (1, len(WHOLE), 0, 0))
    clock.now = 3 * REREAD_S
    assert files.look([path]) is None
    path.write_bytes(WHOLE.replace(b"2", b"3"))
    after = taken_after(files, path, clock)
    assert after is not None
    assert after <= REREAD_S + SETTLE_S + 1.0


def test_links_that_are_swapped_count_like_files(tmp_path: Path, clock: Clock) -> None:
    """As mounted config maps are: `..data` is replaced at once, the file's own link stays."""
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "buyer.toml").write_text(f"{name} = 1\n")
    (tmp_path / "..data").symlink_to("one")
    path = tmp_path / "buyer.toml"
    path.symlink_to("..data/buyer.toml")
    files = SettledFiles(read_all([path]), clock)
    (tmp_path / "fresh").symlink_to("two")
    (tmp_path / "fresh").rename(tmp_path / "..data")
    assert taken_after(files, path, clock) == SETTLE_S
    assert files.look([path]) == {path: b"two = 1\n"}


def test_a_file_that_is_named_from_now_on_must_lie_still_as_well(
    files: SettledFiles, path: Path, clock: Clock, tmp_path: Path
) -> None:
    zips = tmp_path / "zips.txt"
    zips.write_text("78701\n")
    path.write_bytes(b'zip_file = "zips.txt"\n')
    assert taken_after(files, path, clock) == SETTLE_S
    assert files.look([path, zips]) is None
    clock.now += SETTLE_S
    assert files.look([path, zips]) == {path: b'zip_file = "zips.txt"\n', zips: b"78701\n"}
