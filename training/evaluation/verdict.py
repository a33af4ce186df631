"""The gates of an evaluation, each with its finding, and the verdict in words."""

from collections.abc import Sequence
from typing import Literal

import numpy as np

from app.scoring.card import Gate
from training.bootstrap import Interval
from training.drift.drift import LEVEL, Drift
from training.evaluation.caps import Caps
from training.evaluation.conversions import Conversions
from training.evaluation.earned import Earned, between, signed
from training.evaluation.policies import HEADLINE, Policy
from training.evaluation.wins import Wins

Verdict = Literal["promote", "do not promote", "cannot be evaluated"]

AUC_LOSS_MAX = 0.01
WORSE_MAX = 0.05
"""Of the champion's surplus a candidate may, at the lower end of its interval, be so much behind."""
WORSE_SPEND_MAX = 0.02
"""Or so much of the champion's spend, where its surplus is next to nothing."""

_SURE = 1.645


def verdict(gates: Sequence[Gate]) -> Verdict:
    """A gate that failed is a no, whatever else is open; one that cannot be asked leaves the question open."""
    if any(gate.passed is False for gate in gates):
        return "do not promote"
    return "cannot be evaluated" if any(gate.passed is None for gate in gates) else "promote"


def exit_status(found: Verdict) -> int:
    """0 if it may be promoted, 1 if not, 2 if there is too little evidence."""
    return {"promote": 0, "do not promote": 1, "cannot be evaluated": 2}[found]


def conversion_gates(found: Conversions, level: tuple[float, int] | None) -> list[Gate]:
    """`level` is quality factor times predicted over observed on won leads, with the conversions it stands on."""
    if found.why_not:
        return [Gate(name="enough outcomes", passed=None, found=found.why_not)]
    candidate = found.models[0].figures
    champion = next((each.figures for each in found.models if each.name.startswith("champion")), None)
    enough = f"{found.converted:,} conversions of {found.leads:,} matured leads"
    theirs = f", the champion's {champion.auc:.3f}" if champion is not None else ""
    ranks = candidate.slope > 0.0 and (champion is None or candidate.auc >= champion.auc - AUC_LOSS_MAX)
    auc = f"AUC {candidate.auc:.3f}{theirs}; slope {candidate.slope:.2f}"
    gates = [Gate(name="enough outcomes", passed=True, found=enough), Gate(name="ranks leads", passed=ranks, found=auc)]
    if champion is not None:
        losses = f"log-loss {champion.log_loss:.4f} to {candidate.log_loss:.4f}, noise {found.log_loss_noise:.4f}"
        # A scorer that did not change gains nothing and has no noise: that is no worse.
        no_worse = found.log_loss_gain >= -_SURE * found.log_loss_noise
        gates.append(Gate(name="predicts conversions no worse", passed=no_worse, found=losses))
    if level is not None:
        (low, high), (ratio, hits) = LEVEL, level
        slack = float(np.exp(1.96 / np.sqrt(max(hits, 1))))
        held = low / slack <= ratio <= high * slack
        told = f"predicted/observed {ratio:.2f} after its own quality factor, {low} to {high} allowed for chance"
        gates.append(Gate(name="level on leads that were won", passed=held, found=told))
    return gates


def policy_gates(wins: Wins, policy: Policy, rival: Policy) -> list[Gate]:
    """Of what it bids: what it believes of rivals, whether the log can speak of it, and whether it earns its place."""
    held = policy.support
    lie = f"{held.reach:.0%} of its bids lie where prices were explored"
    speaks = f"{lie}; effective sample {held.effective_rows:,.0f} bids ({held.effective:.0%})"
    support = Gate(name="the log can speak of it", passed=None if held.why_not else True, found=held.why_not or speaks)
    gates = [*win_gates(wins), support]
    if held.why_not or HEADLINE not in rival.by_method or policy.gain is None:
        return gates
    own = policy.by_method[HEADLINE].surplus
    earns = Gate(name="earns", passed=own.at > 0.0, found=between(own, " a bid"))
    return [*gates, earns, _no_less(policy.gain, rival.by_method[HEADLINE], rival.name)]


def win_gates(wins: Wins) -> list[Gate]:
    """What it believes of rivals."""
    if not wins.models:
        return []
    model = wins.models[0]
    loss, constant = model.log_loss, model.log_loss_constant
    losses = f"log-loss {loss:.4f} on {model.rows:,} auctions, constant baseline {constant:.4f}"
    gates = [Gate(name="predicts wins", passed=loss < constant, found=losses)]
    # What has no curve of its own bids along declared ones, and has nothing here to show.
    if wins.looked:
        fallen = f"{wins.falls} of {wins.looked:,} curves fall somewhere"
        gates.append(Gate(name="a higher bid never wins less", passed=wins.falls == 0, found=fallen))
    return gates


def drift_gate(found: Drift) -> Gate:
    """A model is asked about the world it is judged in, or its judgement says little of tomorrow."""
    name = "the score has not drifted"
    score = next((each for each in found.shifts if each.name == "score"), None)
    if found.why_not or score is None:
        return Gate(name=name, passed=None, found=f"not looked at: {found.why_not or 'no score can be compared'}")
    moved = f"PSI {score.psi:.3f} between both halves of the window"
    return Gate(name=name, passed=score.level != "major", found=moved)


def cap_gate(found: Caps) -> Gate:
    """Whatever bids, a cap holds; where a ping's configuration is not kept nobody knows whether it did."""
    windows = sum(use.windows for use in found.uses)
    said = f"{found.breached} of {windows:,} windows went over their limit"
    if found.unread:
        said += f"; not looked at: {found.unread:,} pings whose configuration is not kept"
    passed = False if found.breached else None if found.unread else True
    return Gate(name="no cap was broken", passed=passed, found=said)


def _no_less(gain: Interval, theirs: Earned, name: str) -> Gate:
    room = max(WORSE_MAX * abs(theirs.surplus.at), WORSE_SPEND_MAX * theirs.spend.at)
    span = f"{signed(gain.low)} to {signed(gain.high)}; {signed(-room)} would still pass"
    held, told = gain.low >= -room and gain.at >= -0.2 * room, f"{signed(gain.at)} a bid against {name} ({span})"
    return Gate(name="earns no less than the champion", passed=held, found=told)
