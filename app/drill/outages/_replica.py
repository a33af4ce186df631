"""A PostgreSQL of its own for a drill, with tables and with keys for those who share it."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

from app.drill.drill import NotHere
from app.drill.kit.throwaway_postgres import ServerNotFound, throwaway_postgres
from app.settings import KEY_BYTES
from app.store.migrate import migrate


@contextmanager
def a_replica(data: Path) -> Iterator[str]:
    """The URL; the keys lie in `data`. NotHere where there is no server to start."""
    if find_spec("psycopg") is None:
        raise NotHere("psycopg, which PostgreSQL needs: pip install 'leadbid[postgres]'")
    (data / "keys").mkdir(parents=True)
    for name in ("index", "signing-1", "sealing-1"):
        (data / "keys" / f"{name}.key").write_text(os.urandom(KEY_BYTES).hex())
    try:
        with throwaway_postgres() as url:
            migrate(url)
            yield url
    except ServerNotFound as missing:
        raise NotHere(str(missing)) from None
