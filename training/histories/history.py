"""Labelled leads as training reads them, wherever they come from."""

from hashlib import sha256
from typing import Any

import msgspec
import numpy as np

from app.wire.ping import Value


class History(msgspec.Struct, frozen=True, kw_only=True):
    """Labelled leads of one vertical, oldest first. `truth` is each lead's true chance; a real history has none."""

    vertical: str
    source: str
    facts: list[dict[str, Value]]
    converted: np.ndarray[Any, np.dtype[np.int8]]
    at: np.ndarray[Any, np.dtype[np.float64]]
    truth: np.ndarray[Any, np.dtype[np.float64]] | None = None

    @property
    def fingerprint(self) -> str:
        """A hash of everything that a model can learn from."""
        rows = [self.facts, self.converted.tolist(), self.at.tolist()]
        return sha256(msgspec.json.encode(rows)).hexdigest()
