"""Decisions on their way to the disk."""

import asyncio
import resource
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from msgspec.structs import replace

from app.domain.reasons import Refusal
from app.journal import writer
from app.journal.lines import RefusedLine
from app.journal.reader import lines
from app.journal.writer import JournalWriter, encoded, hour_file
from tests.build import NOW
from tests.journal import as_written

HOUR_S = 3_600.0


def line(number: int, at: float = NOW) -> RefusedLine:
    return RefusedLine(at=at, seller="acme", id=f"{number:024x}", refusal=Refusal("missing_field", "zip"))


@contextmanager
def files_end_at(size: int) -> Iterator[None]:
    """While no file may grow beyond this: a write takes what fits, and the next one fails, as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def names(directory: Path) -> list[str]:
    return sorted(path.name for path in directory.iterdir())


def test_lines_wait_until_they_are_flushed(tmp_path: Path) -> None:
    journal = JournalWriter(tmp_path / "new" / "journal")
    journal.append(line(1))
    assert (journal.waiting, names(tmp_path / "new" / "journal")) == (1, [])
    journal.flush()
    assert (journal.waiting, list(lines(tmp_path / "new" / "journal"))) == (0, [line(1)])


def test_a_line_is_made_when_all_else_of_its_turn_is_done(tmp_path: Path) -> None:
    journal = JournalWriter(tmp_path)

    async def live() -> None:
        writing = asyncio.create_task(journal.run(lambda _: None))
        await asyncio.sleep(0)
        asked, left = journal.append(line(1)), journal.append(line(2))
        assert (asked.text, left.held) == (encoded(line(1)), line(2))
        await asyncio.sleep(0)
        assert left.held == encoded(line(2))
        # Whoever stops in the turn of the last line writes it too.
        journal.append(line(3))
        writing.cancel()
        await asyncio.gather(writing, return_exceptions=True)

    asyncio.run(live())
    assert list(lines(tmp_path)) == [line(number) for number in (1, 2, 3)]


def test_a_line_that_cannot_be_made_holds_up_no_other(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    journal = JournalWriter(tmp_path)
    no_text = replace(line(2), seller="\ud800")
    for each in (line(1), no_text, line(3)):
        journal.append(each)
    journal.flush()
    unread: list[bytes] = []
    assert list(lines(tmp_path, unread=unread.append)) == [line(1), line(3)]
    assert (unread, journal.waiting) == ([b""], 0)
    assert caplog.text.count("a line of the journal could not be made") == 1


def test_each_line_goes_to_the_file_of_its_hour_in_utc(tmp_path: Path) -> None:
    journal = JournalWriter(tmp_path)
    end_of_hour = NOW - NOW % HOUR_S + HOUR_S
    for number, at in enumerate((end_of_hour - 0.001, end_of_hour, end_of_hour + 24 * HOUR_S)):
        journal.append(line(number, at))
    journal.flush()
    assert names(tmp_path) == ["2026-11-20T16.jsonl", "2026-11-20T17.jsonl", "2026-11-21T17.jsonl"]
    assert [len(list(lines(tmp_path, at, at))) for at in (end_of_hour - 0.001, end_of_hour)] == [1, 1]
    assert hour_file(NOW) == datetime.fromtimestamp(NOW, UTC).strftime("%Y-%m-%dT%H.jsonl")


def test_another_writer_goes_on_where_the_former_ended(tmp_path: Path) -> None:
    for number in range(3):
        journal = JournalWriter(tmp_path)
        journal.append(line(number))
        journal.flush()
        journal.flush()
    assert list(lines(tmp_path)) == [line(0), line(1), line(2)]


def test_the_stump_of_a_killed_writer_takes_no_line_with_it(tmp_path: Path) -> None:
    file = tmp_path / hour_file(NOW)
    whole = as_written(line(1))
    file.write_bytes(whole + b"\n" + whole[:40])
    journal = JournalWriter(tmp_path)
    journal.append(line(2))
    journal.flush()
    assert list(lines(tmp_path)) == [line(1), line(2)]


def test_a_disk_that_takes_nothing_keeps_the_lines_in_order(tmp_path: Path) -> None:
    journal = JournalWriter(tmp_path)
    blocked = tmp_path / hour_file(NOW)
    blocked.mkdir()
    for number in (1, 2):
        journal.append(line(number))
        with pytest.raises(OSError, match="directory"):
            journal.flush()
        assert journal.waiting == number
    journal.append(line(3))
    blocked.rmdir()
    journal.flush()
    assert list(lines(tmp_path)) == [line(1), line(2), line(3)]
    assert (journal.waiting, journal.lost) == (0, 0)


def test_what_no_disk_takes_until_the_end_is_said_to_be_lost(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    journal, troubles = JournalWriter(tmp_path), list[OSError]()
    (tmp_path / hour_file(NOW)).mkdir()
    journal.append(line(1))
    journal.append(line(2))
    journal.close(troubles.append)
    assert len(troubles) == 1
    assert "the service stops, and 2 lines of the journal are lost: Is a directory" in caplog.text


def test_a_directory_that_was_removed_is_made_again(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    journal = JournalWriter(tmp_path / "journal")
    journal.append(line(1))
    journal.flush()
    shutil.rmtree(tmp_path / "journal")
    for number in (2, 3):
        journal.append(line(number))
        journal.flush()
    assert list(lines(tmp_path / "journal")) == [line(2), line(3)]
    assert (tmp_path / "journal").stat().st_mode & 0o777 == 0o700
    assert caplog.text.count("was removed") == 1


def test_what_one_hour_took_is_not_written_twice_when_the_next_fails(tmp_path: Path) -> None:
    journal = JournalWriter(tmp_path)
    blocked = tmp_path / hour_file(NOW + HOUR_S)
    blocked.mkdir()
    for number, at in enumerate((NOW, NOW + HOUR_S)):
        journal.append(line(number, at))
    with pytest.raises(OSError, match="directory"):
        journal.flush()
    assert journal.waiting == 1
    blocked.rmdir()
    journal.flush()
    assert list(lines(tmp_path)) == [line(0), line(1, NOW + HOUR_S)]


def test_a_disk_that_fills_up_in_the_middle_of_a_batch_leaves_no_stump(tmp_path: Path) -> None:
    journal = JournalWriter(tmp_path)
    journal.append(line(1))
    journal.flush()
    size = (tmp_path / hour_file(NOW)).stat().st_size
    journal.append(line(2))
    journal.append(line(3))
    with files_end_at(size + 100), pytest.raises(OSError, match="large"):
        journal.flush()
    assert (tmp_path / hour_file(NOW)).stat().st_size == size
    journal.flush()
    assert list(lines(tmp_path)) == [line(1), line(2), line(3)]


def test_beyond_the_bound_the_oldest_lines_are_given_up_and_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "WAITING_MAX", 3)
    journal = JournalWriter(tmp_path)
    blocked = tmp_path / hour_file(NOW)
    blocked.mkdir()
    for number in range(5):
        journal.append(line(number))
    with pytest.raises(OSError, match="directory"):
        journal.flush()
    assert (journal.waiting, journal.lost) == (3, 2)
    blocked.rmdir()
    journal.flush()
    assert list(lines(tmp_path)) == [line(2), line(3), line(4)]


def test_no_line_is_lost_between_those_who_append_and_the_one_who_writes(tmp_path: Path) -> None:
    journal = JournalWriter(tmp_path)
    done = threading.Event()

    def write() -> None:
        while not done.is_set():
            journal.flush()

    thread = threading.Thread(target=write)
    thread.start()
    for number in range(5_000):
        journal.append(line(number))
    done.set()
    thread.join()
    journal.flush()
    assert list(lines(tmp_path)) == [line(number) for number in range(5_000)]


def test_a_running_writer_writes_soon_and_once_more_when_it_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "FLUSH_S", 0.01)
    journal = JournalWriter(tmp_path)

    async def scene() -> None:
        running = asyncio.create_task(journal.run(lambda error: pytest.fail(str(error))))
        journal.append(line(1))
        async with asyncio.timeout(60.0):
            while journal.waiting:  # noqa: ASYNC110 - the writer sets no event
                await asyncio.sleep(0.005)
        journal.append(line(2))
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    asyncio.run(scene())
    assert list(lines(tmp_path)) == [line(1), line(2)]


def test_trouble_is_reported_once_until_it_is_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer, "FLUSH_S", 0.005)
    journal = JournalWriter(tmp_path)
    blocked = tmp_path / hour_file(NOW)
    blocked.mkdir()
    reported: list[OSError] = []

    async def scene() -> None:
        running = asyncio.create_task(journal.run(reported.append))
        journal.append(line(1))
        async with asyncio.timeout(60.0):
            while not reported:  # noqa: ASYNC110 - the writer sets no event
                await asyncio.sleep(0.005)
        # It tries again meanwhile.
        await asyncio.sleep(0.05)
        assert (len(reported), journal.waiting) == (1, 1)
        blocked.rmdir()
        async with asyncio.timeout(60.0):
            while journal.waiting:  # noqa: ASYNC110 - the writer sets no event
                await asyncio.sleep(0.005)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    asyncio.run(scene())
    assert list(lines(tmp_path)) == [line(1)]
