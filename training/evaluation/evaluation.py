"""A candidate on a log of bids, everything that can be said of it: what the report and its JSON hold."""

from collections.abc import Callable
from typing import Any

import msgspec
import numpy as np

from app.domain.catalogue import Model
from app.scoring.card import DelayCurve, Gate
from app.scoring.compile import Probability
from training.bootstrap import DAY_S, resampled
from training.drift.drift import Drift, drift
from training.drift.window import sample, window, window_like
from training.errors import TrainingError
from training.evaluation.caps import Caps
from training.evaluation.conversions import Conversions, conversions
from training.evaluation.dependence import Dependence, dependences
from training.evaluation.ledger import Ledger, ledger
from training.evaluation.pacing import CampaignHours, pacing
from training.evaluation.policies import AS_BID, NOT_EXPLORING, Policies, policies
from training.evaluation.rebid import Rebid, habits_of, on_leg, rebid, shared_shares
from training.evaluation.verdict import Verdict, cap_gate, conversion_gates, drift_gate, policy_gates, verdict
from training.evaluation.wins import Wins, wins
from training.histories.bids import LoggedBid
from training.histories.dataset import DatasetSummary
from training.statistics import Array

SCHEMA = 1


class LogRows(msgspec.Struct, frozen=True, kw_only=True):
    """What the log holds of the vertical. Times are UTC epoch seconds; `declined` and `posts` are of all verticals.

    `maturity_days` and `as_of` are `None` where nobody noted them. `cluster` is what intervals draw again.
    """

    source: str
    since: float = 0.0
    until: float = 0.0
    as_of: float | None = None
    maturity_days: float | None = None
    bids: int = 0
    decided: int = 0
    won: int = 0
    lost: int = 0
    undecided: int = 0
    matured: int
    converted: int
    returned: int = 0
    by_week: tuple[tuple[str, int, int, int], ...] = ()
    declined: dict[str, int] = {}
    posts: dict[str, int] = {}
    cluster: str = "day"


class Evaluation(msgspec.Struct, frozen=True, kw_only=True):
    """The whole report. A part is `None` where there is nothing to say it by.

    `delays` are how long conversions took, of all leads under no name, and by seller.
    """

    schema: int = SCHEMA
    vertical: str
    candidate: str
    champion: str
    verdict: Verdict
    gates: tuple[Gate, ...]
    rows: LogRows
    conversions: Conversions
    wins: Wins | None = None
    policies: Policies | None = None
    pacing: tuple[CampaignHours, ...] = ()
    caps: Caps | None = None
    drift: Drift | None = None
    dependences: tuple[Dependence, ...] = ()
    delays: dict[str, DelayCurve] = {}
    notes: tuple[str, ...] = ()


class EvaluatedModel(msgspec.Struct, frozen=True, kw_only=True):
    """A model with the facts it reads; `raw` is its P(conversion) before calibration, where that differs."""

    model: Model
    reads: tuple[str, ...]
    raw: Probability | None = None


def evaluate(
    bids: list[LoggedBid],
    candidate: EvaluatedModel,
    champion: EvaluatedModel | None,
    *,
    zone: str,
    summary: DatasetSummary | None,
    source: str,
    caps: Caps | None = None,
    tell: Callable[[str], None] = lambda _: None,
) -> Evaluation:
    """Everything about the candidate. Without a `champion` it stands against what was bid, exploration off.

    `caps` are how full they got, where a journal was read for it.
    """
    log, model = ledger(bids), candidate.model
    if not len(log):
        raise TrainingError(f"{source} holds no decided bid of this vertical: join a longer span of the journal")
    tell("bidding again")
    name, rival = f"candidate {model.version}", NOT_EXPLORING
    rebids = {name: rebid(log, model)}
    if champion is not None:
        rival = f"champion {champion.model.version}"
        rebids[rival] = rebid(log, champion.model)
    by_model = _probabilities(log, rebids, candidate)
    matured = np.flatnonzero(log.matured)
    tell("judging conversions and wins")
    told = conversions(
        [log.bids[int(row)].facts for row in matured],
        log.seller[matured].tolist(),
        log.converted[matured].astype(np.int8),
        {name: values[matured] for name, values in by_model.items()},
    )
    landscapes = {name: each.win_at_logged for name, each in rebids.items() if not np.all(np.isnan(each.win_at_logged))}
    judged_wins = wins(log, {**landscapes, AS_BID: log.win_probability}, model)
    judged = policies(log, rebids, by_model, model, tell)
    gates = conversion_gates(told, _level(log, matured, rebids[name], model))
    if judged.why_not:
        gates.append(Gate(name="the log can speak of it", passed=None, found=judged.why_not))
    else:
        by_name = {each.name: each for each in judged.policies}
        gates += policy_gates(judged_wins, by_name[name], by_name[rival])
    tell("looking for drift")
    moved = _drift(bids, candidate)
    gates.append(drift_gate(moved))
    if caps is not None and (caps.uses or caps.unread):
        gates.append(cap_gate(caps))
    return Evaluation(
        vertical=model.vertical,
        candidate=model.version,
        champion=champion.model.version if champion is not None else "",
        verdict=verdict(gates),
        gates=tuple(gates),
        rows=_rows(bids, log, summary, source),
        delays=summary.delays.get(model.vertical, {}) if summary is not None else {},
        conversions=told,
        wins=judged_wins,
        policies=judged,
        pacing=pacing(log, zone),
        caps=caps,
        drift=moved,
        dependences=dependences(model.probability, candidate.reads, [bid.facts for bid in bids]),
    )


