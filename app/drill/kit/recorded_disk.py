"""A disk that knows what of each SQLite file is safe: it sees every write and every wait of SQLite itself.

The file methods of this process's own SQLite are wrapped in place, so that the connections of the service, with their
very settings, are the ones that are seen. Nothing is built and nothing of the service is changed for it.
"""

import _sqlite3
import ctypes
from collections.abc import Callable
from ctypes import CFUNCTYPE, POINTER, Structure, c_char_p, c_int, c_int64, c_void_p
from itertools import pairwise
from pathlib import Path
from random import Random
from threading import RLock
from typing import Any

import msgspec

from app.drill.drill import NotHere

SECTOR = 512
"""What a disk writes whole, or not at all."""

_WRITE = CFUNCTYPE(c_int, c_void_p, c_void_p, c_int, c_int64)
_TRUNCATE = CFUNCTYPE(c_int, c_void_p, c_int64)
_SYNC = CFUNCTYPE(c_int, c_void_p, c_int)
_CLOSE = CFUNCTYPE(c_int, c_void_p)
# A name is an address, which SQLite keeps: as bytes, it would be that of a copy.
_OPEN = CFUNCTYPE(c_int, c_void_p, c_void_p, c_void_p, c_int, POINTER(c_int))
_DELETE = CFUNCTYPE(c_int, c_void_p, c_void_p, c_int)

_NAMES = ("Read", "FileSize", "Lock", "Unlock", "CheckReservedLock", "FileControl", "SectorSize")
_SHARED = ("DeviceCharacteristics", "ShmMap", "ShmLock", "ShmBarrier", "ShmUnmap", "Fetch", "Unfetch")


class _Methods(Structure):
    """`sqlite3_io_methods`, https://sqlite.org/c3ref/io_methods.html."""

    _fields_ = [
        ("version", c_int),
        ("xClose", _CLOSE),
        ("xRead", c_void_p),
        ("xWrite", _WRITE),
        ("xTruncate", _TRUNCATE),
        ("xSync", _SYNC),
        *[(f"x{name}", c_void_p) for name in (*_NAMES[1:], *_SHARED)],
    ]


class _File(Structure):
    """`sqlite3_file`."""

    _fields_ = [("methods", POINTER(_Methods))]


class _Vfs(Structure):
    """The beginning of `sqlite3_vfs`, https://sqlite.org/c3ref/vfs.html."""

    _fields_ = [
        ("version", c_int),
        ("file_bytes", c_int),
        ("path_max", c_int),
        ("next", c_void_p),
        ("name", c_char_p),
        ("data", c_void_p),
        ("xOpen", _OPEN),
        ("xDelete", _DELETE),
    ]


class Written(msgspec.Struct, frozen=True):
    """A write that nobody has waited for; with no bytes a file was cut off there."""

    offset: int
    data: bytes | None


class FileState(msgspec.Struct):
    """A file as it is for certain, and what may or may not be there besides."""

    safe: bytearray
    unsafe: list[Written]

    def copy(self) -> "FileState":
        """As it is now."""
        return FileState(bytearray(self.safe), list(self.unsafe))

    def after_cut(self, chance: Random) -> bytes:
        """What a disk may hold when the power comes back: of what was not waited for nothing, all, or any sectors."""
        share = chance.choice((0.0, 1.0, chance.random()))
        image = bytearray(self.safe)
        for written in self.unsafe:
            for part in _sectors(written):
                if chance.random() < share:
                    _apply(image, part)
        return bytes(image)


