"""Gathers what `status` shows from the database and the service's notes, in one place for command and endpoint."""

from app.reports.attention.facts import Facts
from app.reports.status import Status, spans, status_of
from app.service_notes import ServicePlaces, ServiceState
from app.store.store import Store
from app.usecases.former import configuration_in_force

PENDING_S = 30.0
"""A service that holds a configuration back says so every few seconds; what was said earlier is over."""

UNDELIVERED_S = 7 * 86_400.0
"""A lead that did not arrive for longer is not called any more, and nobody is told of it again."""


async def status(store: Store, places: ServicePlaces | None, state: ServiceState | None, machine_now: float) -> Status:
    """How things are; after the service's end, as they were when it ended."""
    is_running = state is None or state.is_running(machine_now)
    now = machine_now if is_running or state is None else state.at
    configuration = await configuration_in_force(store)
    zone = configuration.buyer.zone if configuration is not None else "UTC"
    day, month = spans(now, zone)
    replicas, pacer = await _replicas(store)
    facts = Facts(
        now=now,
        machine_now=machine_now,
        configuration=configuration,
        in_force_since=await store.in_force_since(configuration.config_hash) if configuration is not None else None,
        pending=await store.awaiting_consent(machine_now - PENDING_S),
        requests=await store.requests(now),
        used=await store.cap_usage(now),
        today=await store.sales(day, now + 1.0),
        month=await store.sales(month, now + 1.0),
        waiting=await store.waiting_deliveries(),
        undelivered=await store.undelivered(now - UNDELIVERED_S),
        disabled=await store.disabled_destinations(),
        may_be_elsewhere=store.is_shared,
        places=places,
        state=state,
        replicas=replicas,
        pacer=pacer,
    )
    return status_of(facts)


async def _replicas(store: Store) -> tuple[tuple[str, ...], str]:
    """The names of those that live, and of the one that moves shadow prices."""
    if not store.is_shared:
        return (), ""
    turn = await store.read_turn(0)
    live = {each.run: each.name for each in turn.replicas if each.seen({}).is_live}
    return tuple(sorted(live.values())), live.get(turn.pacer, "")
