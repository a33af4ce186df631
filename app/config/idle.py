"""Which settings cannot act as long as no model prices a vertical, campaign by campaign, in words."""

from collections.abc import Collection, Iterable

from app.domain.campaign import Campaign
from app.domain.money import money


def idle_settings(campaigns: Iterable[Campaign], priced: Collection[str]) -> tuple[str, ...]:
    """A sentence for each campaign of which something has no effect; `priced` are the verticals with a model."""
    unpriced = [each for each in campaigns if each.vertical not in priced and each.expected_conversion is None]
    return tuple([text for campaign in unpriced if (text := _idle(campaign))])


def _idle(campaign: Campaign) -> str:
    why = f"campaigns.{campaign.name}: no model prices {campaign.vertical}"
    remedy = "Remedy: set expected_conversion, or train a model."
    if campaign.fallback_cents is None:
        return f"{why}, and it has neither expected_conversion nor fallback_price: it buys nothing. {remedy}"
    idle = [f'boost "{boost.name}"' for boost in campaign.schedule.boosts]
    idle += ["demand_max_adjustment"] if campaign.demand_cents else []
    idle += ["targets"] if campaign.targets else []
    if not idle:
        return ""
    price, names = money(campaign.fallback_cents), " and ".join(idle)
    return f"{why}, so it bids its fallback_price, {price}, and {names} cannot act on it. {remedy}"
