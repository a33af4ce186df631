"""A line that is needed again: read as it was written, from wherever its file went, or not at all."""

from pathlib import Path

from app.journal.lines import NoticeLine
from app.journal.writer import JournalWriter, encoded

AT = 1_795_190_400.0


def line(number: int) -> NoticeLine:
    return NoticeLine(at=AT + number, seller="acme", ping_id=f"bid-{number}", result="lost")


def test_a_line_is_the_same_before_and_after_it_is_written(tmp_path: Path) -> None:
    journal = JournalWriter(tmp_path)
    for first in (0, 3):
        lines = [line(number) for number in range(first, first + 3)]
        kept = [journal.append(each) for each in lines]
        assert [each.text for each in kept] == [encoded(each) for each in lines]
        assert all(each.held for each in kept)
        journal.flush()
        assert [each.text for each in kept] == [encoded(each) for each in lines]
        assert not any(isinstance(each.held, bytes) for each in kept)


def test_a_line_behind_the_stump_of_a_killed_writer_is_found(tmp_path: Path) -> None:
    journal = JournalWriter(tmp_path)
    journal.append(line(1))
    journal.flush()
    (file,) = tmp_path.iterdir()
    file.write_bytes(file.read_bytes() + b'{"v":1,"ki')
    kept = journal.append(line(2))
    journal.flush()
    assert kept.text == encoded(line(2))


def test_a_line_stays_readable_when_its_file_is_renamed_or_removed(tmp_path: Path) -> None:
    journal = JournalWriter(tmp_path)
    renamed = journal.append(line(1))
    journal.flush()
    (file,) = tmp_path.iterdir()
    file.rename(tmp_path / "closed.jsonl")
    removed = journal.append(line(2))
    journal.flush()
    file.unlink()
    later = journal.append(line(3))
    journal.flush()
    assert [each.text for each in (renamed, removed, later)] == [encoded(line(number)) for number in (1, 2, 3)]


def test_a_line_whose_file_was_damaged_is_gone(tmp_path: Path) -> None:
    journal = JournalWriter(tmp_path)
    flipped, cut = journal.append(line(1)), journal.append(line(2))
    journal.flush()
    (file,) = tmp_path.iterdir()
    text = file.read_bytes()
    with file.open("r+b") as opened:
        opened.write(b"[")
        opened.truncate(len(text) - 5)
    assert (flipped.text, cut.text) == (None, None)


def test_a_line_that_cannot_be_written_keeps_its_text(tmp_path: Path) -> None:
    journal = JournalWriter(tmp_path / "journal")
    (tmp_path / "journal").rmdir()
    (tmp_path / "journal").write_text("in the way")
    kept = journal.append(line(1))
    journal.try_to_flush(lambda _: None)
    assert (journal.waiting, kept.text) == (1, encoded(line(1)))
