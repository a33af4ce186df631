"""Builds campaigns: checks references and the order of prices, and warns of legal but unlikely settings."""

from collections.abc import Collection, Mapping

import msgspec

from app.config.caps import build_caps
from app.config.file.files import Files
from app.config.file.problem import Findings, did_you_mean
from app.config.prices import (
    build_expected_conversion,
    build_price_points,
    check_fallback,
    check_points_of_campaign,
)
from app.config.schema import CampaignTable
from app.config.targets import build_targets, raise_cents, warn_of_conflicts
from app.config.values.filters import build_filters, build_worth
from app.config.values.names import refuse_repeated
from app.config.values.territory import build_territory
from app.config.values.week import build_schedule
from app.domain.buyer import Buyer
from app.domain.campaign import Campaign
from app.domain.consent.consent import ConsentPolicy
from app.domain.money import money
from app.domain.token import CAMPAIGNS_MAX
from app.domain.vertical import Vertical

_DEAR_CENTS = 100_000
"""No lead of any vertical is known to sell for as much: whoever writes it probably counts in cents."""


class Surroundings(msgspec.Struct, frozen=True, kw_only=True):
    """What a campaign may refer to. `vertical_names` are all that the file names, also those that cannot be read."""

    buyer: Buyer
    verticals: Mapping[str, Vertical]
    vertical_names: Collection[str]
    destination_names: Collection[str]
    seller_names: Collection[str]


def build_campaigns(
    tables: tuple[CampaignTable, ...], around: Surroundings, files: Files, findings: Findings
) -> tuple[Campaign, ...]:
    """The declared campaigns."""
    refuse_repeated(((table.name, table.at) for table in tables), findings)
    _refuse_too_many(tables, findings)
    campaigns = tuple(_campaign(table, around, files, findings) for table in tables)
    for table, campaign in zip(tables, campaigns, strict=True):
        _warn_of_odd(table, campaign, findings)
        if campaign.targets:
            warn_of_conflicts(table, campaign, around.seller_names, findings)
    return campaigns


def _campaign(table: CampaignTable, around: Surroundings, files: Files, findings: Findings) -> Campaign:
    _check_references(table, around, findings)
    _check_prices(table, findings)
    points = build_price_points(table, findings)
    check_points_of_campaign(table, points, findings)
    vertical = around.verticals.get(table.vertical)
    zone = table.time_zone or around.buyer.zone
    return Campaign(
        name=table.name,
        vertical=table.vertical,
        brand=table.brand or around.buyer.brands[0],
        zone=zone,
        legs=tuple(sorted(set(table.legs))),
        territory=build_territory(table.territory, files, findings),
        schedule=build_schedule(table, findings),
        caps=build_caps(table.caps, table.name, zone, findings),
        floor_cents=table.floor,
        ceiling_cents=table.ceiling,
        worth=build_worth(table, vertical, findings),
        disposition_values=table.disposition_values,
        handling_cents=table.handling_cost,
        shared_share=table.shared_share,
        expected_conversion=build_expected_conversion(table, around.seller_names, findings),
        fallback_cents=table.fallback_price,
        price_points=points,
        demand_cents=table.demand_max_adjustment,
        targets=build_targets(table, zone, findings),
        target_raise_cents=raise_cents(table),
        filters=build_filters(table, vertical, findings),
        duplicate_s=table.duplicate_window,
        duplicate_scope=table.duplicate_scope,
        consent=_consent(table, vertical, findings),
        destinations=tuple(dict.fromkeys(table.destinations)),
        paused=table.paused,
    )


def _refuse_too_many(tables: tuple[CampaignTable, ...], findings: Findings) -> None:
    """A bid names its campaign by its place in the file, in two bytes."""
    if len(tables) > CAMPAIGNS_MAX:
        findings.error(("campaigns",), f"{len(tables):,} campaigns are too many", f"declare at most {CAMPAIGNS_MAX:,}")


