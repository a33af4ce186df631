"""How a target's shadow price moves: up while what was bought falls short of the target, down while it is ahead."""

from collections.abc import Mapping
from math import sqrt

from msgspec.structs import replace

from app.domain.targets.targets import WHOLE, CampaignTarget, TargetKind, TargetLedger, TargetStanding, TargetUse

STEP: dict[TargetKind, float] = {
    "cost_per_acquisition": 1.0,
    "return_on_spend": 1.0,
    "minimum": 1.0,
    "share_of_leads": 4.0,
    "share_of_spend": 1.0,
}
"""How far a dual moves for one lead too many or too few, times the root of a window's leads."""

LEADS_FEW = 16.0
"""A window of fewer leads is steered as if it had so many: single sales would throw it about."""

CREDIT_LEADS = 2.0
"""So many leads ahead of its plan a minimum remembers, as caps do of lag: leads are whole and plans are not."""

MOST: dict[TargetKind, float] = {
    "cost_per_acquisition": 0.95,
    "return_on_spend": 0.95,
    "minimum": 1.0,
    "share_of_leads": 3.0,
    "share_of_spend": 3.0,
}
"""At .95 a cent over the allowance weighs twenty times, so that hardly more than it is bid; more slows the way back."""


def counted(ledgers: Mapping[str, TargetLedger], use: TargetUse) -> dict[str, TargetLedger]:
    """The ledgers of a target by part, with one more sale: in that of the whole, and in its part's."""
    parts = {WHOLE, use.part}
    return {**ledgers, **{part: ledgers.get(part, TargetLedger()).sold(use) for part in parts}}


def counted_back(ledgers: Mapping[str, TargetLedger], part: str) -> dict[str, TargetLedger]:
    """The ledgers with one lead of a part given back."""
    return {**ledgers, **{each: ledgers[each].returned() for each in {WHOLE, part} if each in ledgers}}


def steered(
    target: CampaignTarget, before: Mapping[str, TargetLedger], now: Mapping[str, TargetLedger], passed: float
) -> dict[str, TargetLedger]:
    """The ledgers with their duals moved: what was `before` became what is `now`, and a share of the window's rest
    `passed` meanwhile.

    The plan is to make up for what falls short in equal parts over all that is left of the window.
    """
    moved = dict(now)
    for part in _steered_parts(target, now):
        was, short = _shortfall(target, before, part), _shortfall(target, now, part)
        dual = now[part].dual + _step(target, now[WHOLE]) * (short - was + was * passed)
        moved[part] = replace(now[part], dual=min(max(dual, _least(target)), MOST[target.kind]))
    return moved


def standing_of(target: CampaignTarget, ledgers: Mapping[str, TargetLedger], seller: str) -> TargetStanding:
    """What a lead of this seller meets: the duals in the unit in which they price it."""
    if target.is_share:
        unit = ledgers[WHOLE].usual_cents if target.kind == "share_of_leads" else 1.0
        of_all = 0.0
        for part in _steered_parts(target, ledgers):
            of_all += ledgers[part].dual
        return TargetStanding(ledgers.get(seller, TargetLedger()).dual * unit, of_all * unit)
    dual = max(ledgers[WHOLE].dual, 0.0)
    return TargetStanding(dual if target.kind == "minimum" else dual / (1.0 - dual))


def _steered_parts(target: CampaignTarget, ledgers: Mapping[str, TargetLedger]) -> list[str]:
    """The parts that have a dual: each seller's of a share, else the whole."""
    return [part for part in ledgers if part != WHOLE] if target.is_share else [WHOLE]


def _shortfall(target: CampaignTarget, ledgers: Mapping[str, TargetLedger], part: str) -> float:
    """How far from its target what was bought is, in leads."""
    whole, own = ledgers[WHOLE], ledgers.get(part, TargetLedger())
    if target.kind == "minimum":
        return target.amount - whole.leads
    if target.kind == "share_of_leads":
        return own.leads - target.amount * whole.leads
    usual = whole.usual_cents
    if usual <= 0.0:
        return 0.0
    if target.kind == "share_of_spend":
        return (own.spent - target.amount * whole.spent) / usual
    return (whole.spent - whole.allowed) / usual


def _step(target: CampaignTarget, whole: TargetLedger) -> float:
    """How far one lead moves a dual."""
    leads = target.amount if target.kind == "minimum" else max(whole.leads, whole.seen)
    return STEP[target.kind] / sqrt(max(leads, LEADS_FEW))


def _least(target: CampaignTarget) -> float:
    """A minimum is owed nothing while a lead or two are ahead; the others are free of charge while there is room."""
    return -CREDIT_LEADS * STEP[target.kind] / sqrt(max(target.amount, LEADS_FEW)) if target.kind == "minimum" else 0.0
