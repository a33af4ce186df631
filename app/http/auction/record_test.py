"""Hands tests to the recorder, for those who help a seller to integrate."""

import logging
from collections.abc import Mapping

from msgspec.structs import replace

from app.dialects import generic
from app.dialects.advice import advice_on
from app.dialects.reading import Reading
from app.domain.reasons import Refusal
from app.http.request import SellerRequest
from app.telemetry.trouble import where
from app.usecases.bid_reference import open_reference
from app.usecases.bidder import Bidder
from app.usecases.test_recorder import RecordedTest
from app.wire.ping import Ping, PingAnswer
from app.wire.post import Post, PostAnswer

_log = logging.getLogger(__name__)
_NO_KEY = "no key of a seller was found: send it as X-API-Key, as Authorization, or as the field api_key"
_SECRET = frozenset({"authorization", "x-api-key", "cookie", "proxy-authorization"})


def record_test(
    bidder: Bidder, request: SellerRequest, answer: PingAnswer | PostAnswer, status: int, said: bytes, took_ms: float
) -> None:
    """Show this request to every recorder."""
    try:
        test = _recorded(bidder, request, answer, status, said, took_ms)
        for recorder in bidder.test_recorders:
            recorder(test)
    except Exception as error:  # noqa: BLE001 - recording must not keep a seller from its answer
        _log.error("a test could not be shown: %s", where(error))


def _recorded(
    bidder: Bidder, request: SellerRequest, answer: PingAnswer | PostAnswer, status: int, said: bytes, took_ms: float
) -> RecordedTest:
    reading = _read_again(bidder, request)
    return RecordedTest(
        at=request.now,
        took_ms=took_ms,
        seller=request.seller.name if request.seller is not None else "",
        method=request.scope["method"],
        path=request.scope["path"],
        headers=_headers(request),
        body=request.body,
        asked=request.mode,
        reading=reading,
        advice=_advice(bidder, request, reading),
        answer=answer,
        status=status,
        said=said,
    )


def _headers(request: SellerRequest) -> Mapping[str, str]:
    """As they came, without what proves who sent them."""
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in request.scope["headers"]}
    return {name: "(not shown)" if name in _SECRET else value for name, value in headers.items()}


def _advice(bidder: Bidder, request: SellerRequest, reading: Ping | Post | Refusal) -> tuple[str, ...]:
    if request.seller is None:
        return (_NO_KEY,)
    vertical = None if isinstance(reading, Refusal) else bidder.catalogue.verticals.get(reading.vertical)
    typed = request.body.lstrip()[:1] == b"{"
    return advice_on(
        request.fields, request.seller, vertical, "ping" if request.mode == "ping" else "post", typed=typed
    )


def _read_again(bidder: Bidder, request: SellerRequest) -> Ping | Post | Refusal:
    """What was understood: reading is pure, so the recorder may read the request again."""
    seller = request.seller
    if request.refusal is not None or seller is None:
        return request.refusal or Refusal("auth_failed")
    verticals = bidder.catalogue.verticals
    reading: Reading[Ping] | Reading[Post]
    if request.mode == "ping":
        reading = generic.read_ping(request.fields, seller, verticals, lambda _algorithm, hashed: hashed[:16])
    else:
        reference = open_reference(bidder, generic.ping_id_of(request.fields, seller))
        reading = generic.read_post(request.fields, seller, reference.verticals or verticals, reference.vertical)
    value = reading.value
    return value if isinstance(value, Refusal) or not request.test else replace(value, test=True)
