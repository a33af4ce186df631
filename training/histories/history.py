"""Labelled leads as training reads them, wherever they come from."""

from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from typing import Any

import msgspec
import numpy as np

from app.scoring.card import DelayCurve
from app.wire.ping import Value
from training.statistics import Array


class History(msgspec.Struct, frozen=True, kw_only=True):
    """Labelled leads of one vertical, oldest first.

    `columns` are arrays of one length by name: numbers (NaN where missing), or objects (text, numbers, booleans, `None`
    where missing). `at` is in epoch seconds, or the number of the row where only the order of leads is `timed`. `truth`
    is each lead's true chance; a real history has none. `value` is what a conversion of each would bring, as it was
    told, NaN where it was not. `weight` is how often each lead counts, `group` a number that leads share which must not
    be on both sides of a cut; such leads stand together, where the newest of them would. `seen` is the share of its
    conversions that is known of a lead so young, by its `delays` within `maturity_days`. `notes` say what was left out,
    and why.
    """

    vertical: str
    source: str
    columns: dict[str, Array]
    converted: np.ndarray[Any, np.dtype[np.int8]]
    at: np.ndarray[Any, np.dtype[np.float64]]
    timed: bool = True
    truth: np.ndarray[Any, np.dtype[np.float64]] | None = None
    value: np.ndarray[Any, np.dtype[np.float64]] | None = None
    weight: np.ndarray[Any, np.dtype[np.float64]] | None = None
    group: np.ndarray[Any, np.dtype[np.int64]] | None = None
    seen: np.ndarray[Any, np.dtype[np.float64]] | None = None
    delays: dict[str, DelayCurve] = {}
    maturity_days: float | None = None
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.converted)

    @property
    def value_mean(self) -> float | None:
        """What the mean conversion brought, of those that say it."""
        if self.value is None:
            return None
        told = self.value[self.converted == 1]
        return float(np.nanmean(told)) if np.any(~np.isnan(told)) else None

    def rows(self, positions: Iterable[int]) -> list[dict[str, Value]]:
        """The facts of these leads as the service would have them: what is missing has no key."""
        return [
            # NaN alone differs from itself.
            {name: plain(at) for name, at in lead.items() if at is not None and at == at}
            for lead in ({name: column[place] for name, column in self.columns.items()} for place in positions)
        ]

    @property
    def fingerprint(self) -> str:
        """A hash of everything that a model can learn from."""
        digest = sha256()
        counted = {"weight": self.weight, "group": self.group, "seen": self.seen, "value": self.value}
        besides = {name: column for name, column in counted.items() if column is not None}
        for name, column in (*self.columns.items(), ("converted", self.converted), ("at", self.at), *besides.items()):
            digest.update(name.encode() + b"\0")
            digest.update(msgspec.json.encode(column.tolist()) if column.dtype == object else column.tobytes())
        return digest.hexdigest()


def columns_from(facts: Sequence[Mapping[str, Value]]) -> dict[str, Array]:
    """Leads given one by one, as columns."""
    names = dict.fromkeys(name for lead in facts for name in lead)
    return {name: np.array([lead.get(name) for lead in facts], dtype=object) for name in names}


def plain(value: Any) -> Value:
    """A number of an array as Python's own, as it stands in a ping."""
    own: Value = value.item() if isinstance(value, np.generic) else value
    return own
