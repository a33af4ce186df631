"""Rows that become a file, whole or not at all."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from app.parquet import ParquetError, notes, read, require, write


class Row(msgspec.Struct, frozen=True, omit_defaults=True):
    text: str | None = None
    whole: int | None = None
    real: float | None = None
    flag: bool | None = None
    at: datetime | None = None
    raw: bytes | None = None
    names: tuple[str, ...] | None = None


COLUMNS = ", ".join(f'"{name}"' for name in Row.__struct_fields__)


def test_every_kind_of_value_comes_back_as_it_went(tmp_path: Path) -> None:
    noon = datetime(2026, 11, 20, 12, 0, 0, 123_456, UTC)
    rows = [
        Row("a'b\n\0é𝒳", -(2**63), 0.1 + 0.2, True, noon, b"\xff\0", ("a", "")),
        Row(),
        Row(real=5e-324, names=()),
    ]
    assert write(tmp_path / "x.parquet", Row, rows) == 3
    assert list(read(tmp_path / "x.parquet", COLUMNS)) == [
        ("a'b\n\0é𝒳", -(2**63), 0.30000000000000004, True, noon.replace(tzinfo=None), b"\xff\0", ["a", ""]),
        (None,) * 7,
        (None, None, 5e-324, None, None, None, []),
    ]


def test_a_number_that_no_column_can_hold_is_left_out(tmp_path: Path) -> None:
    write(tmp_path / "x.parquet", Row, [Row("a", 2**63)])
    assert list(read(tmp_path / "x.parquet", "text, whole")) == [("a", None)]


def test_rows_keep_their_order_and_are_found_by_value(tmp_path: Path) -> None:
    file = tmp_path / "x.parquet"
    write(file, Row, (Row(str(number), number) for number in range(50_000)))
    assert [number for (number,) in read(file, "whole")] == list(range(50_000))
    assert list(read(file, "text", "whole IN ($one, 7)", {"one": 49_999})) == [("7",), ("49999",)]


def test_no_rows_are_a_file_too(tmp_path: Path) -> None:
    assert write(tmp_path / "x.parquet", Row, []) == 0
    assert list(read(tmp_path / "x.parquet", COLUMNS)) == []


def test_a_path_may_hold_what_means_something_elsewhere(tmp_path: Path) -> None:
    folder = tmp_path / "it's [a] *"
    folder.mkdir()
    write(folder / "x.parquet", Row, [Row("a")], notes=lambda: {"rows": 1})
    assert list(read(folder / "x.parquet", "text")) == [("a",)]
    assert notes(folder / "x.parquet") == {"rows": 1}


def test_what_fails_leaves_the_former_file_and_nothing_else(tmp_path: Path) -> None:
    file = tmp_path / "x.parquet"
    write(file, Row, [Row("former")])

    def broken() -> Iterator[Row]:
        yield Row("new")
        raise RuntimeError("the source is gone")

    def refuse(made: Path) -> None:
        assert list(read(made, "text")) == [("new",)]
        raise RuntimeError("not this one")

    with pytest.raises(RuntimeError, match="gone"):
        write(file, Row, broken())
    with pytest.raises(RuntimeError, match="not this one"):
        write(file, Row, [Row("new")], check=refuse)
    assert [path.name for path in tmp_path.iterdir()] == ["x.parquet"]
    assert list(read(file, "text")) == [("former",)]


def test_a_damaged_file_is_named_and_its_content_is_not(tmp_path: Path) -> None:
    (tmp_path / "x.parquet").write_bytes(b"secret" * 100)
    with pytest.raises(ParquetError, match=r"x\.parquet failed as Parquet") as failed:
        list(read(tmp_path / "x.parquet", "text"))
    assert "secret" not in str(failed.value)


@pytest.mark.usefixtures("without_duckdb")
def test_without_duckdb_the_remedy_is_named() -> None:
    with pytest.raises(ParquetError, match=r"pip install 'leadbid\[reports\]'"):
        require()
