"""Where the shadow prices of caps and targets stand, and what came of targets, so that a restart goes on with it."""

from collections.abc import Mapping
from functools import cache

from msgspec.structs import asdict
from sqlalchemy import Connection, Table, select, text

from app.domain.caps.pacing import ShadowPrice
from app.domain.targets.targets import KeptLedger, LedgerName, TargetLedger
from app.store.engine.prepared import Prepared, Values
from app.store.schema import shadow_price, target_ledger

ALONE = 0
"""Who keeps them where no replica can move them beside us."""


def keep_shadow_prices(connection: Connection, duals: Mapping[str, float], now: float, pacer: int) -> None:
    """Put these in the place of what was kept of the same resources, while the replica of this run is the pacer."""
    for resource, dual in duals.items():
        _keep(connection, shadow_price, {"resource": resource, "dual": dual, "moved_at": now}, pacer)


def shadow_prices(connection: Connection, since: float) -> dict[str, ShadowPrice]:
    """Every shadow price that was kept after `since`, by resource."""
    kept = select(shadow_price).where(shadow_price.c.moved_at > since)
    return {row.resource: ShadowPrice(row.dual, row.moved_at) for row in connection.execute(kept)}


def keep_ledgers(connection: Connection, ledgers: Mapping[LedgerName, TargetLedger], now: float, pacer: int) -> None:
    """Put these in the place of what was kept of the same parts of targets, while this replica is the pacer."""
    for (resource, part), ledger in ledgers.items():
        row = {"resource": resource, "part": part, **asdict(ledger), "kept_at": now}
        _keep(connection, target_ledger, row, pacer)


def ledgers(connection: Connection, since: float) -> dict[str, dict[str, KeptLedger]]:
    """Every ledger that was kept after `since`, by what is steered and by its part."""
    sums = [target_ledger.c[name] for name in TargetLedger.__struct_fields__]
    found: dict[str, dict[str, KeptLedger]] = {}
    kept = select(target_ledger.c.resource, target_ledger.c.part, target_ledger.c.kept_at, *sums).where(
        target_ledger.c.kept_at > since
    )
    for resource, part, at, *row in connection.execute(kept):
        found.setdefault(resource, {})[part] = KeptLedger(TargetLedger(*row), at)
    return found


def _keep(connection: Connection, table: Table, row: Values, pacer: int) -> None:
    _replacing(table).run(connection, {**row, "pacer": pacer})


@cache
def _replacing(table: Table) -> Prepared:
    """What another replica took over is its own: whoever has not read of it yet changes nothing any more."""
    key = {column.name for column in table.primary_key}
    values = ", ".join(
        f"CAST(:{each.name} AS {'text' if each.name in key else 'double precision'})" for each in table.c
    )
    changes = ", ".join(f"{each.name} = excluded.{each.name}" for each in table.c if each.name not in key)
    return Prepared(
        text(
            f"INSERT INTO {table.name} ({', '.join(table.c.keys())}) SELECT {values} "  # noqa: S608 - names of our own
            f"WHERE CAST(:pacer AS bigint) = {ALONE} OR EXISTS (SELECT 1 FROM replica_turn WHERE pacer = :pacer) "
            f"ON CONFLICT ({', '.join(sorted(key))}) DO UPDATE SET {changes}"
        )
    )
