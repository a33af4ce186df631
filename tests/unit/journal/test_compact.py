"""Hours that are over become Parquet, whatever happens meanwhile, and every line stays as it was."""

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app import parquet
from app.journal.compact import Compacted, NotTheSame, _Source, compact
from app.journal.flat import Flat, flat
from app.journal.parts import parts, texts, texts_with
from app.journal.reader import find, lines
from app.journal.versions import STAMP
from app.journal.writer import hour_file, hour_of
from app.parquet import ParquetError
from app.usecases.bidder import Bidder
from tests.bidder import another, ask, at_bidder, journaled, sell
from tests.build import NOW
from tests.journal import as_written, route, written

HOUR_S = 3_600.0
LATER = NOW + HOUR_S
HOUR = hour_of(NOW)


def compacted(directory: Path, before: float = LATER) -> list[Compacted]:
    return list(compact(directory, before, lambda _name, _count: None))


def names(directory: Path) -> list[str]:
    return sorted(path.name for path in directory.iterdir())


def every_text(directory: Path) -> list[bytes]:
    return [text for part in parts(directory) for text in texts(part)]


def test_an_hour_that_is_over_becomes_one_file_with_the_same_lines(tmp_path: Path) -> None:
    written(tmp_path, *[route(number) for number in range(100)])
    before = (tmp_path / hour_file(NOW)).read_bytes()
    (told,) = compacted(tmp_path)
    assert names(tmp_path) == [f"{HOUR}-1.parquet"]
    assert b"".join(text + b"\n" for text in every_text(tmp_path)) == before
    assert list(lines(tmp_path)) == [route(number) for number in range(100)]
    size = (tmp_path / f"{HOUR}-1.parquet").stat().st_size
    assert told == Compacted(name=f"{HOUR}-1", lines=100, broken=0, bytes_before=len(before), bytes_after=size)


def test_hours_that_are_not_over_stay(tmp_path: Path) -> None:
    written(tmp_path, route(1), route(2, LATER), route(3, LATER + HOUR_S))
    assert [each.name for each in compacted(tmp_path)] == [f"{HOUR}-1"]
    assert names(tmp_path) == [f"{HOUR}-1.parquet", hour_file(LATER), hour_file(LATER + HOUR_S)]
    assert compacted(tmp_path) == []


def test_a_line_that_comes_late_becomes_a_part_of_its_own(tmp_path: Path) -> None:
    wanted = [route(number) for number in range(12)]
    for line in wanted:
        written(tmp_path, line)
        compacted(tmp_path)
    written(tmp_path, route(12))
    assert names(tmp_path) == sorted([f"{HOUR}.jsonl", *[f"{HOUR}-{number}.parquet" for number in range(1, 13)]])
    assert list(lines(tmp_path)) == [*wanted, route(12)]


def test_what_cannot_be_read_is_kept_and_counted(tmp_path: Path) -> None:
    written(tmp_path, route(1))
    rubbish = [b"\xff\xfe", b"", b'{"v":1,"kind":"later","at":1}', b'{"kind":"endpoint","at":17']
    file = tmp_path / hour_file(NOW)
    file.write_bytes(file.read_bytes() + b"\n".join(rubbish))
    (told,) = compacted(tmp_path)
    assert (told.lines, told.broken) == (5, 3)
    assert every_text(tmp_path) == [as_written(route(1)), *rubbish]
    unread: list[bytes] = []
    assert list(lines(tmp_path, unread=unread.append)) == [route(1)]
    assert unread == rubbish


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
KINDS = st.sampled_from(["ping", "refused", "post", "notice", "repeat", "later"])
OBJECTS = st.dictionaries(st.text(), JSON, max_size=4).flatmap(
    lambda rest: st.builds(
        lambda kind, at, price: {**rest, "kind": kind, "at": at, "seller": "a", "price_cents": price}, KINDS, JSON, JSON
    )
)
# Surrogates alone are no Unicode: whoever writes JSON escapes them.
LINES = OBJECTS.map(lambda line: STAMP + msgspec.json.encode(line)[1:]) | st.binary(max_size=40).map(
    lambda raw: raw.replace(b"\n", b"")
)


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(LINES, min_size=1, max_size=20), st.booleans())
def test_whatever_stands_in_a_line_it_comes_back_byte_for_byte(
    tmp_path_factory: pytest.TempPathFactory, wanted: list[bytes], has_end: bool
) -> None:
    folder = tmp_path_factory.mktemp("odd")
    (folder / hour_file(NOW)).write_bytes(b"\n".join(wanted) + (b"\n" if has_end else b""))
    before = every_text(folder)
    read_before = list(lines(folder, float("-inf")))
    (told,) = compacted(folder)
    assert every_text(folder) == before
    assert told.lines == len(before)
    assert list(lines(folder, float("-inf"))) == read_before


def test_what_is_decided_is_found_and_read_the_same_before_and_after(tmp_path: Path) -> None:
    async def scene(bidder: Bidder) -> None:
        bid = ask(bidder)
        ask(bidder, now=NOW + 1.0)
        await sell(bidder, bid.ping_id, now=NOW + 2.0)
        refusal = ask(bidder, zip="90001", state="CA", **another(2))
        before = journaled(bidder, tmp_path)
        folder = tmp_path / "journal"
        ids = [bid.ping_id, bid.bids[1].bid_id, refusal.ping_id, getattr(before[0], "id", ""), "0" * 24, "acme"]
        found = [find(folder, ping_id) for ping_id in ids]
        assert [len(each) for each in found] == [3, 3, 1, 3, 0, 0]
        assert compacted(folder)
        assert journaled(bidder, tmp_path) == before
        assert [find(folder, ping_id) for ping_id in ids] == found

    at_bidder(tmp_path, scene)


