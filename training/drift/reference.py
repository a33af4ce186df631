"""The window a model was made in, kept beside it, so that a later one can be held against it."""

from pathlib import Path

import msgspec

from training.drift.window import Window
from training.histories.scratch import NoData

REFERENCE = "reference.json"


def write_reference(folder: Path, seen: Window) -> Path:
    """Put a window beside the files of a version."""
    path = folder / REFERENCE
    path.write_bytes(msgspec.json.encode(seen) + b"\n")
    return path


def read_reference(models: Path, vertical: str, version: str) -> Window | None:
    """The window of a version, `None` where it has none. NoData where it cannot be read."""
    path = models / vertical / version / REFERENCE
    if not version or not path.exists():
        return None
    try:
        return msgspec.json.decode(path.read_bytes(), type=Window)
    except msgspec.DecodeError as error:
        raise NoData(f"{path} cannot be read ({error}): restore it or remove it") from None
