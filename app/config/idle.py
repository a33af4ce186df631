"""Which settings cannot act as long as no model prices a vertical, campaign by campaign, in words."""

from collections.abc import Iterable, Mapping

from app.domain.auction.features import PREDICTED_VALUE
from app.domain.campaign import Campaign
from app.domain.catalogue import Model
from app.domain.money import money


def idle_settings(campaigns: Iterable[Campaign], models: Mapping[str, Model]) -> tuple[str, ...]:
    """A sentence for each campaign of which something has no effect; `models` are those of the verticals."""
    declared = list(campaigns)
    unpriced = [each for each in declared if each.vertical not in models and each.expected_conversion is None]
    unvalued = [each for each in declared if each.worth.field == PREDICTED_VALUE and not _is_valued(each, models)]
    unknown = [each for each in declared if each.disposition_values and not _knows_all_of(each, models)]
    return (
        *[text for campaign in unpriced if (text := _idle(campaign))],
        *map(_unvalued, unvalued),
        *[f"campaigns.{each.name}: no model of {each.vertical} knows {_unknown(each, models)}" for each in unknown],
    )


def _knows_all_of(campaign: Campaign, models: Mapping[str, Model]) -> bool:
    """Whether all dispositions that bring something are known."""
    model = models.get(campaign.vertical)
    return model is not None and set(campaign.disposition_values) <= set(model.dispositions)


def _unknown(campaign: Campaign, models: Mapping[str, Model]) -> str:
    model = models.get(campaign.vertical)
    missing = [name for name in campaign.disposition_values if model is None or name not in model.dispositions]
    return (
        f"how many leads come to {', '.join(missing)}: disposition_values of it add nothing. Remedy: send such "
        "outcomes, then run `python -m training retrain`."
    )


def _is_valued(campaign: Campaign, models: Mapping[str, Model]) -> bool:
    model = models.get(campaign.vertical)
    return model is not None and model.value is not None


def _unvalued(campaign: Campaign) -> str:
    return (
        f"campaigns.{campaign.name}: no model of {campaign.vertical} predicts what a conversion brings, so each counts "
        f"as {money(round(campaign.worth.of({})))}. Remedy: train on a history with values, or set a fixed "
        "conversion_value."
    )


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
