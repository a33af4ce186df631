"""Takes a person out of the lines of the journal, JSON lines and Parquet alike; what was decided stays."""

from collections.abc import Callable
from pathlib import Path

from app.journal.nameless import nameless, without_words
from app.journal.parts import Part, parts, texts_holding
from app.journal.reader import UNREADABLE, decode
from app.journal.rewrite import rewrite, sweep


def forget_in_journal(directory: Path, words: frozenset[str]) -> int:
    """Take out who is known by these digests and nonces; how many lines changed.

    One at a time may work on a directory, beside a service that writes. Raises ParquetError, OtherVersion, OSError.
    """
    if not (words and directory.is_dir()):
        return 0
    sweep(directory)
    change = _forgetting(frozenset([word.encode() for word in words]))
    return sum(rewrite(part, directory, change) for part in parts(directory) if _changes(part, words, change))


def _changes(part: Part, words: frozenset[str], change: Callable[[bytes, Path], bytes]) -> bool:
    try:
        return any(change(text, part.path) != text for text in texts_holding(part, words))
    except FileNotFoundError:
        # Only who is alone with the directory closes or compacts a part: the operator removed it.
        return False


def _forgetting(words: frozenset[bytes]) -> Callable[[bytes, Path], bytes]:
    def change(text: bytes, path: Path) -> bytes:
        if not any(word in text for word in words):
            return text
        if _is_line(text, path):
            return nameless(text, path)
        return without_words(text, words)

    return change


def _is_line(text: bytes, path: Path) -> bool:
    try:
        return decode(text, path) is not None
    except UNREADABLE:
        return False
