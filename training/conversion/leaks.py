"""Finds fields that leak the outcome: a field that predicts it alone was usually recorded afterwards."""

import re
from collections.abc import Callable, Iterator, Sequence

import numpy as np
from sklearn.model_selection import StratifiedKFold

from app.scoring.card import FieldCheck
from training.conversion.candidates import boosting
from training.conversion.encoders import encoded, for_trees, parts
from training.conversion.features import Column
from training.histories.columns.words import LATER, words_of
from training.statistics import Array, auc, log_odds

ALONE_MAX = 0.90
ALONE_HINTED_MAX = 0.70
"""What the name calls something of later, and tells so much, is one."""

REMOVAL_MAX = 0.05
REMOVAL_ALONE_MIN = 0.70
"""The strongest of a few honest fields carries much of what a model gains, and tells less than this by itself."""

REMOVAL_ALONE_MIN_OF_FEW = 0.80
FEW = 4
"""Beside fewer others any good field is missed when it is gone, so that this says less against it."""

TWINS_MIN = 0.4
"""Predictions of two leaks by themselves agree as much as this once either hides more than half of the other."""

TWINS_ALONE_MIN = 0.60
"""Of fields that tell less nothing can hide behind another."""

LOOKED_AT = 12
"""So many fields, those that tell most, are taken away one after another; with a hundred that would take minutes."""

ROWS_MAX = 12_000
TREES = 40
FOLDS = 3
TIMES = 20
PAIRS_MIN = 0.25
"""Of the pairs that stand in one time where conversions come evenly; of fewer, time says too much to be set aside."""

SIDE_MIN = 300
"""So many conversions are looked at where there are as many, however rare they are."""

_HINTS = re.compile(
    r"(^|_)(last|status|stage|quality|tags?|disposition|modified|outcome|result|activity|follow_?ups?|notes?|attempts?|"
    r"duration|talk|agents?|reps?|closed?|completed?|final|final_.*)(_|$)"
)


def suspected(check: FieldCheck) -> bool:
    """Whether a field tells so much by itself, or takes so much away with it, as honest ones do not."""
    alone = REMOVAL_ALONE_MIN if check.others >= FEW else REMOVAL_ALONE_MIN_OF_FEW
    if check.alone > ALONE_MAX or (check.removal > REMOVAL_MAX and check.alone > alone):
        return True
    return check.alone > ALONE_HINTED_MAX and hinted(check.name)


def hinted(name: str) -> bool:
    """Whether a name says that its field is written after the lead was bought, as `last_activity` or `lead_quality`."""
    word = words_of(name)
    return bool(_HINTS.search(word) or LATER.search(word))


def against(check: FieldCheck) -> str:
    """What is known of a field, in words."""
    twins = f" and {', '.join(check.twins)}" if check.twins else ""
    by_name = "; its name says that it is written later" if hinted(check.name) else ""
    alone = f"AUC {check.alone:.3f} alone (limit {ALONE_MAX:.2f})"
    return f"{alone}, {check.removal:.3f} of AUC lost without it{twins} (limit {REMOVAL_MAX:.2f}){by_name}"


def check_fields(
    columns: Sequence[Column], X: Array, y: Array, *, seed: int, tell: Callable[[str], None]
) -> tuple[FieldCheck, ...]:
    """Every field by itself and the model without it. Smaller models of some rows do: a leak is not subtle.

    Rows stand oldest first, and leads are compared with those of their own time: a field that tells no more than when a
    lead came, as an index of the economy, ranks none of them. Two leaks that say the same hide each other, so fields
    whose predictions agree are taken away together; and where fields are suspected, the others are tried once more
    without them, since a strong leak hides a weak one.
    """
    rows = _sample(y, seed)
    labels = y[rows]
    leads = _Encoded(columns, X[rows], labels, seed)

    def lost(groups: Sequence[Sequence[int]]) -> Iterator[float]:
        """How much AUC a model of these columns loses without each group; of those that tell least nobody asks."""
        among = sorted(at for group in groups for at in group)
        told = [max(alone[at] for at in group) for group in groups]
        looked_at = sorted(range(len(groups)), key=lambda place: -told[place])[:LOOKED_AT]
        whole = auc_in_time(labels, leads.said(among))
        for place, group in enumerate(groups):
            if place not in looked_at and told[place] <= REMOVAL_ALONE_MIN:
                yield 0.0
                continue
            tell(f"all but {', '.join(columns[at].name for at in group)}")
            yield whole - auc_in_time(labels, leads.said([at for at in among if at not in group]))

    alone, scores = dict[int, float](), dict[int, Array]()
    for at in range(len(columns)):
        tell(columns[at].name)
        predicted = leads.said([at])
        alone[at], scores[at] = auc_in_time(labels, predicted), log_odds(predicted)
    checks, rest = dict[int, FieldCheck](), twins(scores, alone)
    while True:
        judged: dict[int, FieldCheck] = {}
        for group, removal in zip(rest, lost(rest), strict=True):
            others = sum(map(len, rest)) - len(group)
            for at in group:
                also = tuple(columns[other].name for other in group if other != at)
                judged[at] = FieldCheck(
                    name=columns[at].name, alone=alone[at], removal=removal, twins=also, others=others
                )
        found = {at for at, check in judged.items() if suspected(check)}
        # What was found of the others at first stands, unless it changes the verdict.
        checks |= {at: check for at, check in judged.items() if at not in checks or at in found}
        rest = [left for group in rest if (left := [at for at in group if at not in found])]
        if not found or not rest:
            return tuple(checks[at] for at in range(len(columns)))


