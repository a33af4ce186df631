"""How likely leads come to each disposition before a sale, by P(conversion); and early dispositions as labels."""

from collections.abc import Iterable, Sequence

import msgspec
import numpy as np
from msgspec.structs import replace
from sklearn.linear_model import LogisticRegression

from app.domain.post.disposition import Disposition
from app.domain.pricing.disposition_value import EARLIER, DispositionCurve, EarlierDisposition
from app.scoring.artefact import Scorer, Sigmoid
from app.scoring.calibration import straight
from app.scoring.card import Gate, ModelCard, ParityRow
from app.scoring.compile import Probability, compiled
from training.conversion.enough import size_of
from training.histories.bids import Lead
from training.histories.history import History, columns_from
from training.histories.labels import at_least
from training.statistics import Array, expit, level_shift, log_odds

RATE_MIN, LINE_MIN = 30, 100
"""So many leads that came so far, and as many that did not, have a rate; so many have a slope too."""

LATE_MIN = 30
"""So many late conversions say how much rarer they are than the early ones; with fewer that is off by a fifth."""


def disposition_curves(
    leads: Iterable[Lead], score: Probability, conversion: Disposition
) -> dict[str, DispositionCurve]:
    """The curve of each disposition before a conversion to which enough mature exclusive leads came, and enough not."""
    mature = [lead for lead in leads if lead.converted is not None and lead.leg == "exclusive"]
    odds = log_odds(np.array([score(lead.facts) for lead in mature]))
    curves = ((name, _curve(odds, reached(mature, name))) for name in _before(conversion))
    return {name: curve for name, curve in curves if curve is not None}


def _before(conversion: Disposition) -> list[EarlierDisposition]:
    """The dispositions before this one, the latest first."""
    return [each for each in EARLIER if conversion in at_least(each) and each != conversion]


def reached(leads: Sequence[Lead], disposition: Disposition) -> Array:
    """Which of these leads came at least so far."""
    names = at_least(disposition)
    return np.array([lead.disposition in names for lead in leads], dtype=np.int8)


def _curve(odds: Array, told: Array) -> DispositionCurve | None:
    fewer = min(int(told.sum()), len(told) - int(told.sum()))
    if fewer < RATE_MIN:
        return None
    if fewer >= LINE_MIN:
        line = LogisticRegression(C=np.inf, max_iter=1_000).fit(odds.reshape(-1, 1), told)
        if line.coef_[0, 0] > 0.0:
            return DispositionCurve(float(line.coef_[0, 0]), float(line.intercept_[0]))
    return DispositionCurve(0.0, float(log_odds(np.array([np.mean(told)]))[0]))


class EarlyLabel(msgspec.Struct, frozen=True):
    """The latest disposition before a conversion that enough leads came to, and the mature leads labelled by it."""

    disposition: Disposition
    history: History
    leads: tuple[Lead, ...]


def early_label(history: History, leads: Iterable[Lead], conversion: Disposition) -> EarlyLabel | None:
    """What can be learned from where conversions are too few to learn from, and enough to tell how rare they are."""
    mature = [lead for lead in leads if lead.converted is not None and lead.leg == "exclusive"]
    if sum(lead.converted is True for lead in mature) < LATE_MIN:
        return None
    for disposition in _before(conversion):
        told = History(
            vertical=history.vertical,
            source=f"bought leads that came to {disposition}",
            columns=columns_from([lead.facts for lead in mature]),
            converted=reached(mature, disposition),
            at=np.array([lead.at for lead in mature]),
            value=np.array([lead.stated_cents for lead in mature], dtype=np.float64) / 100.0,
            delays=history.delays,
            maturity_days=history.maturity_days,
            notes=history.notes,
        )
        if size_of(told).is_enough:
            return EarlyLabel(disposition, told, tuple(mature))
    return None


def at_late_level(scorer: Scorer, card: ModelCard, early: EarlyLabel) -> tuple[Scorer, ModelCard]:
    """Scorer and card of P(conversion) by a model of an early disposition: it ranks as before, with fewer of them.

    The log-odds are moved by what makes the mean chance the share that converted.
    """
    line, leads, disposition, score = straight(scorer.calibrator), early.leads, early.disposition, compiled(scorer)
    converted = sum(lead.converted is True for lead in leads)
    shift = level_shift(log_odds(np.array([score(lead.facts) for lead in leads])), converted / len(leads))
    found = f"learned who is {disposition}; {converted:,} of {len(leads):,} leads converted, at least {LATE_MIN}"
    gate = Gate(name="late level", passed=line is not None and converted >= LATE_MIN, found=found, figure=converted)
    slope, intercept = line or (1.0, 0.0)
    rows = zip(card.parity, expit(log_odds(np.array([row.probability for row in card.parity])) + shift), strict=True)
    parity = tuple(ParityRow(row.facts, float(chance)) for row, chance in rows)
    told = f"figures are of leads that came to {disposition}"
    note = f"{told}; what is served is P(conversion), log-odds moved by {shift:+.2f}"
    moved = replace(scorer, calibrator=Sigmoid(slope, intercept + shift))
    return moved, replace(card.judged([gate]), parity=parity, notes=(*card.notes, note))
