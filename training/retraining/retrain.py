"""One round of retraining a vertical: trains what its outcomes allow, and makes it the challenger."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path

import msgspec
from msgspec.structs import replace

from app.domain.pricing.disposition_value import DispositionCurve
from app.domain.seller import Habits
from app.domain.vertical import Vertical
from app.scoring.artefact import Unusable
from app.scoring.card import DelayCurve, Gate, ModelCard, read_card
from app.scoring.dispositions import DISPOSITIONS_FILE
from app.scoring.habits import HABITS, parse_habits
from app.scoring.landscape import FILE as LANDSCAPE
from app.scoring.load import load_version
from app.scoring.parse import parse
from app.scoring.traffic import TRAFFIC
from training.conversion.enough import size_of
from training.conversion.features import columns_of
from training.conversion.learn import learn
from training.drift.window import REFERENCE, Probability, sample, window
from training.errors import TrainingError
from training.histories.bids import Lead, LoggedBid, history_of, read_bids, read_leads
from training.histories.dataset import BIDS, DAY_S, LEADS, DatasetSummary
from training.histories.spec import Spec
from training.retraining.dispositions import EarlyLabel, at_late_level, disposition_curves, early_label
from training.retraining.habits import Measured, measured
from training.retraining.market import Contest, LearnedMarket, market
from training.retraining.renew import Parts, completed, renewed
from training.retraining.successor import successor_spec
from training.retraining.traffic import shape


class Dataset(msgspec.Struct, frozen=True, kw_only=True):
    """Where the dataset lies and what it holds, whose models are renewed, and the buyer's zone."""

    folder: Path
    summary: DatasetSummary
    models: Path
    zone: str


class Round(msgspec.Struct, frozen=True, kw_only=True):
    """What came of one vertical's round. `challenger` is the new version, empty where there is none.

    `conversion` says in a sentence what came of that model, `delays` how long conversions took, of all leads under no
    name and by seller; they have `maturity_days`. `contests` are by leg, `few` says of which there are none.
    `gates` are those of the challenger, as its card shows them; `left_out` has what failed and is not in it, by what it
    was. `verdict` says what happens with the challenger, `is_tried` whether it stands beside the champion now.
    `removed` are old versions that never bid.
    """

    vertical: str
    champion: str
    challenger: str = ""
    conversion: str
    contests: dict[str, Contest] = {}
    few: tuple[str, ...] = ()
    delays: dict[str, DelayCurve] = {}
    maturity_days: float = 0.0
    sellers: dict[str, Measured] = {}
    gates: tuple[Gate, ...] = ()
    left_out: dict[str, tuple[Gate, ...]] = {}
    verdict: str = ""
    is_tried: bool = False
    removed: tuple[str, ...] = ()


def retrain(past: Dataset, vertical: Vertical, champion: str, *, seed: int, tell: Callable[[str], None]) -> Round:
    """Learn what the outcomes of this vertical can teach, and write it as a version that nothing points at yet.

    A conversion model that passes its gates takes the champion's place in it, else the champion's scorer stays. Raises
    Unusable where the champion cannot be loaded, and ParquetError.
    """
    name, home = vertical.name, past.models / vertical.name
    leads = list(read_leads(past.folder / LEADS, name))
    spec = successor_spec(vertical, _card(home / champion) if champion else None)
    fresh, sentence, left_out = _conversion(past, spec, leads, seed=seed, tell=tell)
    base = fresh or champion
    delays, days = past.summary.delays.get(name, {}), past.summary.maturity_s / DAY_S
    if not base:
        return Round(
            vertical=name, champion="", conversion=sentence, delays=delays, maturity_days=days, left_out=left_out
        )
    tell("measuring sellers")
    model, reads = load_version(past.models, name, base)
    ratio = _ratio(past.models, name, base, model.probability)
    sellers = measured(leads, ratio)
    rivals = market(past.folder / BIDS, name, columns_of(vertical)[0], ratio, home / champion, tell)
    challenger = ""
    if fresh or sellers or rivals.artefact is not None:
        curves = disposition_curves(leads, model.probability, past.summary.conversion)
        parts = _parts(past, name, home / champion, model.probability, reads, sellers, rivals, curves)
        if fresh:
            completed(home / base, read_card(home / base), parts)
        challenger = fresh or renewed(past.models, name, champion, parts)
        # Read back as the service will read it: what it would refuse must not be tried.
        load_version(past.models, name, challenger)
    # The card has the gate of the landscape that stays in the place of what failed.
    newly = [replace(gate, name=f"{gate.name}, newly learned") for gate in rivals.gates if not gate.passed]
    return Round(
        vertical=name,
        champion=champion,
        challenger=challenger,
        conversion=sentence,
        contests=rivals.contests,
        few=rivals.few,
        delays=delays,
        maturity_days=days,
        sellers=sellers,
        gates=read_card(home / challenger).gates if challenger else (),
        left_out={**left_out, **({"landscape": tuple(newly)} if newly else {})},
    )


