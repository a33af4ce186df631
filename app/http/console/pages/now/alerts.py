"""What needs attention, who was told of it, and of what nobody is told: as `leadbid alerts`, with its acts."""

from collections.abc import Collection, Iterable

import msgspec

from app.domain.alerts.alert import CAUSES, Alert, key_of
from app.domain.alerts.notices import AlertState, Mute
from app.http.console.pages.now.mend import mended_at
from app.http.console.view import ConsoleAct, ConsoleRequest, Done, NoQuery, Undo, View
from app.store.operators.alerts import AlertRows, OutgoingAlert
from app.usecases.alerts.requests import mute, try_addresses, unmute
from app.usecases.operators.status import status

_TAKEN_BACK = "taken back at once"
_MESSAGES = 20


class OpenAlert(msgspec.Struct, frozen=True, kw_only=True):
    """What needs attention now. `key` is how mutes name it, `page` where it can be mended, if anywhere in the console.

    `since` is when it was seen first and `told_at` when somebody was told of it, `None` where it was not yet. `muted`
    is the mute that covers it.
    """

    alert: Alert
    key: str
    page: str
    since: float | None
    told_at: float | None
    muted: Mute | None


class SentAlert(msgspec.Struct, frozen=True, kw_only=True):
    """A message to one address, named as the configuration does; `settled_at` is `None` while it is tried."""

    address: str
    made_at: float
    settled_at: float | None
    attempts: int
    note: str


class AlertsView(msgspec.Struct, frozen=True, kw_only=True):
    """What is open and muted, and the latest messages; `addresses` are how many are told, `causes` all there may be."""

    open: tuple[OpenAlert, ...]
    muted: tuple[Mute, ...]
    messages: tuple[SentAlert, ...]
    addresses: int
    causes: tuple[str, ...]


class MuteForm(msgspec.Struct, frozen=True, kw_only=True):
    """A cause, or CAUSE:TARGET, until a time or until it is unmuted."""

    cause: str
    why: str
    until: str = ""


class UnmuteForm(msgspec.Struct, frozen=True, kw_only=True):
    """What is told of again."""

    cause: str
    why: str


class TestForm(msgspec.Struct, frozen=True, kw_only=True):
    """Nothing to say."""


def open_alerts(
    alerts: Iterable[Alert], known: AlertRows, campaigns: Collection[str], sellers: Collection[str]
) -> tuple[OpenAlert, ...]:
    """Each of them with what is known of it."""
    states = {state.key: state for state in known.states if not state.is_over}
    return tuple([_open(each, states, known.mutes, mended_at(each, campaigns, sellers)) for each in alerts])


def _open(alert: Alert, states: dict[str, AlertState], mutes: Iterable[Mute], page: str) -> OpenAlert:
    key = key_of(alert.cause, alert.target)
    state = states.get(key)
    return OpenAlert(
        alert=alert,
        key=key,
        page=page,
        since=state.since if state is not None else None,
        told_at=state.told_at if state is not None else None,
        muted=next((each for each in mutes if each.cause in (alert.cause, key)), None),
    )


async def _alerts(asked: ConsoleRequest, _: NoQuery) -> AlertsView:
    bidder = asked.bidder
    found = await status(bidder.store, None, asked.background.state_of_all(), asked.now)
    known = await bidder.store.alert_rows(asked.now, _MESSAGES)
    return AlertsView(
        open=open_alerts(found.attention, known, bidder.catalogue.campaigns, bidder.catalogue.sellers),
        muted=tuple(known.mutes),
        messages=tuple(map(_sent, known.messages)),
        addresses=len(bidder.catalogue.alerts.to),
        causes=tuple(sorted(CAUSES)),
    )


def _sent(message: OutgoingAlert) -> SentAlert:
    return SentAlert(
        address=message.address,
        made_at=message.made_at,
        settled_at=message.settled_at,
        attempts=message.attempts,
        note=message.note,
    )


async def _mute(asked: ConsoleRequest, form: MuteForm) -> Done:
    terms, former = asked.terms(form.why, form.until), await _former(asked, form.cause)
    await mute(asked.bidder.store, form.cause, terms)
    undo = (
        Undo("alerts/unmute", "Unmute it", {"cause": form.cause, "why": _TAKEN_BACK})
        if former is None
        else _muted_as(former, "Put the former mute back")
    )
    return Done(f"Nobody is told of {form.cause}{asked.until(terms)}. It is shown here all the same.", undo)


async def _unmute(asked: ConsoleRequest, form: UnmuteForm) -> Done:
    terms, former = asked.terms(form.why), await _former(asked, form.cause)
    await unmute(asked.bidder.store, form.cause, terms)
    return Done(f"{form.cause} is told of again.", _muted_as(former, "Mute it again") if former is not None else None)


async def _test(asked: ConsoleRequest, _: TestForm) -> Done:
    bidder = asked.bidder
    sent = await try_addresses(bidder.store, bidder.catalogue.configuration, asked.terms("a test from the console"))
    addresses = "1 address" if len(sent) == 1 else f"{len(sent)} addresses"
    return Done(f"A test goes to {addresses} within seconds; what came of it shows under Messages.")


async def _former(asked: ConsoleRequest, cause: str) -> Mute | None:
    mutes = (await asked.bidder.store.alert_rows(asked.now, 1)).mutes
    return next((each for each in mutes if each.cause == cause), None)


def _muted_as(former: Mute, label: str) -> Undo:
    until = "" if former.ends_at is None else f"{former.ends_at:.0f}"
    return Undo("alerts/mute", label, {"cause": former.cause, "why": former.why or _TAKEN_BACK, "until": until})


ALERTS_VIEW = View(
    path="alerts",
    title="Alerts",
    says="What needs attention, who was told of it when, and what is muted",
    template="app/http/console/pages/now/alerts.html",
    shows=AlertsView,
    show=_alerts,
    query=NoQuery,
)
ALERTS_ACTS = (
    ConsoleAct(path="alerts/mute", form=MuteForm, do=_mute),
    ConsoleAct(path="alerts/unmute", form=UnmuteForm, do=_unmute),
    ConsoleAct(path="alerts/test", form=TestForm, do=_test),
)
