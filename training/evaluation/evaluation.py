"""A candidate on a log of bids, everything that can be said of it: what the report and its JSON hold."""

from collections.abc import Callable, Mapping

import msgspec
import numpy as np

from app.domain.catalogue import Model
from app.domain.seller import Habits
from app.scoring.compile import Probability
from training.conversion.figures import losses
from training.drift.drift import Drift, drift
from training.drift.window import sample, window, window_like
from training.evaluation.caps import Caps
from training.evaluation.conversions import Conversions, conversions
from training.evaluation.curves import anlp, falls
from training.evaluation.estimators import Estimated, Known, estimated, known_of
from training.evaluation.intervals import Redrawn, Span, redrawn
from training.evaluation.ledger import DAY_S, Array, Ledger, ledger
from training.evaluation.pacing import CampaignHours, pacing
from training.evaluation.policies import (
    Policy,
    Scaled,
    SwapClass,
    constant_shade,
    judged,
    observed,
    profit_curve,
    sensitivity,
    swap,
    truthful,
)
from training.evaluation.rebid import Rebid, rebid, shared_shares
from training.evaluation.verdict import Gate, Verdict, cap_gate, conversion_gates, drift_gate, policy_gates, verdict
from training.evaluation.winning import TooThin
from training.evaluation.wins import Wins, wins
from training.evaluation.yardstick import yardstick
from training.histories.bids import Bid
from training.histories.dataset import Summary

SCHEMA = 1


class Rows(msgspec.Struct, frozen=True, kw_only=True):
    """What the log holds of the vertical. Times are UTC epoch seconds; `declined` and `posts` are of all verticals.

    `maturity_days` and `as_of` are `None` where nobody noted them. `cluster` is what intervals draw again.
    """

    source: str
    since: float
    until: float
    as_of: float | None = None
    maturity_days: float | None = None
    bids: int
    decided: int
    won: int
    lost: int
    undecided: int
    matured: int
    converted: int
    returned: int
    by_week: tuple[tuple[str, int, int, int], ...] = ()
    declined: dict[str, int] = {}
    posts: dict[str, int] = {}
    cluster: str = "day"


class WhatIf(msgspec.Struct, frozen=True, kw_only=True):
    """Surplus a bid in cents, were something otherwise, and by how much it changes."""

    name: str
    surplus: float
    change: Span


class Policies(msgspec.Struct, frozen=True, kw_only=True):
    """All about what would be bid. `yardstick` is the model that values leads, `quality_factor` corrects it."""

    yardstick: str
    quality_factor: dict[str, float]
    policies: tuple[Policy, ...]
    profit_curve: tuple[Scaled, ...]
    what_if: tuple[WhatIf, ...]
    swap: tuple[SwapClass, ...]
    why_not: str = ""


class Evaluation(msgspec.Struct, frozen=True, kw_only=True):
    """The whole report. A part is `None` where there is nothing to say it by."""

    schema: int = SCHEMA
    vertical: str
    candidate: str
    champion: str
    verdict: Verdict
    gates: tuple[Gate, ...]
    rows: Rows
    conversions: Conversions
    wins: Wins | None = None
    policies: Policies | None = None
    pacing: tuple[CampaignHours, ...] = ()
    caps: Caps | None = None
    drift: Drift | None = None
    notes: tuple[str, ...] = ()


class Contender(msgspec.Struct, frozen=True, kw_only=True):
    """A model under a name; `raw` is its P(conversion) before calibration, where that differs."""

    model: Model
    reads: tuple[str, ...]
    raw: Probability | None = None


class NothingToEvaluate(Exception):
    """The log holds no decided bid of the vertical: the message says what to do."""


