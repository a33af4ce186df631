"""Where the buyer is, read from what the service last put in force: a command needs neither file nor secrets."""

from app.store.store import Store
from app.usecases.former import configuration_in_force


async def buyers_zone(store: Store) -> str:
    """Where the buyer's clocks are; UTC before anything was served."""
    configuration = await configuration_in_force(store)
    return "UTC" if configuration is None else configuration.buyer.zone
