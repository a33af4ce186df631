"""Whether a history is enough to judge a model by: its different conversions, and what is missing of them."""

from collections import Counter
from math import ceil

import msgspec
import numpy as np

from app.reports.models.intervals import auc_interval, wilson
from app.scoring.card import Figures
from training.conversion.train import slices_of
from training.histories.history import History
from training.statistics import Array

NEWEST_MIN = 100
"""So many conversions among the newest leads judge a model by themselves."""

ALL_MIN = 400
"""So many in all do with cross-validation beside them: its AUC is then known to some .025 (90 %)."""

COPIES_MAX = 10
_DIFFERENT_MIN = 30
_COPIED_MIN = 0.95
"""By chance no such share of so many groups of like leads has a size that is a multiple of anything."""

_WEEK_S = 7 * 86_400.0


class HistorySize(msgspec.Struct, frozen=True, kw_only=True):
    """What a history holds: `converted` in all and among the `newest`, and over how many `weeks` (0 where unknown).

    Each of its conversions stands there `copies` times.
    """

    leads: int
    converted: int
    newest: int
    weeks: float = 0.0
    copies: int = 1

    @property
    def is_long(self) -> bool:
        """Whether its newest leads can judge a model by themselves."""
        return self.copies == 1 and self.newest >= NEWEST_MIN

    @property
    def is_enough(self) -> bool:
        """Whether a model of it can be judged at all."""
        return self.copies == 1 and (self.newest >= NEWEST_MIN or self.converted >= ALL_MIN)

    @property
    def found(self) -> str:
        """What it holds in words, and what is missing, if anything is."""
        if self.copies > 1:
            different = self.converted // self.copies
            return (
                f"{self.converted:,} conversions, of which each stands there {self.copies} times: {different:,} differ"
            )
        if self.is_long:
            return f"{self.newest:,} conversions among the newest leads, at least {NEWEST_MIN}"
        held = f"{self.converted:,} conversions in {self.leads:,} leads, {self.newest:,} of them among the newest"
        if self.is_enough:
            return f"{held}: fewer than {NEWEST_MIN}, so that cross-validation judges as well"
        return f"{held}, and {ALL_MIN} in all are needed, or {NEWEST_MIN} newest: {self._missing}"

    @property
    def _missing(self) -> str:
        if not self.converted:
            return "none converted yet, so nobody can say how many more leads that takes"
        more = ceil((ALL_MIN - self.converted) * self.leads / self.converted)
        if not self.weeks:
            return f"about {more:,} more leads at this rate; name a column of times as order to be told how many weeks"
        weeks = ceil(more * self.weeks / self.leads)
        return f"about {more:,} more leads at this rate, which takes {weeks:,} more week{'s' if weeks > 1 else ''}"


def size_of(history: History) -> HistorySize:
    """What this history, oldest first, holds."""
    converted, rows = history.converted, len(history)
    span = float(history.at[-1] - history.at[0]) if rows and history.timed else 0.0
    return HistorySize(
        leads=rows,
        converted=int(converted.sum()),
        newest=int(converted[slices_of(rows).newest].sum()),
        weeks=span / _WEEK_S,
        copies=_copies(history.columns, np.flatnonzero(converted)),
    )


class CrossValidation(msgspec.Struct, frozen=True, kw_only=True):
    """What five folds say of a model, with intervals of 90 %: the area under its curve, and the level of the newest."""

    figures: Figures
    auc: tuple[float, float]
    newest_auc: tuple[float, float]
    newest_level: tuple[float, float]

    @property
    def beats_a_constant(self) -> bool:
        """Whether it ranks better than chance for certain, and the newest leads do not say the contrary."""
        return self.figures.skill > 0.0 and self.auc[0] > 0.5 and self.newest_auc[1] > 0.5


def cross_validation(folds: Figures, newest: Figures) -> CrossValidation:
    """The evidence for a model whose newest leads are too few to judge it by themselves."""
    converted = round(newest.rows * newest.converted)
    low, high = wilson(converted, newest.rows, 1.645)
    predicted = newest.predicted_over_observed * newest.converted
    return CrossValidation(
        figures=folds,
        auc=_interval(folds),
        newest_auc=_interval(newest),
        newest_level=(predicted / high, predicted / max(low, 1e-9)),
    )


def _interval(figures: Figures) -> tuple[float, float]:
    converted = round(figures.rows * figures.converted)
    return auc_interval(figures.auc, converted, figures.rows - converted)


def _copies(columns: dict[str, Array], rows: Array) -> int:
    """How often each of these leads stands there: the number by which nearly all groups of like ones can be divided.

    Leads of few facts are alike by nature, yet not all of them as often.
    """
    facts = ([None if value != value else value for value in column[rows].tolist()] for column in columns.values())
    times = np.array([*Counter(zip(*facts, strict=True)).values()], dtype=int)
    if len(times) < _DIFFERENT_MIN:
        return 1
    found = (each for each in range(COPIES_MAX, 1, -1) if np.mean(times % each == 0) >= _COPIED_MIN)
    return next(found, 1)
