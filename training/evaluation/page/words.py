"""Figures as people read them, and what a plot shows in one or two plain sentences."""

from datetime import UTC, datetime

from app.pages.html import money
from training.evaluation.caps import CapWindow
from training.evaluation.conversions import Conversions
from training.evaluation.earned import between, signed
from training.evaluation.evaluation import Evaluation
from training.evaluation.pacing import CampaignHours
from training.evaluation.policies import HEADLINE, Policies, Policy
from training.evaluation.wins import Wins

VERDICTS = {
    "promote": "May be promoted",
    "do not promote": "Should not be promoted",
    "cannot be evaluated": "Cannot be evaluated",
}


def day(at: float) -> str:
    """UTC epoch seconds as "21 Nov 2026"."""
    when = datetime.fromtimestamp(at, UTC)
    return f"{when.day} {when:%b %Y}"


def verdict(found: Evaluation) -> str:
    """The verdict in a sentence with its reasons."""
    failed = [gate for gate in found.gates if gate.passed is False]
    open_ = [gate for gate in found.gates if gate.passed is None]
    name = f"{found.vertical} {found.candidate}"
    if found.policies is None and found.verdict == "promote":
        return f"{name} passed every gate of its training. Its history holds no bids, so what it would earn is open."
    if found.verdict == "promote":
        return f"{name} passed all {len(found.gates)} gates. {_gain(found)}".strip()
    if found.verdict == "cannot be evaluated":
        return f"This log cannot say whether {name} is good enough: {'; '.join(gate.found for gate in open_)}."
    return f"{name} failed {len(failed)} of {len(found.gates)} gates: {', '.join(gate.name for gate in failed)}."


def reliability(found: Conversions) -> str:
    outside = sum(not grade.low <= grade.predicted <= grade.high for grade in found.reliability)
    judged = "all of them do" if not outside else f"{outside} of {len(found.reliability)} do not"
    return (
        "Each dot is a tenth of the leads by predicted chance; its whisker holds the true share in 95 of 100 cases. An "
        f"honest model's whiskers cross the dashed line: here {judged}."
    )


def lift(found: Conversions) -> str:
    half = found.lift[len(found.lift) // 2 - 1].gain
    return (
        f"Leads sorted best first. The better half by prediction brought {half:.0%} of all conversions; without any "
        "model it would be half (dashed)."
    )


def wins(found: Wins) -> str:
    outside = sum(not grade.low <= grade.predicted <= grade.high for grade in found.by_bid)
    return (
        "Dots are the share of auctions won by bid, the line what was predicted of them. "
        f"{len(found.by_bid) - outside} of {len(found.by_bid)} predictions lie within what was seen."
    )


def policies() -> str:
    return (
        "What each policy would have earned a bid, by replay; the bar holds the truth in 90 of 100 cases as far as "
        "days differ by chance. A policy without a dot cannot be judged by this log."
    )


def histogram(found: Policies) -> str:
    candidate = next(each for each in found.policies if each.name.startswith("candidate"))
    whole = sum(candidate.bid_over_value) or 1
    low = sum(candidate.bid_over_value[:4]) / whole
    return (
        "How much of a lead's value is bid. A bid close to the whole value wins often and earns nothing. "
        f"{low:.0%} of the candidate's bids are below 40% of it."
    )


def profit(found: Policies) -> str:
    if not found.profit_curve:
        return "The log cannot speak of any multiple of these bids."
    best = max(found.profit_curve, key=lambda each: each.surplus.at)
    inside = best.surplus.low <= next(
        (each.surplus.at for each in found.profit_curve if each.scale == 1.0), best.surplus.at
    )
    said = "which chance alone may explain" if inside else "more than chance explains"
    if best.scale == 1.0:
        return "All bids multiplied by one number. They earn most as they are. What the log cannot reach is not shown."
    return (
        f"All bids multiplied by one number. At {best.scale:g} times they would earn most, {said}. "
        "What the log cannot reach is not shown."
    )


def pacing(day: CampaignHours) -> str:
    most = day.ahead_most
    taken = [each for each in day.shadow if each is not None and each > 0.5]
    shadow = (
        f" Caps took up to {money(max(taken))} off a lead's value in a mean hour."
        if taken
        else " No cap took anything off its bids."
    )
    if most < 1.0:
        return f"On a mean day of {day.days} its spending never ran ahead of the pings.{shadow}"
    return f"On a mean day of {day.days} spending ran at most {money(most)} ahead of the pings.{shadow}"


def cap(window: CapWindow) -> str:
    def amount(of: float) -> str:
        return money(of) if window.measure == "spend" else f"{of:,.0f}"

    ahead = [used - plan for used, plan in zip(window.used, window.planned, strict=True) if used is not None]
    full = f", full after {(window.full_at - window.start) / 3_600:.1f} hours" if window.full_at is not None else ""
    said = f"{amount(window.most)} of {amount(window.limit)} in the window of {window.counter.rpartition('/')[2]}{full}"
    if max(ahead, default=0.0) < 1.0:
        return f"{said}; never ahead of its plan."
    return f"{said}; at most {amount(max(ahead))} ahead of its plan. The shadow price should rise where it is ahead."


def what_if() -> str:
    return (
        "How much more or less a bid would earn were something otherwise. Short bars near zero mean that an error of "
        "that size costs little."
    )


def _gain(found: Evaluation) -> str:
    if found.policies is None:
        return ""
    candidate = next((each for each in found.policies.policies if each.name.startswith("candidate")), None)
    if candidate is None or candidate.gain is None:
        return ""
    name, gain = rival(found.policies.policies).name, candidate.gain
    more = "more" if gain.at >= 0.0 else "less"
    span = f"{signed(gain.low)} to {signed(gain.high)}"
    return f"It would have earned {money(abs(gain.at))} a bid {more} than {name} ({span})."


def rival(policies: tuple[Policy, ...]) -> Policy:
    """Whom the candidate stands against: the champion, or the logged policy without its jitter."""
    return policies[2]


def headline(policy: Policy) -> str:
    """Its surplus by replay, or that nothing can be said."""
    earned = policy.by_method.get(HEADLINE)
    return between(earned.surplus) if earned is not None else "not evaluable"
