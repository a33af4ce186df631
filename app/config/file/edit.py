"""Changes `buyer.toml` by command: comments and layout are kept, and nothing invalid is written."""

import os
import sys
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from itertools import dropwhile, takewhile
from pathlib import Path
from stat import S_IMODE
from typing import Any, BinaryIO

import msgspec
import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import AoT, Array, Comment, Table, Whitespace

from app.config.load import LoadedConfig, load
from app.private_files import sync_folder

if sys.platform != "win32":
    import fcntl

_BY_HAND = "change it by hand and check it with `leadbid check`"


class NotEdited(Exception):
    """The file stays as it was; the text says why, and what to do."""


class NewSeller(msgspec.Struct, frozen=True, kw_only=True):
    """One more `[[sellers]]`, after those that there are, with these keys in this order."""

    values: Mapping[str, Any]

    def in_tree(self, tree: dict[str, Any]) -> None:
        """In the file as plain values."""
        tree.setdefault("sellers", []).append(dict(self.values))

    def in_document(self, document: tomlkit.TOMLDocument) -> None:
        """In the file with its comments. Those beneath the last seller, a line apart, belong to what comes next."""
        table = tomlkit.table()
        for key, value in self.values.items():
            table.add(key, value)
        sellers = document.get("sellers")
        if sellers is None:
            document.add(tomlkit.nl())
            document.add("sellers", tomlkit.aot())
            sellers = document["sellers"]
        if not isinstance(sellers, AoT):
            raise NotEdited("`sellers` is a list in brackets: write each of them as a table of its own, [[sellers]]")
        heading = _taken_off(sellers[-1]) if len(sellers) else []
        if len(sellers) and not _ends_blank(sellers[-1]):
            _innermost(sellers[-1]).add(tomlkit.nl())
        for item in heading:
            table.add(item)
        sellers.append(table)


class NewValue(msgspec.Struct, frozen=True, kw_only=True):
    """Another value for a key that a seller has."""

    seller: str
    key: str
    value: Any

    def in_tree(self, tree: dict[str, Any]) -> None:
        """In the file as plain values."""
        self._table(tree)[self.key] = self.value

    def in_document(self, document: tomlkit.TOMLDocument) -> None:
        """In the file with its comments, those among the entries of a list as well."""
        table = self._table(document)
        held = table[self.key]
        if not isinstance(held, Array):
            table[self.key] = self.value
            return
        for position in reversed(range(len(held))):
            if held[position] not in self.value:
                del held[position]
        for each in self.value:
            if each not in held:
                held.append(each)

    def _table(self, tree: Mapping[str, Any]) -> Any:
        return next(each for each in tree["sellers"] if each["name"] == self.seller)


def edit(path: Path, environ: Mapping[str, str], change: NewSeller | NewValue) -> LoadedConfig:
    """What the file declares with this change in it, which is on the disk by then.

    NotEdited where it cannot be changed, would not load any more, or was changed by somebody else meanwhile.
    """
    with _alone_with(path) as file:
        before = file.read()
        after = _changed(path, before, change)
        loaded = load(path, environ=environ, read_file=lambda each: after if each == path else each.read_bytes())
        if not isinstance(loaded, LoadedConfig):
            problems = "\n".join(map(str, loaded))
            raise NotEdited(f"{path} was not changed, because it would not load:\n{problems}")
        try:
            _replace(path, os.fstat(file.fileno()), before, after)
        except OSError as error:
            raise NotEdited(_unwritable(path, error)) from None
    return loaded


@contextmanager
def _alone_with(path: Path) -> Iterator[BinaryIO]:
    """The file, which no other command changes at the same time. Windows has no such lock and is trusted."""
    try:
        file = path.open("rb")
    except OSError as error:
        raise NotEdited(f"{path} cannot be read ({error.strerror}): name the buyer's file with --config") from None
    with file:
        if not os.access(path, os.W_OK):
            raise NotEdited(f"{path} is write-protected: run this as a user who may write to it")
        if sys.platform != "win32":
            try:
                fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise NotEdited(f"{path} is being changed by another command: try again") from None
        yield file


def _changed(path: Path, before: bytes, change: NewSeller | NewValue) -> bytes:
    """The file's bytes with the change in them, and nothing else different."""
    try:
        text = before.decode("utf-8-sig")
        wanted = tomllib.loads(text)
    except ValueError:
        raise NotEdited(f"{path} is not TOML: `leadbid check --config {path}` says where") from None
    mark = before[: len(before) - len(text.encode())]
    # The library ends lines that it adds as Unix does.
    windows = "\r\n" in text and text.count("\r\n") == text.count("\n")
    unix = text.replace("\r\n", "\n") if windows else text
    change.in_tree(wanted)
    try:
        document = tomlkit.parse(unix)
        # It moves tables of a kind together that stand apart, and reads a little less than all of TOML.
        if tomlkit.dumps(document) != unix:
            raise NotEdited(f"{path} cannot be edited in its present layout: put all [[sellers]] side by side")
        change.in_document(document)
        changed = tomlkit.dumps(document)
        if tomllib.loads(changed) != wanted:
            raise NotEdited(f"{path} cannot be edited without losing its layout: {_BY_HAND}")
    except (TOMLKitError, ValueError, TypeError):
        raise NotEdited(f"{path} cannot be edited without losing its layout: {_BY_HAND}") from None
    return mark + (changed.replace("\n", "\r\n") if windows else changed).encode()


def _replace(path: Path, status: os.stat_result, before: bytes, after: bytes) -> None:
    """Put the new content in the place of the old in one step, if the old is still there; owner and mode stay."""
    # What a link leads to is replaced, never the link.
    path = path.resolve()
    made = path.with_name(f".{path.name}.new")
    try:
        with os.fdopen(os.open(made, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            if sys.platform != "win32":
                if (status.st_uid, status.st_gid) != (os.geteuid(), os.getegid()):
                    os.fchown(file.fileno(), status.st_uid, status.st_gid)
                os.fchmod(file.fileno(), S_IMODE(status.st_mode))
            file.write(after)
            file.flush()
            os.fsync(file.fileno())
        if path.read_bytes() != before:
            raise NotEdited(
                f"{path} was changed by another process meanwhile, so this change was not written: try again"
            )
        made.replace(path)
    finally:
        with suppress(OSError):
            made.unlink(missing_ok=True)
    sync_folder(path.parent)


def _unwritable(path: Path, error: OSError) -> str:
    return (
        f"{path} cannot be written ({error.strerror}): give it and {path.parent} to this user, or free some disk space"
    )


def _taken_off(table: Table) -> list[Comment | Whitespace]:
    """The comments and empty lines at a table's end from the first empty line on, which are its no longer."""
    body = _innermost(table).value.body
    end = list(takewhile(lambda item: isinstance(item, Comment | Whitespace), [item for _, item in reversed(body)]))
    taken = list(dropwhile(lambda item: not isinstance(item, Whitespace), reversed(end)))
    del body[len(body) - len(taken) :]
    return [item for item in taken if isinstance(item, Comment | Whitespace)]


def _ends_blank(table: Table) -> bool:
    body = _innermost(table).value.body
    return bool(body) and isinstance(body[-1][1], Whitespace)


def _innermost(table: Table) -> Table:
    """The table at the end of this one's text: itself, or the last beneath it."""
    body = table.value.body
    last = next((item for key, item in reversed(body) if key is not None), None)
    if isinstance(last, AoT):
        return _innermost(last[-1])
    return _innermost(last) if isinstance(last, Table) else table
