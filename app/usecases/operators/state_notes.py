"""Notes every few seconds how the service is, for `leadbid status` beside it and after it."""

import asyncio
import logging
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from msgspec.structs import replace

from app.domain.alerts.alert import Alert, alert
from app.domain.auction.canary import share_now
from app.domain.checks.check import Check
from app.reports.attention.buying import caps_ahead
from app.reports.attention.others import provider_alerts
from app.service_notes import CircuitState, ModelState, ProviderState, ServiceState, note_state
from app.usecases.bidder import Bidder
from app.usecases.deliver_leads import DeliveryWorker

_NOT_ASKED = ("budget", "circuit")
"""What a question comes to that never left."""

_ANSWERED = ("2", "404", "422")
"""Statuses with which a provider says something of a certificate, be it that there is none."""

_log = logging.getLogger(__name__)


class StateNotes:
    """`state` says how it is."""

    def __init__(self, data: Path, state: Callable[[], ServiceState]) -> None:
        self._data = data
        self._state = state
        self._failed = False

    async def note(self) -> None:
        """Note how it is now."""
        await asyncio.to_thread(self._write, self._state())

    def note_stop(self) -> None:
        """Note that it stops, in order."""
        state = self._state()
        self._write(replace(state, stopped_at=state.noted_at))

    def _write(self, state: ServiceState) -> None:
        try:
            note_state(self._data, state)
        except OSError as error:
            if not self._failed:
                _log.error("how the service is cannot be noted in %s: %s", self._data, error.strerror)
            self._failed = True
        else:
            self._failed = False


def state_of(
    bidder: Bidder, worker: DeliveryWorker, now: float, noted_at: float, found: Iterable[Alert] = ()
) -> ServiceState:
    """How a bidder and its deliveries are; `found` is what else was found to be wrong."""
    providers = {check.name: _provider(bidder, check, now) for check in bidder.catalogue.checks}
    return ServiceState(
        at=now,
        noted_at=noted_at,
        live_bids=bidder.standing.live_bids,
        models={name: _model(bidder, name) for name in sorted(bidder.catalogue.index.verticals)},
        circuits=dict(_circuits(bidder, worker, now)),
        providers=providers,
        problems=(*_problems(bidder), *provider_alerts(providers), *caps_ahead(bidder.standing.cap_uses()), *found),
    )


def _model(bidder: Bidder, vertical: str) -> ModelState:
    catalogue = bidder.catalogue
    live, tried = catalogue.models.get(vertical), catalogue.challengers.get(vertical)
    if tried is None:
        return ModelState(live=live.version if live is not None else "")
    return ModelState(
        live=live.version if live is not None else "",
        challenger=tried.model.version,
        canary=share_now(tried.canary, vertical, tried.model.version, bidder.standing.paused),
    )


def _circuits(bidder: Bidder, worker: DeliveryWorker, now: float) -> Iterator[tuple[str, CircuitState]]:
    for name in bidder.catalogue.destinations:
        breaker = worker.circuit(name).breaker
        if breaker.failures:
            opened_at = breaker.opened_at
            is_open = opened_at is not None and breaker.is_open(now)
            opens_at = opened_at + breaker.cooldown_s if opened_at is not None and is_open else None
            yield name, CircuitState(failures=breaker.failures, opens_at=opens_at)


def _provider(bidder: Bidder, check: Check, now: float) -> ProviderState:
    client = bidder.providers
    results = {
        result: count
        for (name, result), count in bidder.metrics.counted("check_questions_total").items()
        if name == check.name and result != "kept"
    }
    return ProviderState(
        failures=client.circuit(check.name).breaker.failures,
        opens_at=client.opens_at(check.name, now),
        spent_millicents=client.budgets.spent(check.name, "", now),
        call_millicents=min(check.ping_millicents, check.post_millicents)
        if "ping" in check.on
        else check.post_millicents,
        budget_cents=check.daily_budget_cents,
        seller_budget_cents=check.seller_daily_budget_cents,
        sellers=client.budgets.spent_by_seller(check.name, now) if check.seller_daily_budget_cents is not None else {},
        calls=sum(count for result, count in results.items() if result not in _NOT_ASKED),
        unanswered=sum(count for result, count in results.items() if not result.startswith((*_ANSWERED, *_NOT_ASKED))),
        unasked=sum(count for result, count in results.items() if result in _NOT_ASKED),
        fault=client.fault_of(check.name),
    )


def _problems(bidder: Bidder) -> Iterator[Alert]:
    availability = bidder.store.availability
    if availability.state != "writable":
        # Without a figure that grows, since it is told as it is.
        yield alert("database_unwritable", "no sale can be recorded", "see why the database takes no write")
