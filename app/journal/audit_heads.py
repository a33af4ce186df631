"""Where the audit log ended, kept beside the journal: whoever can change the database need not reach this file."""

from collections.abc import Iterator
from pathlib import Path

from app.domain.operators.audit import AuditHead
from app.private_files import append_to, make_directory

_FILE = "audit-heads.txt"


def keep_head(directory: Path, head: AuditHead, at: float) -> None:
    """Add a head, seen at this moment (UTC epoch seconds). OSError."""
    make_directory(directory)
    with append_to(directory / _FILE) as file:
        file.write(f"{head} {at:.3f}\n".encode())


def kept_heads(directory: Path) -> Iterator[AuditHead]:
    """Every head that was kept here, the oldest first; a line that a crash cut off is passed over."""
    try:
        text = (directory / _FILE).read_text(encoding="ascii", errors="replace")
    except FileNotFoundError:
        return
    for line in text.splitlines():
        try:
            yield AuditHead.read(line.partition(" ")[0])
        except ValueError:
            continue
