"""A journal that grows is counted as if it had been read whole, whatever happens to its files between two looks."""

from pathlib import Path

import pytest

from app.journal.lines import RefusedLine
from app.journal.writer import hour_file
from app.reports.hours import count_span
from app.reports.now.growing import GrowingTally
from app.reports.tally import JournalTally
from tests.build import NOW
from tests.journal import as_written, route, written

HOUR = NOW // 3_600 * 3_600


def lines(count: int, at: float = NOW) -> list[RefusedLine]:
    return [route(number, at) for number in range(count)]


def whole(directory: Path) -> JournalTally:
    return count_span(directory, HOUR - 7_200, HOUR + 3_600)


def looked(growing: GrowingTally) -> JournalTally:
    return growing.since(HOUR - 7_200, HOUR + 3_600)


def test_each_look_counts_what_was_written_since(tmp_path: Path) -> None:
    growing = GrowingTally(tmp_path)
    assert looked(growing) == JournalTally()
    for _ in range(3):
        written(tmp_path, *lines(4))
        assert looked(growing) == whole(tmp_path)
    assert looked(growing).sellers["acme"].pings == 12


def test_only_the_new_part_of_a_file_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    growing = GrowingTally(tmp_path)
    written(tmp_path, *lines(5))
    looked(growing)
    path = tmp_path / hour_file(NOW)
    path.write_bytes(b"x" * path.stat().st_size)
    written(tmp_path, *lines(2))
    assert looked(growing).sellers["acme"].pings == 7


def test_files_of_several_writers_grow_side_by_side(tmp_path: Path) -> None:
    growing = GrowingTally(tmp_path)
    for number in range(3):
        for writer in (1, 2):
            with (tmp_path / hour_file(NOW, writer)).open("ab") as file:
                file.write(as_written(route(2 * number + writer)) + b"\n")
        assert looked(growing) == whole(tmp_path)
    assert looked(growing).sellers["acme"].pings == 6


def test_half_a_line_waits_for_its_end(tmp_path: Path) -> None:
    growing, text = GrowingTally(tmp_path), as_written(route(9))
    written(tmp_path, *lines(2))
    with (tmp_path / hour_file(NOW)).open("ab") as file:
        file.write(text[:20])
        file.flush()
        assert looked(growing).sellers["acme"].pings == 2
        file.write(text[20:] + b"\n")
    assert looked(growing) == whole(tmp_path)
    assert looked(growing).sellers["acme"].pings == 3


def test_a_file_that_was_replaced_cut_or_closed_is_counted_anew(tmp_path: Path) -> None:
    growing, path = GrowingTally(tmp_path), tmp_path / hour_file(NOW)
    written(tmp_path, *lines(6))
    looked(growing)
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:2]))
    assert looked(growing) == whole(tmp_path)
    path.rename(path.with_name(f"{path.stem}-1.jsonl"))
    written(tmp_path, *lines(3))
    assert looked(growing) == whole(tmp_path)
    assert looked(growing).sellers["acme"].pings == 5


def test_hours_that_are_over_stay_counted_beside_the_one_that_grows(tmp_path: Path) -> None:
    growing = GrowingTally(tmp_path)
    written(tmp_path, *lines(2, HOUR - 3_000), *lines(3))
    assert looked(growing) == whole(tmp_path)
    written(tmp_path, *lines(1, HOUR - 3_000), *lines(1))
    assert looked(growing) == whole(tmp_path)
    assert looked(growing).sellers["acme"].pings == 7


def test_what_is_no_line_is_said(tmp_path: Path) -> None:
    growing = GrowingTally(tmp_path)
    written(tmp_path, *lines(1))
    with (tmp_path / hour_file(NOW)).open("ab") as file:
        file.write(b"no line\n")
    assert looked(growing).unread_lines == 1
