"""Opens a CSV file as spreadsheets, databases and scripts write it: in any usual encoding and delimiter, packed or not.

What stands before the names and behind the rows (titles, totals, "900 rows selected") is no row, and is said.
"""

import csv
import gzip
import re
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from io import StringIO, TextIOWrapper
from itertools import islice
from pathlib import Path
from typing import IO, Any, NamedTuple, cast

import msgspec

_DELIMITERS = ",;\t|"
_GZIP = b"\x1f\x8b"
_OTHERWISE = {
    b"PK\x03\x04": "is an Excel workbook or an archive, whatever its name says: save it as CSV UTF-8, or unpack it",
    b"\xd0\xcf\x11\xe0": "is an Excel workbook, whatever its name says: save it as CSV UTF-8",
    b"(\xb5/\xfd": "is packed, but not by gzip: unpack it",
    b"BZh": "is packed, but not by gzip: unpack it",
    b"\xfd7zXZ": "is packed, but not by gzip: unpack it",
    b"SQLite format 3": "is a database: export the table as CSV",
    b"{": "is JSON: save it as CSV",
    b"[{": "is JSON: save it as CSV",
    b"%PDF": "is a PDF document: export CSV instead",
    b"<": "is a page or XML, as some CRMs call their Excel export: save it as CSV UTF-8",
}
EMPTY_CELLS = (
    *("", "na", "n/a", "nan", "nil", "null", "nat", "undefined", "-", "--", "(blank)", "(null)", "<na>", "\\n", "#n/a"),
    *("#na", "#ref!", "#value!", "#div/0!", "#name?", "#null!", "#num!", "#error!"),
)
"""What databases and spreadsheets write into a cell without a value, in lower case. "None" may be an answer."""

_HEAD_CHARACTERS, _HEAD_ROWS = 1 << 18, 200
_ESCAPED = re.compile(r'[^\\,;\t|]\\"[^,;\t|\r\n]')
"""A quote within a quoted text as MySQL writes it."""

_SEPARATOR = re.compile(r'"?sep=(.)"?[,;\t| ]*', re.IGNORECASE)
"""Excel's own line for what parts the columns, which it reads and shows nobody."""

_TOTAL = re.compile(r"(grand |sub[- ]?)?(totals?|sum|averages?|avg|mean|count)( \(.*\))?:?", re.IGNORECASE)
_WINDOWS = "windows-1252"


class NoCsv(Exception):
    """The file as a whole is no table; the text says what to do."""


class CsvRow(NamedTuple):
    """One row with the number of the line on which it begins."""

    line: int
    cells: list[str]


class CsvFile(msgspec.Struct, frozen=True, kw_only=True):
    """How a file is written, and what its columns are called, each otherwise. `notes` are to be said of it."""

    path: Path
    encoding: str
    delimiter: str
    escape: str | None
    names: tuple[str, ...]
    names_line: int
    notes: tuple[str, ...]


def read_csv_file(path: Path) -> CsvFile:
    """The form of a file, by its beginning. Raises NoCsv, OSError."""
    encoding = _encoding(path)
    with _opened(path, encoding) as file:
        head = file.read(_HEAD_CHARACTERS)
    first, _, rest = head.partition("\n")
    said = _SEPARATOR.fullmatch(first.rstrip("\r"))
    escape = "\\" if _ESCAPED.search(head) else None
    candidates = said[1] if said else _DELIMITERS
    heads = {each: _head_rows(rest if said else head, each, escape) for each in candidates}
    delimiter = max(candidates, key=lambda each: _evenness(heads[each]))
    rows = heads[delimiter]
    if not rows:
        raise NoCsv("is empty: its first line must name the columns")
    width = _width(rows)
    begins = next((place for place, row in enumerate(rows) if 2 * _filled(row) > width), 0)
    names, notes = _names(rows[begins:])
    if begins:
        notes.insert(0, f"what stands before the names of the columns, in line {rows[begins].line}, was left out")
    if encoding == _WINDOWS:
        notes.append("it is not in UTF-8 and was read as windows-1252")
    return CsvFile(
        path=path,
        encoding=encoding,
        delimiter=delimiter,
        escape=escape,
        names=names,
        names_line=rows[begins].line + bool(said),
        notes=tuple(notes),
    )


