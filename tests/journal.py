"""Journals for tests that read them back: plain lines, written as the service writes them."""

from pathlib import Path

import msgspec

from app.domain.reasons import Refusal
from app.journal.lines import AnyLine, RefusedLine
from app.journal.versions import STAMP
from app.journal.writer import JournalWriter
from tests.build import NOW


def route(number: int, at: float = NOW) -> RefusedLine:
    """The shortest line there is, told apart by its number."""
    return RefusedLine(at=at, seller="acme", id=f"{number:024x}", refusal=Refusal("missing_field", "zip"))


def as_written(line: AnyLine) -> bytes:
    """The bytes of a line, without its line break."""
    return STAMP + msgspec.json.encode(line)[1:]


def written(directory: Path, *wanted: AnyLine) -> Path:
    """The journal with these lines added to it."""
    journal = JournalWriter(directory)
    for line in wanted:
        journal.append(line)
    journal.flush()
    return directory
