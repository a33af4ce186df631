"""Files as people make them become columns: any delimiter, packed, quoted, marked, or Parquet."""

import gzip
from pathlib import Path

import duckdb
import numpy as np
import pytest

from app.dialects.text import ABSENT
from app.dialects.values.moments import moment_of
from training.histories.columns.amounts import cell_number
from training.histories.scratch import NoData
from training.histories.tables import open_table

TEXT = 'id;note;bill;when\n1;"two\nlines; and a ""quote""";10.5;2026-01-02 03:04:05\n2;;NaN;2026-01-02T03:04:05+02:00\n'


def file(folder: Path, body: bytes, name: str = "leads.csv") -> Path:
    path = folder / name
    path.write_bytes(body)
    return path


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("leads.csv", TEXT.encode()),
        ("leads.csv", b"\xef\xbb\xbf" + TEXT.encode()),
        ("leads.csv.gz", gzip.compress(TEXT.encode(), mtime=0)),
        ("packed, and not called so.csv", gzip.compress(TEXT.encode(), mtime=0)),
        ("a [star] * in its name.csv", TEXT.encode()),
    ],
)
def test_a_file_is_read_however_it_is_written(tmp_path: Path, name: str, body: bytes) -> None:
    with open_table(file(tmp_path, body, name)) as table:
        assert table.names == ("id", "note", "bill", "when")
        assert table.rows == 2
        assert table.texts("note").tolist() == ['two\nlines; and a "quote"', None]
        assert table.numbers("bill")[0] == 10.5
        assert np.isnan(table.numbers("bill")[1])
        times = table.times("when")
        # An offset counts; without one a time is told as if in UTC, and as naive.
        assert times.seconds[0] - times.seconds[1] == 7_200.0
        assert times.naive.tolist() == [True, False]


@pytest.mark.parametrize("delimiter", [",", "\t", "|"])
def test_any_delimiter_is_found(tmp_path: Path, delimiter: str) -> None:
    body = "\n".join(delimiter.join(row) for row in (("a", "b"), ("x", "1"), ("y", "2")))
    with open_table(file(tmp_path, body.encode())) as table:
        assert table.names == ("a", "b")
        assert table.numbers("b").tolist() == [1.0, 2.0]


def test_parquet_is_read_as_what_it_says(tmp_path: Path) -> None:
    path = tmp_path / "leads.bin"
    rows = (
        "SELECT * FROM (VALUES (true, 0.1, TIMESTAMP '2026-01-02', '007'), (NULL, 'nan'::DOUBLE, NULL, '')) t(a,b,c,d)"
    )
    duckdb.execute(f"COPY ({rows}) TO '{path}' (FORMAT parquet)")
    with open_table(path) as table:
        assert table.types["d"] == "VARCHAR"
        assert table.truths("a")[0] == 1.0
        assert np.isnan(table.truths("a")[1])
        assert table.numbers("b")[0] == 0.1
        assert table.times("c").seconds[0] == 1_767_312_000.0
        assert table.texts("d").tolist() == ["007", None]


def test_decimal_commas_are_refused_unless_they_are_said_and_then_read(tmp_path: Path) -> None:
    with open_table(file(tmp_path, b"bill;points\n1.234,5;1.5\n-7;2\n;3\n")) as table:
        with pytest.raises(NoData, match=r"column 'bill': row 1 holds something like '9\.999,9'.*1 of 3 rows"):
            table.numbers("bill")
        assert table.numbers("bill", decimal=",")[:2].tolist() == [1_234.5, -7.0]
        # Else 1.5 would become 15 without a word.
        with pytest.raises(NoData, match="'points'"):
            table.numbers("points", decimal=",")


def test_a_value_that_does_not_fit_is_told_by_row_and_shape_and_never_said(tmp_path: Path) -> None:
    with open_table(file(tmp_path, b"phone,ok\n1,yes\n(555) 123-4567,no\nJane Doe,perhaps\n")) as table:
        with pytest.raises(NoData) as refused:
            table.numbers("phone")
        assert "row 2 holds something like '(999) 999-9999'" in str(refused.value)
        assert "2 of 3 rows" in str(refused.value)
        assert "555" not in str(refused.value)
        with pytest.raises(NoData, match=r"row 3 .*'aaaaaaa', which is not yes or no"):
            table.truths("ok")
        with pytest.raises(NoData, match="time_format"):
            table.times("ok")


def test_times_are_seconds_or_of_a_said_format_too(tmp_path: Path) -> None:
    with open_table(file(tmp_path, b"a,b\n1767312000,02.01.2026 00:00\n1767312001.5,02.01.2026 00:01\n")) as table:
        assert table.times("a").seconds.tolist() == [1_767_312_000.0, 1_767_312_001.5]
        assert not table.times("a").naive.any()
        assert table.times("b", time_format="%d.%m.%Y %H:%M").seconds.tolist() == [1_767_312_000.0, 1_767_312_060.0]


