"""Builds expected conversion, fixed prices and price points, and checks that a bid can be made of them."""

from collections.abc import Collection, Iterable, Mapping, Sequence

from app.config.file.problem import Findings, did_you_mean
from app.config.schema import CampaignTable, ExpectedConversionTable, SellerTable
from app.config.values.kind import shown
from app.dialects.values.states import state_of
from app.domain.campaign import Campaign
from app.domain.money import money
from app.domain.pricing.expected_conversion import ExpectedConversion
from app.domain.seller import Seller


def build_expected_conversion(
    table: CampaignTable, seller_names: Collection[str], findings: Findings
) -> ExpectedConversion | None:
    """The conversion rates that the buyer expects; `None` where nothing is declared."""
    told = table.expected_conversion
    if told is None:
        return None
    if table.fallback_price is not None:
        reason = "it is never bid: `expected_conversion` prices what no model can"
        findings.warn((*table.at, "fallback_price"), reason, "remove one of the two")
    if not isinstance(told, ExpectedConversionTable):
        return ExpectedConversion(rate=told)
    for name in told.by_seller:
        if name not in seller_names:
            remedy = did_you_mean(name, seller_names) or "declare it with [[sellers]]"
            findings.error((*told.at, "by_seller", name), f"there is no seller `{name}`", remedy)
    return ExpectedConversion(rate=told.rate, by_seller=told.by_seller, by_state=_by_state(told, findings))


def check_fallback(table: CampaignTable, findings: Findings) -> None:
    """The fixed price can be bid."""
    price, at = table.fallback_price, (*table.at, "fallback_price")
    if price is None:
        return
    if not max(table.floor, 1) <= price <= table.ceiling:
        reason = f"{money(price)} is not between floor and ceiling"
        findings.error(at, reason, "choose a price between them, or remove it")
    elif table.price_points and price not in table.price_points:
        findings.error(at, f"{money(price)} is not one of `price_points`", f"choose {_listed(table.price_points)}")


def build_price_points(table: CampaignTable | SellerTable, findings: Findings) -> tuple[int, ...]:
    """The only prices, from the lowest; those that are zero or stand there twice are reported."""
    points, at = table.price_points, (*table.at, "price_points")
    for position, price in enumerate(points):
        if price == 0:
            findings.error((*at, position), "it is zero: no bid is that low", "remove it")
        elif price in points[:position]:
            findings.warn((*at, position), f"{money(price)} stands there twice", "remove one of them")
    return tuple(sorted({*points}))


def check_points_of_campaign(table: CampaignTable, points: tuple[int, ...], findings: Findings) -> None:
    """At least one price lies between floor and ceiling; the others are never bid."""
    at = (*table.at, "price_points")
    allowed = [price for price in points if table.floor <= price <= table.ceiling]
    if points and not allowed:
        reason = f"none lies between floor and ceiling, {money(table.floor)} and {money(table.ceiling)}"
        findings.error(at, reason, "correct them, or move floor and ceiling")
        return
    for position, price in enumerate(table.price_points):
        if price and price not in allowed:
            bound = "above the ceiling" if price > table.ceiling else "below the floor"
            findings.warn((*at, position), f"{money(price)} is {bound}, and never bid", "remove it, or move the bound")


def warn_of_points_apart(
    campaigns: Iterable[Campaign], tables: Sequence[SellerTable], sellers: Iterable[Seller], findings: Findings
) -> None:
    """Warn of a campaign that can never bid at a seller, as no price suits both."""
    bought = list(campaigns)
    for table, seller in zip(tables, sellers, strict=True):
        for campaign in bought if seller.price_points else ():
            own = [price for price in seller.price_points if campaign.floor_cents <= price <= campaign.ceiling_cents]
            common = [price for price in own if not campaign.price_points or price in campaign.price_points]
            if not common:
                reason = f"none of them can be bid by campaign `{campaign.name}`, which buys nothing there"
                remedy = "add a price within its floor, ceiling and price_points"
                findings.warn((*table.at, "price_points"), reason, remedy)


def _by_state(told: ExpectedConversionTable, findings: Findings) -> Mapping[str, float]:
    rates: dict[str, float] = {}
    for name, rate in told.by_state.items():
        code, at = state_of(name.strip()), (*told.at, "by_state", name)
        if code is None:
            findings.error(at, f"{shown(name)} is not a US state", "write its two letters, as TX")
        elif code in rates:
            findings.error(at, f"{code} stands there twice", "remove one of them")
        else:
            rates[code] = rate
    return rates


def _listed(points: Iterable[int]) -> str:
    return " or ".join(money(price) for price in sorted(points))
