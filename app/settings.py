"""The settings of one process: where its files are, which keys it uses, and the lock on its directory."""

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from shlex import quote

import msgspec

from app.domain.keyed import Keys
from app.packaged import DEMO
from app.private_files import append_to, exposed, make_directory, remedy_of, sync_folder, write_whole
from app.service_notes import ServicePlaces, worker_folder
from app.store.engine.connections import sqlite_file, without_password
from app.store.engine.database_file import was_served
from app.store.errors import StoreError

if sys.platform != "win32":
    import fcntl

KEY_BYTES = 32

_NUMBER_MAX = 255
"""A token has one byte for it."""

_EVIDENCE = "evidence.key"
_KINDS = ("index.key", "signing-*.key", "sealing-*.key")


class SettingsError(Exception):
    """The process cannot start as it is set up; the text says what to do."""


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """`config` is the buyer's file, `data` the directory for everything that is written.

    `database_url` is empty for SQLite in `data`. `keys_dir` is empty for `data/keys`. `new_database` says that an empty
    database beside keys or a journal is meant. With `has_consent` a configuration may lose every seller or campaign of
    the one before. `address` is where it listens, for those who look. With `traces` spans go to the collector that the
    environment names. Where several processes share a port and this directory, each is one `worker` of `workers`,
    counted from 1.
    """

    config: Path
    data: Path = Path("data")
    models: Path = Path("models")
    database_url: str = ""
    keys_dir: Path | None = None
    new_database: bool = False
    has_consent: bool = False
    address: str = ""
    traces: bool = False
    worker: int = 0
    workers: int = 1

    @property
    def own(self) -> Path:
        """Where this process notes what no other one of the directory may touch."""
        return worker_folder(self.data, self.worker) if self.worker else self.data

    @property
    def database_file(self) -> Path:
        """Where SQLite keeps everything, unless `database_url` says otherwise."""
        return self.data / "leadbid.db"

    @property
    def sqlite_file(self) -> Path | None:
        """The file of the database in force; None on PostgreSQL."""
        return sqlite_file(self.database)

    @property
    def database(self) -> str:
        """The SQLAlchemy URL in force."""
        return self.database_url or f"sqlite:///{self.database_file.absolute()}"

    @property
    def journal(self) -> Path:
        """Where decisions are written."""
        return self.data / "journal"

    @property
    def private_places(self) -> tuple[Path, ...]:
        """What holds leads and prices, and is nobody's but ours: the journal with all beside it, and the database."""
        return (self.journal, *self.data.glob(f"{self.database_file.name}*"))

    @property
    def keys(self) -> Path:
        """Where the keys lie."""
        return self.keys_dir or self.data / "keys"

    def places(self, pid: int, now: float) -> ServicePlaces:
        """Where everything lies, for commands that know the data directory alone."""
        return ServicePlaces(
            config=self.config.absolute(),
            models=self.models.absolute(),
            keys=self.keys.absolute(),
            database=without_password(self.database_url) if self.database_url else "",
            address=self.address,
            pid=pid,
            started_at=now,
        )

    def exposed_secrets(self, others: Iterable[Path]) -> list[str]:
        """Which keys, and which of these other secrets, people beside us can read, each with what to run."""
        # The demo's secret is published.
        return exposed([*sorted(self.keys.glob("*.key")), *(path for path in others if DEMO not in path.parents)])


@contextmanager
def sole_use(data: Path) -> Iterator[int]:
    """Hold a data directory for as long as this lasts; SettingsError where another process does, or none can.

    Whoever gets a copy of the descriptor holds it as well.

    Caps are counted by one writer and a journal's file has one: two processes on one directory would spoil both. The
    system lets go of the lock when its holder ends, however it ends. Windows has no such lock and is trusted.
    """
    path = data / "in-use-by"
    try:
        make_directory(data)
        file = append_to(path)
    except OSError as error:
        raise unwritable(data, error) from None
    with file:
        if not _locked(file.fileno()):
            file.seek(0)
            raise SettingsError(
                f"{data} is in use by process {file.read().decode().strip() or 'unknown'}: stop it first, "
                "or name another directory with --data"
            )
        try:
            file.truncate(0)
            file.write(f"{os.getpid()}\n".encode())
        except OSError as error:
            raise unwritable(data, error) from None
        yield file.fileno()