def evaluate(
    bids: list[Bid],
    candidate: Contender,
    champion: Contender | None,
    *,
    zone: str,
    summary: Summary | None,
    source: str,
    caps: Caps | None = None,
    tell: Callable[[str], None] = lambda _: None,
) -> Evaluation:
    """Everything about the candidate. Without a `champion` it stands against what was bid, exploration off.

    `caps` are how full they got, where a journal was read for it.
    """
    log = ledger(bids)
    if not len(log):
        raise NothingToEvaluate(f"{source} holds no decided bid of this vertical: join a longer span of the journal")
    tell("bidding again")
    own = rebid(log, candidate.model)
    theirs = rebid(log, champion.model) if champion is not None else None
    names = _names(candidate, champion)
    by_model = _probabilities(log, own, theirs, candidate, names)
    matured = np.flatnonzero(log.matured)
    tell("judging conversions and wins")
    told = conversions(
        [log.bids[int(row)].facts for row in matured],
        [str(each) for each in log.seller[matured]],
        log.converted[matured].astype(np.int8),
        {name: values[matured] for name, values in by_model.items()},
    )
    judged_wins = _wins(log, own, theirs, candidate.model, names)
    gates = conversion_gates(told, _level(log, matured, own, candidate.model))
    again = redrawn(log.at)
    policies = _policies(log, own, theirs, by_model, names, candidate.model, again, tell)
    if policies.why_not:
        gates.append(Gate(name="the log can speak of it", passed=None, found=policies.why_not))
    else:
        found = {each.name: each for each in policies.policies}
        gates += policy_gates(judged_wins, found[names[0]], found[names[1]])
    tell("looking for drift")
    moved = _drift(bids, candidate)
    gates.append(drift_gate(moved))
    if caps is not None and caps.uses:
        gates.append(cap_gate(caps))
    return Evaluation(
        vertical=candidate.model.vertical,
        candidate=candidate.model.version,
        champion=champion.model.version if champion is not None else "",
        verdict=verdict(gates),
        gates=tuple(gates),
        rows=_rows(bids, log, again, summary, source),
        conversions=told,
        wins=judged_wins,
        policies=policies,
        pacing=pacing(log, zone),
        caps=caps,
        drift=moved,
    )


def _names(candidate: Contender, champion: Contender | None) -> tuple[str, str]:
    rival = f"champion {champion.model.version}" if champion is not None else "as logged, not exploring"
    return f"candidate {candidate.model.version}", rival


def _probabilities(
    log: Ledger, own: Rebid, theirs: Rebid | None, candidate: Contender, names: tuple[str, str]
) -> dict[str, Array]:
    """P(conversion) of every row by each model, the candidate's first."""
    found = {names[0]: own.probability}
    if theirs is not None:
        found[names[1]] = theirs.probability
    if candidate.raw is not None:
        shares = shared_shares(log)
        found["before calibration"] = np.array(
            [
                candidate.raw(bid.facts) * (shares.get(bid.campaign, 1.0) if bid.leg == "shared" else 1.0)
                for bid in log.bids
            ]
        )
    if not any(np.allclose(log.probability, values) for values in found.values()):
        found["as it was bid"] = log.probability
    return found


def _wins(log: Ledger, own: Rebid, theirs: Rebid | None, model: Model, names: tuple[str, str]) -> Wins:
    """The candidate's landscape where it has one, and what was said when the bids were made."""
    by_model = {names[0]: own.win_at_logged} if own.learned_share > 0.0 else {}
    if theirs is not None and theirs.learned_share > 0.0:
        by_model[names[1]] = theirs.win_at_logged
    by_model["as it was bid"] = log.win_probability
    looked, fallen = falls(log, model)
    return wins(log, by_model, looked=looked, falls=fallen, anlp=anlp(log, model))


def _level(log: Ledger, matured: Array, own: Rebid, model: Model) -> tuple[float, int] | None:
    hits = int(np.nansum(log.converted[matured]))
    if not hits:
        return None
    quality_factor = np.array(
        [model.habits.get(str(seller), Habits()).quality_factor for seller in log.seller[matured]]
    )
    return float(np.sum(quality_factor * own.probability[matured])) / hits, hits


def _policies(
    log: Ledger,
    own: Rebid,
    theirs: Rebid | None,
    by_model: Mapping[str, Array],
    names: tuple[str, str],
    model: Model,
    again: Redrawn,
    tell: Callable[[str], None],
) -> Policies:
    judge, worth = _judge(log, by_model)
    tell("learning the market from the log")
    try:
        known = known_of(log, worth)
    except TooThin as thin:
        return Policies(
            yardstick=judge,
            quality_factor=yardstick(log, worth).quality_factor,
            policies=(),
            profit_curve=(),
            what_if=(),
            swap=(),
            why_not=str(thin),
        )
    tell("replaying policies")
    new = estimated(known, own.bids)
    calm = estimated(known, np.floor(log.best))
    old = estimated(known, theirs.bids) if theirs is not None else calm
    share, shaded = constant_shade(known)
    policies = [
        observed(known, again),
        _with_fates(judged(names[0], "the model that is judged", known, new, again, against=old), own),
        judged(names[1], _WHAT_RIVAL[theirs is not None], known, old, again, against=None),
    ]
    if theirs is not None:
        policies[2] = _with_fates(policies[2], theirs)
        if _differ(calm, old):
            policies.append(judged("as logged, not exploring", _WHAT_RIVAL[False], known, calm, again, against=old))
    policies += [
        judged(name, what, known, estimated(known, bids), again, against=old)
        for name, what, bids in (
            ("constant shade", f"always {share:.0%} of the value", shaded),
            ("truthful", "always all of the value", truthful(known)),
        )
    ]
    return Policies(
        yardstick=judge,
        quality_factor=known.yardstick.quality_factor,
        policies=tuple(policies),
        profit_curve=profit_curve(known, own.bids, again),
        what_if=_what_if(known, own.bids, log, model, again),
        swap=swap(known, new, old) if _differ(new, old) else (),
    )


