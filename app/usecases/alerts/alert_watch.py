"""Looks every minute at what `status` says needs attention, and has those told who want to know."""

from collections.abc import Callable, Sequence

import msgspec

from app.dialects.values.guard import redacted
from app.domain.alerts.alert import Alert
from app.domain.alerts.message import AlertMessage, message_of
from app.domain.alerts.notices import AlertState, Mute, Rules, digest, observe
from app.domain.alerts.terms import AlertTerms
from app.domain.keyed import digest as keyed_digest
from app.service_notes import ServiceState
from app.store.errors import StoreUnavailable
from app.store.operators.alerts import OutgoingAlert, Told
from app.usecases.alerts.self_watch import SelfWatch
from app.usecases.alerts.send_alerts import AlertSender
from app.usecases.bidder import Bidder
from app.usecases.operators.status import status

LOOK_S = 60.0


class AlertWatch:
    """`state` says how the service is. Who was told of what is kept in the database; while that takes nothing it is
    kept here, since the database may be the very cause.
    """

    def __init__(
        self,
        bidder: Bidder,
        self_watch: SelfWatch,
        sender: AlertSender,
        state: Callable[[], ServiceState],
        machine_clock: Callable[[], float],
    ) -> None:
        self._bidder = bidder
        self._self_watch = self_watch
        self._sender = sender
        self._state = state
        self._machine_clock = machine_clock
        self._looked_at = float("-inf")
        self._states: list[AlertState] = []
        self._mutes: tuple[Mute, ...] = ()
        self._is_apart = False
        self.open: Sequence[Alert] = ()
        """What needed attention at the last look."""

    async def look(self) -> None:
        """Look at most every `LOOK_S`, and send what is due."""
        now = self._state().at
        if abs(now - self._looked_at) >= LOOK_S:
            self._looked_at = now
            await self._self_watch.look(now)
            self.open = await self._alerts()
            await self._tell(self.open, now)
        await self._sender.send_due(self._bidder.store, self._bidder.catalogue.alerts, now)

    async def _alerts(self) -> Sequence[Alert]:
        """What needs attention; while the database is away, what is known without it."""
        state = self._state()
        try:
            return (await status(self._bidder.store, None, state, self._machine_clock())).attention
        except StoreUnavailable:
            off = self._bidder.catalogue.alerts.off
            return [each for each in state.problems if each.cause not in off]

    async def _tell(self, alerts: Sequence[Alert], now: float) -> None:
        planned = Told(states=self._states, messages=[])

        def plan(states: list[AlertState], mutes: tuple[Mute, ...]) -> Told:
            nonlocal planned
            self._mutes = mutes
            planned = self._told(_both(states, self._states) if self._is_apart else states, mutes, alerts, now)
            return planned

        try:
            await self._bidder.store.look_at_alerts(plan, now)
            self._is_apart = False
        except StoreUnavailable:
            # What was planned in the transaction that failed was never told.
            self._is_apart = True
            planned = self._told(self._states, self._mutes, alerts, now)
            self._sender.keep(planned.messages)
        self._states = planned.states

    def _told(self, states: list[AlertState], mutes: tuple[Mute, ...], alerts: Sequence[Alert], now: float) -> Told:
        catalogue = self._bidder.catalogue
        terms, buyer = catalogue.alerts, catalogue.buyer
        rules = Rules(
            can_tell=bool(terms.to),
            is_quiet=terms.is_quiet(now, buyer.zone),
            wake_for_critical=terms.wake_for_critical,
            mutes=mutes,
        )
        after, news = digest(observe(states, alerts, now), rules, now)
        messages = messages_to(terms, message_of(news, buyer.brands[0], buyer.zone, now), now) if news else []
        return Told(states=after, messages=messages)


def messages_to(terms: AlertTerms, message: AlertMessage, now: float) -> list[OutgoingAlert]:
    """The message for each address, without anything that looks like a phone or an email."""
    clean = msgspec.structs.replace(
        message,
        title=redacted(message.title),
        text=redacted(message.text),
        alerts=tuple([msgspec.structs.replace(each, text=redacted(each.text)) for each in message.alerts]),
    )
    body = msgspec.json.encode(clean).decode()
    return [
        OutgoingAlert(
            # The same for each attempt, so that a receiver knows it again.
            message_id="alert_" + keyed_digest(b"", b"leadbid.alerts", [reference, body], size=12).hex(),
            address=reference,
            body=body,
            made_at=now,
            due_at=now,
        )
        for reference in terms.to
    ]


def _both(kept: list[AlertState], mine: list[AlertState]) -> list[AlertState]:
    """What the database knows, with what was seen and told while it took nothing."""
    known = {state.key: state for state in kept}
    for state in mine:
        former = known.get(state.key)
        if former is None or state.seen_at >= former.seen_at:
            known[state.key] = state
    return list(known.values())
