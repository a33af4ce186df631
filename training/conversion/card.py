"""A model's card: what it was made of, what it showed, and by which files it is known."""

from importlib.metadata import version
from importlib.util import find_spec
from platform import python_version

import joblib
import msgspec
import numpy as np
import sklearn

from app.scoring.artefact import SCHEMA
from app.scoring.load import ParityRow
from training.conversion.calibrators import Attempt
from training.conversion.features import LeftOut
from training.conversion.figures import Decile, Figures
from training.conversion.gates import Gate
from training.conversion.leaks import FieldCheck
from training.conversion.search import Judged
from training.conversion.slices import SliceFigures
from training.histories.spec import Spec

INTENDED_USE = (
    "Made to price pings of this vertical: P(conversion) of an exclusive lead. It must not decide about people in any "
    "other way, and it knows nothing of sellers, hours or places that were not in its history."
)


class Past(msgspec.Struct, frozen=True, kw_only=True):
    """The history a model learnt from; `sha256` stands for all of it. `notes` say what was left out of it.

    `since` and `until` are times, or numbers of rows where the history has only an order.
    """

    source: str
    rows: int
    since: str
    until: str
    converted: float
    value_mean: float | None = None
    sha256: str
    notes: tuple[str, ...] = ()


class Reads(msgspec.Struct, frozen=True, kw_only=True):
    """One fact that the model reads. `values` are those it has seen, of a category told apart as it is."""

    name: str
    kind: str
    values: tuple[str, ...] = ()


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """Figures are of the newest leads, which nothing was fitted to; `figures_of_truth` are the hidden truth's.

    `candidate` with its `settings` was chosen among `candidates`. `spec_sha256` stands for the specification.
    """

    schema: int = SCHEMA
    vertical: str
    version: str
    passed: bool
    intended_use: str = INTENDED_USE
    history: Past
    spec: Spec
    spec_sha256: str
    reads: tuple[Reads, ...]
    left_out: tuple[LeftOut, ...]
    rows_by_slice: dict[str, int]
    figures: Figures
    figures_raw: Figures
    figures_random_split: Figures
    figures_of_truth: Figures | None
    deciles: tuple[Decile, ...]
    by_value: tuple[SliceFigures, ...]
    candidate: str
    settings: dict[str, float]
    candidates: tuple[Judged, ...]
    notes: tuple[str, ...]
    calibrator: str
    attempts: tuple[Attempt, ...]
    fields: tuple[FieldCheck, ...]
    gates: tuple[Gate, ...]
    seed: int
    libraries: dict[str, str]
    parity: tuple[ParityRow, ...]
    sha256: dict[str, str] = {}


def libraries(candidate: str) -> dict[str, str]:
    """What a pipeline of this candidate is fitted with, and needs to be unpickled by."""
    here = installed()
    return here if candidate == "lightgbm" else {name: here[name] for name in here if name != "lightgbm"}


def installed() -> dict[str, str]:
    """The libraries that fit models, by their names as packages."""
    known = {
        "python": python_version(),
        "scikit-learn": sklearn.__version__,
        "numpy": np.__version__,
        "joblib": joblib.__version__,
    }
    return {**known, "lightgbm": version("lightgbm")} if find_spec("lightgbm") else known