def _probabilities(log: Ledger, rebids: dict[str, Rebid], candidate: EvaluatedModel) -> dict[str, Array]:
    """P(conversion) of every row by each model, the candidate's first."""
    found = {name: each.probability for name, each in rebids.items()}
    if candidate.raw is not None:
        shares = shared_shares(log)
        found["before calibration"] = np.array([on_leg(bid, candidate.raw, shares) for bid in log.bids])
    if not any(np.allclose(log.probability, values) for values in found.values()):
        found[AS_BID] = log.probability
    return found


def _level(log: Ledger, matured: Array, own: Rebid, model: Model) -> tuple[float, int] | None:
    hits = int(np.nansum(log.converted[matured]))
    if not hits:
        return None
    factors = [habits_of(model, log.bids[int(row)]).quality_factor for row in np.flatnonzero(matured)]
    return float(np.sum(np.array(factors) * own.probability[matured])) / hits, hits


def _drift(bids: list[LoggedBid], candidate: EvaluatedModel) -> Drift:
    """The older half of the window against the newer, in the facts that the model reads."""
    cut = sorted(bid.at for bid in bids)[len(bids) // 2]
    halves = [bid for bid in bids if bid.at < cut], [bid for bid in bids if bid.at >= cut]
    older, newer = (sample(candidate.model.vertical, half) for half in halves)
    before = window(older, candidate.model.probability, candidate.reads)
    return drift(before, window_like(before, newer, candidate.model.probability))


def _rows(bids: list[LoggedBid], log: Ledger, summary: DatasetSummary | None, source: str) -> LogRows:
    noted: dict[str, Any] = {}
    if summary is not None:
        noted = {"as_of": summary.as_of, "maturity_days": summary.maturity_s / DAY_S}
        noted |= {"declined": summary.declined, "posts": summary.posts}
    won = [bid.won for bid in bids]
    return LogRows(
        source=source,
        since=float(min(bid.at for bid in bids)),
        until=float(max(bid.at for bid in bids)),
        bids=len(bids),
        decided=len(bids) - won.count(None),
        won=won.count(True),
        lost=won.count(False),
        undecided=won.count(None),
        matured=int(log.matured.sum()),
        converted=int(np.nansum(log.converted)),
        returned=int(log.returned[log.won == 1].sum()),
        by_week=_by_week(log),
        cluster=resampled(log.at).unit,
        **noted,
    )


def _by_week(log: Ledger) -> tuple[tuple[str, int, int, int], ...]:
    """Bids, wins and conversions in up to eight equal spans of the window, each named by its first day."""
    edges = np.linspace(log.at[0], log.at[-1] + 1.0, min(8, max(int((log.at[-1] - log.at[0]) // DAY_S), 1)) + 1)
    place = np.searchsorted(edges, log.at, side="right") - 1
    spans = [(str(np.datetime64(int(edge), "s"))[:10], place == span) for span, edge in enumerate(edges[:-1])]
    won, converted = log.won, np.nan_to_num(log.converted)
    return tuple((day, int(own.sum()), int(won[own].sum()), int(converted[own].sum())) for day, own in spans)
