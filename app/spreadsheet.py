"""Reads a table as spreadsheets save it, in any encoding, line end and delimiter of theirs, or says what it is."""

import codecs
import csv
import gzip
import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path
from typing import IO, cast

_FORMULA = re.compile(r"\s*[=+\-@\uff1d\uff0b\uff0d\uff20\t\r\n]")
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?", re.ASCII)

DELIMITERS = ",;\t|"
_SEPARATOR = re.compile(r'"?sep=(.)"?[,;\t| ]*', re.IGNORECASE)
"""Excel's own line for which sign parts the columns."""

_GZIP = b"\x1f\x8b"
_SAMPLE_LENGTH = 65_536
_SAVE = "open it in Excel and save it as CSV UTF-8"
_OTHERS = (
    (b"PK\x03\x04", f"is an Excel workbook or an archive, whatever its name: {_SAVE}"),
    (b"\xd0\xcf\x11\xe0", f"is an old Excel workbook, whatever its name: {_SAVE}"),
    (b"%PDF", "is a PDF document: export CSV instead"),
    (b"PAR1", "is a Parquet file: export CSV instead"),
    (b"SQLite format 3", "is a database: export the table as CSV"),
    (b"(\xb5/\xfd", "is packed, but not by gzip: unpack it"),
    (b"BZh", "is packed, but not by gzip: unpack it"),
    (b"\xfd7zXZ", "is packed, but not by gzip: unpack it"),
    (b"{", "is JSON: export CSV instead"),
    (b"[{", "is JSON: export CSV instead"),
)
_PAGE = re.compile(rb"(\xef\xbb\xbf)?\s*<(!doctype|html|table|meta|head|style|\?xml|\?mso)", re.IGNORECASE)


class UnusableFile(Exception):
    """The file as a whole cannot be read; the text says what to do."""


def told_delimiter(sample: str) -> str | None:
    """What the beginning of a file says parts its columns."""
    lines = sample.lstrip().splitlines()
    told = _SEPARATOR.fullmatch(lines[0].strip(" ")) if lines else None
    if told is None:
        return None
    return "\t" if told[1] == "\\" else told[1]


def rows_of(path: Path, delimiter: str, *, escape: str | None = None) -> Iterator[tuple[int, list[str]]]:
    """Each row that is not empty with the number of the line on which it begins; the first names the columns."""
    with opened(path) as file:
        # Strict, or a quote that nobody closes would swallow the rest of the file.
        lines = (line.replace("\0", "") for line in file)
        reader, begins, is_first = csv.reader(lines, delimiter=delimiter, escapechar=escape, strict=True), 1, True
        try:
            for cells in reader:
                if any(map(str.strip, cells)) and not (is_first and _is_separator(cells, delimiter)):
                    yield begins, cells
                    is_first = False
                begins = reader.line_num + 1
        except csv.Error as error:
            raise UnusableFile(f"{path}, line {begins}: {error}: mend its quotes") from None


def _is_separator(cells: list[str], delimiter: str) -> bool:
    return _SEPARATOR.fullmatch(delimiter.join(cells).strip(" ")) is not None


@contextmanager
def opened(path: Path) -> Iterator[TextIOWrapper]:
    """The text of a file, packed or not."""
    try:
        with path.open("rb") as raw:
            packed = raw.read(2) == _GZIP
            raw.seek(0)
            binary: IO[bytes] = cast(IO[bytes], gzip.GzipFile(fileobj=raw)) if packed else raw
            encoding = _encoding_of(path, binary)
            binary.seek(0)
            with TextIOWrapper(binary, encoding=encoding, errors="replace", newline="") as file:
                yield file
    except (EOFError, gzip.BadGzipFile, zlib.error):
        raise UnusableFile(f"{path} cannot be unpacked: it is damaged or cut short") from None


def _encoding_of(path: Path, file: IO[bytes]) -> str:
    """In what a file is written: by its mark, by its zeros, in UTF-8 where all of it can be, else as Windows does."""
    head = file.read(_SAMPLE_LENGTH)
    other = next((what for mark, what in _OTHERS if head.startswith(mark)), None)
    if other is not None or _PAGE.match(head):
        raise UnusableFile(f"{path} {other or f'is a web page or XML, as some CRMs call their Excel export: {_SAVE}'}")
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if b"\x00" in head:
        if head[1::2].count(0) * 4 > len(head):
            return "utf-16-le"
        if head[0::2].count(0) * 4 > len(head):
            return "utf-16-be"
        raise UnusableFile(f"{path} is no text: export it as CSV UTF-8")
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        while head:
            decoder.decode(head)
            head = file.read(_SAMPLE_LENGTH)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8-sig"


def inert(text: str) -> str:
    """The text as a cell that no spreadsheet takes for a formula; a plain number is none."""
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.fullmatch(text) else text
