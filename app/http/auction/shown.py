"""A test as those see it who help a seller to integrate."""

import logging
from collections.abc import Mapping

from msgspec.structs import replace

from app.dialects import generic
from app.dialects.advice import advice_on
from app.dialects.reading import Reading
from app.domain.reasons import Refusal
from app.http.auction.knock import Knock
from app.telemetry.trouble import where
from app.usecases.desk import Desk
from app.usecases.onboarding.witness import Tried
from app.usecases.ticket import open_ticket
from app.wire.ping import Ping, PingAnswer
from app.wire.post import Post, PostAnswer

_log = logging.getLogger(__name__)
_NO_KEY = "no key of a seller was found: send it as X-API-Key, as Authorization, or as the field api_key"
_SECRET = frozenset({"authorization", "x-api-key", "cookie", "proxy-authorization"})


def show(desk: Desk, knock: Knock, answer: PingAnswer | PostAnswer, status: int, said: bytes, took_ms: float) -> None:
    """Let every witness see this request, if it is a test by its door or its seller, or nobody knows whose it is."""
    if not (desk.witnesses and (knock.test or knock.seller is None)):
        return
    try:
        tried = _tried(desk, knock, answer, status, said, took_ms)
        for witness in desk.witnesses:
            witness(tried)
    except Exception as error:  # noqa: BLE001 - whoever watches must not keep a seller from its answer
        _log.error("a test could not be shown: %s", where(error))


def _tried(
    desk: Desk, knock: Knock, answer: PingAnswer | PostAnswer, status: int, said: bytes, took_ms: float
) -> Tried:
    reading = _read_again(desk, knock)
    return Tried(
        at=knock.now,
        took_ms=took_ms,
        seller=knock.seller.name if knock.seller is not None else "",
        method=knock.scope["method"],
        path=knock.scope["path"],
        headers=_headers(knock),
        body=knock.body,
        asked=knock.mode,
        reading=reading,
        advice=_advice(desk, knock, reading),
        answer=answer,
        status=status,
        said=said,
    )


def _headers(knock: Knock) -> Mapping[str, str]:
    """As they came, without what proves who sent them."""
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in knock.scope["headers"]}
    return {name: "(not shown)" if name in _SECRET else value for name, value in headers.items()}


def _advice(desk: Desk, knock: Knock, reading: Ping | Post | Refusal) -> tuple[str, ...]:
    if knock.seller is None:
        return (_NO_KEY,)
    vertical = None if isinstance(reading, Refusal) else desk.catalogue.verticals.get(reading.vertical)
    typed = knock.body.lstrip()[:1] == b"{"
    return advice_on(knock.fields, knock.seller, vertical, "ping" if knock.mode == "ping" else "post", typed=typed)


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
    value = reading.value
    return value if isinstance(value, Refusal) or not knock.test else replace(value, test=True)
