"""Tries one candidate on leads that came after those it learned from, with as many trees as are best for these."""

from collections.abc import Callable, Collection, Sequence
from itertools import pairwise

import msgspec
import numpy as np

from training.conversion.candidates import Candidate, Estimator, Settings, grow, scores, threads_for
from training.conversion.features import Column, crossed
from training.statistics import Array, auc, expit, losses

FOLDS = 2
PATIENCE = 2
"""Trees are added until later leads have been none the better for it so many times."""


class Data(msgspec.Struct, frozen=True):
    """The leads to learn from, oldest first; `encoded` are their columns of very many values.

    `weights`, `counts` and `groups` are as in `FitOptions`.
    """

    columns: Sequence[Column]
    encoded: Collection[str]
    X: Array
    y: Array
    weights: Array | None = None
    counts: Array | None = None
    groups: Array | None = None

    def crossed(self, crosses: Sequence[Column]) -> "Data":
        """The same leads with these crosses."""
        table = crossed(self.columns, self.X, crosses)
        return msgspec.structs.replace(self, columns=(*self.columns, *crosses), X=table)

    def newest(self, rows: int) -> "Data":
        """So many of its leads."""
        cut = {name: getattr(self, name) for name in ("X", "y", "weights", "counts", "groups")}
        return msgspec.structs.replace(self, **{name: each[-rows:] for name, each in cut.items() if each is not None})

    def folds(self) -> list[tuple[slice, slice]]:
        """What is learned from and what is judged, fold by fold."""
        return forward(len(self.y), self.groups)

    def counted(self, losses: Array, rows: slice) -> Array:
        """What each of these leads costs, as often as it counts."""
        return losses if self.counts is None else losses * self.counts[rows]


class TriedCandidate(msgspec.Struct, frozen=True, kw_only=True):
    """One candidate with its settings: by fold the log-odds of the later leads, the cost of each, the mean AUC.

    `is_crossed` where it had columns of two categories.
    """

    candidate: str
    settings: Settings
    is_crossed: bool
    unseen: tuple[Array, ...]
    losses: Array
    auc: float

    @property
    def loss(self) -> float:
        """What the mean lead cost."""
        return float(np.mean(self.losses))


def forward(rows: int, groups: Array | None = None) -> list[tuple[slice, slice]]:
    """What is learned from and what is judged, fold by fold: the second half, a part at a time, by all before it."""
    cuts = [between(rows // 2 + (rows - rows // 2) * fold // FOLDS, groups) for fold in range(FOLDS + 1)]
    return [(slice(0, cut), slice(cut, end)) for cut, end in pairwise(cuts)]


def between(cut: int, groups: Array | None) -> int:
    """This cut, moved on where it would go through a group."""
    while groups is not None and 0 < cut < len(groups) and groups[cut] == groups[cut - 1]:
        cut += 1
    return cut


def trial(candidate: Candidate, settings: Settings, data: Data, seed: int, *, alone: bool) -> TriedCandidate:
    """How it does on the later leads of all folds; its settings say how many trees that took."""
    with threads_for(len(data.y), alone=alone):
        stages = candidate.stages(settings)
        start = settings | {"trees": stages[0]} if stages else settings
        folds = [_Fold(candidate.build, data, past, later, seed, start) for past, later in data.folds()]
        best, worse = _as_it_is(candidate.name, start, data, folds), 0
        for trees in stages[1:]:
            for fold in folds:
                fold.grow(trees)
            grown = _as_it_is(candidate.name, settings | {"trees": trees}, data, folds)
            best, worse = (grown, 0) if grown.loss < best.loss else (best, worse + 1)
            if worse == PATIENCE:
                break
    return best


class _Fold:
    """A model of the leads before some, and these. What its encoders put out is kept, since trees are added to it."""

    def __init__(
        self, build: Callable[..., Estimator], data: Data, past: slice, later: slice, seed: int, settings: Settings
    ) -> None:
        self.encoder, self.final = build(data.columns, encoded=data.encoded, seed=seed, **settings)
        self.seen, self.labels = self.encoder.fit_transform(data.X[past], data.y[past]), data.y[past]
        self.weights = None if data.weights is None else data.weights[past]
        self.later = self.encoder.transform(data.X[later])
        self.final.fit(self.seen, self.labels, sample_weight=self.weights)

    def grow(self, trees: int) -> None:
        """Add trees until there are so many."""
        grow(self.final, trees, self.seen, self.labels, self.weights)

    def unseen(self) -> Array:
        """The log-odds of the later leads."""
        return scores(self.final, self.later)


def _as_it_is(name: str, settings: Settings, data: Data, folds: Sequence[_Fold]) -> TriedCandidate:
    unseen = tuple(fold.unseen() for fold in folds)
    costs, aucs = [], []
    for said, (_, later) in zip(unseen, data.folds(), strict=True):
        counts = None if data.counts is None else data.counts[later]
        costs.append(data.counted(losses(data.y[later], expit(said)), later))
        aucs.append(auc(data.y[later], said, counts))
    return TriedCandidate(
        candidate=name,
        settings=settings,
        is_crossed=any(column.of for column in data.columns),
        unseen=unseen,
        losses=np.concatenate(costs),
        auc=float(np.mean(aucs)),
    )
