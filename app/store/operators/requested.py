"""What operators ask for while the service runs: demand, signals and switches, which survive a restart."""

from typing import Literal

import msgspec
from sqlalchemy import BindParameter, ColumnElement, Connection, Double, bindparam, delete, func, or_, select

from app.domain.calendar import utc_text
from app.domain.money import money
from app.domain.operators.audit import OperatorAct
from app.store.engine.portable import replace
from app.store.engine.prepared import Prepared
from app.store.operators.audit import note
from app.store.schema import demand, lead, lead_return, signal, switch
from app.wire.feedback import Demand, Signal

SwitchKind = Literal["pause", "boost", "cap"]

SoldByDemand = dict[tuple[str, str, float], int]
"""By territory and campaign of a demand, and when it was told: how many leads it has taken."""

_NOW = bindparam("now", type_=Double)


class DemandRow(msgspec.Struct, frozen=True, kw_only=True):
    """What a territory said at `told_at`; it holds until `ends_at`."""

    territory: str
    demand: Demand
    told_by: str = ""
    told_at: float
    ends_at: float


class SignalRow(msgspec.Struct, frozen=True, kw_only=True):
    """A territory's timed premium."""

    territory: str
    signal: Signal
    told_by: str = ""
    told_at: float = 0.0


class Switch(msgspec.Struct, frozen=True, kw_only=True):
    """A campaign or seller (`target`) paused, a campaign boosted by `amount` cents, or a cap (OWNER/CAP) set to it.

    It holds until `ends_at`, or until it is cleared.
    """

    kind: SwitchKind
    target: str
    amount: int | None = None
    why: str = ""
    told_by: str
    told_at: float
    ends_at: float | None = None


