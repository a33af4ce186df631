"""Which candidate with which settings does best on leads that came after those it learned from."""

import os
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from importlib import import_module
from importlib.util import find_spec
from itertools import pairwise

import msgspec
import numpy as np
from joblib import Parallel, delayed, parallel_config
from sklearn.metrics import roc_auc_score

from app.scoring.card import JudgedCandidate
from training.conversion.candidates import (
    LEARNING_RATE,
    LEAVES,
    TREES,
    Candidate,
    Settings,
    fitted,
    scores,
    threads_for,
)
from training.conversion.features import Column
from training.conversion.page import settings_text
from training.errors import TrainingError
from training.statistics import Array, expit, losses, saving

ROWS_MAX = 200_000
"""The newest so many leads of the fit part choose; more would cost minutes and change nothing."""

FOLDS = 2
DEFAULT: tuple[str, Settings] = ("boosting", {"trees": TREES, "leaves": LEAVES, "rate": LEARNING_RATE})
"""What has done best on other histories: the choice where this one cannot choose."""

LOCAL = ("loky", "threading", "multiprocessing")
"""joblib's own backends: processes or threads of this machine."""

_CLUSTERS = {"dask": "distributed", "ray": "ray"}
_PATIENCE = "5s"


class _Trial(msgspec.Struct, frozen=True, kw_only=True):
    candidate: str
    settings: Settings
    losses: Array
    auc: float


class Data(msgspec.Struct, frozen=True):
    """The fit part of a history, oldest first; `encoded` are its columns of very many values.

    `weights`, `counts` and `groups` are as in `FitOptions`.
    """

    columns: Sequence[Column]
    encoded: Collection[str]
    X: Array
    y: Array
    weights: Array | None = None
    counts: Array | None = None
    groups: Array | None = None

    def newest(self, rows: int) -> "Data":
        """So many of its leads."""
        cut = {name: getattr(self, name) for name in ("X", "y", "weights", "counts", "groups")}
        return msgspec.structs.replace(self, **{name: each[-rows:] for name, each in cut.items() if each is not None})

    def counted(self, losses: Array, rows: slice) -> Array:
        """What each of these leads costs, as often as it counts."""
        return losses if self.counts is None else losses * self.counts[rows]


def search(
    candidates: Sequence[Candidate], data: Data, *, seed: int, where: str | None, tell: Callable[[str], None]
) -> tuple[tuple[JudgedCandidate, ...], str]:
    """Every candidate with each of its settings, one of them chosen, and why that one.

    `where` is a joblib backend. Folds go forward in time: the second half of these leads, a part at a time, is judged
    by models of all that came before it.
    """
    data = data.newest(ROWS_MAX)
    tasks = [(candidate, settings) for candidate in candidates for settings in candidate.grid]
    trials = []
    with backend(where) as jobs:
        running = Parallel(n_jobs=jobs, return_as="generator")(
            delayed(_trial)(candidate, settings, data, seed, alone=where is None) for candidate, settings in tasks
        )
        for trial in running:
            trials.append(trial)
            tell(f"{trial.candidate} {settings_text(trial.settings)}: log-loss {np.mean(trial.losses):.4f}")
    # Against saying what share converted so far.
    parts = forward(len(data.y), data.groups)
    counts = np.ones(len(data.y)) if data.counts is None else data.counts
    shares = [float(np.average(data.y[past], weights=counts[past])) for past, _ in parts]
    usual = [np.full(later.stop - later.start, share) for share, (_, later) in zip(shares, parts, strict=True)]
    judged = slice(parts[0][1].start, None)
    return _chosen(trials, data.counted(losses(data.y[judged], np.concatenate(usual)), judged))


