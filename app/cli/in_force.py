"""What the service last put in force, as the database keeps it: a command needs neither file nor secrets."""

from app.config.file.problem import did_you_mean
from app.domain.configuration import Configuration
from app.domain.seller import Seller
from app.store.errors import StoreUnfit
from app.store.store import Store
from app.usecases.former import configuration_in_force


async def buyers_zone(store: Store) -> str:
    """Where the buyer's clocks are; UTC before anything was served."""
    configuration = await configuration_in_force(store)
    return "UTC" if configuration is None else configuration.buyer.zone


async def last_in_force(store: Store) -> Configuration:
    """The configuration that came into force last. StoreUnfit where none ever did."""
    configuration = await configuration_in_force(store)
    if configuration is None:
        raise StoreUnfit("no service has worked on this database yet: start it once with `leadbid serve`")
    return configuration


async def seller_in(store: Store, name: str) -> tuple[Configuration, Seller]:
    """A seller as it was declared last. StoreUnfit where there is none of this name."""
    configuration = await last_in_force(store)
    seller = configuration.seller(name)
    if seller is None:
        names = [each.name for each in configuration.sellers]
        remedy = did_you_mean(name, names) or f"there are {', '.join(names)}"
        raise StoreUnfit(f"there is no seller `{name}`: {remedy}")
    return configuration, seller
