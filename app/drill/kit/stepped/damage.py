"""One byte of one file at rest, flipped as a failing disk flips it: nothing else tells of it."""

import os
from collections.abc import Mapping
from pathlib import Path
from random import Random

FILES: Mapping[str, tuple[str, ...]] = {
    "database": ("data/leadbid.db",),
    "log of the database": ("data/leadbid.db-wal",),
    "journal": ("data/journal/*.jsonl",),
    "compacted journal": ("data/journal/*.parquet",),
    "configuration history": ("data/journal/configurations/*.json",),
    "keys": ("data/keys/*.key",),
    "state notes": ("data/service.json", "data/service-state.json", "data/clock", "data/leadbid.db-digest"),
    "buyer.toml": ("config/buyer.toml",),
    "secrets": ("config/*.txt",),
    "model artefact": ("models/*/*/*.json", "models/*/*/*.txt"),
    "model pointer": ("models/current.toml",),
}
"""Every kind of file by where it lies in an installation. A model's card lies beside its artefact."""


def files_of(installation: Path, kind: str) -> list[Path]:
    """Those that have anything in them."""
    return sorted(path for pattern in FILES[kind] for path in installation.glob(pattern) if path.stat().st_size)


def flip_one(file: Path, chance: Random) -> str:
    """Flip one bit somewhere; where."""
    content = bytearray(file.read_bytes())
    at, mask = chance.randrange(len(content)), 1 << chance.randrange(8)
    content[at] ^= mask
    # A disk that fails leaves the time of the last change as it is.
    status = file.stat()
    file.write_bytes(content)
    os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))
    return f"{file.name} at {at} by {mask}"


def names(text: str, file: Path) -> bool:
    """Whether a text is about this file, by its name, and not only says that it is in use."""
    name = file.name.removesuffix("-wal")
    return any(name in line and "in use, with" not in line for line in text.splitlines())
