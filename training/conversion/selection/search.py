"""Which candidate with which settings does best on leads that came after those it learned from."""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from importlib import import_module
from importlib.util import find_spec

import msgspec
import numpy as np
from joblib import Parallel, delayed, parallel_config

from app.scoring.card import JudgedCandidate
from training.conversion.calibrators import ScoredLeads
from training.conversion.candidates import LEAVES, SLOW, Candidate, Settings
from training.conversion.features import Column
from training.conversion.page import settings_text
from training.conversion.selection.crosses import crosses
from training.conversion.selection.trials import Data, TriedCandidate, trial
from training.errors import TrainingError
from training.statistics import Array, losses, saving

ROWS_MAX = 100_000
"""The newest so many leads choose; more would cost minutes and change nothing."""

DEFAULT: tuple[str, Settings] = ("boosting", {"leaves": LEAVES, "rate": SLOW, "trees": 150})
"""What has done best on other histories: the choice where this one cannot choose."""

CROSSED_ERRORS = 2.0
"""By so many standard errors crosses must beat all else, and a constant: the leads that judge them named them."""

LOCAL = ("loky", "threading", "multiprocessing")
"""joblib's own backends: processes or threads of this machine."""

_CLUSTERS = {"dask": "distributed", "ray": "ray"}
_PATIENCE = "5s"


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """Every candidate as judged, which of them is `chosen` and why, and the crosses that it reads.

    `unseen` has by fold, oldest first, what models of it that had learned from earlier leads said of later ones.
    """

    judged: tuple[JudgedCandidate, ...]
    chosen: JudgedCandidate
    why: str
    crosses: tuple[Column, ...]
    unseen: tuple[ScoredLeads, ...]


def search(
    candidates: Sequence[Candidate], data: Data, *, seed: int, where: str | None, tell: Callable[[str], None]
) -> Found:
    """The candidate and settings that do best on later leads, with crosses where these help.

    `where` is a joblib backend.
    """
    data = data.newest(ROWS_MAX)
    parts, constant = data.folds(), _constant(data)
    with backend(where) as jobs:

        def tried(among: Sequence[Candidate], leads: Data) -> list[TriedCandidate]:
            tasks = [(candidate, settings) for candidate in among for settings in candidate.grid]
            running = Parallel(n_jobs=jobs, return_as="generator")(
                delayed(trial)(*task, leads, seed, alone=where is None) for task in tasks
            )
            return [_told(each, tell) for each in running]

        trials = tried(candidates, data)
        plain = _best(trials)
        later = slice(parts[0][1].start, len(data.y))
        pairs = crosses(data.columns, data.X[later], np.concatenate(plain.unseen), data.y[later])
        if pairs:
            tell(f"crossing {', '.join(pair.name for pair in pairs)}")
            trials += tried(candidates, data.crossed(pairs))
        best = _best(trials).losses
        if not all(saving(best, other).is_clear(CROSSED_ERRORS) for other in (plain.losses, constant)):
            trials, pairs = [each for each in trials if not each.is_crossed], ()
        chosen, why = _plainest(trials, constant), "the plainest of those that later leads cannot tell from the best"
        if chosen is None:
            why = "no candidate beats a constant on later leads, so they cannot choose; this one is the usual choice"
            trials += tried([*_untried(candidates)], data)
            usual = [each for each in trials if (each.candidate, each.settings) == DEFAULT]
            chosen = usual[0] if usual else _equals(trials)[0]
    judged = {id(each): _judged(each, _best(trials), constant, chosen=each is chosen) for each in trials}
    unseen = (
        ScoredLeads(said, data.y[part], None if data.counts is None else data.counts[part])
        for said, (_, part) in zip(chosen.unseen, parts, strict=True)
    )
    return Found(judged=(*judged.values(),), chosen=judged[id(chosen)], why=why, crosses=pairs, unseen=(*unseen,))


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


def _untried(candidates: Sequence[Candidate]) -> Iterator[Candidate]:
    """The usual choice, where it was tried with another number of trees. Who names settings gets one of these."""
    name, settings = DEFAULT
    shape = {key: value for key, value in settings.items() if key != "trees"}
    for each in candidates:
        if each.name == name and each.grows and shape in each.grid:
            yield Candidate(name, each.build, (settings,))


def _told(found: TriedCandidate, tell: Callable[[str], None]) -> TriedCandidate:
    crossed = ", crossed" if found.is_crossed else ""
    tell(f"{found.candidate} {settings_text(found.settings)}{crossed}: log-loss {found.loss:.4f}")
    return found


def _constant(data: Data) -> Array:
    """What it would cost to say of later leads what share converted so far."""
    counts = np.ones(len(data.y)) if data.counts is None else data.counts
    costs = []
    for past, later in data.folds():
        share = np.average(data.y[past], weights=counts[past])
        costs.append(data.counted(losses(data.y[later], np.full(later.stop - later.start, share)), later))
    return np.concatenate(costs)


def _best(trials: Sequence[TriedCandidate]) -> TriedCandidate:
    return min(trials, key=lambda each: each.loss)


def _equals(trials: Sequence[TriedCandidate]) -> list[TriedCandidate]:
    """Those that later leads cannot tell from the best."""
    best = _best(trials)
    return [each for each in trials if not saving(best.losses, each.losses).is_clear()]


def _plainest(trials: Sequence[TriedCandidate], constant: Array) -> TriedCandidate | None:
    """The first of the equals of the best that clearly beats a constant; none where no trial does."""
    able = [each for each in _equals(trials) if saving(each.losses, constant).is_clear()]
    return able[0] if able else None


def _judged(found: TriedCandidate, best: TriedCandidate, constant: Array, *, chosen: bool) -> JudgedCandidate:
    saved, behind = saving(found.losses, constant), saving(best.losses, found.losses)
    return JudgedCandidate(
        candidate=found.candidate,
        settings=found.settings,
        crossed=found.is_crossed,
        log_loss=found.loss,
        auc=found.auc,
        saved=saved.mean,
        saved_noise=saved.noise,
        behind=behind.mean,
        behind_noise=behind.noise,
        chosen=chosen,
    )
