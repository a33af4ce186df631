"""The last moment of a data directory: written in place, read where it can be."""

from pathlib import Path

import pytest

from app.usecases.clock.last_moment import FILE, keep_moment, last_moment


def test_the_last_moment_is_read_as_it_was_written(tmp_path: Path) -> None:
    for moment in (1_795_176_000.25, 1_795_176_001.5):
        keep_moment(tmp_path, moment)
        assert last_moment(tmp_path) == moment
    assert (tmp_path / FILE).stat().st_mode & 0o777 == 0o600


def test_no_moment_is_none(tmp_path: Path) -> None:
    assert last_moment(tmp_path) == 0.0


@pytest.mark.parametrize("content", [b"", b"yesterday\n", b"\x00" * 18])
def test_a_damaged_moment_is_none(tmp_path: Path, content: bytes) -> None:
    (tmp_path / FILE).write_bytes(content)
    assert last_moment(tmp_path) == 0.0


def test_a_directory_that_is_gone_stops_nothing(tmp_path: Path) -> None:
    keep_moment(tmp_path / "nowhere", 1.0)
    assert last_moment(tmp_path / "nowhere") == 0.0
