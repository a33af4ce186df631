"""What a model said of leads against what became of them: by tenths of the scores, with how far chance may reach."""

from collections.abc import Iterator, Sequence
from math import log
from operator import itemgetter

import msgspec

from app.reports.models.intervals import auc_interval, mean_interval, wilson

BINS = 10
IN_BIN_MIN = 20
"""With fewer leads in a group its share says nothing, so there are fewer groups."""
_TINY = 1e-12

ScoredLead = tuple[float, bool]
"""P(conversion) as it was said, and whether the lead converted in its time."""


class Between(msgspec.Struct, frozen=True):
    """A figure, and what 95 of 100 such samples would lie between (of an AUC 90)."""

    at: float
    low: float
    high: float


class CalibrationBin(msgspec.Struct, frozen=True, kw_only=True):
    """Leads of similar scores: how many, what was predicted of them, what happened, and its 95 % interval."""

    leads: int
    predicted: float
    observed: float
    low: float
    high: float

    @property
    def holds(self) -> bool:
        """Whether what was predicted lies within the interval of what happened."""
        return self.low <= self.predicted <= self.high


class Calibration(msgspec.Struct, frozen=True, kw_only=True):
    """Of leads that have matured and were scored. `ratio` is predicted over observed conversions, None of none.

    `auc` and `log_loss` are None where all leads had the same outcome. `too_young` have not matured, the first of which
    does `next_at` (UTC epoch seconds); `unscored` were priced without a model, or nobody knows by what.
    """

    leads: int
    conversions: int
    predicted: float
    ratio: Between | None
    auc: Between | None
    log_loss: Between | None
    bins: tuple[CalibrationBin, ...]
    too_young: int
    next_at: float | None
    unscored: int

    @property
    def holds(self) -> bool | None:
        """Whether the level is right, as far as chance does not explain it; None before anything can be said."""
        return None if self.ratio is None else self.ratio.low <= 1.0 <= self.ratio.high


def calibration(
    scored: Sequence[ScoredLead], *, too_young: int = 0, next_at: float | None = None, unscored: int = 0
) -> Calibration:
    """The figures of these leads."""
    # By the score alone: of equal ones those that converted must not stand together.
    ordered = sorted(scored, key=itemgetter(0))
    hits, predicted = sum(converted for _, converted in ordered), sum(chance for chance, _ in ordered)
    is_mixed = 0 < hits < len(ordered)
    return Calibration(
        leads=len(ordered),
        conversions=hits,
        predicted=predicted,
        ratio=_ratio(predicted, hits, len(ordered)),
        auc=Between(_auc(ordered), *auc_interval(_auc(ordered), hits, len(ordered) - hits)) if is_mixed else None,
        log_loss=_log_loss(ordered) if is_mixed else None,
        bins=tuple(_bins(ordered)),
        too_young=too_young,
        next_at=next_at,
        unscored=unscored,
    )


def _ratio(predicted: float, hits: int, leads: int) -> Between | None:
    if not hits:
        return None
    low, high = wilson(hits, leads)
    return Between(predicted / hits, predicted / (high * leads), predicted / (low * leads))


def _log_loss(scored: Sequence[ScoredLead]) -> Between:
    losses = [-log(max(chance if converted else 1.0 - chance, _TINY)) for chance, converted in scored]
    total = sum(losses)
    ends = mean_interval(total, sum(each * each for each in losses), len(losses))
    return Between(total / len(losses), *ends)


def _auc(ordered: Sequence[ScoredLead]) -> float:
    """How often a lead that converted was given more than one that did not; a tie counts half."""
    hits = sum(converted for _, converted in ordered)
    ranks, at = 0.0, 0
    while at < len(ordered):
        end = at
        while end < len(ordered) and ordered[end][0] == ordered[at][0]:
            end += 1
        # The mean rank of a tie, counted from 1.
        ranks += 0.5 * (at + 1 + end) * sum(converted for _, converted in ordered[at:end])
        at = end
    return (ranks - hits * (hits + 1) / 2.0) / (hits * (len(ordered) - hits))


def _bins(ordered: Sequence[ScoredLead]) -> Iterator[CalibrationBin]:
    """Equally many in each group, lowest scores first."""
    bins = min(BINS, max(len(ordered) // IN_BIN_MIN, 1)) if ordered else 0
    for number in range(bins):
        own = ordered[len(ordered) * number // bins : len(ordered) * (number + 1) // bins]
        hits = sum(converted for _, converted in own)
        low, high = wilson(hits, len(own))
        yield CalibrationBin(
            leads=len(own),
            predicted=sum(chance for chance, _ in own) / len(own),
            observed=hits / len(own),
            low=low,
            high=high,
        )