class _Encoded:
    """Leads in folds, which are encoded once for all the models that look at some of their columns."""

    def __init__(self, columns: Sequence[Column], X: Array, y: Array, seed: int) -> None:
        self._columns, self._y, self._seed = columns, y, seed
        self._known = encoded(columns, X)
        self._order = [at for kind in parts(columns, self._known).values() for at in kind]
        self._said: dict[frozenset[int], Array] = {}
        self._folds: list[tuple[Array, Array, Array, Array]] = []
        for past, later in StratifiedKFold(FOLDS, shuffle=True, random_state=seed).split(X, y):
            encoder = for_trees(columns, self._known, seed=seed)
            self._folds.append((past, later, encoder.fit_transform(X[past], y[past]), encoder.transform(X[later])))

    def said(self, positions: Sequence[int]) -> Array:
        """Each lead's P(conversion) by models of these columns that have not seen it; one of none is a guess."""
        if (asked := frozenset(positions)) not in self._said:
            self._said[asked] = self._predicted(positions) if positions else np.zeros(len(self._y))
        return self._said[asked]

    def _predicted(self, positions: Sequence[int]) -> Array:
        predicted = np.zeros(len(self._y))
        some = [self._columns[at] for at in positions]
        trees = boosting(some, seed=self._seed, trees=TREES, encoded=self._known)[-1]
        wanted = [place for place, at in enumerate(self._order) if at in positions]
        for past, later, seen, told in self._folds:
            trees.fit(seen[:, wanted], self._y[past])
            predicted[later] = trees.predict_proba(told[:, wanted])[:, 1]
        return predicted


def twins(scores: dict[int, Array], alone: dict[int, float]) -> list[list[int]]:
    """All fields, those in one group of which the predictions agree; the others each in a group of its own."""
    groups: list[list[int]] = []
    for at, score in scores.items():
        strong = alone[at] > TWINS_ALONE_MIN
        near = [group for group in groups if strong and any(_agree(score, scores[other]) for other in group)]
        near = [group for group in near if all(alone[other] > TWINS_ALONE_MIN for other in group)]
        groups = [group for group in groups if group not in near] + [[*(each for group in near for each in group), at]]
    return sorted((sorted(group) for group in groups), key=min)


def auc_in_time(y: Array, predicted: Array) -> float:
    """The share of pairs of one time, one of which converted, that are ranked right: of rows that stand in order.

    Of all pairs where those of one time are few, as in a file that was sorted by the outcome.
    """
    right, pairs, parts = 0.0, 0, np.array_split(np.arange(len(y)), min(TIMES, max(int(y.sum()) // TIMES, 1)))
    for part in parts:
        converted = int(y[part].sum())
        count = converted * (len(part) - converted)
        if count:
            right, pairs = right + count * auc(y[part], predicted[part]), pairs + count
    if pairs * len(parts) < PAIRS_MIN * int(y.sum()) * int(np.sum(y == 0)):
        return auc(y, predicted)
    return right / pairs


def _agree(score: Array, other: Array) -> bool:
    if not (np.std(score) > 0.0 and np.std(other) > 0.0):
        return False
    return bool(np.corrcoef(score, other)[0, 1] > TWINS_MIN)


def _sample(y: Array, seed: int) -> Array:
    """Rows of all times, not too few of either kind: where few converted, a leak has little to tell."""
    if len(y) <= ROWS_MAX:
        return np.arange(len(y))
    random, chosen = np.random.default_rng(seed), []
    for side in (0, 1):
        rows = np.flatnonzero(y == side)
        wanted = max(ROWS_MAX * len(rows) // len(y), SIDE_MIN)
        chosen.append(random.choice(rows, min(wanted, len(rows)), replace=False))
    return np.sort(np.concatenate(chosen))
