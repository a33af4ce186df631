"""The models of each vertical: what prices it, what its card says, how it does now, and what is tried beside it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec

from app.domain.auction.canary import CanaryTally, canary_name
from app.domain.campaign import Campaign
from app.reports.attention.trade import ScoreShift
from app.reports.models.calibration import Between, Calibration
from app.reports.models.intervals import auc_interval
from app.reports.models.outcomes import Outcomes
from app.reports.models.trial import Stopped, TrialFacts, TrialView, trial_view
from app.reports.tally import JournalTally, VerticalTrade
from app.scoring.card import Decile, Gate, JudgedCandidate, ModelCard
from app.scoring.pointer import Entry
from app.scoring.registry.changes import Change
from app.scoring.registry.listing import ListedVersion, change_words

_DAY_S = 86_400.0


class CardFigures(msgspec.Struct, frozen=True, kw_only=True):
    """What the card says of the newest leads of its history, which nothing was fitted to. `auc` is with its 90 %
    interval; `skill` is the share of a constant's log-loss that is saved.
    """

    leads: int
    converted: float
    auc: Between
    log_loss: float
    skill: float
    predicted_over_observed: float


class VersionRow(msgspec.Struct, frozen=True, kw_only=True):
    """One version on disk; `role` is live, challenger, before, or empty. `figures` are None of a card that cannot be
    read, for which `problem` has the reason. It learned from `rows` leads, up to `until`.
    """

    version: str
    role: str
    problem: str
    cleared: bool
    failed: tuple[str, ...]
    candidate: str
    calibrator: str
    renews: str
    synthetic: bool
    rows: int
    conversions: int
    since: str
    until: str
    figures: CardFigures | None


class FieldWeight(msgspec.Struct, frozen=True, kw_only=True):
    """What a field does in the live model, from its card: by how much it moves the log-odds of a lead on the mean, how
    much the log-loss rises where its values are dealt out anew; its AUC alone, and what the model loses without it.
    """

    name: str
    moves: float
    shuffled: float | None
    alone: float | None
    removal: float | None


class Unpriced(msgspec.Struct, frozen=True, kw_only=True):
    """A campaign of a vertical that no model prices: the rate that it expects, the price that it bids without any."""

    campaign: str
    expected_conversion: float | None
    fallback_cents: int | None


class ChangeRow(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody `did` to what is live and tried: from what to what, and why; `forced` against the card's gates."""

    at: str
    who: str
    did: str
    words: str
    why: str
    forced: bool


class VerticalRow(msgspec.Struct, frozen=True, kw_only=True):
    """One vertical in short. `problem` says why a version is not used that the pointer names."""

    vertical: str
    live: str
    learned_until: str
    synthetic: bool
    auc: Between | None
    calibration: Calibration
    psi: float | None
    challenger: str
    share: float
    stopped: bool
    problem: str


class ModelsView(msgspec.Struct, frozen=True, kw_only=True):
    """All verticals in which campaigns buy, or that have a model. `folder` is where models lie, `shipped` where these
    are those that come with leadbid, which nothing is ever written to.
    """

    at: float
    folder: str
    shipped: bool
    verticals: tuple[VerticalRow, ...]


class VerticalModels(msgspec.Struct, frozen=True, kw_only=True):
    """One vertical in full, over `days` of the journal. `counted` is False while what became of its leads is being
    counted for the first time, `unread` says why the journal cannot be; leads are judged after `matures_days`.
    `unpriced` are its campaigns where nothing is live; `deciles`, `gates`, `candidates` and `fields` are those of the
    live version's card.
    """

    at: float
    days: int
    folder: str
    shipped: bool
    vertical: str
    row: VerticalRow
    counted: bool
    unread: str
    matures_days: float
    unpriced: tuple[Unpriced, ...]
    versions: tuple[VersionRow, ...]
    gates: tuple[Gate, ...]
    candidates: tuple[JudgedCandidate, ...]
    deciles: tuple[Decile, ...]
    fields: tuple[FieldWeight, ...]
    drift: ScoreShift | None
    trial: TrialView | None
    changes: tuple[ChangeRow, ...]


class ModelFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What is known at one moment. `loaded` are the versions that price in the running service, None outside of one.

    `tally` is of the last `days`, None where it is not counted yet, as are `outcomes`, or where `unread` says why it
    cannot be. `matures_days` by vertical, `stopped` are what is paused, `tallies` the canaries' by name; `changes` are
    the oldest first.
    """

    at: float
    days: int
    folder: str
    shipped: bool
    campaigns: Sequence[Campaign]
    entries: Mapping[str, Entry]
    versions: Sequence[ListedVersion]
    changes: Sequence[Change]
    loaded: Mapping[str, str] | None
    tally: JournalTally | None
    unread: str
    outcomes: Outcomes | None
    matures_days: Mapping[str, float]
    shifts: Sequence[ScoreShift]
    stopped: Stopped
    tallies: Mapping[str, CanaryTally]

    @property
    def verticals(self) -> list[str]:
        """Those in which campaigns buy, and those that have a version."""
        return sorted({each.vertical for each in self.campaigns} | {each.vertical for each in self.versions})


NOT_COUNTED = Calibration(
    leads=0,
    conversions=0,
    predicted=0.0,
    ratio=None,
    auc=None,
    log_loss=None,
    bins=(),
    too_young=0,
    next_at=None,
    unscored=0,
)


def models_view(facts: ModelFacts) -> ModelsView:
    """All of them in short."""
    rows = tuple([_row(name, facts) for name in facts.verticals])
    return ModelsView(at=facts.at, folder=facts.folder, shipped=facts.shipped, verticals=rows)


def vertical_models(vertical: str, facts: ModelFacts) -> VerticalModels:
    """One of them in full."""
    row, own = _row(vertical, facts), [each for each in facts.versions if each.vertical == vertical]
    card = _card(own, row.live)
    return VerticalModels(
        at=facts.at,
        days=facts.days,
        folder=facts.folder,
        shipped=facts.shipped,
        vertical=vertical,
        row=row,
        counted=facts.outcomes is not None and (facts.tally is not None or facts.unread != ""),
        unread=facts.unread,
        matures_days=facts.matures_days.get(vertical, 0.0),
        unpriced=tuple(_unpriced(vertical, facts.campaigns)) if not row.live else (),
        versions=tuple([_version(each) for each in reversed(own)]),
        gates=card.gates if card is not None else (),
        candidates=card.candidates if card is not None else (),
        deciles=card.deciles if card is not None else (),
        fields=tuple(_fields(card)) if card is not None else (),
        drift=_shift(vertical, row.live, facts.shifts),
        trial=_trial(vertical, facts),
        changes=tuple([_change(each) for each in reversed(facts.changes) if each.vertical == vertical]),
    )


def _change(done: Change) -> ChangeRow:
    return ChangeRow(at=done.at, who=done.who, did=done.did, words=change_words(done), why=done.why, forced=done.forced)


def _row(vertical: str, facts: ModelFacts) -> VerticalRow:
    entry, own = facts.entries.get(vertical), [each for each in facts.versions if each.vertical == vertical]
    pointed = entry.live if entry is not None else ""
    live = facts.loaded.get(vertical, "") if facts.loaded is not None else pointed
    card, shift = _card(own, live), _shift(vertical, live, facts.shifts)
    outcomes = (facts.outcomes or {}).get((vertical, live))
    challenger = entry.challenger if entry is not None else ""
    is_stopped = bool(challenger) and canary_name(vertical, challenger) in facts.stopped
    return VerticalRow(
        vertical=vertical,
        live=live,
        learned_until=card.history.until if card is not None else "",
        synthetic=not card.learned_from_real if card is not None else False,
        auc=_figures(card).auc if card is not None else None,
        calibration=outcomes.calibration if outcomes is not None else NOT_COUNTED,
        psi=shift.psi if shift is not None else None,
        challenger=challenger,
        share=entry.canary if entry is not None and not is_stopped else 0.0,
        stopped=is_stopped,
        problem=_problem(own, pointed, live),
    )


def _problem(own: Iterable[ListedVersion], pointed: str, live: str) -> str:
    """What is wrong with what the pointer names."""
    found = next((each.problem for each in own if each.problem and each.role in ("live", "challenger")), "")
    if found or pointed == live:
        return found
    return f"{pointed} is to be live, and is not yet: that takes some seconds, or the log says why it cannot be"


def _card(own: Iterable[ListedVersion], version: str) -> ModelCard | None:
    return next((each.card for each in own if each.version == version), None)


def _shift(vertical: str, version: str, shifts: Iterable[ScoreShift]) -> ScoreShift | None:
    return next((each for each in shifts if (each.vertical, each.model) == (vertical, version)), None)


def _figures(card: ModelCard) -> CardFigures:
    figures, hits = card.figures, round(card.figures.converted * card.figures.rows)
    return CardFigures(
        leads=figures.rows,
        converted=figures.converted,
        auc=Between(figures.auc, *auc_interval(figures.auc, hits, figures.rows - hits)),
        log_loss=figures.log_loss,
        skill=figures.skill,
        predicted_over_observed=figures.predicted_over_observed,
    )


def _version(listed: ListedVersion) -> VersionRow:
    card = listed.card
    history = card.history if card is not None else None
    return VersionRow(
        version=listed.version,
        role=listed.role,
        problem=listed.problem,
        cleared=card.cleared if card is not None else False,
        failed=card.failed if card is not None else (),
        candidate=card.candidate if card is not None else "",
        calibrator=card.calibrator if card is not None else "",
        renews=card.renews if card is not None else "",
        synthetic=not card.learned_from_real if card is not None else False,
        rows=history.rows if history is not None else 0,
        conversions=round(history.rows * history.converted) if history is not None else 0,
        since=history.since if history is not None else "",
        until=history.until if history is not None else "",
        figures=_figures(card) if card is not None else None,
    )


def _fields(card: ModelCard) -> Iterator[FieldWeight]:
    """Those first that move a lead most; those that it does not read last."""
    checks = {each.name: each for each in card.fields}
    for each in sorted(card.importances, key=lambda each: -each.moves):
        check = checks.get(each.name)
        yield FieldWeight(
            name=each.name,
            moves=each.moves,
            shuffled=each.shuffled,
            alone=check.alone if check is not None else None,
            removal=check.removal if check is not None else None,
        )


def _unpriced(vertical: str, campaigns: Iterable[Campaign]) -> Iterator[Unpriced]:
    for each in campaigns:
        if each.vertical == vertical:
            yield Unpriced(
                campaign=each.name,
                expected_conversion=each.expected_conversion.rate if each.expected_conversion is not None else None,
                fallback_cents=each.fallback_cents,
            )


def _trial(vertical: str, facts: ModelFacts) -> TrialView | None:
    entry = facts.entries.get(vertical)
    if entry is None:
        return None
    verticals = facts.tally.verticals if facts.tally is not None else {}
    return trial_view(
        vertical,
        TrialFacts(
            entry=entry,
            trade=verticals.get(vertical, VerticalTrade()),
            days=float(facts.days),
            outcomes=facts.outcomes or {},
            tally=facts.tallies.get(canary_name(vertical, entry.challenger)),
            stopped=facts.stopped.get(canary_name(vertical, entry.challenger)),
        ),
    )
