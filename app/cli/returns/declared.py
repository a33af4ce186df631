"""What the running service's configuration says of sellers, as the database keeps it: no file and no secret needed."""

from app.config.file.problem import did_you_mean
from app.domain.configuration import Configuration
from app.domain.seller import Seller
from app.store.errors import StoreUnfit
from app.store.store import Store
from app.usecases.former import configuration_in_force


async def declared_last(store: Store) -> Configuration:
    """The configuration that came into force last. StoreUnfit where none ever did."""
    configuration = await configuration_in_force(store)
    if configuration is None:
        raise StoreUnfit("no service has worked on this database yet: start it once with `leadbid serve`")
    return configuration


async def seller_in(store: Store, name: str) -> tuple[Configuration, Seller]:
    """A seller as it was declared last. StoreUnfit where there is none of this name."""
    configuration = await declared_last(store)
    seller = configuration.seller(name)
    if seller is None:
        names = [each.name for each in configuration.sellers]
        remedy = did_you_mean(name, names) or f"there are {', '.join(names)}"
        raise StoreUnfit(f"there is no seller `{name}`: {remedy}")
    return configuration, seller
