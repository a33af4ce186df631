"""What has to be worked out before it can be said in a sentence of the page."""

from collections.abc import Iterator
from datetime import UTC, datetime

from app.domain.money import money
from training.evaluation.caps import CapWindow
from training.evaluation.earned import between, signed
from training.evaluation.evaluation import Evaluation
from training.evaluation.pacing import CampaignHours
from training.evaluation.policies import HEADLINE, Policies, Policy
from training.evaluation.wins import Wins
from training.histories.delays import curve_lines

VERDICTS = {
    "promote": "May be promoted",
    "do not promote": "Should not be promoted",
    "cannot be evaluated": "Cannot be evaluated",
}


def delays(found: Evaluation) -> Iterator[str]:
    """The delay curves in sentences."""
    return curve_lines(found.delays, found.rows.maturity_days)


def day(at: float) -> str:
    """UTC epoch seconds as "21 Nov 2026"."""
    when = datetime.fromtimestamp(at, UTC)
    return f"{when.day} {when:%b %Y}"


def candidate(policies: tuple[Policy, ...]) -> Policy:
    """The policy that is judged, beside what was bid."""
    return policies[1]


def rival(policies: tuple[Policy, ...]) -> Policy:
    """Whom the candidate stands against: the champion, or the logged policy without its jitter."""
    return policies[2]


def earned(policy: Policy, method: str = HEADLINE) -> str:
    """Its surplus a bid by this estimate, or that nothing can be said."""
    found = policy.by_method.get(method)
    return between(found.surplus) if found is not None else "not evaluable"


def verdict(found: Evaluation) -> str:
    """The verdict in a sentence with its reasons."""
    name = f"{found.vertical} {found.candidate}"
    if found.verdict == "cannot be evaluated":
        unknown = "; ".join(gate.found for gate in found.gates if gate.passed is None)
        return f"This log cannot say whether {name} is good enough: {unknown}."
    if found.verdict == "do not promote":
        failed = [gate.name for gate in found.gates if gate.passed is False]
        return f"{name} failed {len(failed)} of {len(found.gates)} gates: {', '.join(failed)}."
    if found.policies is None:
        return f"{name} passed every gate of its training. Its history holds no bids, so what it would earn is open."
    gain, against = candidate(found.policies.policies).gain, rival(found.policies.policies).name
    if gain is None:
        return f"{name} passed all {len(found.gates)} gates."
    more, span = "more" if gain.at >= 0.0 else "less", f"{signed(gain.low)} to {signed(gain.high)}"
    earns = f"It would have earned {money(abs(gain.at))} a bid {more} than {against} ({span})."
    return f"{name} passed all {len(found.gates)} gates. {earns}"


def curves(found: Wins) -> str:
    """Whether a higher bid ever wins less, and how well known prices were predicted."""
    looked = "The candidate has no curves of its own: it bids along those that are declared for each seller."
    if found.looked:
        ends = f"from the lowest bid to far above the highest; {found.falls} fall anywhere"
        looked = f"{found.looked:,} of its curves were checked {ends}. A higher bid must never win less."
    if found.anlp is None:
        return f"{looked} Too few winning prices are disclosed to judge the curves by them."
    return (
        f"{looked} Of {found.prices:,} auctions that were lost the winning price is known; the average negative "
        f"log-likelihood of those prices (ANLP, lower is better) is {found.anlp:.2f}."
    )


def profit(found: Policies) -> str:
    best = max(found.profit_curve, key=lambda each: each.surplus.at)
    as_is = next((each.surplus.at for each in found.profit_curve if each.scale == 1.0), best.surplus.at)
    chance = "which chance alone may explain" if best.surplus.low <= as_is else "more than chance explains"
    most = (
        f"At {best.scale:g} times they would earn most, {chance}."
        if best.scale != 1.0
        else "They earn most as they are."
    )
    return f"All bids multiplied by one number. {most} What the log cannot reach is not shown."


def pacing(day: CampaignHours) -> str:
    taken = max((each for each in day.shadow if each is not None), default=0.0)
    shadow = (
        f"Caps took up to {money(taken)} off a lead's value in a mean hour."
        if taken > 0.5
        else "No cap took anything off its bids."
    )
    ahead = f"spending ran at most {money(day.ahead_most)}" if day.ahead_most >= 1.0 else "its spending never ran"
    return f"On a mean day of {day.days} {ahead} ahead of the pings. {shadow}"


def cap(window: CapWindow) -> str:
    def amount(of: float) -> str:
        return money(of) if window.measure == "spend" else f"{of:,.0f}"

    ahead = max(
        (used - plan for used, plan in zip(window.used, window.planned, strict=True) if used is not None), default=0
    )
    full = f", full after {(window.full_at - window.start) / 3_600:.1f} hours" if window.full_at is not None else ""
    used = f"{amount(window.most)} of {amount(window.limit)} in the window of {window.counter.rpartition('/')[2]}{full}"
    if ahead < 1.0:
        return f"{used}; never ahead of its plan."
    return f"{used}; at most {amount(ahead)} ahead of its plan. The shadow price should rise where it is ahead."