def unwritable(data: Path, error: OSError) -> SettingsError:
    """What is to be raised where the system does not take what is to be noted in a data directory."""
    return SettingsError(f"{error.filename or data} cannot be written ({error.strerror}): {remedy_of(error)}")


def load_keys(settings: Settings, chance: Callable[[int], bytes]) -> tuple[Keys, list[Path]]:
    """The installation's keys, and the files that had to be made for them.

    One file a key, 64 hex digits, readable by nobody else: `index.key`, `signing-N.key`, `sealing-N.key`; the highest N
    is in use, lower ones still open what they made. On SQLite missing ones are made; on PostgreSQL, where other
    replicas must hold the same, that is a SettingsError. `chance` gives that many random bytes.
    """
    missing = [kind.replace("*", "1") for kind in _KINDS if not any(settings.keys.glob(kind))]
    file = settings.sqlite_file
    if missing and file is None:
        raise SettingsError(_to_make(settings.keys, missing))
    if missing and file is not None and _was_served(file):
        raise SettingsError(
            f"{settings.keys / missing[0]} is missing, and {file} was written with it: restore it from a backup, or "
            "nobody in there can be read."
        )
    made = [_write_key(settings.keys / name, chance(KEY_BYTES)) for name in missing]
    return read_keys(settings), made


def read_keys(settings: Settings) -> Keys:
    """The installation's keys as they are there; none is made."""
    for kind in _KINDS:
        if not any(settings.keys.glob(kind)):
            name = kind.replace("*", "N")
            raise SettingsError(f"there is no {name} in {settings.keys}: pass the service's data directory with --data")
    signing = {int(number): key for number, key in _keys(settings, "signing").items()}
    sealing = _keys(settings, "sealing")
    return Keys(
        signing=signing,
        signing_id=max(signing),
        index=_read_key(settings.keys / "index.key"),
        sealing=sealing,
        sealing_id=max(sealing, key=int),
    )


def evidence_key(settings: Settings, chance: Callable[[int], bytes]) -> tuple[bytes, Path | None]:
    """The key that signs archives of evidence, in `evidence.key`, and its file where it had to be made now.

    Other replicas need no copy, but who checks archives knows one public key: the file is kept and copied as one.
    """
    path = settings.keys / _EVIDENCE
    if path.exists():
        return _read_key(path), None
    key = chance(KEY_BYTES)
    # Of several workers that make one at a time, all go by the one that is there.
    found = _read_key(_write_key(path, key))
    return found, path if found == key else None


def require_evidence_key(settings: Settings) -> None:
    """SettingsError where the key that signs archives is there and is none."""
    if (settings.keys / _EVIDENCE).exists():
        _read_key(settings.keys / _EVIDENCE)


def add_key(settings: Settings, kind: str, chance: Callable[[int], bytes]) -> Path:
    """Make the next key of a kind, which a running service takes up by itself. SettingsError where it cannot."""
    number = max(map(int, _keys(settings, kind))) + 1
    if number > _NUMBER_MAX:
        raise SettingsError(f"{kind} keys have numbers up to {_NUMBER_MAX}, and all are used")
    return _write_key(settings.keys / f"{kind}-{number}.key", chance(KEY_BYTES))


def retire_key(settings: Settings, name: str) -> Path:
    """Put a key where no service reads it, for backups that were made under it. SettingsError where it cannot."""
    path = settings.keys / f"{name}.key"
    retired = settings.keys / "retired" / path.name
    try:
        make_directory(retired.parent)
        return path.rename(retired)
    except OSError as error:
        remedy = remedy_of(error, "both folders")
        raise SettingsError(f"{path} cannot be moved to {retired.parent} ({error.strerror}): {remedy}") from None


