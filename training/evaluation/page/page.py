"""An evaluation as one page."""

from app.pages.document import Tiles, document
from app.pages.html import money
from training.evaluation.earned import signed
from training.evaluation.evaluation import Evaluation
from training.evaluation.page import sections, words
from training.evaluation.policies import HEADLINE


def page(found: Evaluation) -> str:
    """The whole page; the same evaluation gives the same text."""
    return document(
        tab=f"Evaluation: {found.vertical} {found.candidate}",
        title=f"{words.VERDICTS[found.verdict]}: {found.vertical} {found.candidate}",
        introduction=words.verdict(found),
        tiles=_tiles(found),
        sections=[section(found) for section in sections.ALL],
    )


def _tiles(found: Evaluation) -> Tiles:
    passed = sum(gate.passed is True for gate in found.gates)
    yield "Gates passed", f"{passed} of {len(found.gates)}", ""
    if found.rows.bids:
        yield "Bids", f"{found.rows.bids:,}", f"{found.rows.won:,} won"
    told = found.conversions
    if not told.why_not:
        figures = told.models[0].figures
        yield "Leads judged", f"{told.leads:,}", f"{told.converted:,} converted"
        yield "AUC", f"{figures.auc:.3f}", f"predicted/observed {figures.predicted_over_observed:.2f}"
    policies = found.policies.policies if found.policies is not None else ()
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
