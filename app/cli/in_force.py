"""What the service last put in force, read from its database: a command needs neither the file nor its secrets."""

from app.domain.configuration import Configuration
from app.store.store import Store
from app.usecases.former import unpacked


async def configuration_in_force(store: Store) -> Configuration | None:
    """The configuration that came into force last; None before any did."""
    newest = unpacked(await store.newest_configurations())
    return newest[0] if newest else None


async def buyers_zone(store: Store) -> str:
    """Where the buyer's clocks are; UTC before anything was served."""
    configuration = await configuration_in_force(store)
    return "UTC" if configuration is None else configuration.buyer.zone
