"""Hands tests to the recorder, for those who help a seller to integrate."""

import logging
from collections.abc import Mapping

from msgspec.structs import replace

from app.dialects import generic
from app.dialects.advice import advice_on
from app.dialects.reading import Reading
from app.domain.reasons import Refusal
from app.domain.vertical import Vertical
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
    reading, vertical = _read_again(bidder, request)
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
        advice=_advice(request, vertical),
        answer=answer,
        status=status,
        said=said,
    )


def _headers(request: SellerRequest) -> Mapping[str, str]:
    """As they came, without what proves who sent them."""
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in request.scope["headers"]}
    return {name: "(not shown)" if name in _SECRET else value for name, value in headers.items()}


def _advice(request: SellerRequest, vertical: Vertical | None) -> tuple[str, ...]:
    if request.seller is None:
        return (_NO_KEY,)
    typed = request.body.lstrip()[:1] == b"{"
    return advice_on(
        request.fields, request.seller, vertical, "ping" if request.mode == "ping" else "post", typed=typed
    )


def _read_again(bidder: Bidder, request: SellerRequest) -> tuple[Ping | Post | Refusal, Vertical | None]:
    """What was understood, and of which vertical: reading is pure, so the recorder may read the request again."""
    seller = request.seller
    if request.refusal is not None or seller is None:
        return request.refusal or Refusal("auth_failed"), None
    verticals = bidder.catalogue.verticals
    # A request that cannot be read has the fields of its vertical all the same.
    named = generic.vertical_of(request.fields, seller, verticals)
    vertical = None if isinstance(named, Refusal) else named
    reading: Reading[Ping] | Reading[Post]
    if request.mode == "ping":
        reading = generic.read_ping(request.fields, seller, verticals, lambda _algorithm, hashed: hashed[:16])
    else:
        reference = open_reference(bidder, generic.ping_id_of(request.fields, seller))
        reading = generic.read_post(request.fields, seller, reference.verticals or verticals, reference.vertical)
        vertical = reference.vertical or vertical
    value = reading.value
    return value if isinstance(value, Refusal) or not request.test else replace(value, test=True), vertical
