"""Endpoints for returns: sellers see and answer their own, operators all, which they also ask for and withdraw."""

import re
from collections.abc import Awaitable, Callable, Mapping
from typing import TypeVar, get_args

from litestar import Response, delete, get, post, put
from litestar.params import FromPath
from msgspec.structs import replace

from app.dialects.reading import Reading
from app.dialects.returns import read_return_asked, read_return_reply, read_why, write_returns
from app.dialects.text import Scalar, text_of
from app.domain.buyer import Operator
from app.domain.delivery.record_id import plain_id
from app.domain.operators.audit import by_key
from app.domain.reasons import Refusal
from app.http.answer import http_answer, http_refusal
from app.http.operators.operator_request import (
    AWAY,
    Asker,
    anybodys_request,
    denial,
    operators_request,
    response,
    taken,
)
from app.store.errors import StoreUnavailable
from app.store.returns.requests import LIST_MAX, WhichReturns
from app.usecases.bidder import Bidder
from app.usecases.returns.answer import answer_return, ask_for_return, enter_answer, withdraw_return
from app.wire.feedback import Receipt
from app.wire.returns import ReturnAsked, ReturnState

T = TypeVar("T")

_STATES: dict[str, ReturnState | None] = {**{state: state for state in get_args(ReturnState)}, "all": None}
# A refusal must not hold words by which sellers know that a lead was bought, and one of the states is such a word.
_NO_STATE = Refusal("invalid_field", "state: one of those that a return may have, as requested, or all")
_NO_LIMIT = Refusal("invalid_field", f"limit: a whole number from 1 to {LIST_MAX}")
_NO_PLACE = Refusal("invalid_field", "after: `next` of the page before, or nothing for the first page")


@get("/v1/returns")
async def returns(request: Asker) -> Response[bytes]:
    """The leads that we want to give back to a seller, or have given back; to an operator those of all. In JSON."""
    bidder, asked, who = await anybodys_request(request)
    asked = replace(asked, format="json")
    if who is None:
        return response(http_refusal(asked, Refusal("auth_failed")))
    is_operator = isinstance(who, Operator)
    which = _wanted(asked.fields)
    if isinstance(which, Refusal):
        return response(http_refusal(asked, which))
    limit = text_of(asked.fields.get("limit", str(LIST_MAX)))
    if not re.fullmatch("[0-9]{1,4}", limit) or not 1 <= int(limit) <= LIST_MAX:
        return response(http_refusal(asked, _NO_LIMIT))
    if not is_operator:
        which = replace(which, seller=who.name)
    try:
        listed = await bidder.store.returns(which, int(limit))
    except StoreUnavailable:
        return response(http_refusal(asked, AWAY))
    if listed is None:
        return response(http_refusal(asked, _NO_PLACE))
    return response(http_answer(asked, 200, write_returns(listed, int(limit), for_buyer=is_operator)))


@put("/v1/returns/{lead_id:str}")
async def asked_return(request: Asker, lead_id: FromPath[str]) -> Response[bytes]:
    """Ask the seller of a lead to take it back."""

    async def act(bidder: Bidder, told: ReturnAsked, by: str, now: float) -> Receipt:
        return await ask_for_return(bidder, lead_id, told, by, now)

    return await _acted(request, read_return_asked, act)


@delete("/v1/returns/{lead_id:str}", status_code=200)
async def withdrawn_return(request: Asker, lead_id: FromPath[str]) -> Response[bytes]:
    """Ask for it no longer."""

    async def act(bidder: Bidder, why: str, by: str, now: float) -> Receipt:
        return await withdraw_return(bidder, lead_id, why, by, now)

    return await _acted(request, read_why, act)


@post("/v1/returns/{lead_id:str}", status_code=200)
async def answered_return(request: Asker, lead_id: FromPath[str]) -> Response[bytes]:
    """Whether a seller takes a lead back, by itself or as it told an operator; with a yes it is credited at once."""
    bidder, asked, who = await anybodys_request(request)
    if who is None or (isinstance(who, Operator) and not who.may("operator")):
        return response(denial(asked, "operator"))
    return await taken(
        asked,
        lambda fields: Reading(read_return_reply(lead_id, fields)),
        lambda reply: (
            enter_answer(bidder, reply, by_key(who.name), asked.now)
            if isinstance(who, Operator)
            else answer_return(bidder, who, reply, asked.now)
        ),
    )


RETURNS = (returns, asked_return, withdrawn_return, answered_return)


async def _acted(
    request: Asker,
    read: Callable[[Mapping[str, Scalar]], T | Refusal],
    act: Callable[[Bidder, T, str, float], Awaitable[Receipt]],
) -> Response[bytes]:
    bidder, asked, operator = await operators_request(request, "operator")
    if operator is None:
        return response(denial(asked, "operator"))
    by = by_key(operator.name)
    return await taken(asked, lambda fields: Reading(read(fields)), lambda told: act(bidder, told, by, asked.now))


def _wanted(fields: Mapping[str, Scalar]) -> WhichReturns | Refusal:
    state = text_of(fields.get("state", "requested")).lower()
    if state not in _STATES:
        return _NO_STATE
    after = plain_id(text_of(fields.get("after", ""))).lower()
    return WhichReturns(seller=text_of(fields.get("seller", "")), state=_STATES[state], after=after)
