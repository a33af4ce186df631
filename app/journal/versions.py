"""The version of each line and of each file of columns; any other version is refused by name, not misread."""

from pathlib import Path

import msgspec

LINES = 1
"""What the lines of `lines.py` mean. It grows whenever a reader of the last version would misread one of this."""

COLUMNS = 1
"""The same of the columns of `flat.py`."""

STAMP = b'{"v":%d,' % LINES
"""What an encoded line has in the place of its first brace: whoever reads it need not parse it to see the version."""


class OtherVersion(Exception):
    """A file is of another version than this leadbid reads; the text says which, and what to do."""


class _Head(msgspec.Struct, frozen=True):
    """What tells a line, of whichever version, from anything else that is JSON."""

    v: object = None
    kind: object = None


def check_line(text: bytes, path: Path) -> None:
    """OtherVersion for a whole line of another version; what is no line of any is for its decoder to pass over."""
    if text.startswith(STAMP):
        return
    try:
        head = msgspec.json.decode(text, type=_Head)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return
    if (head.v is not None or head.kind is not None) and head.v != LINES:
        raise other_version(path, "lines", head.v, LINES)


def check_columns(path: Path, found: int | None) -> None:
    """OtherVersion where a Parquet file of the journal notes another version than ours, or none."""
    if found != COLUMNS:
        raise other_version(path, "columns", found, COLUMNS)


def other_version(path: Path, what: str, found: object, wanted: int) -> OtherVersion:
    """The one sentence for all of them."""
    named = "no version" if found is None else f"version {found}"
    return OtherVersion(
        f"{path} holds {what} of {named}; this leadbid reads version {wanted}. "
        f"Read it with the leadbid that wrote it, or move it out of {path.parent}."
    )
