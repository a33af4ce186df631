"""An evaluation as one page."""

from collections.abc import Iterator

from app.domain.money import money
from app.pages.document import document
from training.evaluation.earned import between, signed
from training.evaluation.estimators import METHODS
from training.evaluation.evaluation import Evaluation
from training.evaluation.page import plots, words
from training.evaluation.policies import HEADLINE, NOT_EXPLORING, Policy
from training.evaluation.support import EFFECTIVE_MIN, REACH_MIN

SHOWN = 12
"""How many reasons, answers and shifts are shown, the largest."""


def page(found: Evaluation) -> str:
    """The whole page; the same evaluation gives the same text."""
    policies = found.policies.policies if found.policies is not None else ()
    windows = found.caps.windows if found.caps is not None else ()
    calm = [each for each in policies if each.name == NOT_EXPLORING] or policies[2:3]
    return document(
        "training/evaluation/page/page.html",
        found=found,
        verdict_title=words.VERDICTS[found.verdict],
        figures=tuple(_figures(found, policies)),
        tenths=tuple(enumerate(found.conversions.lift, 1)),
        # Beside the candidate: the champion, and what was bid without its jitter.
        compared=[each for each in policies if each.name.startswith(("candidate", "champion", "as logged, not"))][:3],
        calm=next(iter(calm), None),
        fates=list(dict.fromkeys(name for policy in policies for name in policy.fates)),
        used_windows=[window for window in windows if any(each is not None for each in window.used)],
        methods=list(METHODS),
        headline=HEADLINE,
        reach_min=REACH_MIN,
        effective_min=EFFECTIVE_MIN,
        shown=SHOWN,
        between=between,
        signed=signed,
        words=words,
        drawn=plots,
    )


def _figures(found: Evaluation, policies: tuple[Policy, ...]) -> Iterator[tuple[str, str, str]]:
    """Name, value and note of each figure at the top."""
    passed = sum(gate.passed is True for gate in found.gates)
    yield "Gates passed", f"{passed} of {len(found.gates)}", ""
    if found.rows.bids:
        yield "Bids", f"{found.rows.bids:,}", f"{found.rows.won:,} won"
    told = found.conversions
    if not told.why_not:
        figures = told.models[0].figures
        yield "Leads judged", f"{told.leads:,}", f"{told.converted:,} converted"
        yield "AUC", f"{figures.auc:.3f}", f"predicted/observed {figures.predicted_over_observed:.2f}"
    if not policies:
        return
    judged = words.candidate(policies)
    if HEADLINE not in judged.by_method:
        yield "Surplus a bid", "not evaluable", ""
        return
    surplus, gain = judged.by_method[HEADLINE].surplus, judged.gain
    yield "Surplus a bid", money(surplus.at), f"{money(surplus.low)} to {money(surplus.high)}"
    if gain is not None:
        against = f"{signed(gain.low)} to {signed(gain.high)}, against {words.rival(policies).name}"
        yield "Gain a bid", signed(gain.at), against
