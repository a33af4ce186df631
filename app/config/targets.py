"""Builds the targets of campaigns, and warns of those that cannot be met, alone or beside what else is declared."""

from collections.abc import Collection, Iterator
from math import ceil

from app.config.caps import limit_in_words
from app.config.file.problem import Findings
from app.config.schema import CampaignTable, TargetsTable
from app.domain.calendar import WindowKind
from app.domain.campaign import Campaign
from app.domain.caps.caps import Cap
from app.domain.money import CENTS_MAX, money
from app.domain.targets.targets import CampaignTarget, TargetKind

_RAISE = 0.25
"""Of the ceiling, where nothing is said: a volume that costs more than that is worth a thought."""

_DAYS: dict[WindowKind, float] = {"hour": 1 / 24, "day": 1.0, "week": 7.0, "month": 31.0}


def build_targets(table: CampaignTable, zone: str, findings: Findings) -> tuple[CampaignTarget, ...]:
    """The targets that a campaign declares, minimums last."""
    told = table.targets
    if told is None:
        return ()
    found = [*_of_prices(told, table.name, zone, findings), *_minimums(told, table.name, zone, findings)]
    if not found and not findings.blame(told.at):
        findings.warn(told.at, "it holds no target", "add cost_per_acquisition, or remove it")
    return tuple(found)


def raise_cents(table: CampaignTable) -> int:
    """How far targets may raise a price above the value of a lead."""
    told = table.targets
    if told is None:
        return 0
    return told.most_above_value if told.most_above_value is not None else int(_RAISE * table.ceiling)


def warn_of_conflicts(
    table: CampaignTable, campaign: Campaign, seller_names: Collection[str], findings: Findings
) -> None:
    """Targets that nothing can come of, or of which one stands in another's way."""
    told = table.targets
    assert told is not None
    for key, reason, remedy in (
        *_idle_costs(campaign),
        *_out_of_reach(campaign),
        *_minimum_dearer_than_cost(campaign),
        *_too_few_sellers(campaign, seller_names),
    ):
        findings.warn((*told.at, key), reason, remedy)
    for position, target in enumerate(_of_kind(campaign, "minimum")):
        for cap in campaign.caps:
            if cap.scope == "campaign" and target.amount > _sellable(cap, target, campaign.floor_cents):
                reason = (
                    f"the cap `{cap.name}` ({limit_in_words(cap)}) is full before {target.amount:,.0f} leads are bought"
                )
                at = (*told.at, "minimum_leads", position, "leads")
                findings.warn(at, reason, "lower it, or raise the cap: a cap always holds")


def _of_prices(told: TargetsTable, owner: str, zone: str, findings: Findings) -> Iterator[CampaignTarget]:
    """Cost, return and share."""

    def target(name: str, kind: TargetKind, amount: float) -> CampaignTarget:
        return CampaignTarget(name=name, owner=owner, kind=kind, amount=amount, window=told.window, zone=zone)

    if told.cost_per_acquisition == 0:
        findings.error((*told.at, "cost_per_acquisition"), "it is zero: nothing could be bought", "write it in dollars")
    elif told.cost_per_acquisition is not None:
        yield target("cost-per-acquisition", "cost_per_acquisition", float(told.cost_per_acquisition))
    if told.return_on_spend is not None:
        yield target("return-on-spend", "return_on_spend", told.return_on_spend)
    share = told.seller_share
    if share is None:
        return
    if not 0.0 < share.at_most < 1.0:
        reason = "no seller could sell anything" if share.at_most <= 0.0 else "no seller can sell more than everything"
        findings.error((*share.at, "at_most"), reason, 'write a share such as "40%", or remove it')
        return
    kind: TargetKind = "share_of_leads" if share.of == "leads" else "share_of_spend"
    yield target(f"seller-share-of-{share.of}", kind, share.at_most)


def _minimums(told: TargetsTable, owner: str, zone: str, findings: Findings) -> Iterator[CampaignTarget]:
    """Leads owed, one target a window."""
    windows: set[str] = set()
    for table in told.minimum_leads:
        if not 0 < table.leads <= CENTS_MAX:
            reason = "nothing is owed" if table.leads == 0 else f"{table.leads} is not a number of leads"
            findings.error((*table.at, "leads"), reason, "write how many leads are owed, or remove it")
        elif table.window in windows:
            findings.error((*table.at, "window"), f"two minimums are owed each {table.window}", "remove one of them")
        else:
            windows.add(table.window)
            name = f"minimum-per-{table.window}"
            yield CampaignTarget(
                name=name, owner=owner, kind="minimum", amount=float(table.leads), window=table.window, zone=zone
            )


