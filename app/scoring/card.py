"""A model's card: what it was made of, what it showed, and the files it vouches for. It is read and written here."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec
from msgspec.structs import replace

from app.domain.catalogue import FactRead
from app.scoring.artefact import Unusable, decoded, read_bytes
from app.wire.ping import Value

CARD = "card.json"
PAGE = "card.md"
CARD_SCHEMA = 3

INTENDED_USE = (
    "Made to price pings of this vertical: P(conversion) of an exclusive lead. It must not decide about people in any "
    "other way, and it knows nothing of sellers, hours or places that were not in its history."
)


class Gate(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One demand on a model, and what was found. `passed` is `None` while it is open: not looked at is not passed.

    `figure` is what was held against its limit, `remedy` what helps where it failed.
    """

    name: str
    passed: bool | None
    found: str
    figure: float | None = None
    remedy: str = ""

    @property
    def result(self) -> str:
        """In a word."""
        return "open" if self.passed is None else "pass" if self.passed else "FAIL"

    @property
    def explained(self) -> str:
        """What was found, and what to do where it failed."""
        return self.found if self.passed or not self.remedy else f"{self.found}. {self.remedy}"

    @property
    def line(self) -> str:
        """The gate in a line of text."""
        return f"{self.result}  {self.name}: {self.explained}"


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """`skill` is the share of a constant's log-loss that is saved; `ece` has 15 bins of equal mass.

    `slope` is that of the outcome's log-odds on the predicted: 1 is honest, less is too bold, negative is upside down.
    """

    rows: int
    converted: float
    auc: float
    log_loss: float
    skill: float
    brier: float
    ece: float
    slope: float
    predicted_over_observed: float


class Decile(msgspec.Struct, frozen=True, kw_only=True):
    """A tenth of the leads, lowest predictions first. `true` is what the hidden truth says, where there is one."""

    predicted: float
    observed: float
    true: float | None = None


class SliceFigures(msgspec.Struct, frozen=True, kw_only=True):
    """The newest leads in which `field` has this value; `None` where they are too few to say."""

    field: str
    value: str
    rows: int
    converted: float
    predicted: float
    predicted_over_observed: float | None
    auc: float | None


class TrainingHistory(msgspec.Struct, frozen=True, kw_only=True):
    """The leads a model learned from; `sha256` stands for all of them. `notes` say what was left out.

    `since` and `until` are times, or numbers of rows where the history has only an order.
    """

    source: str
    synthetic: bool
    rows: int
    since: str
    until: str
    converted: float
    value_mean: float | None = None
    sha256: str
    notes: tuple[str, ...] = ()


class DelayCurve(msgspec.Struct, frozen=True, kw_only=True):
    """How long conversions take: by each of `days` what of `shares` has come, of those within `horizon_days`.

    It is of so many `leads`, of which a share of `rate` converts; `settled` where hardly any came late in that time.
    """

    leads: int
    conversions: int
    horizon_days: float
    rate: float
    settled: bool
    days: tuple[float, ...]
    shares: tuple[float, ...]

    def share_by(self, age_days: float) -> float:
        """The share of conversions that has come by this age."""
        at = bisect_right(self.days, age_days)
        if at in (0, len(self.days)):
            return self.shares[-1] if at else self.shares[0] * max(age_days, 0.0) / self.days[0]
        (x, y), (x1, y1) = ((self.days[place], self.shares[place]) for place in (at - 1, at))
        return y + (y1 - y) * (age_days - x) / (x1 - x)

    def quantile(self, share: float) -> float:
        """The days after which this share has come."""
        return self.days[min(bisect_left(self.shares, share - 1e-9), len(self.days) - 1)]


class LeftOut(msgspec.Struct, frozen=True):
    """One declared field that the model does not see, and why."""

    name: str
    reason: str


class FieldCheck(msgspec.Struct, frozen=True, kw_only=True):
    """AUC of a model of this field alone, and how much AUC the whole model loses without it, both cross-validated.

    Leads are compared with those of their own time. `twins` say much the same and were taken away with it, beside
    `others` that stayed.
    """

    name: str
    alone: float
    removal: float
    twins: tuple[str, ...] = ()
    others: int = 0


class FieldImportance(msgspec.Struct, frozen=True, kw_only=True):
    """How much a model goes by a field, on the newest leads.

    `moves` is by how much it moves the log-odds of a lead on the mean, `shuffled` by how much the log-loss rises where
    its values are dealt out anew.
    """

    name: str
    moves: float
    shuffled: float


class JudgedCandidate(msgspec.Struct, frozen=True, kw_only=True):
    """One candidate with one of its settings, on later leads than it learned from.

    `saved` is its log-loss below that of a constant, `behind` above that of the best, each with its standard error.
    `crossed` says whether it had the crosses.
    """

    candidate: str
    settings: dict[str, float]
    crossed: bool = False
    log_loss: float
    auc: float
    saved: float
    saved_noise: float
    behind: float
    behind_noise: float
    chosen: bool


class CalibratorAttempt(msgspec.Struct, frozen=True, kw_only=True):
    """One calibrator on the slice it has not seen, against the raw model; kept unless `why_not` says why not.

    `noise` is the standard error of the difference between the two log-losses.
    """

    method: str
    slope: float
    log_loss: float
    raw_log_loss: float
    noise: float
    auc: float
    raw_auc: float
    why_not: str