def csv_rows(file: CsvFile, notes: list[str]) -> Iterator[CsvRow]:
    """Every row that is one, as wide as the names; what was left out is added to `notes`. NoCsv names a bad line."""
    width, held, left_out, began = len(file.names), list[CsvRow](), list[int](), False
    for row in _rows(file):
        cells = row.cells
        # Most rows are plainly one, and need no more than a look.
        if cells and cells[0] and any(cells[1:]) and not _TOTAL.match(cells[0]):
            is_total, is_remark = False, False
        else:
            filled = _filled(row)
            if not filled:
                continue
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

    Raises NoCsv, OSError.
    """
    form = read_csv_file(path)
    notes = [*form.notes]
    with plain.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\n")
        writer.writerows(row.cells for row in csv_rows(form, notes))
    return msgspec.structs.replace(form, notes=tuple(notes))


def _rows(file: CsvFile) -> Iterator[CsvRow]:
    """The rows below the names as they stand."""
    with _opened(file.path, file.encoding) as lines:
        # Strict, or a quote that nobody closes would swallow the rest of the file.
        whole = (line.replace("\0", "") for line in lines)
        reader, begins = _reader(whole, file.delimiter, file.escape, strict=True), 1
        try:
            for cells in reader:
                if begins > file.names_line:
                    yield CsvRow(begins, cells)
                begins = reader.line_num + 1
        except csv.Error as error:
            raise NoCsv(f"line {begins}: {error}: mend its quotes") from None


def _fitted(row: CsvRow, file: CsvFile) -> CsvRow:
    cells, width = row.cells, len(file.names)
    if len(cells) == width:
        return row
    if len(cells) < width or any(cell.strip() for cell in cells[width:]):
        raise NoCsv(
            f"line {row.line} has {len(cells)} cells, the names of the columns are {width}: quote what holds a "
            f"{file.delimiter!r}, or mend or remove the line"
        )
    return CsvRow(row.line, cells[:width])


def _reader(lines: Iterable[str], delimiter: str, escape: str | None, *, strict: bool) -> Any:
    return csv.reader(lines, delimiter=delimiter, escapechar=escape, doublequote=True, strict=strict)


def _head_rows(head: str, delimiter: str, escape: str | None) -> list[CsvRow]:
    """The first rows that hold anything."""
    reader, begins, rows = _reader(StringIO(head, newline=""), delimiter, escape, strict=False), 1, list[CsvRow]()
    try:
        for cells in islice(reader, _HEAD_ROWS):
            rows.append(CsvRow(begins, cells))
            begins = reader.line_num + 1
    except csv.Error as error:
        raise NoCsv(f"line {begins}: {error}: mend its quotes") from None
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


def _encoding(path: Path) -> str:
    with _unpacked(path) as binary:
        head = binary.read(_HEAD_CHARACTERS)
    if what := next((said for magic, said in _OTHERWISE.items() if head.startswith(magic)), ""):
        raise NoCsv(what)
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "utf-16"
    # Without a mark of its own, every other byte of it is zero.
    if head.count(b"\0") > len(head) // 4:
        return "utf-16-le" if head[1:2] == b"\0" else "utf-16-be"
    try:
        with _opened(path, "utf-8-sig", errors="strict") as file:
            while file.read(_HEAD_CHARACTERS):
                pass
    except UnicodeDecodeError:
        return _WINDOWS
    return "utf-8-sig"


@contextmanager
def _opened(path: Path, encoding: str, errors: str = "replace") -> Iterator[IO[str]]:
    with _unpacked(path) as binary, TextIOWrapper(binary, encoding=encoding, errors=errors, newline="") as file:
        yield file


@contextmanager
def _unpacked(path: Path) -> Iterator[IO[bytes]]:
    try:
        with path.open("rb") as raw:
            packed = raw.read(2) == _GZIP
            raw.seek(0)
            yield cast(IO[bytes], gzip.GzipFile(fileobj=raw)) if packed else raw
    except (EOFError, gzip.BadGzipFile, zlib.error):
        raise NoCsv("cannot be unpacked: it is damaged or cut short") from None