def test_rows_may_be_kept_by_their_values(tmp_path: Path) -> None:
    with open_table(file(tmp_path, b"leg,won,n\nexclusive,true,1\nshared,true,2\nexclusive,false,3\n,,4\n")) as table:
        table.keep({"leg": "exclusive", "won": True})
        assert table.numbers("n").tolist() == [1.0]
        with pytest.raises(NoData, match=r"no row has 'shred' in 'leg'; there are: exclusive"):
            table.keep({"leg": "shred"})


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"", "is empty"),
        (b"a,b\n", "holds no rows"),
        (b"a,b\n1,2\n1,2,3\n", "line 3 has 3 cells"),
        (b"PK\x03\x04", "Excel"),
        (b"PAR1 and no more", "cannot be"),
    ],
)
def test_what_is_no_table_is_said_with_the_file(tmp_path: Path, body: bytes, says: str) -> None:
    path = file(tmp_path, body)
    with pytest.raises(NoData) as refused, open_table(path):
        pass
    assert str(path) in str(refused.value)
    assert says in str(refused.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(NoData, match="does not exist"), open_table(tmp_path / "leads.csv"):
        pass
    with pytest.raises(NoData, match="is no file"), open_table(tmp_path):
        pass


MOMENTS = (
    "2026-01-02 03:04:05",
    "2026-01-02T03:04:05.25",
    "2026-01-02T03:04:05Z",
    "2026-01-02 03:04:05+02",
    "2026-01-02T03:04:05-05:00",
    "2026-01-02 03:04:05-0500",
    "2026-13-02 03:04:05",
    "2026-01-02 03:04:05 America/New_York",
    "2026-07-02 03:04:05 EST",
    "1/2/2026 3:04",
    "01/02/2026 03:04:05",
    "13/02/2026 03:04:05",
    "1/2/26 3:04 PM",
    "2026-01-02",
    "1767323045",
    "1767323045123",
    "Fri Jan 02 2026 03:04:05 GMT-0500 (Eastern Standard Time)",
    "0000-00-00 00:00:00",
    "1985-01-02 03:04:05",
    "soon",
)


def test_a_column_is_read_to_the_moments_that_each_of_its_texts_is(tmp_path: Path) -> None:
    body = "\n".join(["when;n", *(f'"{text}";1' for text in MOMENTS)])
    with open_table(file(tmp_path, body.encode())) as table:
        times = table.times("when", lenient=True)
    for text, seconds, naive in zip(MOMENTS, times.seconds, times.naive, strict=True):
        moment = moment_of(text)
        assert np.isnan(seconds) if moment is None else seconds == moment.at, text
        assert moment is None or naive != moment.zoned, text


NUMERALS = (
    "7",
    "-7.5",
    "+3",
    ".5",
    "5.",
    "1e3",
    "1,250",
    "12,5",
    "1_000",
    "$5",
    "(5)",
    "5 people",
    "5-7",
    "0,125",
    "x",
)


@pytest.mark.parametrize("decimal", [".", ","])
def test_a_column_is_read_to_the_numbers_that_each_of_its_texts_is(tmp_path: Path, decimal: str) -> None:
    body = "\n".join(["n;m", *(f"{text};1" for text in NUMERALS)])
    with open_table(file(tmp_path, body.encode())) as table:
        numbers = table.numbers("n", decimal=decimal, lenient=True)
    for text, number in zip(NUMERALS, numbers, strict=True):
        # DuckDB reads an underscore between digits as Python does.
        alone = cell_number(text.replace("_", ""), decimal, "n")
        assert np.isnan(number) if alone is None else number == alone, text


def test_what_databases_and_spreadsheets_write_for_nothing_is_missing(tmp_path: Path) -> None:
    body = "a,b\nx,none\n" + "".join(f"{cell.upper()},y\n" for cell in sorted(ABSENT))
    with open_table(file(tmp_path, body.encode())) as table:
        assert [text for text in table.texts("a") if text is not None] == ["x"]
        assert table.texts("b")[0] == "none"


def rows(count: int, keys: int = 1_000) -> list[str]:
    return [f"{n % keys},{n % 7},{n % 2}" for n in range(count)]


@pytest.mark.parametrize(
    ("lines", "left_out"),
    [
        (rows(100) * 3, 200),
        (rows(100) + rows(40), 40),
        # Without a key each must stand there as often as any.
        (rows(100, keys=30) * 3, 200),
        ([*rows(100, keys=30), *rows(40, keys=30)], 0),
        (sorted(rows(60) * 2), 60),
        # Few facts are alike in many leads.
        (["1,good,1", "1,poor,0"] * 100, 0),
        ([f"{n % 70},good,{n % 3}" for n in range(1_000)], 0),
    ],
)
def test_rows_that_repeat_others_are_left_out_and_said(tmp_path: Path, lines: list[str], left_out: int) -> None:
    with open_table(file(tmp_path, "\n".join(["id,tier,won", *lines]).encode())) as table:
        assert table.rows == len(lines) - left_out
        said = f"{left_out} of {len(lines)} rows repeat another in every column and were left out"
        assert table.notes == ((said,) if left_out else ())


def test_spellings_of_one_value_are_one_in_the_most_usual(tmp_path: Path) -> None:
    with open_table(file(tmp_path, b"a,b\nOwner,1\nowner ,2\nOwner,3\nOWNER,4\nrents,5\n")) as table:
        assert table.commonest("a", 9) == [("Owner", 4), ("rents", 1)]
