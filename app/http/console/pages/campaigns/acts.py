"""Steers campaigns: each act has a reason, is in the audit log, and says what takes it back.

What takes an act back is what was in force before it: a limit that replaced another limit gives way to that one.
"""

from collections.abc import Awaitable, Callable
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from app.domain.calendar import local_text, until_when
from app.domain.configuration import Configuration
from app.domain.money import money, signed_cents
from app.http.console.pages.campaigns.forms import (
    BoostForm,
    CapForm,
    DemandForm,
    EndBoostForm,
    EndDemandForm,
    EndSignalForm,
    PauseForm,
    ResetCapForm,
    ResumeForm,
    SignalForm,
)
from app.http.console.pages.campaigns.undo import (
    TAKEN_BACK,
    boosted,
    demanded,
    limited,
    paused,
    signalled,
    undo_pause,
)
from app.http.console.view import ConsoleAct, ConsoleRequest, Done, Undo
from app.store.operators.requested import DemandRow, SignalRow, Switch, SwitchKind
from app.usecases.former import configuration_in_force
from app.usecases.operators import requests
from app.usecases.operators.requests import NotDone, RequestTerms
from app.wire.feedback import Demand, Signal


async def _pause(asked: ConsoleRequest, form: PauseForm) -> Done:
    former = await _switch(asked, "pause", form.name)
    terms = _terms(asked, form.why, form.until)
    await requests.pause(asked.bidder.store, await _declared(asked), form.name, terms)
    return Done(
        f"{form.name} is paused{_until(asked, terms)}. Its live bids are honored.", undo_pause(form.name, former)
    )


async def _resume(asked: ConsoleRequest, form: ResumeForm) -> Done:
    former = await _switch(asked, "pause", form.name)
    await requests.resume(asked.bidder.store, await _declared(asked), form.name, _terms(asked, form.why))
    return Done(f"{form.name} goes on.", paused(form.name, former, "Pause it again"))


async def _boost(asked: ConsoleRequest, form: BoostForm) -> Done:
    former = await _switch(asked, "boost", form.campaign)
    terms = _terms(asked, form.why, form.until)
    amount = _cents(form.dollars)
    await requests.boost(asked.bidder.store, await _declared(asked), form.campaign, amount, terms)
    return Done(
        f"{form.campaign} values each lead {money(amount)} more{_until(asked, terms)}.",
        boosted(form.campaign, former, "Put the former boost back")
        or Undo("campaigns/boost/end", "End the boost", {"campaign": form.campaign, "why": TAKEN_BACK}),
    )


async def _end_boost(asked: ConsoleRequest, form: EndBoostForm) -> Done:
    former = await _switch(asked, "boost", form.campaign)
    await requests.end_boost(asked.bidder.store, form.campaign, _terms(asked, form.why))
    return Done(f"The boost of {form.campaign} has ended.", boosted(form.campaign, former, "Boost it again"))


async def _cap(asked: ConsoleRequest, form: CapForm) -> Done:
    former = await _switch(asked, "cap", form.cap)
    declared, terms = await _declared(asked), _terms(asked, form.why, form.until)
    words = await requests.set_cap(asked.bidder.store, declared, form.cap, form.limit, terms, is_meant=form.meant)
    undo = limited(declared, form.cap, former, "Put the former limit back")
    reset = Undo("campaigns/cap/reset", "Put the declared limit back", {"cap": form.cap, "why": TAKEN_BACK})
    return Done(f"{form.cap}: {words}{_until(asked, terms)}.", undo or reset)


async def _reset_cap(asked: ConsoleRequest, form: ResetCapForm) -> Done:
    former, declared = await _switch(asked, "cap", form.cap), await _declared(asked)
    await requests.reset_cap(asked.bidder.store, form.cap, _terms(asked, form.why))
    return Done(f"{form.cap} is as it is declared.", limited(declared, form.cap, former, "Put the other limit back"))


async def _demand(asked: ConsoleRequest, form: DemandForm) -> Done:
    place = requests.territory_of(form.territory)
    former = await _demand_of(asked, place, form.campaign)
    terms = _terms(asked, form.why, form.until)
    if form.expected is None and not form.limit:
        raise NotDone("expected: fill it in, unless `open` is a limit")
    # As many as can be worked: the price stays where it is.
    expected = form.open if form.expected is None else form.expected
    if form.open < 0 or expected < 0:
        raise NotDone("open and expected: 0 or more leads")
    demand = Demand(
        open=form.open, expected=expected, campaign=form.campaign, limit=form.limit, until=terms.ends_at, why=form.why
    )
    ends_at, warnings = await requests.set_demand(
        asked.bidder.store, await _declared(asked), asked.bidder.catalogue.zip_states, place, demand, terms
    )
    ended = {"territory": place, "campaign": form.campaign, "why": TAKEN_BACK}
    undo = demanded(former, "Put the former demand back") or Undo("campaigns/demand/end", "Forget it", ended)
    said = f"{place} can work {form.open:,} more leads, until {local_text(ends_at, asked.zone)}."
    return Done(" ".join([said, *(f"Note: {warning}." for warning in warnings)]), undo)


