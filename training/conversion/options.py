"""What a specification asks of the fit besides its fields: which models and curves, and how much each lead counts."""

from collections.abc import Mapping, Sequence
from inspect import signature
from itertools import product
from math import inf, isfinite

import msgspec
import numpy as np

from app.dialects.text import did_you_mean
from app.scoring.artefact import LEAVES_MAX
from training.conversion.calibrators import METHODS, Method
from training.conversion.candidates import Candidate, candidates
from training.errors import TrainingError
from training.histories.history import History
from training.histories.spec import Spec
from training.statistics import Array

_DAY_S = 86_400.0
_GIVEN = ("columns", "seed", "encoded")
"""What every model is built with, whatever its settings are."""

_LIMITS = {"leaves": (2, LEAVES_MAX), "trees": (1, 1_000), "rate": (0.0, 1.0), "share": (0.0, 1.0)}
"""Beyond these the libraries refuse a setting, or the service what was learned with it, and only after a while."""

GRID_MAX = 60
"""More settings than this would take hours, and the best of so many is the luckiest."""


class FitOptions(msgspec.Struct, frozen=True, kw_only=True):
    """`among` are the candidates, all that are installed where there is none; `methods` the curves that may be tried.

    `weights` is how much each lead counts in a fit, `counts` how often it counts at all, `groups` which leads must not
    be on both sides of a cut; each by row, or `None` where all are alike.
    """

    among: Sequence[Candidate] = ()
    methods: tuple[Method, ...] = METHODS
    weights: Array | None = None
    counts: Array | None = None
    groups: Array | None = None

    def rows(self, part: slice | Array) -> "FitOptions":
        """The same for some of the leads."""
        cut = (None if each is None else each[part] for each in (self.weights, self.counts, self.groups))
        return msgspec.structs.replace(self, **dict(zip(("weights", "counts", "groups"), cut, strict=True)))


def options_of(spec: Spec, history: History) -> FitOptions:
    """What the specification asks of a fit to this history. Raises `TrainingError` of a model that there is not."""
    counts = None if history.weight is None else history.weight / history.weight.mean()
    weights = counts
    if spec.half_life_days:
        age_days = (history.at.max() - history.at) / _DAY_S
        recency = 0.5 ** (age_days / spec.half_life_days)
        weights = recency / recency.mean() if counts is None else counts * recency / np.mean(counts * recency)
    return FitOptions(
        among=_asked(spec.candidates, candidates(len(history))) if spec.candidates else (),
        methods=METHODS if spec.calibrator == "auto" else tuple(each for each in METHODS if each == spec.calibrator),
        weights=weights,
        counts=counts,
        groups=history.group,
    )


def _asked(told: Sequence[Mapping[str, object]], known: Sequence[Candidate]) -> tuple[Candidate, ...]:
    """The candidates that a specification names, each with every combination of the settings that it lists."""
    found = tuple(_candidate(number, each, known) for number, each in enumerate(told))
    tried = sum(len(each.grid) for each in found)
    if tried > GRID_MAX:
        raise TrainingError(f"candidates: {tried} combinations of settings, at most {GRID_MAX} are tried")
    return found


def _candidate(number: int, told: Mapping[str, object], known: Sequence[Candidate]) -> Candidate:
    name, names = str(told.get("model", "")), [each.name for each in known]
    if name not in names:
        install = "; pip install 'leadbid[lightgbm]'" if name == "lightgbm" else ""
        raise TrainingError(f"candidates[{number}]: no model {name!r}{did_you_mean(name, names)}{install}")
    usually = known[names.index(name)]
    build = usually.build
    usual = {key: each.default for key, each in signature(build).parameters.items() if key not in _GIVEN}
    lists = {}
    for key, value in told.items():
        if key == "model":
            continue
        if key not in usual:
            raise TrainingError(f"candidates[{number}]: {name} has no setting {key!r}{did_you_mean(key, usual)}")
        lists[key] = [_setting(each, usual[key], f"candidates[{number}].{key}") for each in _several(value)]
    grid = tuple(dict(zip(lists, each, strict=True)) for each in product(*lists.values()))
    return Candidate(name, build, grid, grows=usually.grows)


def _several(value: object) -> Sequence[object]:
    return value if isinstance(value, tuple | list) else [value]


def _setting(value: object, usual: object, where: str) -> float:
    """A setting above 0 and not beyond its limit, whole where the usual one is."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not (is_number and isfinite(value) and value > 0):  # type: ignore[arg-type, operator]
        raise TrainingError(f"{where}: {value!r} is no number above 0")
    number, key = float(value), where.rpartition(".")[2]  # type: ignore[arg-type]
    least, most = _LIMITS.get(key, (0.0, inf))
    if not least <= number <= most:
        raise TrainingError(f"{where}: {value!r} must be from {least:g} to {most:g}")
    if not isinstance(usual, int):
        return number
    if number != int(number):
        raise TrainingError(f"{where}: {value!r} must be whole")
    return int(number)
