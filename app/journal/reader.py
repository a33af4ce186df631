"""Reads the journal back: the lines of a time span, or the one line behind a ping_id."""

from collections.abc import Iterator
from pathlib import Path

import msgspec

from app.journal.lines import AnyLine, PingLine
from app.journal.writer import hour_file

_DECODER: msgspec.json.Decoder[AnyLine] = msgspec.json.Decoder(AnyLine)


def lines(directory: Path, since: float = 0.0, until: float = float("inf")) -> Iterator[AnyLine]:
    """Every whole line from `since` to `until` (UTC epoch seconds), oldest file first."""
    for path in sorted(directory.glob("*.jsonl")):
        if since and path.name < hour_file(since):
            continue
        with path.open("rb") as file:
            for text in file:
                line = _decode(text)
                if line is not None and since <= line.at <= until:
                    yield line


def find(directory: Path, ping_id: str) -> list[AnyLine]:
    """Every line that speaks of this ping_id: its decision, repeats, post and notices, oldest first."""
    wanted = ping_id.encode()
    found: list[AnyLine] = []
    for path in sorted(directory.glob("*.jsonl")):
        with path.open("rb") as file:
            for text in file:
                line = _decode(text) if wanted in text else None
                if line is not None and _is_of(line, ping_id):
                    found.append(line)
    return found


def _decode(text: bytes) -> AnyLine | None:
    """A line, or `None` for the stump that a kill may leave at the end of a file."""
    try:
        return _DECODER.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def _is_of(line: AnyLine, ping_id: str) -> bool:
    names = [getattr(line, name, "") for name in ("id", "ping_id", "repeat_of")]
    return ping_id in names or (isinstance(line, PingLine) and ping_id in line.bid_ids)
