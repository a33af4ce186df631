"""Caps: their limits in leads or cents, their names, and whether nested windows make sense together."""

from app.config.file.problem import Findings
from app.config.schema import CapTable, SellerCapTable
from app.config.values.kind import UnreadableValue, shown
from app.config.values.kinds import read_dollars
from app.config.values.names import refuse_accept_words
from app.domain.calendar import WindowKind
from app.domain.caps.caps import Cap, CapScope, TerritoryUnit
from app.domain.money import CENTS_MAX

_WINDOWS: tuple[WindowKind, ...] = ("hour", "day", "week", "month", "total")


def build_caps(tables: tuple[SellerCapTable, ...], owner: str, zone: str, findings: Findings) -> tuple[Cap, ...]:
    """The caps that a campaign or a seller declares."""
    seen: dict[str, int] = {}
    caps = []
    for table in tables:
        limit = _limit(table, findings)
        scope, unit = _scope(table, findings)
        cap = Cap(
            name=table.name or _default_name(table, scope, unit),
            owner=owner,
            measure=table.measure,
            limit=limit,
            window=table.window,
            scope=scope,
            zone=zone,
            unit=unit,
        )
        if cap.name in seen:
            findings.error(
                table.at, f"two caps are named `{cap.name}` and would share one counter", "give each a `name`"
            )
        seen[cap.name] = limit
        refuse_accept_words(cap.name, (*table.at, "name"), findings)
        caps.append(cap)
    _warn_of_idle(caps, tables, findings)
    return tuple(caps)


def limit_in_words(cap: Cap) -> str:
    """A cap as people say it: "250 a day", "$4,000 a month, each seller"."""
    amount = f"${cap.limit / 100:,.0f}" if cap.measure == "spend" else f"{cap.limit:,}"
    window = "in total" if cap.window == "total" else f"{'an' if cap.window == 'hour' else 'a'} {cap.window}"
    each = {"campaign_seller": ", each seller", "campaign_territory": f", each {cap.unit}"}.get(cap.scope, "")
    return f"{amount} {window}{each}"


def _limit(table: SellerCapTable, findings: Findings) -> int:
    """Leads, or cents of spend; 1 where it cannot be read."""
    at = (*table.at, "limit")
    raw = table.limit
    if table.measure == "spend":
        try:
            limit = read_dollars(raw)
        except UnreadableValue as wrong:
            findings.error(at, wrong.reason, wrong.remedy)
            return 1
    elif isinstance(raw, bool) or not isinstance(raw, int) or raw > CENTS_MAX:
        money = isinstance(raw, (str, float))
        remedy = 'write it in digits; for dollars add measure = "spend"' if money else "write it in digits"
        findings.error(at, f"{shown(raw)} is not a number of leads", remedy)
        return 1
    else:
        limit = raw
    if limit <= 0:
        findings.error(at, "a cap must be above zero", "to buy nothing, set paused = true")
        return 1
    return limit


def _scope(table: SellerCapTable, findings: Findings) -> tuple[CapScope, TerritoryUnit]:
    if not isinstance(table, CapTable):
        return "seller", "state"
    if table.unit is not None and table.scope != "campaign_territory":
        findings.error((*table.at, "unit"), "only a cap by territory has a `unit`", 'add scope = "campaign_territory"')
    return table.scope, table.unit or "state"


def _default_name(table: SellerCapTable, scope: CapScope, unit: TerritoryUnit) -> str:
    """By its window and what it counts, so that a refusal says which window is full."""
    window = table.window if table.window == "total" else f"per-{table.window}"
    each = {"campaign_seller": "-each-seller", "campaign_territory": f"-each-{unit}"}.get(scope, "")
    return f"{table.measure}-{window}{each}"


def _warn_of_idle(caps: list[Cap], tables: tuple[SellerCapTable, ...], findings: Findings) -> None:
    """A cap that a longer window fills first is never reached."""
    for cap, table in zip(caps, tables, strict=True):
        for longer in caps:
            same = (cap.measure, cap.scope, cap.unit) == (longer.measure, longer.scope, longer.unit)
            if same and _WINDOWS.index(longer.window) > _WINDOWS.index(cap.window) and longer.limit < cap.limit:
                reason = f"`{cap.name}` ({limit_in_words(cap)}) is above `{longer.name}` ({limit_in_words(longer)})"
                findings.warn(
                    (*table.at, "limit"), f"{reason} and will never be reached", "lower it, or raise the other"
                )
