"""Endpoints for people who may not be bought: whoever hears of a revoked consent says so here, and it holds at once."""

from collections.abc import Awaitable, Callable, Mapping, Sequence

from litestar import Response, post

from app.dialects.reading import Reading
from app.dialects.text import Scalar, text_of
from app.domain.operators.audit import by_key
from app.domain.reasons import Refusal
from app.http.operators.operator_request import Asker, denial, operators_request, response, taken
from app.usecases.bidder import Bidder
from app.usecases.feedback import allow_person, suppress_person
from app.usecases.people.who import READERS, REMEDIES, NobodyNamed
from app.wire.feedback import Receipt

_WHY_MAX = 200
_NOBODY = Refusal("missing_field", "phone, email or hash")

Change = Callable[[Bidder, Sequence[str], str, str, float], Awaitable[Receipt]]


@post("/v1/suppressions", status_code=200)
async def suppress(request: Asker) -> Response[bytes]:
    """Never buy somebody again, from an operator or a CRM."""
    return await _changed(request, suppress_person)


@post("/v1/suppressions/end", status_code=200)
async def end_suppression(request: Asker) -> Response[bytes]:
    """Let somebody be bought again, from an operator."""
    return await _changed(request, allow_person)


SUPPRESSIONS = (suppress, end_suppression)


async def _changed(request: Asker, change: Change) -> Response[bytes]:
    bidder, asked, operator = await operators_request(request, "operator")
    if operator is None:
        return response(denial(asked, "operator"))

    def read(fields: Mapping[str, Scalar]) -> Reading[tuple[tuple[str, ...], str]]:
        return Reading(_named(bidder, fields))

    by = by_key(operator.name)
    return await taken(asked, read, lambda named: change(bidder, *named, by, asked.now))


def _named(bidder: Bidder, fields: Mapping[str, Scalar]) -> tuple[tuple[str, ...], str] | Refusal:
    """The digests of whom these fields name, and why."""
    given = {name.lower(): text_of(value) for name, value in fields.items()}
    digests: list[str] = []
    for kind, reader in READERS.items():
        text = given.get(kind, "").strip()
        try:
            digests += reader(text, bidder.keys.index).person.all if text else ()
        except NobodyNamed:
            # Its own words repeat what was sent.
            return Refusal("invalid_field", f"{kind}: {REMEDIES[kind]}")
    why = given.get("why", "")
    if len(why) > _WHY_MAX:
        return Refusal("invalid_field", f"why: at most {_WHY_MAX} characters")
    return (tuple(digests), why) if digests else _NOBODY
