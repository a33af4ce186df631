"""Where the shadow prices of caps and targets stand, and what came of targets, so that a restart goes on with it."""

from collections.abc import Mapping

from msgspec.structs import asdict
from sqlalchemy import Connection, select

from app.domain.caps.pacing import ShadowPrice
from app.domain.targets.targets import KeptLedger, LedgerName, TargetLedger
from app.store.engine.portable import replace
from app.store.schema import shadow_price, target_ledger


def keep_shadow_prices(connection: Connection, duals: Mapping[str, float], now: float) -> None:
    """Put these in the place of what was kept of the same resources."""
    for resource, dual in duals.items():
        replace(connection, shadow_price, {"resource": resource, "dual": dual, "moved_at": now})


def shadow_prices(connection: Connection) -> dict[str, ShadowPrice]:
    """Every shadow price that was ever kept, by resource."""
    return {row.resource: ShadowPrice(row.dual, row.moved_at) for row in connection.execute(select(shadow_price))}


def keep_ledgers(connection: Connection, ledgers: Mapping[LedgerName, TargetLedger], now: float) -> None:
    """Put these in the place of what was kept of the same parts of targets."""
    for (resource, part), ledger in ledgers.items():
        replace(connection, target_ledger, {"resource": resource, "part": part, **asdict(ledger), "kept_at": now})


def ledgers(connection: Connection) -> dict[str, dict[str, KeptLedger]]:
    """Every ledger that was ever kept, by what is steered and by its part."""
    sums = [target_ledger.c[name] for name in TargetLedger.__struct_fields__]
    found: dict[str, dict[str, KeptLedger]] = {}
    kept = select(target_ledger.c.resource, target_ledger.c.part, target_ledger.c.kept_at, *sums)
    for resource, part, at, *row in connection.execute(kept):
        found.setdefault(resource, {})[part] = KeptLedger(TargetLedger(*row), at)
    return found
