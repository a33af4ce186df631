"""Endpoints for what operators ask for while the service runs, each undone as easily, and for how things are."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

import msgspec
from litestar import Response, delete, get, put
from litestar.params import FromPath
from msgspec.structs import replace

from app.dialects import feedback
from app.dialects.reading import Reading
from app.dialects.text import Scalar
from app.domain.alerts.alert import key_of
from app.domain.answers import refused_receipt
from app.domain.buyer import Role
from app.domain.operators.audit import by_key
from app.domain.reasons import Refusal
from app.http.answer import http_answer, http_refusal
from app.http.operators.operator_request import AWAY, Asker, denial, operators_request, response, taken
from app.store.errors import StoreUnavailable
from app.usecases.alerts.requests import mute, unmute
from app.usecases.bidder import Bidder
from app.usecases.feedback import set_demand, set_signal
from app.usecases.former import configuration_in_force
from app.usecases.operators import requests
from app.usecases.operators.keys import revoke_keys
from app.usecases.operators.requests import NotDone, RequestTerms
from app.usecases.operators.status import status
from app.wire.feedback import BoostAsked, LimitAsked, MuteAsked, PauseAsked, Receipt, UndoAsked

T = TypeVar("T")

_PAST = Refusal("invalid_field", "until: lies in the past")


@get("/v1/status")
async def status_now(request: Asker) -> Response[bytes]:
    """What needs attention, what was bought, what is in force, and how CRMs are; in JSON."""
    bidder, asked, operator = await operators_request(request, "viewer")
    asked = replace(asked, format="json")
    if operator is None:
        return response(denial(asked, "viewer"))
    try:
        found = await status(bidder.store, None, request.app.state.service_state(), asked.now)
    except StoreUnavailable:
        return response(http_refusal(asked, AWAY))
    return response(http_answer(asked, 200, msgspec.json.encode(found)))


@put("/v1/demand/{territory:str}")
async def demand(request: Asker, territory: FromPath[str]) -> Response[bytes]:
    """How many leads a territory can still work."""
    return await _taken_of(request, territory, feedback.read_demand, set_demand)


@delete("/v1/demand/{territory:str}", status_code=200)
async def end_demand(request: Asker, territory: FromPath[str]) -> Response[bytes]:
    """Forget a territory's demand; that of a campaign alone where one is named."""

    async def act(bidder: Bidder, undo: UndoAsked, terms: RequestTerms) -> None:
        await requests.end_demand(bidder.store, territory, undo.campaign, terms)

    return await _done(request, feedback.read_undo, act)


@put("/v1/signals/{territory:str}")
async def signals(request: Asker, territory: FromPath[str]) -> Response[bytes]:
    """A timed premium on a territory."""
    return await _taken_of(request, territory, feedback.read_signal, set_signal)


@delete("/v1/signals/{territory:str}", status_code=200)
async def end_signals(request: Asker, territory: FromPath[str]) -> Response[bytes]:
    """Forget a territory's signals; that of one cause alone where one is named."""

    async def act(bidder: Bidder, undo: UndoAsked, terms: RequestTerms) -> None:
        await requests.end_signals(bidder.store, territory, undo.cause, terms)

    return await _done(request, feedback.read_undo, act)


@put("/v1/pauses/{name:str}")
async def pause(request: Asker, name: FromPath[str]) -> Response[bytes]:
    """Pause a campaign or seller."""

    async def act(bidder: Bidder, _: PauseAsked, terms: RequestTerms) -> None:
        await requests.pause(bidder.store, bidder.catalogue.configuration, name, terms)

    return await _done(request, feedback.read_pause, act)


@delete("/v1/pauses/{name:str}", status_code=200)
async def resume(request: Asker, name: FromPath[str]) -> Response[bytes]:
    """Let it go on."""

    async def act(bidder: Bidder, _: UndoAsked, terms: RequestTerms) -> None:
        await requests.resume(bidder.store, bidder.catalogue.configuration, name, terms)

    return await _done(request, feedback.read_undo, act)


@put("/v1/mutes/{cause:str}")
async def mute_alert(request: Asker, cause: FromPath[str]) -> Response[bytes]:
    """Have nobody told of an alert."""

    async def act(bidder: Bidder, told: MuteAsked, terms: RequestTerms) -> None:
        await mute(bidder.store, key_of(cause, told.target), terms)

    return await _done(request, feedback.read_mute, act)


