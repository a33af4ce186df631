"""Reads a CRM's export of outcomes: each row becomes an outcome, or a remedy for its problem."""

import csv
import gzip
import re
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path
from typing import IO, cast

import msgspec

from app.dialects.feedback import OUTCOME_COLUMNS, outcome_columns, read_outcome
from app.dialects.text import alike_value
from app.domain.money import dollars
from app.domain.reasons import Refusal
from app.wire.feedback import Outcome

_DELIMITERS = ",;\t|"
_QUOTED = re.compile(r'"[^"]*"')
_GZIP, _UTF_16 = b"\x1f\x8b", (b"\xff\xfe", b"\xfe\xff")


class UnusableFile(Exception):
    """The file as a whole cannot be read; the text says what to do."""


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """How the file speaks: `columns` leads from a head to what it means, `words` from the CRM's word to our event.

    `source` is that of rows which name none.
    """

    columns: Mapping[str, str] = {}
    words: Mapping[str, str] = {}
    source: str = ""


class OutcomeLine(msgspec.Struct, frozen=True, kw_only=True):
    """One line with what it says, or the remedy for what is wrong with it. Of `crm_id` and `lead_id` one is set."""

    line: int
    cells: list[str]
    outcome: Outcome | None = None
    crm_id: str = ""
    remedy: str = ""


class OutcomeSheet(msgspec.Struct, frozen=True, kw_only=True):
    """What the first line says: `columns` leads from what is meant to the head that names it."""

    heads: list[str]
    delimiter: str
    columns: dict[str, str]

    @property
    def unread(self) -> list[str]:
        """Heads of which nothing is read."""
        return [head for head in self.heads if head not in self.columns.values()]


def read_sheet(path: Path, wanted: Wanted) -> OutcomeSheet:
    """The columns of a file. UnusableFile where one that must be there is missing, or the file is none."""
    with _opened(path) as file:
        first = file.readline()
    delimiter = max(_DELIMITERS, key=_QUOTED.sub("", first).count)
    heads = [head.strip() for head in next(csv.reader([first], delimiter=delimiter), [])]
    if not any(heads):
        raise UnusableFile(f"{path} is empty: its first line must name the columns")
    for head, name in wanted.columns.items():
        if head not in heads:
            raise UnusableFile(f"{path} has no column {head!r}; there are: {', '.join(heads)}")
        if name not in OUTCOME_COLUMNS:
            raise UnusableFile(f"{head}={name}: a column can be {', '.join(OUTCOME_COLUMNS)}")
    mapped = {name: head for head, name in wanted.columns.items()}
    columns = {**outcome_columns(head for head in heads if head not in wanted.columns), **mapped}
    twice = [head for head in columns.values() if heads.count(head) > 1]
    if twice:
        raise UnusableFile(f"{path} has two columns {twice[0]!r}: give one of them another name")
    missing = [name for name in ("event", "occurred_at") if name not in columns]
    if "lead_id" not in columns and "crm_id" not in columns:
        missing.insert(0, "lead_id")
    if missing:
        raise UnusableFile(
            f"{path} has no column for {missing[0]}; there are: {', '.join(heads)}. "
            f"Say which it is: --map 'COLUMN={missing[0]}'"
        )
    return OutcomeSheet(heads=heads, delimiter=delimiter, columns=columns)


def read_rows(path: Path, sheet: OutcomeSheet, wanted: Wanted) -> Iterator[OutcomeLine]:
    """Every row, in order. UnusableFile where the file ends to be one of text."""
    at = {name: sheet.heads.index(head) for name, head in sheet.columns.items()}
    words = {alike_value(word): event for word, event in wanted.words.items()}
    for line, cells in _cells(path, sheet.delimiter):
        if len(cells) > len(sheet.heads):
            remedy = f"{len(cells)} cells, the first line has {len(sheet.heads)}: quote what holds a delimiter"
            yield OutcomeLine(line=line, cells=cells, remedy=remedy)
        elif any(cell.strip() for cell in cells):
            told = {name: cells[place].strip() if place < len(cells) else "" for name, place in at.items()}
            told["event"] = words.get(alike_value(told["event"]), told["event"])
            yield _row(line, cells, told, wanted.source)


def _row(line: int, cells: list[str], told: dict[str, str], source: str) -> OutcomeLine:
    crm_id = told.pop("crm_id", "") if not told.get("lead_id") else ""
    cents = told.pop("value_cents", "")
    if cents and not told.get("value"):
        if not (cents.isascii() and cents.isdecimal()):
            return OutcomeLine(line=line, cells=cells, remedy="value_cents: whole cents, as in 1250")
        told["value"] = dollars(int(cents))
    if not told["occurred_at"]:
        return OutcomeLine(
            line=line, cells=cells, remedy="occurred_at: is missing; only what is told at once may lack it"
        )
    if crm_id:
        # Whose it is the database knows.
        told["lead_id"] = "-"
    told["source"] = told.get("source") or source
    found = read_outcome(told).value
    if isinstance(found, Refusal):
        return OutcomeLine(line=line, cells=cells, remedy=_remedy(found))
    return OutcomeLine(line=line, cells=cells, outcome=found, crm_id=crm_id)


def _remedy(refusal: Refusal) -> str:
    if refusal.code == "missing_field":
        return f"{refusal.detail}: is missing"
    if refusal.detail.startswith("event:"):
        return f"{refusal.detail}; --event 'WORD=sold' translates a word of the CRM"
    return refusal.detail


def _cells(path: Path, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Each row with the number of the line on which it begins, the first line left out."""
    with _opened(path) as file:
        # Strict, or a quote that nobody closes would swallow the rest of the file.
        reader, begins = csv.reader(file, delimiter=delimiter, strict=True), 1
        try:
            for cells in reader:
                if begins > 1:
                    yield begins, cells
                begins = reader.line_num + 1
        except csv.Error as error:
            raise UnusableFile(f"{path}, line {begins}: {error}: mend its quotes") from None


@contextmanager
def _opened(path: Path) -> Iterator[IO[str]]:
    """The text of a file, packed or not, in UTF-8 or as Excel's UTF-16."""
    try:
        with path.open("rb") as raw:
            packed = raw.read(2) == _GZIP
            raw.seek(0)
            binary: IO[bytes] = cast(IO[bytes], gzip.GzipFile(fileobj=raw)) if packed else raw
            encoding = "utf-16" if binary.read(2) in _UTF_16 else "utf-8-sig"
            binary.seek(0)
            with TextIOWrapper(binary, encoding=encoding, newline="") as file:
                yield file
    except UnicodeDecodeError:
        raise UnusableFile(f"{path} is not in UTF-8: save it as CSV UTF-8") from None
    except (EOFError, gzip.BadGzipFile, zlib.error):
        raise UnusableFile(f"{path} cannot be unpacked: it is damaged or cut short") from None
