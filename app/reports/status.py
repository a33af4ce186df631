"""What a buyer wants to know first: what needs attention, what was bought against its caps, and what is in force."""

from collections.abc import Iterable, Iterator, Mapping

import msgspec
from msgspec.structs import replace

from app.config.caps import limit_in_words
from app.domain.alerts.alert import Alert
from app.domain.calendar import local_time, window_bounds
from app.domain.caps.caps import Cap
from app.domain.configuration import Configuration
from app.reports.attention.buying import full_cap
from app.reports.attention.facts import Facts
from app.reports.attention.others import DestinationStatus, destination_alerts
from app.reports.attention.service import model_alerts, service_alerts, switch_alerts
from app.service_notes import CircuitState, ModelState, ProviderState, ServiceState
from app.store.leads import SalesRow
from app.store.operators.requested import RequestRows


class ServiceStatus(msgspec.Struct, frozen=True, kw_only=True):
    """`state` is running, stopped (in order), down (it was not), or unknown where it noted nothing here.

    On PostgreSQL, the names of all `replicas` that live, and the `pacer` among them, which moves shadow prices.
    """

    state: str
    address: str
    started_at: float | None
    seen_at: float | None
    config: str
    in_force_since: float | None
    live_bids: int | None
    replicas: tuple[str, ...] = ()
    pacer: str = ""


class CapStatus(msgspec.Struct, frozen=True, kw_only=True):
    """The fullest counter of a cap in its window now; `part` is the seller or territory that it counts, if any.

    `used` and `limit` are leads or cents. `declared` differs from `limit` where an operator changed it.
    """

    cap: str
    measure: str
    window: str
    part: str
    used: int
    limit: int
    declared: int
    words: str

    @property
    def share(self) -> float:
        return self.used / self.limit if self.limit else 1.0


class BoughtStatus(msgspec.Struct, frozen=True, kw_only=True):
    """What a campaign bought in the buyer's day and month."""

    campaign: str
    leads_today: int
    cents_today: int
    leads_month: int
    cents_month: int


class RequestStatus(msgspec.Struct, frozen=True, kw_only=True):
    """Something that an operator asked for: what, on what, by whom, why, since when and until when.

    `part` tells what holds on one territory apart: the campaign of a demand, the cause of a signal.
    """

    kind: str
    target: str
    part: str = ""
    amount: int | None
    words: str
    by: str
    why: str
    since: float | None
    until: float | None


class Status(msgspec.Struct, frozen=True, kw_only=True):
    """Times are UTC epoch seconds, `zone` is the buyer's; money is in cents."""

    at: float
    zone: str
    attention: tuple[Alert, ...]
    service: ServiceStatus
    bought: tuple[BoughtStatus, ...]
    caps: tuple[CapStatus, ...]
    in_force: tuple[RequestStatus, ...]
    destinations: tuple[DestinationStatus, ...]
    providers: dict[str, ProviderState]
    models: dict[str, ModelState]


def status_of(facts: Facts) -> Status:
    """Everything, with what needs attention first."""
    configuration = facts.configuration
    service = _service(facts)
    caps = tuple(_caps(configuration, facts)) if configuration is not None else ()
    destinations = tuple(_destinations(facts))
    models = facts.state.models if facts.state is not None else {}
    attention = [
        *service_alerts(facts, service.state),
        *destination_alerts(destinations, facts.now),
        *(found for each in caps for found in full_cap(each.cap, each.window, each.used, each.limit, each.words)),
        *model_alerts(models),
        *switch_alerts(facts.requests.switches),
    ]
    off = configuration.alerts.off if configuration is not None else ()
    return Status(
        at=facts.now,
        zone=configuration.buyer.zone if configuration is not None else "UTC",
        attention=tuple([each for each in attention if each.cause not in off]),
        service=service,
        bought=tuple(_bought(facts.today.sales, facts.month.sales)),
        caps=caps,
        in_force=tuple(in_force(facts.requests, {each.cap: each.words for each in caps})),
        destinations=destinations,
        providers=facts.state.providers if facts.state is not None else {},
        models=models,
    )


def _service(facts: Facts) -> ServiceStatus:
    places, state, configuration = facts.places, facts.state, facts.configuration
    return ServiceStatus(
        state=_running(state, facts.machine_now),
        address=places.address if places is not None else "",
        started_at=places.started_at if places is not None else None,
        seen_at=state.noted_at if state is not None else None,
        config=configuration.config_hash if configuration is not None else "",
        in_force_since=facts.in_force_since,
        live_bids=state.live_bids if state is not None else None,
        replicas=facts.replicas,
        pacer=facts.pacer,
    )


