"""Endpoints for what operators ask for while the service runs: demand and signals."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from litestar import Response, put
from litestar.params import FromPath

from app.dialects import feedback
from app.dialects.reading import Reading
from app.dialects.text import Scalar
from app.domain.operators.audit import by_key
from app.domain.reasons import Refusal
from app.http.answer import http_refusal
from app.http.operators.asking import Asker, denial, operators_request, response, taken
from app.usecases.bidder import Bidder
from app.usecases.feedback import set_demand, set_signal
from app.wire.feedback import Receipt

T = TypeVar("T")


@put("/v1/demand/{territory:str}")
async def demand(request: Asker, territory: FromPath[str]) -> Response[bytes]:
    """How many leads a territory can still work, from an operator."""
    return await _taken_of(request, territory, feedback.read_demand, set_demand)


@put("/v1/signals/{territory:str}")
async def signals(request: Asker, territory: FromPath[str]) -> Response[bytes]:
    """A timed premium on a territory, from an operator."""
    return await _taken_of(request, territory, feedback.read_signal, set_signal)


REQUESTS = (demand, signals)


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
