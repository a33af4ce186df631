"""Reads a CRM's export of outcomes: each row becomes an outcome, or a remedy for its problem."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import get_args

import msgspec

from app.csv_file import CsvFile, all_rows, is_summary, read_csv_file
from app.dialects.feedback import OUTCOME_COLUMNS, IgnoredEvent, outcome_columns, read_outcome
from app.dialects.outcomes.outcome_words import event_word
from app.dialects.text import alike
from app.domain.delivery.record_id import plain_id
from app.domain.money import dollars
from app.domain.reasons import Refusal
from app.spreadsheet import UnusableFile
from app.wire.feedback import EventWord, Outcome, OutcomeKind

_EVENTS: tuple[EventWord, ...] = (*get_args(OutcomeKind), "ignore")


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """How the file speaks: `columns` leads from a head to what it means, `words` from the CRM's word to our event.

    `source` is that of rows which name none.
    """

    columns: Mapping[str, str] = {}
    words: Mapping[str, str] = {}
    source: str = ""


class OutcomeLine(msgspec.Struct, frozen=True, kw_only=True):
    """One line with what it says, or the remedy for what is wrong with it.

    With neither it is passed over: its event is to be ignored, or it sums others up.
    """

    line: int
    cells: list[str]
    outcome: Outcome | None = None
    remedy: str = ""
    is_ignored: bool = False


class OutcomeSheet(msgspec.Struct, frozen=True, kw_only=True):
    """How a file is written: `columns` leads from what is meant to the head that names it."""

    file: CsvFile
    columns: dict[str, str]

    @property
    def unread(self) -> list[str]:
        """Heads of which nothing is read."""
        return [head for head in self.file.names if head not in self.columns.values()]


def read_sheet(path: Path, wanted: Wanted) -> OutcomeSheet:
    """The columns of a file. UnusableFile where one that must be there is missing, or the file is none."""
    for word, event in wanted.words.items():
        if event not in _EVENTS:
            raise UnusableFile(f"{word}={event}: an event can be {', '.join(_EVENTS)}")
    file = read_csv_file(path)
    heads = file.names
    mapped = {}
    for theirs, name in wanted.columns.items():
        if name not in OUTCOME_COLUMNS:
            raise UnusableFile(f"{theirs}={name}: a column can be {', '.join(OUTCOME_COLUMNS)}")
        mapped[name] = _head_of(theirs, heads, path)
    columns = {**outcome_columns(head for head in heads if head not in mapped.values()), **mapped}
    twice = [head for head in columns.values() if head.lower() in file.repeated]
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
    return OutcomeSheet(file=file, columns=columns)


def read_rows(sheet: OutcomeSheet, wanted: Wanted) -> Iterator[OutcomeLine]:
    """Every row, in order. UnusableFile where the file ends to be one of text."""
    names = sheet.file.names
    at = {name: names.index(head) for name, head in sheet.columns.items()}
    words = {event_word(word): msgspec.convert(event, EventWord) for word, event in wanted.words.items()}
    for line, cells in all_rows(sheet.file):
        if len(cells) > sheet.file.width or any(map(str.strip, cells[len(names) :])):
            remedy = f"{len(cells)} cells, the names of the columns are {len(names)}: quote what holds a delimiter"
            yield OutcomeLine(line=line, cells=cells, remedy=remedy)
            continue
        told = {name: cells[place].strip() if place < len(cells) else "" for name, place in at.items()}
        if _sums_up(told, cells):
            yield OutcomeLine(line=line, cells=cells)
        else:
            yield _row(line, cells, told, wanted.source, words)


def _on_one_line(text: str) -> str:
    """A head may be broken into lines in its cell, and its line break be written as `\\n` by who names it."""
    return " ".join(text.replace("\\n", " ").split())


def _head_of(theirs: str, heads: Sequence[str], path: Path) -> str:
    wanted = _on_one_line(theirs)
    alikes = [head for head in heads if head == wanted] or [head for head in heads if alike(head) == alike(wanted)]
    if not alikes:
        raise UnusableFile(f"{path} has no column {theirs!r}; there are: {', '.join(heads)}")
    return alikes[0]


def _sums_up(told: Mapping[str, str], cells: list[str]) -> bool:
    """Whether a row is none of a lead: a total, or what a report says below its records."""
    filled = [cell.strip() for cell in cells if cell.strip()]
    is_remark = len(filled) == 1 and " " in filled[0]
    is_no_event = told["event"] == filled[0] or not any(map(str.isalpha, told["event"]))
    return is_no_event and not told["occurred_at"] and (is_remark or is_summary(filled[0]))


def _row(line: int, cells: list[str], told: dict[str, str], source: str, words: Mapping[str, EventWord]) -> OutcomeLine:
    cents = plain_id(told.pop("value_cents", ""))
    if cents and not told.get("value"):
        if not (cents.isascii() and cents.isdecimal()):
            return OutcomeLine(line=line, cells=cells, remedy="value_cents: whole cents, as in 1250")
        told["value"] = dollars(int(cents))
    told["source"] = told.get("source") or source
    found = read_outcome(told, words).value
    if isinstance(found, IgnoredEvent):
        return OutcomeLine(line=line, cells=cells, is_ignored=True)
    if isinstance(found, Outcome) and found.occurred_at is None:
        found = Refusal("missing_field", "occurred_at")
    if isinstance(found, Refusal):
        return OutcomeLine(line=line, cells=cells, remedy=_remedy(found))
    return OutcomeLine(line=line, cells=cells, outcome=found)


def _remedy(refusal: Refusal) -> str:
    if refusal.code == "missing_field":
        told_at_once = "; only what is told at once may lack it" if refusal.detail == "occurred_at" else ""
        return f"{refusal.detail}: is missing{told_at_once}"
    if refusal.detail.startswith("event:"):
        return f"{refusal.detail}; --event 'WORD=sold' translates a word of the CRM, 'WORD=ignore' passes it over"
    return refusal.detail