def forward(rows: int, groups: Array | None = None) -> list[tuple[slice, slice]]:
    """What is learned from and what is judged, fold by fold."""
    cuts = [between(rows // 2 + (rows - rows // 2) * fold // FOLDS, groups) for fold in range(FOLDS + 1)]
    return [(slice(0, cut), slice(cut, end)) for cut, end in pairwise(cuts)]


def between(cut: int, groups: Array | None) -> int:
    """This cut, moved on where it would go through a group."""
    while groups is not None and 0 < cut < len(groups) and groups[cut] == groups[cut - 1]:
        cut += 1
    return cut


@contextmanager
def backend(name: str | None) -> Iterator[int]:
    """joblib's settings while the search runs, and how many fits may run at a time (-1: as many as there is room for).

    `dask` and `ray` mean a cluster that is already there; raises `TrainingError` where it is not.
    """
    if name is None:
        yield 1
        return
    if name not in (*LOCAL, *_CLUSTERS):
        raise TrainingError(f"no backend {name!r}: there are {', '.join(LOCAL)}, dask and ray")
    package = _CLUSTERS.get(name, "joblib")
    if find_spec(package) is None:
        raise TrainingError(f"backend {name}: the package {package!r} is not installed here (pip install {package})")
    with _cluster(name), parallel_config(backend=name):
        yield -1


def _cluster(name: str) -> AbstractContextManager[object]:
    if name == "dask":
        address = os.environ.get("DASK_SCHEDULER_ADDRESS")
        if not address:
            raise TrainingError("backend dask: DASK_SCHEDULER_ADDRESS does not say where the cluster's scheduler is")
        try:
            client: AbstractContextManager[object] = import_module("distributed").Client(address, timeout=_PATIENCE)
        except OSError as error:
            raise TrainingError(f"backend dask: no scheduler answers at DASK_SCHEDULER_ADDRESS: {error}") from None
        return client
    if name == "ray":
        try:
            import_module("ray").init(address="auto")
        except ConnectionError as error:
            raise TrainingError(f"backend ray: no cluster is running here: {error}") from None
        import_module("ray.util.joblib").register_ray()
    return nullcontext()


def _trial(candidate: Candidate, settings: Settings, data: Data, seed: int, *, alone: bool) -> _Trial:
    found, aucs = [], []
    with threads_for(len(data.y), alone=alone):
        for past, later in forward(len(data.y), data.groups):
            model = candidate.build(data.columns, encoded=data.encoded, seed=seed, **settings)
            fitted(model, data.X[past], data.y[past], None if data.weights is None else data.weights[past])
            said, counts = expit(scores(model, data.X[later])), None if data.counts is None else data.counts[later]
            found.append(data.counted(losses(data.y[later], said), later))
            aucs.append(float(roc_auc_score(data.y[later], said, sample_weight=counts)))
    return _Trial(candidate=candidate.name, settings=settings, losses=np.concatenate(found), auc=float(np.mean(aucs)))


def _chosen(trials: Sequence[_Trial], constant: Array) -> tuple[tuple[JudgedCandidate, ...], str]:
    best = min(trials, key=lambda trial: float(np.mean(trial.losses)))
    judged = [_judged(trial, best, constant) for trial in trials]
    able = [each for each in judged if each.saved > each.saved_noise]
    if able:
        winner = next(each for each in judged if each in able and each.behind <= each.behind_noise)
        why = "the plainest of those that later leads cannot tell from the best"
    else:
        # What cannot beat a constant here differs from the others by luck.
        usual = [each for each in judged if (each.candidate, each.settings) == DEFAULT]
        winner = usual[0] if usual else next(each for each in judged if each.behind <= each.behind_noise)
        why = "no candidate beats a constant on later leads, so they cannot choose; this one is the usual choice"
    return tuple(msgspec.structs.replace(each, chosen=each is winner) for each in judged), why


def _judged(trial: _Trial, best: _Trial, constant: Array) -> JudgedCandidate:
    saved, behind = saving(trial.losses, constant), saving(best.losses, trial.losses)
    return JudgedCandidate(
        candidate=trial.candidate,
        settings=trial.settings,
        log_loss=float(np.mean(trial.losses)),
        auc=trial.auc,
        saved=saved.mean,
        saved_noise=saved.noise,
        behind=behind.mean,
        behind_noise=behind.noise,
        chosen=False,
    )
