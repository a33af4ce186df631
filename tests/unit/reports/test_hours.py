"""A journal counted hour by hour, and the hours whose counts are kept."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from app.journal.compact import compact
from app.journal.lines import PostLine
from app.journal.writer import hour_of
from app.parquet import ParquetError
from app.reports import kept
from app.reports.hours import LUMP, count_hour, count_span, hours, keep_tallies
from app.reports.kept import FOLDER
from app.reports.tally import JournalTally
from tests.build import NOW
from tests.journal import route, written

HOUR_S = 3_600.0
EVER = (0.0, float("inf"))


def post(number: int, at: float) -> PostLine:
    return PostLine(
        at=at, seller="acme", ping_id=f"b{number}", status="accepted", campaign="c", leg="shared", price_cents=700
    )


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    """Three hours; the first has two parts, and both first ones are compacted."""
    written(tmp_path, *[route(number, NOW + number) for number in range(3)], post(0, NOW + HOUR_S))
    compacted(tmp_path)
    written(tmp_path, route(3, NOW + 3.0))
    compacted(tmp_path)
    return written(tmp_path, post(1, NOW + 2 * HOUR_S), post(2, NOW + 2 * HOUR_S + 1.0))


def compacted(folder: Path) -> None:
    list(compact(folder, NOW + 2 * HOUR_S, lambda _name, _count: None))


def spoil(folder: Path, hour: str) -> None:
    """Leave of an hour's compacted parts only what they look like from outside: whoever reads them fails."""
    for part in folder.glob(f"{hour}-*.parquet"):
        status = part.stat()
        part.write_bytes(b"x" * status.st_size)
        os.utime(part, ns=(status.st_atime_ns, status.st_mtime_ns))


def test_kept_tallies_are_those_that_counting_gives(journal: Path) -> None:
    before = [count_hour(journal, hour, lambda: None) for hour in hours(journal)]
    assert keep_tallies(journal) == 2
    assert sorted(path.stem for path in (journal / FOLDER).iterdir()) == [hour_of(NOW), hour_of(NOW + HOUR_S)]
    found = list(hours(journal))
    assert [kept.read(journal, hour.name, hour.stamps) for hour in found] == [*before[:2], None]
    assert [count_hour(journal, hour, lambda: None) for hour in found] == before
    assert keep_tallies(journal) == 0


def test_what_is_kept_is_not_read_again(journal: Path) -> None:
    whole = count_span(journal, *EVER)
    keep_tallies(journal)
    spoil(journal, hour_of(NOW))
    assert count_span(journal, *EVER) == whole


def cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-20])


def altered(file: Path) -> None:
    file.write_bytes(file.read_bytes().replace(b'"pings":4', b'"pings":9'))


def of_another_version(file: Path) -> None:
    file.write_bytes(file.read_bytes().replace(b'"v":%d' % kept.VERSION, b'"v":%d' % (kept.VERSION + 1), 1))


def emptied(file: Path) -> None:
    file.write_bytes(b"")


def gone(file: Path) -> None:
    file.unlink()


@pytest.mark.parametrize("harm", [cut, altered, of_another_version, emptied, gone], ids=lambda harm: harm.__name__)
def test_a_tally_that_cannot_be_trusted_is_counted_anew(journal: Path, harm: Callable[[Path], None]) -> None:
    whole = count_span(journal, *EVER)
    keep_tallies(journal)
    file = journal / FOLDER / f"{hour_of(NOW)}.json"
    before = file.read_bytes()
    harm(file)
    assert not file.exists() or file.read_bytes() != before
    assert count_span(journal, *EVER) == whole
    assert keep_tallies(journal) == 1
    assert file.read_bytes() == before
    harm(file)
    spoil(journal, hour_of(NOW))
    with pytest.raises(ParquetError):
        count_span(journal, *EVER)


def touched(journal: Path) -> None:
    part = next(journal.glob(f"{hour_of(NOW)}-1.parquet"))
    os.utime(part, ns=(0, part.stat().st_mtime_ns + 1))


def written_late(journal: Path) -> None:
    written(journal, route(9, NOW + 9.0))


@pytest.mark.parametrize("change", [touched, written_late], ids=lambda change: change.__name__)
def test_an_hour_that_has_changed_is_counted_anew(journal: Path, change: Callable[[Path], None]) -> None:
    keep_tallies(journal)
    pings = count_span(journal, *EVER).sellers["acme"].pings
    change(journal)
    assert count_span(journal, *EVER).sellers["acme"].pings == pings + (change is written_late)
    spoil(journal, hour_of(NOW))
    with pytest.raises(ParquetError):
        count_span(journal, *EVER)


def test_tallies_of_hours_that_are_gone_go_too(journal: Path) -> None:
    keep_tallies(journal)
    for part in journal.glob(f"{hour_of(NOW)}*"):
        part.unlink()
    keep_tallies(journal)
    assert [path.stem for path in (journal / FOLDER).iterdir()] == [hour_of(NOW + HOUR_S)]


@pytest.mark.parametrize(
    ("since", "until", "pings", "leads"),
    [
        (NOW, NOW + 1.0, 2, 0),
        (NOW + 2.0, NOW + HOUR_S, 2, 1),
        (NOW + 0.5, NOW + 2 * HOUR_S, 3, 2),
        (NOW + HOUR_S, NOW + 9 * HOUR_S, 0, 3),
        (NOW + 3 * HOUR_S, float("inf"), 0, 0),
    ],
)
def test_a_span_is_counted_to_the_second_also_where_hours_are_kept(
    journal: Path, since: float, until: float, pings: int, leads: int
) -> None:
    for _ in range(2):
        found = count_span(journal, since, until).sellers.values()
        assert (sum(each.pings for each in found), sum(each.accepted for each in found)) == (pings, leads)
        keep_tallies(journal)


def test_a_part_that_is_compacted_while_it_is_counted_is_counted_once(tmp_path: Path) -> None:
    written(tmp_path, *[route(number) for number in range(2 * LUMP)])
    (tmp_path / f"{hour_of(NOW)}.jsonl").rename(tmp_path / f"{hour_of(NOW)}-1.jsonl")
    written(tmp_path, *[route(number) for number in range(LUMP)])
    rests: list[None] = []

    def rest() -> None:
        rests.append(None)
        if len(rests) == 1:
            compacted(tmp_path)

    (hour,) = hours(tmp_path)
    assert count_hour(tmp_path, hour, rest).sellers["acme"].pings == 3 * LUMP
    assert len(rests) > 3


def test_what_cannot_be_read_is_counted(tmp_path: Path) -> None:
    written(tmp_path, route(1))
    file = tmp_path / f"{hour_of(NOW)}.jsonl"
    file.write_bytes(file.read_bytes() + b"torn")
    assert count_span(tmp_path, *EVER).unread_lines == 1


def test_an_empty_directory_comes_to_nothing(tmp_path: Path) -> None:
    assert count_span(tmp_path, *EVER) == JournalTally()
    assert keep_tallies(tmp_path) == 0
