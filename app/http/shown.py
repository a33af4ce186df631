"""A test as those see it who help a seller to integrate."""

from collections.abc import Mapping

from app.dialects import generic
from app.dialects.reading import Reading
from app.domain.reasons import Refusal
from app.http.knock import Knock, Request
from app.usecases.desk import Desk
from app.usecases.ticket import open_ticket
from app.usecases.witness import Tried
from app.wire.ping import Ping, PingAnswer
from app.wire.post import Post, PostAnswer

_SECRET = frozenset({"authorization", "x-api-key", "cookie", "proxy-authorization"})


def show(
    desk: Desk,
    request: Request,
    knock: Knock,
    answer: PingAnswer | PostAnswer,
    status: int,
    said: bytes,
    took_ms: float,
) -> None:
    """Let every witness see this request, if it is a test or nobody knows whose it is."""
    reading = _read_again(desk, knock)
    if not (knock.test or knock.seller is None or (not isinstance(reading, Refusal) and reading.test)):
        return
    headers = _headers(request)
    tried = Tried(
        at=knock.now,
        took_ms=took_ms,
        seller=knock.seller.name if knock.seller is not None else "",
        method=request.scope["method"],
        path=request.scope["path"],
        content_type=headers.get("content-type", ""),
        headers=headers,
        body=knock.body,
        asked=knock.mode,
        reading=reading,
        warnings=answer.warnings,
        answer=answer,
        status=status,
        said=said,
    )
    for witness in desk.witnesses:
        witness(tried)


def _headers(request: Request) -> Mapping[str, str]:
    """As they came, without what proves who sent them."""
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in request.scope["headers"]}
    return {name: "(not shown)" if name in _SECRET else value for name, value in headers.items()}


def _read_again(desk: Desk, knock: Knock) -> Ping | Post | Refusal:
    """What was understood: reading is pure, so whoever only watches may do it once more."""
    seller = knock.seller
    if knock.refusal is not None or seller is None:
        return knock.refusal or Refusal("auth_failed")
    verticals = desk.catalogue.verticals
    reading: Reading[Ping] | Reading[Post]
    if knock.mode == "ping":
        reading = generic.read_ping(knock.fields, seller, verticals, lambda _algorithm, hashed: hashed[:16])
    else:
        ticket = open_ticket(desk, generic.ping_id_of(knock.fields, seller))
        reading = generic.read_post(knock.fields, seller, verticals, ticket.vertical)
    return reading.value
