"""What is known at one moment of a service, by its database and its notes."""

import msgspec

from app.domain.configuration import Configuration
from app.service_notes import ServicePlaces, ServiceState
from app.store.configurations import PendingConfiguration
from app.store.delivery.deliveries import Waiting
from app.store.leads import Summary
from app.store.operators.requested import RequestRows


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What the database and the service's notes say at one moment; `now` is the service's clock. `undelivered` are
    recent. A service that `may_be_elsewhere` notes itself there. `replicas` live, and of them the `pacer` moves shadow
    prices.
    """

    now: float
    machine_now: float
    configuration: Configuration | None
    in_force_since: float | None
    pending: list[PendingConfiguration]
    requests: RequestRows
    used: dict[str, int]
    today: Summary
    month: Summary
    waiting: dict[str, Waiting]
    undelivered: dict[str, int]
    disabled: dict[str, str]
    may_be_elsewhere: bool
    places: ServicePlaces | None
    state: ServiceState | None
    replicas: tuple[str, ...] = ()
    pacer: str = ""
