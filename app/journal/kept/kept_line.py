"""A line that is asked for again: its text until it is written, and from then on only where it stands.

Hundreds of thousands of bids may live at once, few of which are ever asked for: their lines would take kilobytes each.
"""

import os
from contextlib import suppress
from zlib import crc32

_SIZE_BITS, _SUM_BITS = 24, 32
_SIZE_MAX, _SUM_MAX = (1 << _SIZE_BITS) - 1, (1 << _SUM_BITS) - 1


class LineFile:
    """A file of the journal held open, so that its lines can be read though it was renamed, rewritten or removed."""

    def __init__(self, descriptor: int) -> None:
        """It is ours from now on."""
        self._descriptor = descriptor

    def is_same(self, other: int) -> bool:
        """Whether this descriptor is of the same file."""
        return os.path.sameopenfile(self._descriptor, other)

    def read(self, offset: int, size: int) -> bytes:
        """So many bytes from there, fewer where it ends. OSError."""
        return os.pread(self._descriptor, size, offset)

    def __del__(self) -> None:
        with suppress(OSError):
            os.close(self._descriptor)


class KeptLine:
    """`held` is the text, or the file in which it stands, at `place`: offset, size and checksum in one number."""

    __slots__ = ("held", "place")

    def __init__(self, text: bytes) -> None:
        self.held: bytes | LineFile = text
        self.place = 0

    def __eq__(self, other: object) -> bool:
        return isinstance(other, KeptLine) and self.text == other.text

    __hash__ = None  # type: ignore[assignment]

    @property
    def text(self) -> bytes | None:
        """The line; `None` where the file does not hold it any more."""
        held, place = self.held, self.place
        if isinstance(held, bytes):
            return held
        try:
            text = held.read(place >> (_SIZE_BITS + _SUM_BITS), place >> _SUM_BITS & _SIZE_MAX)
        except OSError:
            return None
        return text if crc32(text) == place & _SUM_MAX else None

    def is_written(self, file: LineFile, offset: int) -> int:
        """Let go of the text, which stands there from now on; how long it is."""
        held = self.held
        assert isinstance(held, bytes)
        size = len(held)
        if size <= _SIZE_MAX:
            # In this order, since it may be read by another thread between the two.
            self.place = (offset << _SIZE_BITS | size) << _SUM_BITS | crc32(held)
            self.held = file
        return size
