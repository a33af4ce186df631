"""Where each cap's shadow price stands, so that a restart goes on with it."""

from collections.abc import Mapping

from sqlalchemy import Connection, select

from app.domain.caps.pacing import ShadowPrice
from app.store.engine.portable import replace
from app.store.schema import shadow_price


def keep_shadow_prices(connection: Connection, duals: Mapping[str, float], now: float) -> None:
    """Put these in the place of what was kept of the same resources."""
    for resource, dual in duals.items():
        replace(connection, shadow_price, {"resource": resource, "dual": dual, "moved_at": now})


def shadow_prices(connection: Connection) -> dict[str, ShadowPrice]:
    """Every shadow price that was ever kept, by resource."""
    return {row.resource: ShadowPrice(row.dual, row.moved_at) for row in connection.execute(select(shadow_price))}