_WHAT_RIVAL = {True: "the model that is live", False: "the best bid as it was reckoned, without the jitter"}


def _with_fates(policy: Policy, bids: Rebid) -> Policy:
    return msgspec.structs.replace(policy, fates={name: bids.fates.count(name) for name in dict.fromkeys(bids.fates)})


def _differ(new: Estimated, old: Estimated) -> bool:
    return not np.array_equal(new.bids, old.bids)


def _judge(log: Ledger, by_model: Mapping[str, Array]) -> tuple[str, Array]:
    """Whose P(conversion) values leads for every policy alike: whoever foretold best what was won."""
    rows = log.matured
    converted = np.nan_to_num(log.converted[rows])
    usable = {name: values for name, values in by_model.items() if np.all(np.isfinite(values)) and np.all(values > 0)}
    usable = usable or {"as it was bid": log.probability}
    if not rows.any():
        return next(iter(usable.items()))
    return min(usable.items(), key=lambda each: float(losses(converted, each[1][rows]).mean()))


def _what_if(known: Known, bids: Array, log: Ledger, model: Model, again: Redrawn) -> tuple[WhatIf, ...]:
    rebids = {
        "P(conversion) believed 20% lower": rebid(log, model, 0.8).bids,
        "P(conversion) believed 20% higher": rebid(log, model, 1.2).bids,
        "every bid 10% lower": np.floor(0.9 * bids),
        "every bid 10% higher": np.floor(1.1 * bids),
    }
    found = sensitivity(known, bids, rebids, again)
    return tuple(WhatIf(name=name, surplus=surplus, change=change) for name, (surplus, change) in found.items())


def _drift(bids: list[Bid], candidate: Contender) -> Drift:
    """The older half of the window against the newer, in the facts that the model reads."""
    times = sorted(bid.at for bid in bids)
    cut, vertical = times[len(times) // 2], candidate.model.vertical
    probability = candidate.model.probability
    before = window(sample(vertical, (bid for bid in bids if bid.at < cut)), probability, candidate.reads)
    return drift(before, window_like(before, sample(vertical, (bid for bid in bids if bid.at >= cut)), probability))


def _rows(bids: list[Bid], log: Ledger, again: Redrawn, summary: Summary | None, source: str) -> Rows:
    matured = log.matured
    return Rows(
        source=source,
        since=float(min(bid.at for bid in bids)),
        until=float(max(bid.at for bid in bids)),
        as_of=summary.as_of if summary is not None else None,
        maturity_days=summary.maturity_s / DAY_S if summary is not None else None,
        bids=len(bids),
        decided=sum(bid.won is not None for bid in bids),
        won=sum(bool(bid.won) for bid in bids),
        lost=sum(bid.won is False for bid in bids),
        undecided=sum(bid.won is None for bid in bids),
        matured=int(matured.sum()),
        converted=int(np.nansum(log.converted)),
        returned=int(log.returned[log.won == 1].sum()),
        by_week=_by_week(log, matured),
        declined=summary.declined if summary is not None else {},
        posts=summary.posts if summary is not None else {},
        cluster=again.unit,
    )


def _by_week(log: Ledger, matured: Array) -> tuple[tuple[str, int, int, int], ...]:
    """Bids, wins and conversions in up to eight equal spans of the window, each named by its first day."""
    edges = np.linspace(log.at[0], log.at[-1] + 1.0, min(8, max(int((log.at[-1] - log.at[0]) // DAY_S), 1)) + 1)
    place = np.searchsorted(edges, log.at, side="right") - 1
    return tuple(
        (
            str(np.datetime64(int(edges[span]), "s"))[:10],
            int((place == span).sum()),
            int(log.won[place == span].sum()),
            int(np.nansum(log.converted[(place == span) & matured])),
        )
        for span in range(len(edges) - 1)
    )