def test_a_line_of_a_kind_that_nobody_knows_is_found_once_it_can_be_read(tmp_path: Path) -> None:
    wanted, other = b'{"v":1,"kind":"later","at":1,"id":"abc"}', b'{"v":1,"kind":"later","at":1,"id":"b"}'
    (tmp_path / hour_file(NOW)).write_bytes(wanted + b"\n" + other + b"\n")
    compacted(tmp_path)
    (part,) = parts(tmp_path)
    assert list(texts_with(part, frozenset(("abc",)))) == [wanted]


def test_only_the_parts_of_the_span_are_opened(tmp_path: Path) -> None:
    written(tmp_path, route(1))
    compacted(tmp_path)
    (tmp_path / f"{HOUR}-1.parquet").write_bytes(b"no Parquet")
    written(tmp_path, route(2, LATER), route(3, LATER + HOUR_S))
    (tmp_path / f"{hour_of(LATER + HOUR_S)}-1.parquet").write_bytes(b"no Parquet")
    assert list(lines(tmp_path, LATER, LATER + 1.0)) == [route(2, LATER)]


# Every moment at which a kill can leave the directory, in order.


def closed(directory: Path) -> None:
    (directory / f"{HOUR}.jsonl").rename(directory / f"{HOUR}-1.jsonl")


def half_written(directory: Path) -> None:
    closed(directory)
    (directory / f".{HOUR}-1.parquet.rows").write_bytes(b'{"kind":"do')
    (directory / f".{HOUR}-1.parquet.new").write_bytes(b"PAR1")


def written_but_not_removed(directory: Path) -> None:
    before = (directory / f"{HOUR}.jsonl").read_bytes()
    compacted(directory)
    (directory / f"{HOUR}-1.jsonl").write_bytes(before)


@pytest.mark.parametrize("killed", [closed, half_written, written_but_not_removed], ids=lambda step: step.__name__)
def test_a_kill_at_any_point_loses_and_doubles_nothing(tmp_path: Path, killed: Callable[[Path], None]) -> None:
    wanted = [route(number) for number in range(20)]
    written(tmp_path, *wanted)
    killed(tmp_path)
    assert list(lines(tmp_path)) == wanted
    written(tmp_path, route(20))
    assert list(lines(tmp_path)) == [*wanted, route(20)]
    compacted(tmp_path)
    assert names(tmp_path) == [f"{HOUR}-1.parquet", f"{HOUR}-2.parquet"]
    assert list(lines(tmp_path)) == [*wanted, route(20)]


def test_a_line_added_to_a_closed_file_after_it_was_read_is_taken_too(tmp_path: Path) -> None:
    written(tmp_path, *[route(number) for number in range(20)])
    written_but_not_removed(tmp_path)
    # By a service that had opened the file under its former name.
    with (tmp_path / f"{HOUR}-1.jsonl").open("ab") as file:
        file.write(as_written(route(20)) + b"\n")
    assert [each.lines for each in compacted(tmp_path)] == [21]
    assert names(tmp_path) == [f"{HOUR}-1.parquet"]
    assert list(lines(tmp_path)) == [route(number) for number in range(21)]


def test_a_reader_under_way_misses_and_doubles_nothing(tmp_path: Path) -> None:
    wanted = [route(number, NOW + number // 10 * HOUR_S) for number in range(40)]
    written(tmp_path, *wanted)
    reading = lines(tmp_path)
    found = [next(reading)]
    compacted(tmp_path, NOW + 2 * HOUR_S)
    found += [next(reading) for _ in range(15)]
    closed_hour = hour_of(NOW + 2 * HOUR_S)
    (tmp_path / f"{closed_hour}.jsonl").rename(tmp_path / f"{closed_hour}-1.jsonl")
    assert found + list(reading) == wanted


def test_lines_go_only_when_what_was_written_reads_back_the_same(tmp_path: Path) -> None:
    written(tmp_path, route(1))
    source_file = tmp_path / hour_file(NOW)
    source = _Source(source_file, lambda _name, _count: None)
    other = [flat(as_written(route(2)), source_file) for _ in source.rows()]
    with pytest.raises(NotTheSame, match="is kept: what was written of it reads back as something else"):
        parquet.write(tmp_path / f"{HOUR}-1.parquet", Flat, other, notes=source.notes, check=source.prove)
    assert names(tmp_path) == [hour_file(NOW)]


@pytest.mark.usefixtures("without_duckdb")
def test_without_duckdb_nothing_is_touched(tmp_path: Path) -> None:
    written(tmp_path, route(1))
    with pytest.raises(ParquetError, match=r"pip install 'leadbid\[reports\]'"):
        compacted(tmp_path)
    assert names(tmp_path) == [hour_file(NOW)]


def test_without_duckdb_what_is_not_compacted_is_read_and_the_rest_says_what_is_missing(
    tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    written(tmp_path, route(1), route(2, LATER))
    compacted(tmp_path)
    request.getfixturevalue("without_duckdb")
    assert list(lines(tmp_path, LATER)) == [route(2, LATER)]
    with pytest.raises(ParquetError, match="Parquet needs DuckDB"):
        list(lines(tmp_path))
    with pytest.raises(ParquetError, match="Parquet needs DuckDB"):
        find(tmp_path, f"{1:024x}")


def test_progress_is_told(tmp_path: Path) -> None:
    (tmp_path / hour_file(NOW)).write_bytes((as_written(route(1)) + b"\n") * 45_000)
    told: list[tuple[str, int]] = []
    list(compact(tmp_path, LATER, lambda name, count: told.append((name, count))))
    assert told == [(f"{HOUR}-1", 20_000), (f"{HOUR}-1", 40_000)]
