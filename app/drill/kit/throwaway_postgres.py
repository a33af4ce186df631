"""A PostgreSQL of its own for a run: made in a temporary folder, and gone afterwards."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

# Debian, Red Hat, Homebrew and Postgres.app keep the server's binaries out of PATH.
SERVER_FOLDERS = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/opt/postgresql@*/bin",
    "/Applications/Postgres.app/Contents/Versions/*/bin",
)

# Nothing here outlives the run, so nothing needs to reach the disk.
SERVER_OPTIONS = "-c listen_addresses= -c fsync=off -c synchronous_commit=off -c full_page_writes=off"


class ServerNotFound(LookupError):
    """This machine has no PostgreSQL to start."""


@contextmanager
def throwaway_postgres() -> Iterator[str]:
    """SQLAlchemy URL of an empty database that only its own socket file leads to, so that runs cannot meet."""
    binaries = _server_binaries()
    user = _unprivileged_user()
    folder = Path(tempfile.mkdtemp(prefix="leadbid-postgres-"))
    data = folder / "data"
    options = f"-k {folder} {SERVER_OPTIONS}"
    try:
        if user:
            shutil.chown(folder, user)
        _run(user, folder, binaries / "initdb", "-D", data, "-U", "leadbid", "-A", "trust", "-E", "UTF8", "--no-sync")
        _run(user, folder, binaries / "pg_ctl", "start", "-D", data, "-w", "-l", folder / "log", "-o", options)
        try:
            yield f"postgresql+psycopg://leadbid@/postgres?host={folder}"
        finally:
            _run(user, folder, binaries / "pg_ctl", "stop", "-D", data, "-w", "-m", "immediate")
    finally:
        shutil.rmtree(folder)


@contextmanager
def frozen(url: str) -> Iterator[None]:
    """Its processes stand still, as on a machine that hangs: connections stay open, and nobody answers."""
    first = int((_folder(url) / "data" / "postmaster.pid").read_text().split()[0])
    # Once it stands still, it makes no more processes for connections.
    os.kill(first, signal.SIGSTOP)
    others = subprocess.run(["pgrep", "-P", str(first)], capture_output=True, text=True, check=True).stdout
    for each in map(int, others.split()):
        os.kill(each, signal.SIGSTOP)
    try:
        yield
    finally:
        for each in (*map(int, others.split()), first):
            os.kill(each, signal.SIGCONT)


@contextmanager
def stopped(url: str) -> Iterator[None]:
    """It is shut down at once, without a word to its clients, and started again."""
    folder = _folder(url)
    server = _server_binaries() / "pg_ctl", "-D", folder / "data", "-w"
    _run(_unprivileged_user(), folder, *server, "stop", "-m", "immediate")
    try:
        yield
    finally:
        _run(
            _unprivileged_user(), folder, *server, "start", "-l", folder / "log", "-o", f"-k {folder} {SERVER_OPTIONS}"
        )


def _folder(url: str) -> Path:
    return Path(parse_qs(urlsplit(url).query)["host"][0])


def _server_binaries() -> Path:
    found = [Path(path).parent for path in [shutil.which("pg_ctl")] if path]
    for pattern in SERVER_FOLDERS:
        found += sorted(Path("/").glob(pattern[1:]), reverse=True)
    for folder in found:
        if (folder / "initdb").exists() and (folder / "pg_ctl").exists():
            return folder
    raise ServerNotFound("PostgreSQL server binaries (initdb, pg_ctl) not found: install PostgreSQL")


def _unprivileged_user() -> str | None:
    """PostgreSQL refuses to run as root, so root steps down; anyone else stays who they are."""
    if os.getuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


def _run(user: str | None, folder: Path, *command: str | Path) -> None:
    # Output goes to a file: a pipe would stay open, and be waited for, as long as the server that inherits it.
    with (folder / "commands").open("a+") as output:
        finished = subprocess.run(
            command,
            cwd=folder,
            env={"PATH": os.defpath, "LC_ALL": "C"},
            user=user,
            extra_groups=[] if user else None,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
        )
        if finished.returncode:
            output.seek(0)
            raise RuntimeError(f"{Path(command[0]).name} failed:\n{output.read()}")