@delete("/v1/mutes/{cause:str}", status_code=200)
async def unmute_alert(request: Asker, cause: FromPath[str]) -> Response[bytes]:
    """Have it told of again."""

    async def act(bidder: Bidder, undo: UndoAsked, terms: RequestTerms) -> None:
        await unmute(bidder.store, key_of(cause, undo.target), terms)

    return await _done(request, feedback.read_undo, act)


@delete("/v1/operators/{name:str}", status_code=200)
async def remove_operator(request: Asker, name: FromPath[str]) -> Response[bytes]:
    """Revoke all keys of an operator, as when one has leaked. Keys are made by command alone, which show them once."""

    async def act(bidder: Bidder, _: UndoAsked, terms: RequestTerms) -> None:
        await revoke_keys(bidder.store, name, terms)

    return await _done(request, feedback.read_undo, act, "admin")


@put("/v1/boosts/{campaign:str}")
async def boost(request: Asker, campaign: FromPath[str]) -> Response[bytes]:
    """Add to the value of a campaign's leads until a time."""

    async def act(bidder: Bidder, told: BoostAsked, terms: RequestTerms) -> None:
        await requests.boost(bidder.store, bidder.catalogue.configuration, campaign, told.premium_cents, terms)

    return await _done(request, feedback.read_boost, act)


@delete("/v1/boosts/{campaign:str}", status_code=200)
async def end_boost(request: Asker, campaign: FromPath[str]) -> Response[bytes]:
    """End it before its time."""

    async def act(bidder: Bidder, _: UndoAsked, terms: RequestTerms) -> None:
        await requests.end_boost(bidder.store, campaign, terms)

    return await _done(request, feedback.read_undo, act)


@put("/v1/caps/{owner:str}/{cap:str}")
async def set_cap(request: Asker, owner: FromPath[str], cap: FromPath[str]) -> Response[bytes]:
    """Put another limit in the place of a cap's."""

    async def act(bidder: Bidder, told: LimitAsked, terms: RequestTerms) -> None:
        # The catalogue has the limits that operators set before; the database what the file declares.
        declared = await configuration_in_force(bidder.store) or bidder.catalogue.configuration
        await requests.set_cap(bidder.store, declared, f"{owner}/{cap}", told.limit, terms, is_meant=told.yes)

    return await _done(request, feedback.read_limit, act)


@delete("/v1/caps/{owner:str}/{cap:str}", status_code=200)
async def reset_cap(request: Asker, owner: FromPath[str], cap: FromPath[str]) -> Response[bytes]:
    """Have the declared limit hold again."""

    async def act(bidder: Bidder, _: UndoAsked, terms: RequestTerms) -> None:
        await requests.reset_cap(bidder.store, f"{owner}/{cap}", terms)

    return await _done(request, feedback.read_undo, act)


OPERATORS_ROUTES = (
    status_now,
    demand,
    end_demand,
    signals,
    end_signals,
    pause,
    resume,
    mute_alert,
    unmute_alert,
    remove_operator,
    boost,
    end_boost,
    set_cap,
    reset_cap,
)


async def _done(
    request: Asker,
    read: Callable[[dict[str, Scalar]], Reading[T]],
    act: Callable[[Bidder, T, RequestTerms], Awaitable[None]],
    role: Role = "operator",
) -> Response[bytes]:
    """An act of an operator in this role: `recorded`, or why it was not done. It is in force within a second."""
    bidder, asked, operator = await operators_request(request, role)
    if operator is None:
        return response(denial(asked, role))

    async def take(told: T) -> Receipt:
        until, why = getattr(told, "until", None), getattr(told, "why", "")
        if until is not None and until <= asked.now:
            return refused_receipt(_PAST)
        try:
            await act(bidder, told, RequestTerms(by=by_key(operator.name), now=asked.now, why=why, ends_at=until))
        except NotDone as reason:
            return refused_receipt(Refusal("invalid_field", str(reason)))
        return Receipt(status="recorded")

    return await taken(asked, read, take)


async def _taken_of(
    request: Asker,
    territory: str,
    read: Callable[[dict[str, Scalar]], Reading[T]],
    take: Callable[[Bidder, str, T, str, float], Awaitable[Receipt]],
) -> Response[bytes]:
    """What an operator says of a territory."""
    bidder, asked, operator = await operators_request(request, "operator")
    if operator is None:
        return response(denial(asked, "operator"))
    place = feedback.read_territory(territory)
    if isinstance(place, Refusal):
        return response(http_refusal(asked, place))
    return await taken(asked, read, lambda value: take(bidder, place, value, by_key(operator.name), asked.now))
