"""What a campaign's targets make of a lead, each a term of its price."""

from collections.abc import Sequence

from app.domain.campaign import Campaign
from app.domain.pricing.pricing import TargetTerm
from app.domain.targets.targets import CampaignTarget, TargetStanding


def target_terms(campaign: Campaign, standings: Sequence[TargetStanding], worth_cents: float) -> tuple[TargetTerm, ...]:
    """A term for each target that moves a price now; of minimums of several windows the one that owes most.

    `worth_cents` is what a conversion of the lead brings.
    """
    terms, owed = [], TargetTerm("")
    for target, standing in zip(campaign.targets, standings, strict=True):
        term = _term(campaign, target, standing, worth_cents)
        if target.kind == "minimum":
            owed = max(owed, term, key=lambda each: each.cents)
        elif term.cents or term.pressure:
            terms.append(term)
    return tuple([*terms, owed] if owed.cents else terms)


def _term(campaign: Campaign, target: CampaignTarget, standing: TargetStanding, worth_cents: float) -> TargetTerm:
    """Of a share at most, a lead takes from its own seller's room and adds to that of all sellers."""
    if target.kind == "minimum":
        return TargetTerm(target.name, cents=standing.dual * campaign.target_raise_cents)
    if target.is_share:
        room = target.amount * standing.of_all - standing.dual
        counts_leads = target.kind == "share_of_leads"
        return TargetTerm(target.name, cents=room) if counts_leads else TargetTerm(target.name, pressure=-room)
    return TargetTerm(target.name, pressure=standing.dual, allowance=target.allowance(worth_cents))