async def _end_demand(asked: ConsoleRequest, form: EndDemandForm) -> Done:
    place = requests.territory_of(form.territory)
    former = await _demand_of(asked, place, form.campaign)
    await requests.end_demand(asked.bidder.store, place, form.campaign, _terms(asked, form.why))
    return Done(f"The demand of {place} is forgotten.", demanded(former, "Put it back"))


async def _signal(asked: ConsoleRequest, form: SignalForm) -> Done:
    place, terms = requests.territory_of(form.territory), _terms(asked, form.why, form.until)
    former = await _signal_of(asked, place, form.cause)
    amount, ends_at = _cents(form.dollars), terms.ends_at
    if ends_at is None:
        raise NotDone("until: fill it in")
    signal = Signal(premium_cents=amount, cause=form.cause, until=ends_at, vertical=form.vertical, why=form.why)
    await requests.set_signal(
        asked.bidder.store, await _declared(asked), asked.bidder.catalogue.zip_states, place, signal, terms
    )
    ended = {"territory": place, "cause": form.cause, "why": TAKEN_BACK}
    undo = signalled(former, "Put the former signal back") or Undo("campaigns/signal/end", "End it", ended)
    return Done(f"Leads of {place} are worth {money(amount)} more for {form.cause}{_until(asked, terms)}.", undo)


async def _end_signal(asked: ConsoleRequest, form: EndSignalForm) -> Done:
    place = requests.territory_of(form.territory)
    former = await _signal_of(asked, place, form.cause)
    await requests.end_signals(asked.bidder.store, place, form.cause, _terms(asked, form.why))
    return Done(f"The signal {form.cause} of {place} has ended.", signalled(former, "Put it back"))


def _terms(asked: ConsoleRequest, why: str, until: str = "") -> RequestTerms:
    """Who asks, why and until when; NotDone where that is not said as it must be."""
    if not why.strip():
        raise NotDone("why: say why, for the audit log")
    try:
        ends_at = until_when(until.strip(), asked.now, ZoneInfo(asked.zone)) if until.strip() else None
    except ValueError as wrong:
        raise NotDone(f"until: {wrong}") from None
    return asked.terms(why.strip(), ends_at)


def _until(asked: ConsoleRequest, terms: RequestTerms) -> str:
    return "" if terms.ends_at is None else f" until {local_text(terms.ends_at, asked.zone)}"


def _cents(text: str) -> int:
    amount = signed_cents(text)
    if amount is None:
        raise NotDone(f"dollars: {text!r} is no amount; write 4.00 or -2.50")
    return amount


async def _declared(asked: ConsoleRequest) -> Configuration:
    """What the file declares: the catalogue has the limits that operators set before."""
    return await configuration_in_force(asked.bidder.store) or asked.bidder.catalogue.configuration


async def _switch(asked: ConsoleRequest, kind: SwitchKind, target: str) -> Switch | None:
    switches = await asked.bidder.store.switches(asked.now)
    return next((each for each in switches if (each.kind, each.target) == (kind, target)), None)


async def _demand_of(asked: ConsoleRequest, territory: str, campaign: str) -> DemandRow | None:
    rows = await asked.bidder.store.demands(asked.now)
    return next((each for each in rows if (each.territory, each.demand.campaign) == (territory, campaign)), None)


async def _signal_of(asked: ConsoleRequest, territory: str, cause: str) -> SignalRow | None:
    rows = await asked.bidder.store.signals(asked.now)
    return next((each for each in rows if (each.territory, each.signal.cause) == (territory, cause)), None)


def _act(path: str, form: type[msgspec.Struct], do: Callable[[ConsoleRequest, Any], Awaitable[Done]]) -> ConsoleAct:
    """An act that is in force before it is answered."""

    async def done(asked: ConsoleRequest, sent: Any) -> Done:
        answer = await do(asked, sent)
        await asked.background.take_up_requests()
        return answer

    return ConsoleAct(path=f"campaigns/{path}", form=form, do=done)


ACTS = (
    _act("pause", PauseForm, _pause),
    _act("resume", ResumeForm, _resume),
    _act("boost", BoostForm, _boost),
    _act("boost/end", EndBoostForm, _end_boost),
    _act("cap", CapForm, _cap),
    _act("cap/reset", ResetCapForm, _reset_cap),
    _act("demand", DemandForm, _demand),
    _act("demand/end", EndDemandForm, _end_demand),
    _act("signal", SignalForm, _signal),
    _act("signal/end", EndSignalForm, _end_signal),
)
