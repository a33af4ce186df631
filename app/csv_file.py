"""The columns and rows of a CSV file that nobody has described, as spreadsheets, databases and scripts write it.

What stands before the names and behind the rows (titles, totals, "900 rows selected") is no row, and is said.
"""

import csv
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from io import StringIO
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from app.spreadsheet import DELIMITERS, UnusableFile, opened, rows_of, told_delimiter

_HEAD_CHARACTERS, _HEAD_ROWS = 1 << 18, 200
_ESCAPED = re.compile(r'[^\\,;\t|]\\"[^,;\t|\r\n]')
"""A quote within a quoted text as MySQL writes it."""

_TOTAL = re.compile(r"(grand |sub[- ]?)?(totals?|sum|averages?|avg|mean|count)( \(.*\))?:?", re.IGNORECASE)


class CsvRow(NamedTuple):
    """One row with the number of the line on which it begins."""

    line: int
    cells: list[str]


class CsvFile(msgspec.Struct, frozen=True, kw_only=True):
    """How a file is written, and what its columns are called, each otherwise. `notes` are to be said of it."""

    path: Path
    delimiter: str
    escape: str | None
    names: tuple[str, ...]
    names_line: int
    notes: tuple[str, ...]


def read_csv_file(path: Path) -> CsvFile:
    """The form of a file, by its beginning. Raises UnusableFile, OSError."""
    with opened(path) as file:
        head, encoding = file.read(_HEAD_CHARACTERS), file.encoding
    said, escape = told_delimiter(head), "\\" if _ESCAPED.search(head) else None
    candidates = said or DELIMITERS
    heads = {each: _head_rows(head, each, escape)[said is not None :] for each in candidates}
    delimiter = max(candidates, key=lambda each: _evenness(heads[each]))
    rows = heads[delimiter]
    if not rows:
        raise UnusableFile(f"{path} is empty: its first line must name the columns")
    width = _width(rows)
    begins = next((place for place, row in enumerate(rows) if 2 * _filled(row) > width), 0)
    names, notes = _names(rows[begins:])
    if begins:
        notes.insert(0, f"what stands before the names of the columns, in line {rows[begins].line}, was left out")
    if encoding == "cp1252":
        notes.append("it is not in UTF-8 and was read as windows-1252")
    return CsvFile(
        path=path,
        delimiter=delimiter,
        escape=escape,
        names=names,
        names_line=rows[begins].line,
        notes=tuple(notes),
    )


def csv_rows(file: CsvFile, notes: list[str]) -> Iterator[CsvRow]:
    """Every row that is one, as wide as the names; `notes` hear what is left out. UnusableFile names a bad line."""
    width, held, left_out, began = len(file.names), list[CsvRow](), list[int](), False
    for line, cells in rows_of(file.path, file.delimiter, escape=file.escape):
        if line <= file.names_line:
            continue
        row = CsvRow(line, cells)
        # Most rows are plainly one, and need no more than a look.
        if cells and cells[0] and any(cells[1:]) and not _TOTAL.match(cells[0]):
            is_total, is_remark = False, False
        else:
            filled = _filled(row)
            is_total = width > 1 and _TOTAL.fullmatch(next(filter(str.strip, cells)).strip()) is not None
            is_remark = filled == 1 < width and cells[0] != "" and (width > 2 or len(cells) == 1)
            if is_total and 2 * filled <= width:
                left_out.append(row.line)
                continue
        # Behind the last row such are no rows, and between rows they are.
        if began and (is_total or is_remark):
            held.append(row)
            continue
        yield from (_fitted(each, file) for each in [*held, row])
        held, began = [], True
    left_out = sorted([*left_out, *(row.line for row in held)])
    if left_out:
        more = f" and {len(left_out) - 5} more" if len(left_out) > 5 else ""
        lines = f"line{'s' if len(left_out) > 1 else ''} {', '.join(map(str, left_out[:5]))}{more}"
        notes.append(f"{lines}: a total or a remark and no lead, left out")


def copy_csv(path: Path, plain: Path) -> CsvFile:
    """Write the rows of a file in UTF-8 with each cell quoted, and no names; as all that was said of it is in `notes`.

    Raises UnusableFile, OSError.
    """
    form = read_csv_file(path)
    notes = [*form.notes]
    with plain.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\n")
        writer.writerows(row.cells for row in csv_rows(form, notes))
    return msgspec.structs.replace(form, notes=tuple(notes))


def _fitted(row: CsvRow, file: CsvFile) -> CsvRow:
    cells, width = row.cells, len(file.names)
    if len(cells) == width:
        return row
    if len(cells) < width or any(cell.strip() for cell in cells[width:]):
        raise UnusableFile(
            f"{file.path}: line {row.line} has {len(cells)} cells, the names of the columns are {width}: quote what "
            f"holds a {file.delimiter!r}, or mend or remove the line"
        )
    return CsvRow(row.line, cells[:width])


def _reader(lines: Iterable[str], delimiter: str, escape: str | None, *, strict: bool) -> Any:
    return csv.reader(lines, delimiter=delimiter, escapechar=escape, doublequote=True, strict=strict)


def _head_rows(head: str, delimiter: str, escape: str | None) -> list[CsvRow]:
    """The first rows that hold anything."""
    reader, begins, rows = _reader(StringIO(head, newline=""), delimiter, escape, strict=False), 1, list[CsvRow]()
    # What is wrong with a quote is for whoever reads all of it to say.
    with suppress(csv.Error):
        for cells in islice(reader, _HEAD_ROWS):
            rows.append(CsvRow(begins, cells))
            begins = reader.line_num + 1
    # The last one may be cut.
    whole = rows[:-1] if len(head) == _HEAD_CHARACTERS else rows
    return [row for row in whole if _filled(row)]


def _filled(row: CsvRow) -> int:
    return sum(1 for cell in row.cells if cell.strip())


def _width(rows: Sequence[CsvRow]) -> int:
    """Of most rows."""
    return Counter(len(row.cells) for row in rows).most_common(1)[0][0]


def _evenness(rows: Sequence[CsvRow]) -> tuple[bool, float, int]:
    """How much like columns a delimiter makes a file look."""
    if not rows:
        return False, 0.0, 0
    width = _width(rows)
    return width > 1, sum(1 for row in rows if len(row.cells) == width) / len(rows), width


def _names(rows: Sequence[CsvRow]) -> tuple[tuple[str, ...], list[str]]:
    """What the first row calls the columns, each otherwise, and what is to be said of that."""
    cells, names, notes = [" ".join(cell.split()) for cell in rows[0].cells], list[str](), list[str]()
    # Excel saves empty columns behind the last one.
    while cells and not cells[-1] and not any("".join(row.cells[len(cells) - 1 :]).strip() for row in rows):
        cells.pop()
    for place, cell in enumerate(cells, 1):
        name, number = cell or f"column_{place}", 1
        while name.lower() in {each.lower() for each in names}:
            number += 1
            name = f"{cell}_{number}"
        if number > 1:
            notes.append(f"{cell!r} is the name of several columns: one of them is read as {name!r}")
        names.append(name)
    return tuple(names), notes
