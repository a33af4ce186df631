"""Tells when changed files lie still, so that nothing half-written is read."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

Contents = Mapping[Path, bytes | None]
"""Files by their path; `None` for one that cannot be read."""

SETTLE_S = 2.0
"""So long a changed file must lie still: editors and copies pause for a second or less within one writing."""
CUT_S = 6.0
"""So long where it looks cut off. A copy that stalls stands like that, and so may what somebody meant."""
REREAD_S = 10.0
"""So often files are read although size and times say nothing: on some file systems those tell seconds only."""

_Stamp = tuple[int, ...]


class SettledFiles:
    """Looks at files again and again; `steady` gives seconds by a clock that is never set.

    Judged by their content: a file that is only touched has not changed, one that is replaced as a whole has.
    """

    def __init__(self, known: Contents, steady: Callable[[], float]) -> None:
        self._steady = steady
        self._known = self._seen = known
        self._stamps: dict[Path, _Stamp] = {}
        self._read_at = self._seen_at = steady()

    @property
    def is_changed(self) -> bool:
        """Whether something else stands there than what is known."""
        return self._seen != self._known

    def look(self, paths: Iterable[Path]) -> Contents | None:
        """The content of these files where it is not what is known, and lies still by now."""
        now, stamps = self._steady(), {path: _stamp(path) for path in paths}
        is_quiet = stamps == self._stamps and now - self._seen_at > REREAD_S and now - self._read_at < REREAD_S
        if is_quiet and not self.is_changed:
            return None
        contents = read_all(stamps)
        self._stamps, self._read_at = stamps, now
        if contents != self._seen:
            self._seen, self._seen_at = contents, now
        if not self.is_changed or now - self._seen_at < self._patience_s():
            return None
        return self._seen

    def accept(self, contents: Contents) -> None:
        """This content is known: only another one is a change."""
        self._known = contents

    def _patience_s(self) -> float:
        pairs = [(self._known.get(path), content) for path, content in self._seen.items()]
        return CUT_S if any(_looks_cut_off(before, after) for before, after in pairs) else SETTLE_S


def read_all(paths: Iterable[Path]) -> Contents:
    """The content of each of these files now."""
    return {path: _content(path) for path in paths}


def _looks_cut_off(before: bytes | None, after: bytes | None) -> bool:
    """Whether a file is gone, is the beginning of what it was, or has lost the end of its last line."""
    if before is None or before == after:
        return False
    if after is None:
        return True
    return before.startswith(after) or (before.endswith(b"\n") and not after.endswith(b"\n"))


def _content(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except (OSError, ValueError):
        return None


def _stamp(path: Path) -> _Stamp:
    try:
        status = path.stat()
    except (OSError, ValueError):
        return ()
    return status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns
