"""Files that nobody but our own user may read, whatever the umask; Windows has other rights, which stay as they are."""

import errno
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from io import FileIO
from pathlib import Path
from stat import S_IMODE, S_ISDIR
from typing import BinaryIO

FILE, DIRECTORY = 0o600, 0o700
_OTHERS = 0o077
_SAID_MAX = 5

_REMEDIES = {
    errno.ENOSPC: "make room on its disk",
    errno.EDQUOT: "make room on its disk",
    errno.EROFS: "mount its disk for writing",
    errno.EIO: "see to its disk, which fails",
    errno.EMFILE: "allow this process more open files (ulimit -n)",
    errno.ENFILE: "allow this machine more open files",
    errno.EISDIR: "move the folder away that lies there",
    errno.ELOOP: "mend its symbolic links",
    errno.EEXIST: "move away what lies there",
    errno.ENOTDIR: "move the file away that lies where a folder belongs",
}


def remedy_of(error: OSError, what: str = "it") -> str:
    """What to do where the system refuses a file; `what` is to be ours where it is a question of rights."""
    if isinstance(error, PermissionError):
        return f"give {what} to this user"
    return _REMEDIES.get(error.errno or 0, "see to its disk")


def make_directory(path: Path) -> None:
    """Make a directory and what lacks above it, for our user alone. One that exists stays as it is. OSError."""
    if path.is_dir():
        return
    if path != path.parent:
        make_directory(path.parent)
    path.mkdir(mode=DIRECTORY, exist_ok=True)
    if sys.platform != "win32":
        path.chmod(DIRECTORY)
    sync_folder(path.parent)


@contextmanager
def private_umask() -> Iterator[None]:
    """For a command that has a library write files: it holds for the whole process meanwhile."""
    before = os.umask(_OTHERS)
    try:
        yield
    finally:
        os.umask(before)


def write_new(path: Path) -> BinaryIO:
    """A file to be written from its beginning; what stood there is gone. OSError."""
    return os.fdopen(_opened(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), "wb")


def write_whole(path: Path, content: bytes, *, over: bool = True) -> None:
    """Put a file there that is whole even after a power cut; where it is not `over` another, one that is there stays.

    Several processes may do so at once. OSError.
    """
    fresh = path.with_name(f".{path.name}.{os.getpid()}.unfinished")
    with write_new(fresh) as file:
        file.write(content)
        # Only what has left our own buffer is on the disk when `fsync` returns.
        file.flush()
        os.fsync(file.fileno())
    if over:
        fresh.replace(path)
    else:
        with suppress(FileExistsError):
            os.link(fresh, path)
        fresh.unlink()
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Wait until a folder is on the disk: a new file or name is only there after a power cut once its folder is.

    Windows cannot be asked for it, nor can some network disks, nor a folder that we may not read. OSError.
    """
    if sys.platform == "win32":
        return
    try:
        descriptor = os.open(folder, os.O_RDONLY)
    except PermissionError:
        return
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):
            raise
    finally:
        os.close(descriptor)


def append_to(path: Path) -> FileIO:
    """A file that is added to at its end, unbuffered, and can be read as well. OSError."""
    return FileIO(_opened(path, os.O_RDWR | os.O_CREAT | os.O_APPEND), "a+b")


def narrow(places: Iterable[Path]) -> list[str]:
    """Take from others the rights to files, folders and all that is in them. What to tell the operator of it.

    What stands behind a link may be shared on purpose, so its rights are left as they are and said, and so are those of
    what belongs to another user.
    """
    if sys.platform == "win32":
        return []
    left, narrowed = [], 0
    for path in [path for place in places for path in (place, *sorted(place.rglob("*")))]:
        with suppress(FileNotFoundError):
            status = path.stat()
            if not status.st_mode & _OTHERS:
                continue
            mode = DIRECTORY if S_ISDIR(status.st_mode) else FILE
            if status.st_uid == os.geteuid() and not path.is_symlink():
                path.chmod(mode)
                narrowed += 1
            else:
                left.append(_exposed(path, mode))
    said = [f"{narrowed} files and folders were open to other users of this machine; they are private now"]
    more = [f"as they have to {len(left) - _SAID_MAX} more files"]
    return said[: bool(narrowed)] + left[:_SAID_MAX] + more[: len(left) > _SAID_MAX]


def exposed(paths: Iterable[Path]) -> list[str]:
    """Which of these files other users can read or change, each with what to run."""
    if sys.platform == "win32":
        return []
    found = []
    for path in paths:
        with suppress(OSError):
            if path.stat().st_mode & _OTHERS:
                found.append(_exposed(path, FILE))
    return found


def _exposed(path: Path, mode: int) -> str:
    return f"other users of this machine have access to {path}: run `chmod {mode:o} {path.resolve()}`"


def _opened(path: Path, flags: int) -> int:
    """The descriptor of a file with the right rights, also where it stood there with others."""
    descriptor = os.open(path, flags, FILE)
    if sys.platform != "win32" and S_IMODE(os.fstat(descriptor).st_mode) != FILE:
        # Somebody else's file may be ours to write and not to change.
        with suppress(PermissionError):
            os.fchmod(descriptor, FILE)
    return descriptor