def require_database(settings: Settings, *, served: bool) -> None:
    """SettingsError where an empty database would take the place of one that was lost, or `new_database` is not true.

    Keys on SQLite and journals are left by a service that worked with a database. On PostgreSQL keys are made by hand
    before there is one, so there only the journal tells.
    """
    file = settings.sqlite_file
    name = str(file) if file is not None else "the database"
    if served and settings.new_database:
        raise SettingsError(f"{name} is not new, a service has worked on it: start without --new-database")
    if served or settings.new_database:
        return
    left = [settings.keys] if file is not None and any(any(settings.keys.glob(kind)) for kind in _KINDS) else []
    left += [settings.journal] if _has_lines(settings.journal) else []
    if left:
        raise SettingsError(
            f"{name} is missing or empty, but {' and '.join(map(str, left))} "
            f"{'was' if len(left) == 1 else 'were'} left by a service that had one: restore it from your backup. If a "
            "new database is meant, start once with --new-database; nobody who was bought or has opted out before is "
            "known then."
        )


def require_file(settings: Settings) -> None:
    """The same for SQLite, before anything is made; on PostgreSQL the database must be asked."""
    file = settings.sqlite_file
    if file is not None:
        require_database(settings, served=_was_served(file))


def _locked(descriptor: int) -> bool:
    """Lock this file; false if another process holds it."""
    if sys.platform != "win32":
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
    return True


def _was_served(file: Path) -> bool:
    try:
        return was_served(file)
    except StoreError as error:
        raise SettingsError(str(error)) from None


def _has_lines(journal: Path) -> bool:
    """Whether anything was ever decided here."""
    return any(path.stat().st_size > 0 for kind in ("*.jsonl", "*.parquet") for path in journal.glob(kind))


def _to_make(keys: Path, missing: list[str]) -> str:
    """What is to be run once where replicas lack keys, which no one of them may make for itself."""
    are = "is" if len(missing) == 1 else "are"
    names = " ".join(name.removesuffix(".key") for name in missing)
    folder = quote(str(keys))
    script = f"for key in {names}; do openssl rand -hex {KEY_BYTES} > {folder}/$key.key; done"
    return (
        f"{', '.join(missing)} {are} missing in {keys}. Replicas must share their keys: copy those of another one, or "
        f"make them once with `umask 077; mkdir -p {folder}; {script}`, and name their directory with --keys."
    )


def _write_key(path: Path, key: bytes) -> Path:
    """Whole and on the disk before anything is sealed with it, and never half in the eyes of a running service.

    One that another worker has just made stays.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        sync_folder(path.parent.parent)
        write_whole(path, key.hex().encode() + b"\n", over=False)
    except OSError as error:
        raise SettingsError(f"{path} cannot be made ({error.strerror}): {remedy_of(error, 'its directory')}") from None
    return path


def _keys(settings: Settings, kind: str) -> dict[str, bytes]:
    """Keys of a kind by their number."""
    found = {}
    for path in sorted(settings.keys.glob(f"{kind}-*.key")):
        number = path.stem.removeprefix(f"{kind}-")
        if not number.isdigit() or int(number) > _NUMBER_MAX:
            raise SettingsError(f"{path}: a key's file is named {kind}-N.key with N from 0 to {_NUMBER_MAX}")
        found[number] = _read_key(path)
    return found


def _read_key(path: Path) -> bytes:
    try:
        key = bytes.fromhex(path.read_text().strip())
    except OSError as error:
        raise SettingsError(f"{path} cannot be read ({error.strerror}): {remedy_of(error)}") from None
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise SettingsError(f"{path} holds no key: it must be {2 * KEY_BYTES} hex digits in one line")
    return key