_Warning = tuple[str, str, str]
"""Key, reason, remedy."""


def _idle_costs(campaign: Campaign) -> Iterator[_Warning]:
    """A target that bids below the value of a lead meet anyway; and of cost and return the looser one."""
    worth = campaign.worth.base_cents if not campaign.worth.field else campaign.worth.high_cents
    cost, wanted = _first(campaign, "cost_per_acquisition"), _first(campaign, "return_on_spend")
    if cost is not None and worth is not None and cost.amount >= worth:
        reason = f"{money(int(cost.amount))} is no less than a conversion is worth, which no bid exceeds on its own"
        yield "cost_per_acquisition", reason, "lower it, or check conversion_value"
    elif wanted is not None and wanted.amount <= 1.0:
        yield "return_on_spend", "no bid exceeds the value of its lead on its own, so it acts never", "use more than 1"
    elif cost is not None and wanted is not None and not campaign.worth.field:
        allowed = int(campaign.worth.base_cents / wanted.amount)
        looser = "return_on_spend" if cost.amount <= allowed else "cost_per_acquisition"
        reason = f"it never acts: {money(allowed)} a conversion is what return_on_spend allows"
        yield looser, f"{reason}, {money(int(cost.amount))} what cost_per_acquisition does", "remove the looser one"


def _out_of_reach(campaign: Campaign) -> Iterator[_Warning]:
    """A cost that even the floor exceeds, at the conversion that the buyer expects."""
    cost, expected = _first(campaign, "cost_per_acquisition"), campaign.expected_conversion
    if cost is not None and expected is not None and expected.rate * cost.amount < campaign.floor_cents:
        least = campaign.floor_cents / expected.rate
        reason = f"at the floor of {money(campaign.floor_cents)} and {expected.rate:.1%} of leads converting"
        yield "cost_per_acquisition", f"{reason}, a conversion costs {money(ceil(least))} at least", "lower the floor"


def _minimum_dearer_than_cost(campaign: Campaign) -> Iterator[_Warning]:
    """Leads that are owed may cost more than another target allows."""
    if not _of_kind(campaign, "minimum"):
        return
    others = [key for key in ("cost_per_acquisition", "return_on_spend") if _first(campaign, key)]
    if others:
        reason = f"where leads are owed that cost more than `{others[0]}` allows, that wins: fewer may be bought"
        yield "minimum_leads", reason, "remove one of the two if only the other matters"
    if not campaign.target_raise_cents:
        yield "most_above_value", "it is zero, so nothing more is paid while leads are owed", "allow some dollars"


def _too_few_sellers(campaign: Campaign, seller_names: Collection[str]) -> Iterator[_Warning]:
    """As many sellers at the largest share as there are do not make up a whole."""
    share = next((target for target in campaign.targets if target.is_share), None)
    if share is not None and seller_names and share.amount * len(seller_names) < 1.0:
        count = len(seller_names)
        said = "1 seller is" if count == 1 else f"{count} sellers are"
        reason = f"{said} declared, and cannot all stay below {share.amount:.0%} of what is bought"
        yield "seller_share", reason, f"allow at least {ceil(100 / count)}%, or add sellers"


def _sellable(cap: Cap, target: CampaignTarget, floor_cents: int) -> float:
    """How many leads a cap leaves room for in the window of a target."""
    leads = cap.limit / max(floor_cents, 1) if cap.measure == "spend" else float(cap.limit)
    if cap.window == "total":
        return leads
    days, owed = _DAYS[cap.window], _DAYS[target.window]
    return leads * ceil(owed / days) if days <= owed else leads * owed / days


def _of_kind(campaign: Campaign, kind: str) -> list[CampaignTarget]:
    return [target for target in campaign.targets if target.kind == kind]


def _first(campaign: Campaign, kind: str) -> CampaignTarget | None:
    return next(iter(_of_kind(campaign, kind)), None)
