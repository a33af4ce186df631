"""Small histories: honest ones, drifting ones, and one that leaks."""

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from narwhals.stable.v2 import dependencies

from app.domain.vertical import Field, Vertical
from training.histories.history import History, columns_from

FIELDS = (
    Field(name="tier", type="choice", values=("good", "poor"), required=True),
    Field(name="bill", type="number"),
    Field(name="owner", type="boolean"),
)
Array = np.ndarray[Any, Any]


@pytest.fixture(scope="session", autouse=True)
def _arrays_are_no_data_frames() -> Iterator[None]:
    """scikit-learn asks of every array, several times a fit, whether it is a data frame of any of ten libraries."""

    def but_for_arrays(asked: Callable[[Any], bool]) -> Callable[[Any], bool]:
        return lambda given: not isinstance(given, np.ndarray) and asked(given)

    with pytest.MonkeyPatch.context() as patch:
        for name in ("is_into_dataframe", "is_into_series"):
            patch.setattr(dependencies, name, but_for_arrays(getattr(dependencies, name)))
        yield


@pytest.fixture(scope="module")
def leaks_are_sought_by_few_trees() -> Iterator[None]:
    """A training spends most of its trees on leaks, which `test_leaks.py` seeks with all of them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("training.conversion.leaks.TREES", 8)
        yield


@pytest.fixture(scope="session")
def vertical() -> Vertical:
    return Vertical(name="solar", title="Solar", fields=FIELDS)


Draw = Callable[..., History]


@pytest.fixture(scope="session")
def draw() -> Draw:
    """Makes a history of leads whose true chance is known; `shift` is the drift of its log-odds over all leads."""

    @cache
    def make(rows: int = 4_000, *, shift: float = 0.0, signal: float = 1.0, leak: str = "", seed: int = 4) -> History:
        random = np.random.default_rng(seed)
        intent, progress = random.normal(0.0, 0.7, rows), np.linspace(0.0, 1.0, rows)
        facts: list[dict[str, Any]] = []
        odds = np.empty(rows)
        for row in range(rows):
            lead: dict[str, Any] = {
                "tier": "good" if random.random() < 0.6 else "poor",
                "bill": float(random.lognormal(5.0, 0.5)),
                "owner": bool(random.random() < 0.7),
                "state": f"S{random.integers(8)}",
                "local_hour": int(random.integers(24)),
                "weekday": int(random.integers(7)),
            }
            odds[row] = -1.6 + signal * (0.7 * (lead["tier"] == "good") + 0.6 * lead["owner"] * (lead["bill"] > 150.0))
            facts.append({name: value for name, value in lead.items() if name == "tier" or random.random() > 0.08})
        true = 1.0 / (1.0 + np.exp(-(odds + intent + shift * (progress - 0.5))))
        converted = (random.random(rows) < true).astype(np.int8)
        if leak:
            for lead, label in zip(facts, converted, strict=True):
                lead[leak] = float(random.normal(3.0 * label, 1.0))
        return History(
            vertical="solar",
            source="made for a test",
            columns=columns_from(facts),
            converted=converted,
            at=np.arange(rows).astype(np.float64) * 3_600.0 + 1.78e9,
            truth=true,
        )

    return make


@pytest.fixture(scope="session")
def demo() -> Path:
    return Path(__file__).parents[2] / "fixtures" / "demo" / "buyer.toml"