def _conversion(
    past: Dataset, spec: Spec, leads: Sequence[Lead], *, seed: int, tell: Callable[[str], None]
) -> tuple[str, str, dict[str, tuple[Gate, ...]]]:
    """The version of a conversion model that passed its gates, what came of it in a sentence, and what did not pass."""
    known, days = past.summary.known_until or past.summary.as_of, past.summary.maturity_s / DAY_S
    history = history_of(leads, spec.vertical, known_until=known, matures=days)
    # A fit would be in vain: the first of its gates counts the conversions.
    size = size_of(history)
    few, early = f"too few conversions: {size.found}", None
    if not size.is_enough:
        early = early_label(history, leads, past.summary.conversion)
        if early is None:
            return "", few, {}
        # Log-odds of a straight curve can be moved.
        history = early.history
        spec = spec if spec.calibrator == "none" else replace(spec, calibrator="sigmoid")
    try:
        card = learn(history, spec, past.models, seed=seed, tell=tell)
        if early is not None:
            card = _leveled(past.models / spec.vertical / card.version, card, early)
    except TrainingError as error:
        return "", str(error), {}
    if card.failed:
        sentence = f"{card.version} did not pass: {', '.join(card.failed)}; it is kept for study"
        return "", sentence, {f"version {card.version}": card.gates}
    learned = f"learned anew from {len(history):,} leads"
    return card.version, learned if early is None else f"{few}; {learned} by who is {early.disposition}", {}


def _leveled(folder: Path, card: ModelCard, early: EarlyLabel) -> ModelCard:
    """The card of a version in this folder that learned an early disposition, brought to the level of conversions."""
    scorer, late = at_late_level(parse((folder / "scorer.json").read_bytes()), card, early)
    completed(folder, late, Parts(files={"scorer.json": msgspec.json.encode(scorer) + b"\n"}))
    return read_card(folder)


def _card(folder: Path) -> ModelCard | None:
    with suppress(Unusable):
        return read_card(folder)
    return None


def _ratio(models: Path, vertical: str, version: str, score: Probability) -> Callable[[Lead | LoggedBid], float]:
    """What this version says of a lead, over what was said when it was bid for; 1 where that version is gone."""

    @cache
    def said_by(other: str) -> Probability:
        try:
            return score if other == version else load_version(models, vertical, other)[0].probability
        except Unusable:
            return score

    def ratio(lead: Lead | LoggedBid) -> float:
        if not lead.model:
            # Priced by what its campaign expected, before there was a model.
            declared = lead.probability if lead.leg == "exclusive" else None
            return score(lead.facts) / declared if declared else 1.0
        said = said_by(lead.model)
        before = 0.0 if said is score else said(lead.facts)
        return score(lead.facts) / before if before > 0.0 else 1.0

    return ratio


def _parts(
    past: Dataset,
    vertical: str,
    former: Path,
    score: Probability,
    reads: Sequence[str],
    sellers: dict[str, Measured],
    rivals: LearnedMarket,
    dispositions: dict[str, DispositionCurve],
) -> Parts:
    """Landscape, habits, dispositions, traffic, and the window against which drift will be held.

    What a `former` version knew and this round says nothing of goes on.
    """
    summary = past.summary
    habits: dict[str, Habits] = {}
    with suppress(OSError, Unusable):
        habits.update(parse_habits((former / HABITS).read_bytes()))
    habits |= {seller: each.habits for seller, each in sellers.items()}
    week = shape(summary.traffic.get(vertical, []), summary.since, summary.until, past.zone)
    seen = window(sample(vertical, read_bids(past.folder / BIDS, vertical)), score, reads)
    files = {REFERENCE: msgspec.json.encode(seen) + b"\n"}
    told = {"window": f"{seen.pings:,} pings, against which drift is held"}
    if week:
        files[TRAFFIC] = msgspec.json.encode(week) + b"\n"
        told["traffic"] = f"the week's shape of {sum(summary.traffic[vertical]):,} pings"
    if habits:
        files[HABITS] = msgspec.json.encode(habits) + b"\n"
        told["habits"] = f"realized value and returns of {', '.join(habits)}"
    if dispositions:
        files[DISPOSITIONS_FILE] = msgspec.json.encode(dispositions) + b"\n"
        told["dispositions"] = f"how likely leads are {', '.join(dispositions)}"
    elif (former / DISPOSITIONS_FILE).exists():
        files[DISPOSITIONS_FILE] = (former / DISPOSITIONS_FILE).read_bytes()
    if rivals.artefact is not None:
        files[LANDSCAPE] = msgspec.json.encode(rivals.artefact) + b"\n"
        told["landscape"] = f"how rivals bid, from {rivals.told}"
    elif (former / LANDSCAPE).exists():
        files[LANDSCAPE] = (former / LANDSCAPE).read_bytes()
    return Parts(files=files, gates=tuple(gate for gate in rivals.gates if gate.passed), told=told)