class AmountRow(msgspec.Struct, frozen=True):
    """A lead's facts, and what the trained pipeline itself says that a conversion of it brings, in dollars."""

    facts: dict[str, Value]
    amount: float


class LearnedValue(msgspec.Struct, frozen=True, kw_only=True):
    """E[V | converts, facts], in dollars: the `model` (or `mean`, which reads nothing) and how it was chosen.

    It learned from `learned` conversions whose value was told. `saved` is by how much the deviance of later conversions
    was lower than that of their mean, with its standard error. Amounts above `high` count as that, of `capped`
    conversions. On the `newest` conversions `predicted_over_observed` is the level.
    """

    model: str
    learned: int
    mean: float
    high: float
    capped: int
    saved: float
    saved_noise: float
    newest: int
    predicted_over_observed: float
    parity: tuple[AmountRow, ...]


class ParityRow(msgspec.Struct, frozen=True):
    """A lead's facts, and the probability that the trained pipeline itself gave it."""

    facts: dict[str, Value]
    probability: float


class ModelCard(msgspec.Struct, frozen=True, kw_only=True):
    """Figures are of the newest leads, which nothing was fitted to; `figures_of_truth` are the hidden truth's.

    `candidate` with its `settings` was chosen among `candidates`, and fitted to all but the newest leads; its
    calibrator was fitted to what models of older leads said of later ones. `crosses` are pairs of categories that it
    reads as one. `delays` say how long conversions took, of all leads under no name and by seller; a lead is mature
    after `maturity_days`. `value` is what a conversion brings, where the history says it. `spec` is the specification
    of the leads as written.
    `parts` has a word on each file that was learned beside the scorer, `renews` says of which version that scorer is.
    The service relies on `schema`, names, `sha256` (by file) and `parity`; the rest is for people and for training.
    """

    schema: int = CARD_SCHEMA
    vertical: str
    version: str
    passed: bool
    renews: str = ""
    intended_use: str = INTENDED_USE
    history: TrainingHistory
    spec: dict[str, Any]
    spec_sha256: str
    reads: tuple[FactRead, ...]
    crosses: tuple[tuple[str, str], ...] = ()
    delays: dict[str, DelayCurve] = {}
    maturity_days: float | None = None
    left_out: tuple[LeftOut, ...] = ()
    rows_by_slice: dict[str, int]
    figures: Figures
    figures_raw: Figures
    figures_random_split: Figures
    figures_of_truth: Figures | None = None
    deciles: tuple[Decile, ...]
    by_value: tuple[SliceFigures, ...] = ()
    candidate: str
    settings: dict[str, float]
    candidates: tuple[JudgedCandidate, ...] = ()
    notes: tuple[str, ...] = ()
    calibrator: str
    value: LearnedValue | None = None
    attempts: tuple[CalibratorAttempt, ...]
    fields: tuple[FieldCheck, ...]
    importances: tuple[FieldImportance, ...] = ()
    gates: tuple[Gate, ...]
    parts: dict[str, str] = {}
    seed: int
    libraries: dict[str, str]
    parity: tuple[ParityRow, ...]
    sha256: dict[str, str] = {}

    @property
    def failed(self) -> tuple[str, ...]:
        """The gates that it did not pass; an open one is among them."""
        return tuple(gate.name for gate in self.gates if not gate.passed)

    @property
    def cleared(self) -> bool:
        """Whether every gate lets it bid; a card that contradicts its gates does not."""
        return self.passed and not self.failed

    @property
    def learned_from_real(self) -> bool:
        """Whether real outcomes are in it: its leads were bought, or its parts were learned from its own bids."""
        return not self.history.synthetic or bool(self.parts)

    def judged(self, gates: Sequence[Gate]) -> "ModelCard":
        """The card with these gates in place of its own of the same names, so that each has one result everywhere."""
        fresh = {gate.name for gate in gates}
        both = (*(gate for gate in self.gates if gate.name not in fresh), *gates)
        return replace(self, gates=both, passed=all(gate.passed for gate in both))


def read_card(folder: Path) -> ModelCard:
    """The card of the version in this folder; raises `Unusable`."""
    return decoded(read_bytes(folder / CARD), ModelCard, CARD, CARD_SCHEMA, "a model card")


def write_card(folder: Path, card: ModelCard) -> ModelCard:
    """The card as it now stands in its version's folder, whole, vouching for every file that lies there beside it."""
    files = [path for path in sorted(folder.iterdir()) if path.name not in (CARD, PAGE)]
    card = replace(card, sha256={path.name: sha256(path.read_bytes()).hexdigest() for path in files})
    fresh = folder / f".{CARD}"
    fresh.write_bytes(msgspec.json.format(msgspec.json.encode(card), indent=1) + b"\n")
    fresh.replace(folder / CARD)
    return card


def check_sum(folder: Path, card: ModelCard, name: str, body: bytes) -> None:
    """Refuse a file that is not what the card vouches for: damage is called damage, whatever it looks like."""
    if sha256(body).hexdigest() != card.sha256.get(name):
        raise Unusable(f"{folder.name}/{name} does not have the checksum in {CARD}: restore or retrain it")
