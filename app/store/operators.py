"""What operators ask for while the service runs: demand, signals and switches, which survive a restart."""

from collections.abc import Iterable
from typing import Literal

import msgspec
from sqlalchemy import Connection, delete, select

from app.store.audit import note
from app.store.engine.portable import replace
from app.store.schema import demand, signal, switch
from app.wire.feedback import Demand, Signal


class DemandRow(msgspec.Struct, frozen=True, kw_only=True):
    """What a territory said at `told_at`; it holds until `ends_at`."""

    territory: str
    demand: Demand
    told_at: float
    ends_at: float


class SignalRow(msgspec.Struct, frozen=True, kw_only=True):
    """A territory's timed premium."""

    territory: str
    signal: Signal


class Switch(msgspec.Struct, frozen=True, kw_only=True):
    """A campaign or seller (`target`) paused, boosted by `amount` cents, or one of its caps set to `amount`."""

    kind: Literal["pause", "boost", "cap"]
    target: str
    amount: int | None = None
    reason: str = ""
    told_by: str
    told_at: float


def set_demand(connection: Connection, territory: str, told: Demand, ends_at: float, by: str, now: float) -> None:
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
    note(connection, now, by, "demand", territory, f"{told.open} open of {told.expected} expected{whose}{limit}")


def demands(connection: Connection, now: float) -> list[DemandRow]:
    """Every demand that still holds."""
    return [
        DemandRow(
            territory=row.territory,
            demand=Demand(
                open=row.open, expected=row.expected, campaign=row.campaign, limit=row.is_limit, until=row.ends_at
            ),
            told_at=row.told_at,
            ends_at=row.ends_at,
        )
        for row in connection.execute(select(demand).where(demand.c.ends_at > now).order_by(demand.c.territory))
    ]


def set_signal(connection: Connection, territory: str, told: Signal, by: str, now: float) -> None:
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
    note(connection, now, by, "signal", territory, f"{told.premium_cents} cents for {told.cause}")


def signals(connection: Connection, now: float) -> list[SignalRow]:
    """Every signal that still holds."""
    return [
        SignalRow(
            territory=row.territory,
            signal=Signal(premium_cents=row.premium_cents, cause=row.cause, until=row.ends_at, vertical=row.vertical),
        )
        for row in connection.execute(select(signal).where(signal.c.ends_at > now).order_by(signal.c.territory))
    ]


def set_switch(connection: Connection, wanted: Switch) -> None:
    """Put a switch into force, in the place of the former of its kind and target."""
    replace(connection, switch, msgspec.structs.asdict(wanted))
    amount = "" if wanted.amount is None else f"{wanted.amount}: "
    note(connection, wanted.told_at, wanted.told_by, wanted.kind, wanted.target, amount + wanted.reason)


def clear_switch(connection: Connection, kind: str, target: str, by: str, reason: str, now: float) -> bool:
    """Take a switch out of force; False where there was none."""
    removed = connection.execute(delete(switch).where(switch.c.kind == kind, switch.c.target == target)).rowcount
    if removed:
        note(connection, now, by, f"end {kind}", target, reason)
    return removed == 1


def switches(connection: Connection) -> list[Switch]:
    """Every switch in force."""
    rows = connection.execute(select(switch).order_by(switch.c.kind, switch.c.target))
    return [Switch(**row._mapping) for row in rows]


def paused(switches: Iterable[Switch]) -> frozenset[str]:
    """The campaigns and sellers that switches pause."""
    return frozenset([switch.target for switch in switches if switch.kind == "pause"])