def _check_references(table: CampaignTable, around: Surroundings, findings: Findings) -> None:
    if table.vertical not in around.vertical_names:
        remedy = did_you_mean(table.vertical, list(around.vertical_names)) or "declare it with [[verticals]]"
        findings.error((*table.at, "vertical"), f"there is no vertical `{table.vertical}`", remedy)
    for position, name in enumerate(table.destinations):
        if name not in around.destination_names:
            remedy = did_you_mean(name, list(around.destination_names)) or "declare it with [[destinations]]"
            findings.error((*table.at, "destinations", position), f"there is no destination `{name}`", remedy)
    if table.brand and table.brand not in around.buyer.brands:
        reason = f'"{table.brand}" is not a brand of the buyer'
        findings.error((*table.at, "brand"), reason, did_you_mean(table.brand, around.buyer.brands))
    if not (table.legs or findings.blame((*table.at, "legs"))):
        findings.error((*table.at, "legs"), "no leg is given", 'name "exclusive", "shared" or both')


def _check_prices(table: CampaignTable, findings: Findings) -> None:
    if table.ceiling <= 0:
        findings.error((*table.at, "ceiling"), "it is zero: nothing could be bid", "to buy nothing, set paused = true")
    elif table.floor > table.ceiling:
        reason = f"{money(table.floor)} is above the ceiling, {money(table.ceiling)}"
        findings.error((*table.at, "floor"), reason, "lower the floor, or raise the ceiling")
    check_fallback(table, findings)


def _consent(campaign: CampaignTable, vertical: Vertical | None, findings: Findings) -> ConsentPolicy:
    table = campaign.consent
    if table.text_required and vertical is not None and not vertical.consent_words:
        reason = f"`{vertical.name}` has no `consent_words`, so no consent text can pass"
        remedy = "add them to the vertical, or set consent = { text_required = false }"
        findings.error((*campaign.at, "vertical"), reason, remedy)
    if table.max_age <= 0:
        findings.error((*table.at, "max_age"), "no consent can be that recent", 'write "72h" or so')
    return ConsentPolicy(
        certificate=table.certificate,
        at_ping=table.at_ping,
        age_s_max=table.max_age,
        landing_domains=frozenset(domain.lower().removeprefix("www.") for domain in table.landing_domains),
        text_required=table.text_required,
    )


def _warn_of_odd(table: CampaignTable, campaign: Campaign, findings: Findings) -> None:
    at = table.at
    if campaign.paused:
        findings.warn((*at, "paused"), "it is paused and buys nothing")
    if not campaign.destinations:
        findings.warn(at, "its leads are stored but not delivered", "name one of [[destinations]]")
    if not campaign.caps:
        findings.warn(
            at, "it has no cap, so its daily spend is unlimited", 'add caps = [{ limit = 250, window = "day" }]'
        )
    if not any(campaign.schedule.minutes):
        findings.warn((*at, "schedule"), "it has no open hours", "name days and hours")
    most = campaign.worth.base_cents if not campaign.worth.field else campaign.worth.high_cents
    if most is not None and not campaign.disposition_values and campaign.ceiling_cents > most - campaign.handling_cents:
        reason = f"{money(campaign.ceiling_cents)} is more than any lead is worth, and will never be bid"
        findings.warn((*at, "ceiling"), reason, "lower it, or check conversion_value")
    for key, cents in (("ceiling", table.ceiling), ("demand_max_adjustment", table.demand_max_adjustment)):
        if cents >= _DEAR_CENTS:
            findings.warn((*at, key), f"{money(cents)} is a lot for one lead", "amounts are in dollars, not in cents")
    if campaign.consent.certificate == "none":
        findings.warn((*at, "consent", "certificate"), "leads are bought without proof of consent")
    for position, domain in enumerate(table.consent.landing_domains):
        if "/" in domain or "." not in domain:
            findings.warn(
                (*at, "consent", "landing_domains", position), f'"{domain}" is not a domain and matches no page'
            )