def _running(state: ServiceState | None, machine_now: float) -> str:
    if state is None:
        return "unknown"
    if state.stopped_at is not None:
        return "stopped"
    return "running" if state.is_running(machine_now) else "down"


def _caps(configuration: Configuration, facts: Facts) -> Iterator[CapStatus]:
    limits = {each.target: each.amount for each in facts.requests.switches if each.kind == "cap"}
    declared = [cap for campaign in configuration.campaigns for cap in campaign.caps]
    declared += [cap for seller in configuration.sellers for cap in seller.caps]
    for cap in declared:
        changed = limits.get(cap.title)
        in_force = cap if changed is None else replace(cap, limit=changed)
        used, part = _fullest(in_force, facts)
        yield CapStatus(
            cap=cap.title,
            measure=cap.measure,
            window=cap.window,
            part=part,
            used=used,
            limit=in_force.limit,
            declared=cap.limit,
            words=limit_in_words(in_force),
        )


def _fullest(cap: Cap, facts: Facts) -> tuple[int, str]:
    """The most that any counter of a cap has used in the window that is open, and the part that it counts."""
    label = local_time(facts.now, cap.zone).labels[cap.window]
    fullest, part = 0, ""
    for key, used in facts.used.items():
        if cap.counts_in(key) and key.rpartition("/")[2] == label and used > fullest:
            fullest, part = used, key.split("/")[-2]
    return fullest, part


def _bought(today: Iterable[SalesRow], month: Iterable[SalesRow]) -> Iterator[BoughtStatus]:
    in_day, in_month = _by_campaign(today), _by_campaign(month)
    for campaign, (leads, cents) in sorted(in_month.items(), key=lambda each: (-each[1][1], each[0])):
        leads_today, cents_today = in_day.get(campaign, (0, 0))
        yield BoughtStatus(
            campaign=campaign,
            leads_today=leads_today,
            cents_today=cents_today,
            leads_month=leads,
            cents_month=cents,
        )


def _by_campaign(rows: Iterable[SalesRow]) -> dict[str, tuple[int, int]]:
    sums: dict[str, tuple[int, int]] = {}
    for row in rows:
        leads, cents = sums.get(row.campaign, (0, 0))
        sums[row.campaign] = leads + row.leads, cents + row.spend_cents
    return sums


def in_force(requests: RequestRows, words: Mapping[str, str]) -> Iterator[RequestStatus]:
    """All that operators asked for; `words` say by OWNER/CAP what a limit is."""
    for switch in requests.switches:
        yield RequestStatus(
            kind=switch.kind,
            target=switch.target,
            amount=switch.amount,
            words=words.get(switch.target, "") if switch.kind == "cap" else "",
            by=switch.told_by,
            why=switch.why,
            since=switch.told_at,
            until=switch.ends_at,
        )
    for row in requests.demands:
        whose = f" for {row.demand.campaign}" if row.demand.campaign else ""
        said = f"{row.demand.open} open of {row.demand.expected} expected{whose}"
        yield RequestStatus(
            kind="demand",
            target=row.territory,
            part=row.demand.campaign,
            amount=None,
            words=f"{said}, as a limit" if row.demand.limit else said,
            by=row.told_by,
            why="",
            since=row.told_at,
            until=row.ends_at,
        )
    for signal in requests.signals:
        yield RequestStatus(
            kind="signal",
            target=signal.territory,
            part=signal.signal.cause,
            amount=signal.signal.premium_cents,
            words=signal.signal.vertical,
            by=signal.told_by,
            why=signal.signal.cause,
            since=signal.told_at,
            until=signal.signal.until,
        )


def _destinations(facts: Facts) -> Iterator[DestinationStatus]:
    counts = facts.month.deliveries
    declared = [each.name for each in facts.configuration.destinations] if facts.configuration is not None else []
    circuits = facts.state.circuits if facts.state is not None else {}
    for name in sorted({*declared, *counts, *facts.waiting, *facts.disabled}):
        of, circuit = counts.get(name, {}), circuits.get(name, CircuitState(failures=0))
        waiting = facts.waiting.get(name)
        yield DestinationStatus(
            destination=name,
            waiting=waiting.count if waiting is not None else 0,
            waiting_since=waiting.since if waiting is not None else None,
            arrived=of.get("delivered", 0) + of.get("duplicate", 0),
            rejected=of.get("rejected", 0),
            dead=of.get("dead", 0),
            undelivered=facts.undelivered.get(name, 0),
            disabled=facts.disabled.get(name, ""),
            failures=circuit.failures,
            tried_at=circuit.opens_at,
        )


def spans(now: float, zone: str) -> tuple[float, float]:
    """When the buyer's day and month began."""
    return window_bounds(now, zone, "day")[0], window_bounds(now, zone, "month")[0]