class RequestRows(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that operators ask for at some moment."""

    demands: list[DemandRow]
    signals: list[SignalRow]
    switches: list[Switch]


def set_demand(
    connection: Connection, territory: str, told: Demand, ends_at: float, by: str, now: float, why: str = ""
) -> None:
    """A territory's demand, in the place of the former."""
    row = {
        "territory": territory,
        "campaign": told.campaign,
        "open": told.open,
        "expected": told.expected,
        "is_limit": told.limit,
        "told_by": by,
        "told_at": now,
        "ends_at": ends_at,
    }
    replace(connection, demand, row)
    whose = f" for {told.campaign}" if told.campaign else ""
    limit = ", as a limit" if told.limit else ""
    detail = f"{told.open} open of {told.expected} expected{whose}{limit}"
    note(connection, now, OperatorAct(by=by, action="demand", target=territory, detail=detail, why=why))


def end_demand(connection: Connection, territory: str, campaign: str, by: str, now: float, why: str) -> bool:
    """Forget a territory's demand; False where there was none in force."""
    columns = demand.c
    is_it = (columns.territory == territory) & (columns.campaign == campaign) & (columns.ends_at > now)
    if not connection.execute(delete(demand).where(is_it)).rowcount:
        return False
    detail = f"for {campaign}" if campaign else ""
    note(connection, now, OperatorAct(by=by, action="end demand", target=territory, detail=detail, why=why))
    return True


def demands(connection: Connection, now: float) -> list[DemandRow]:
    """Every demand that still holds."""
    return [
        DemandRow(
            territory=territory,
            demand=Demand(open=wanted, expected=expected, campaign=campaign, limit=bool(is_limit), until=ends_at),
            told_by=told_by,
            told_at=told_at,
            ends_at=ends_at,
        )
        for territory, campaign, wanted, expected, is_limit, told_by, told_at, ends_at in _DEMANDS.run(
            connection, {"now": now}
        ).fetchall()
    ]


def sold_by_demand(connection: Connection, now: float) -> SoldByDemand:
    """What every demand that still holds has taken: sold where it covers since it was told, and not given back."""
    rows = connection.execute(_SOLD_BY_DEMAND, {"now": now})
    return {(territory, campaign, told_at): sold for territory, campaign, told_at, sold in rows}


def set_signal(connection: Connection, territory: str, told: Signal, by: str, now: float, why: str = "") -> None:
    """A territory's premium; one of the same cause replaces the former."""
    row = {
        "territory": territory,
        "cause": told.cause,
        "vertical": told.vertical,
        "premium_cents": told.premium_cents,
        "told_by": by,
        "told_at": now,
        "ends_at": told.until,
    }
    replace(connection, signal, row)
    detail = f"{money(told.premium_cents)} for {told.cause}"
    note(connection, now, OperatorAct(by=by, action="signal", target=territory, detail=detail, why=why))


def end_signals(connection: Connection, territory: str, cause: str, by: str, now: float, why: str) -> int:
    """Forget a territory's signal of this cause, or all of them where none is named; how many were in force."""
    columns = signal.c
    are_they = (columns.territory == territory) & (columns.ends_at > now)
    ended = connection.execute(
        delete(signal).where(are_they & (columns.cause == cause) if cause else are_they)
    ).rowcount
    if ended:
        note(connection, now, OperatorAct(by=by, action="end signal", target=territory, detail=cause, why=why))
    return ended


def signals(connection: Connection, now: float) -> list[SignalRow]:
    """Every signal that still holds."""
    return [
        SignalRow(
            territory=territory,
            signal=Signal(premium_cents=premium_cents, cause=cause, until=ends_at, vertical=vertical),
            told_by=told_by,
            told_at=told_at,
        )
        for territory, cause, vertical, premium_cents, told_by, told_at, ends_at in _SIGNALS.run(
            connection, {"now": now}
        ).fetchall()
    ]


def set_switch(connection: Connection, wanted: Switch, detail: str = "") -> None:
    """Put a switch into force, in the place of the former of its kind and target."""
    replace(connection, switch, msgspec.structs.asdict(wanted))
    until = "" if wanted.ends_at is None else f"until {utc_text(wanted.ends_at)}"
    said = " ".join(filter(None, (detail, until)))
    act = OperatorAct(by=wanted.told_by, action=wanted.kind, target=wanted.target, detail=said, why=wanted.why)
    note(connection, wanted.told_at, act)


def clear_switch(connection: Connection, kind: SwitchKind, target: str, by: str, why: str, now: float) -> bool:
    """Take a switch out of force; False where there was none."""
    is_it = (switch.c.kind == kind) & (switch.c.target == target) & _holds(now)
    removed = connection.execute(delete(switch).where(is_it)).rowcount
    if removed:
        note(connection, now, OperatorAct(by=by, action=f"end {kind}", target=target, why=why))
    return removed == 1


def switches(connection: Connection, now: float) -> list[Switch]:
    """Every switch in force."""
    rows = _SWITCHES.run(connection, {"now": now}).fetchall()
    return [Switch(**dict(zip(Switch.__struct_fields__, row, strict=True))) for row in rows]


def requests(connection: Connection, now: float) -> RequestRows:
    """All that is in force."""
    return RequestRows(
        demands=demands(connection, now), signals=signals(connection, now), switches=switches(connection, now)
    )


def _holds(now: float | BindParameter[float]) -> ColumnElement[bool]:
    return or_(switch.c.ends_at.is_(None), switch.c.ends_at > now)


# Asked twice a second while nothing changes.
_DEMANDS = Prepared(select(demand).where(demand.c.ends_at > _NOW).order_by(demand.c.territory, demand.c.campaign))
# A territory is a state, or the beginning of a ZIP.
_SOLD_BY_DEMAND = (
    select(demand.c.territory, demand.c.campaign, demand.c.told_at, func.count())
    .select_from(demand)
    .join(lead, lead.c.sold_at >= demand.c.told_at)
    .outerjoin(lead_return, (lead_return.c.lead_id == lead.c.lead_id) & lead_return.c.credit.is_not(None))
    .where(
        demand.c.ends_at > _NOW,
        demand.c.campaign.in_(("", lead.c.campaign)),
        or_(
            lead.c.state == demand.c.territory,
            func.substr(lead.c.zip, 1, func.length(demand.c.territory)) == demand.c.territory,
        ),
        lead_return.c.lead_id.is_(None),
    )
    .group_by(demand.c.territory, demand.c.campaign, demand.c.told_at)
)
_SIGNALS = Prepared(select(signal).where(signal.c.ends_at > _NOW).order_by(signal.c.territory, signal.c.cause))
_SWITCHES = Prepared(
    select(*(switch.c[name] for name in Switch.__struct_fields__))
    .where(_holds(_NOW))
    .order_by(switch.c.kind, switch.c.target)
)
