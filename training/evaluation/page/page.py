"""An evaluation as one page."""

from app.pages.document import Tiles, document
from app.pages.html import money
from training.evaluation.earned import signed
from training.evaluation.evaluation import Evaluation
from training.evaluation.page import sections, words


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
    tiles = [("Gates passed", f"{passed} of {len(found.gates)}", "")]
    if found.rows.bids:
        tiles.append(("Bids", f"{found.rows.bids:,}", f"{found.rows.won:,} won"))
    told = found.conversions
    if not told.why_not:
        figures = told.models[0].figures
        tiles.append(("Leads judged", f"{told.leads:,}", f"{told.converted:,} converted"))
        tiles.append(("AUC", f"{figures.auc:.3f}", f"predicted/observed {figures.predicted_over_observed:.2f}"))
    return tiles + _money(found)


def _money(found: Evaluation) -> list[tuple[str, str, str]]:
    policies = found.policies.policies if found.policies is not None else ()
    if not policies:
        return []
    candidate = next(each for each in policies if each.name.startswith("candidate"))
    earned = candidate.by_method.get("CCR")
    if earned is None:
        return [("Surplus a bid", "not evaluable", "")]
    span = earned.surplus
    tiles = [("Surplus a bid", money(span.at), f"{money(span.low)} to {money(span.high)}")]
    if candidate.gain is not None:
        gain = candidate.gain
        note = f"{signed(gain.low)} to {signed(gain.high)}, against {words.rival(policies).name}"
        tiles.append(("Gain a bid", signed(gain.at), note))
    return tiles
