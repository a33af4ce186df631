"""Where the audit log ended, kept beside the journal: whoever can change the database need not reach this file."""

from collections.abc import Iterator
from pathlib import Path

from app.domain.operators.audit import AuditHead
from app.private_files import append_to, make_directory

FILE = "audit-heads.txt"


def keep_head(directory: Path, head: AuditHead, at: float) -> None:
    """Add a head, seen at this moment (UTC epoch seconds). OSError."""
    make_directory(directory)
    with append_to(directory / FILE) as file:
        file.write(f"{head} {at:.3f}\n".encode())


def kept_heads(directory: Path) -> Iterator[AuditHead]:
    """Every head that was kept here, the oldest first; a line that a crash cut off is passed over."""
    yield from (head for head in _heads(directory) if head is not None)


def unreadable(directory: Path) -> list[int]:
    """The numbers of the lines that are no heads, but for a last one that a crash cut off."""
    return [number for number, head in enumerate(_heads(directory), 1) if head is None]


def _heads(directory: Path) -> Iterator[AuditHead | None]:
    try:
        text = (directory / FILE).read_text(encoding="ascii", errors="replace")
    except FileNotFoundError:
        return
    for line in text.splitlines(keepends=True):
        try:
            yield AuditHead.read(line.partition(" ")[0])
        except ValueError:
            if line.endswith("\n"):
                yield None