class RecordedDisk:
    """The database files under one folder. `seen` is called after every write, from whichever thread made it."""

    def __init__(self, folder: Path) -> None:
        self.files: dict[str, FileState] = {}
        self.writes = self.syncs = 0
        self.lock = RLock()
        self.seen: Callable[[], None] = lambda: None
        self._folder = str(folder)
        self._open: dict[int, str] = {}
        self._kept: list[Any] = []
        self._wrapped: dict[int, Any] = {}
        self._vfs = _default_vfs()
        self._former = (_OPEN(_address(self._vfs.xOpen)), _DELETE(_address(self._vfs.xDelete)))

    def __enter__(self) -> "RecordedDisk":
        opened, deleted = _OPEN(self._opened), _DELETE(self._deleted)
        self._kept += [opened, deleted]
        self._vfs.xOpen, self._vfs.xDelete = opened, deleted
        return self

    def __exit__(self, *_: object) -> None:
        """Files that are open stay wrapped, so that this lives on."""
        self._vfs.xOpen, self._vfs.xDelete = self._former
        _KEPT.append(self)

    def snapshot(self) -> dict[str, FileState]:
        """All files as they are at this instant, by their names."""
        with self.lock:
            return {Path(path).name: state.copy() for path, state in self.files.items()}

    def _opened(self, vfs: Any, name: Any, file: Any, flags: int, got: Any) -> int:
        code: int = self._former[0](vfs, name, file, flags, got)
        path = ctypes.string_at(name).decode() if name else ""
        if code == 0 and path.startswith(self._folder):
            with self.lock:
                if path not in self.files:
                    self.files[path] = FileState(bytearray(Path(path).read_bytes()), [])
                self._open[file] = path
            record = ctypes.cast(file, POINTER(_File)).contents
            record.methods = self._wrapping(record.methods)
        return code

    def _deleted(self, vfs: Any, name: Any, syncs_folder: int) -> int:
        code: int = self._former[1](vfs, name, syncs_folder)
        with self.lock:
            self.files.pop(ctypes.string_at(name).decode(), None)
        return code

    def _wrapping(self, methods: Any) -> Any:
        """The same methods, with those that write seen first."""
        address = ctypes.addressof(methods.contents)
        if address in self._wrapped:
            return self._wrapped[address]
        former, copied = methods.contents, _Methods.from_buffer_copy(methods.contents)
        opened = self._open

        def write(file: Any, data: Any, size: int, offset: int) -> int:
            code: int = former.xWrite(file, data, size, offset)
            if code == 0:
                self._unsafe(file, Written(offset, ctypes.string_at(data, size)))
            return code

        def truncate(file: Any, size: int) -> int:
            code: int = former.xTruncate(file, size)
            if code == 0:
                self._unsafe(file, Written(size, None))
            return code

        def sync(file: Any, how: int) -> int:
            code: int = former.xSync(file, how)
            if code == 0:
                self._safe(file)
            return code

        def close(file: Any) -> int:
            opened.pop(file, None)
            code: int = former.xClose(file)
            return code

        copied.xWrite, copied.xTruncate = _WRITE(write), _TRUNCATE(truncate)
        copied.xSync, copied.xClose = _SYNC(sync), _CLOSE(close)
        self._kept += [copied, former, copied.xWrite, copied.xTruncate, copied.xSync, copied.xClose]
        self._wrapped[address] = ctypes.pointer(copied)
        return self._wrapped[address]

    def _unsafe(self, file: int, written: Written) -> None:
        with self.lock:
            self.files[self._open[file]].unsafe.append(written)
            self.writes += 1
        self.seen()

    def _safe(self, file: int) -> None:
        with self.lock:
            state = self.files[self._open[file]]
            for written in state.unsafe:
                _apply(state.safe, written)
            state.unsafe.clear()
            self.syncs += 1
        self.seen()


_KEPT: list[RecordedDisk] = []


def _apply(image: bytearray, written: Written) -> None:
    if written.data is None:
        del image[written.offset :]
        return
    if len(image) < written.offset:
        image.extend(bytes(written.offset - len(image)))
    image[written.offset : written.offset + len(written.data)] = written.data


def _sectors(written: Written) -> list[Written]:
    if written.data is None:
        return [written]
    first = SECTOR - written.offset % SECTOR
    cuts = [0, *range(first, len(written.data), SECTOR), len(written.data)]
    return [Written(written.offset + start, written.data[start:end]) for start, end in pairwise(cuts)]


def _default_vfs() -> Any:
    """The way to the disk of the SQLite that this Python uses."""
    try:
        find = ctypes.CDLL(_sqlite3.__file__).sqlite3_vfs_find
    except (AttributeError, OSError):
        raise NotHere("the SQLite of this Python lets nobody see what it writes") from None
    find.restype, find.argtypes = POINTER(_Vfs), [c_char_p]
    return find(None).contents


def _address(function: Any) -> int:
    address = ctypes.cast(function, c_void_p).value
    assert address is not None
    return address
