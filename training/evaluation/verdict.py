"""What a candidate must show before it may spend money: each gate with what was found, and the verdict in words."""

from collections.abc import Sequence
from typing import Literal

import msgspec
import numpy as np

from training.drift.drift import Drift
from training.evaluation.caps import Caps
from training.evaluation.conversions import Conversions
from training.evaluation.intervals import Earned, Span
from training.evaluation.policies import HEADLINE, Policy
from training.evaluation.wins import Wins

Verdict = Literal["promote", "do not promote", "cannot be evaluated"]

AUC_LOSS_MAX = 0.01
LEVEL = (0.8, 1.25)
"""As when a model is trained."""
WORSE_MAX = 0.05
"""Of the champion's surplus a candidate may, at the lower end of its interval, be so much behind."""
WORSE_SPEND_MAX = 0.02
"""Or so much of the champion's spend, where its surplus is next to nothing."""

_SURE = 1.645


class Gate(msgspec.Struct, frozen=True, kw_only=True):
    """One demand and what was found; `passed` is `None` where the log cannot say."""

    name: str
    passed: bool | None
    found: str


def conversion_gates(found: Conversions, level: tuple[float, int] | None) -> list[Gate]:
    """`level` is quality factor times predicted over observed on won leads, with the conversions it stands on."""
    if found.why_not:
        return [Gate(name="enough outcomes", passed=None, found=found.why_not)]
    candidate, *others = found.models
    champion = next((each for each in others if each.name.startswith("champion")), None)
    figures = candidate.figures
    gates = [
        Gate(
            name="enough outcomes",
            passed=True,
            found=f"{found.converted:,} conversions of {found.leads:,} matured leads",
        ),
        Gate(
            name="ranks leads",
            passed=figures.slope > 0.0 and (champion is None or figures.auc >= champion.figures.auc - AUC_LOSS_MAX),
            found=f"AUC {figures.auc:.3f}"
            + (f", the champion's {champion.figures.auc:.3f}" if champion is not None else "")
            + f"; slope {figures.slope:.2f}",
        ),
    ]
    if champion is not None:
        gates.append(
            Gate(
                name="foretells conversions no worse",
                passed=found.log_loss_gain > -_SURE * found.log_loss_noise,
                found=f"log-loss {champion.figures.log_loss:.4f} to {figures.log_loss:.4f}, "
                f"noise {found.log_loss_noise:.4f}",
            )
        )
    return [*gates, *([_level(*level)] if level is not None else [])]


def policy_gates(wins: Wins | None, policy: Policy, rival: Policy) -> list[Gate]:
    """Of what it bids: what it believes of rivals, whether the log can speak of it, and whether it earns its place."""
    gates = _win_gates(wins)
    why_not = policy.support.why_not
    gates.append(
        Gate(
            name="the log can speak of it",
            passed=None if why_not else True,
            found=why_not
            or f"{policy.support.reach:.0%} of its bids lie where prices were explored; "
            f"effective sample {policy.support.effective_rows:,.0f} bids ({policy.support.effective:.0%})",
        )
    )
    if why_not or HEADLINE not in rival.by_method or policy.gain is None:
        return gates
    own, theirs = policy.by_method[HEADLINE], rival.by_method[HEADLINE]
    return [*gates, _earns(own), _no_less(policy.gain, theirs, rival.name)]


def drift_gate(found: Drift) -> Gate:
    """A model is asked about the world it is judged in, or its judgement says little of tomorrow."""
    if found.why_not:
        return Gate(name="the score has not drifted", passed=True, found=f"not looked at: {found.why_not}")
    score = next((each for each in found.shifts if each.name == "score"), None)
    return Gate(
        name="the score has not drifted",
        passed=score is None or score.level != "major",
        found="no score to compare" if score is None else f"PSI {score.psi:.3f} between both halves of the window",
    )


def cap_gate(found: Caps) -> Gate:
    """Whatever bids, a cap holds."""
    return Gate(
        name="no cap was broken",
        passed=found.breached == 0,
        found=f"{found.breached} of {sum(use.windows for use in found.uses):,} windows went over their limit",
    )


def verdict(gates: Sequence[Gate]) -> Verdict:
    """A gate that failed is a no; one that cannot be asked leaves the question open."""
    if any(gate.passed is None for gate in gates):
        return "cannot be evaluated"
    return "promote" if all(gate.passed for gate in gates) else "do not promote"


def exit_status(found: Verdict) -> int:
    """0 where it may be promoted, 1 where not, 2 where nobody can say."""
    return {"promote": 0, "do not promote": 1, "cannot be evaluated": 2}[found]


def _level(ratio: float, conversions: int) -> Gate:
    low, high = LEVEL
    slack = float(np.exp(1.96 / np.sqrt(max(conversions, 1))))
    return Gate(
        name="level on leads that were won",
        passed=low / slack <= ratio <= high * slack,
        found=f"predicted/observed {ratio:.2f} after its own quality factor, {low} to {high} with room for chance",
    )


def _win_gates(wins: Wins | None) -> list[Gate]:
    if wins is None or not wins.models:
        return []
    model = wins.models[0]
    return [
        Gate(
            name="foretells wins",
            passed=model.log_loss < model.log_loss_constant,
            found=f"log-loss {model.log_loss:.4f} on {model.rows:,} auctions, "
            f"of saying the same of all {model.log_loss_constant:.4f}",
        ),
        Gate(
            name="a higher bid never wins less",
            passed=wins.falls == 0,
            found=f"{wins.falls} of {wins.looked:,} curves fall somewhere"
            if wins.looked
            else "it has no curve of its own",
        ),
    ]


def _earns(own: Earned) -> Gate:
    return Gate(
        name="earns",
        passed=own.surplus.at > 0.0,
        found=f"{_dollars(own.surplus.at)} a bid ({_dollars(own.surplus.low)} to {_dollars(own.surplus.high)})",
    )


def _no_less(gain: Span, theirs: Earned, name: str) -> Gate:
    room = max(WORSE_MAX * abs(theirs.surplus.at), WORSE_SPEND_MAX * theirs.spend.at)
    return Gate(
        name="earns no less than the champion",
        passed=gain.low >= -room and gain.at >= -0.2 * room,
        found=f"{_dollars(gain.at, signed=True)} a bid against {name} "
        f"({_dollars(gain.low, signed=True)} to {_dollars(gain.high, signed=True)}; "
        f"{_dollars(-room, signed=True)} would still pass)",
    )


def _dollars(cents: float, *, signed: bool = False) -> str:
    sign = "-" if round(cents) < 0 else "+" if signed else ""
    return f"{sign}${abs(round(cents)) / 100:,.2f}"
