"""Endpoints for operators: health, readiness and metrics."""

from collections.abc import Mapping, Sequence
from importlib.metadata import version
from ipaddress import ip_address
from typing import Any

from litestar import MediaType, Request, Response, get
from litestar.datastructures import State
from msgspec import to_builtins
from msgspec.json import encode

from app.domain.auction.canary import share_now
from app.domain.catalogue import Catalogue
from app.http.authentication import keys_in_headers, whose_key
from app.http.console.described import report_paths, report_schemas
from app.http.openapi import openapi
from app.http.pages.schema_page import schema_page
from app.http.pages.written_once import WrittenOnce
from app.http.secured import FRAMED_NOWHERE
from app.pages.document import policy
from app.telemetry.exposition import CONTENT_TYPE
from app.usecases.bidder import Bidder
from app.usecases.monitoring.readiness import Obstacle, obstacle
from app.usecases.monitoring.scrape import Scrape
from app.usecases.monitoring.worker_scrapes import OWN

_VERSION = version("leadbid")
_POLICY = f"{policy()}; {FRAMED_NOWHERE}"
_DESCRIBED = WrittenOnce[bytes]()


@get("/healthz")
async def healthz() -> dict[str, str]:
    """Whether the process lives."""
    return {"status": "alive"}


@get("/readyz")
async def readyz(request: Request[Any, Any, State]) -> Response[dict[str, object]]:
    """Whether the service can bid and buy, and in which codes why not; details are shown to operators only."""
    background = request.app.state.background
    if background is None:
        return _readiness([obstacle("starting")], {})
    found = await background.obstacles()
    if request.app.state.is_stopping():
        found.insert(0, obstacle("stopping"))
    bidder: Bidder = background.bidder
    return _readiness(found, _details(bidder, found) if _may_look(request, bidder) else {})


def _readiness(found: Sequence[Obstacle], details: Mapping[str, object]) -> Response[dict[str, object]]:
    blocking = [each.reason for each in found if each.blocks]
    body: dict[str, object] = {"status": "not ready", "reasons": blocking} if blocking else {"status": "ready"}
    return Response({**body, **details}, status_code=503 if blocking else 200)


def _details(bidder: Bidder, found: Sequence[Obstacle]) -> dict[str, object]:
    """What is bid with now, and all that is in the way."""
    catalogue, paused = bidder.catalogue, bidder.standing.paused
    models, challengers = sorted(catalogue.models.items()), sorted(catalogue.challengers.items())
    is_away = any(each.reason in ("database_unwritable", "migrating") for each in found)
    return {
        "attention": [to_builtins(each) for each in found],
        "database": "away" if is_away else "writable",
        "config": catalogue.config_hash,
        "campaigns": len(catalogue.campaigns),
        "models": {name: model.version for name, model in models},
        "challengers": {
            name: {
                "version": each.model.version,
                "canary": share_now(each.canary, name, each.model.version, paused),
            }
            for name, each in challengers
        },
        "unpriced": sorted(catalogue.index.verticals - catalogue.models.keys()),
        "live_bids": bidder.standing.live_bids,
    }


@get("/metrics")
async def metrics(request: Request[Any, Any, State]) -> Response[bytes]:
    """Prometheus metrics; volumes are the buyer's own business."""
    bidder: Bidder = request.app.state.bidder
    if not _may_look(request, bidder):
        return Response(b"metrics are for loopback or an operator's key\n", status_code=401, media_type="text/plain")
    # The framework adds the charset to what is text.
    scrape: Scrape = request.app.state.background.scrape
    text = await scrape.text() if OWN in request.query_params else await scrape.of_all()
    return Response(text, media_type=CONTENT_TYPE)


@get("/schema/openapi.json")
async def schema_document(request: Request[Any, Any, State]) -> Response[bytes]:
    """OpenAPI 3.1 of every endpoint, for this configuration."""
    catalogue: Catalogue = request.app.state.bidder.catalogue
    written = await _DESCRIBED.of((catalogue.config_hash, "document"), lambda: encode(_openapi(catalogue)))
    return Response(written, media_type=MediaType.JSON)


@get("/schema", media_type=MediaType.HTML)
async def schema_html(request: Request[Any, Any, State]) -> Response[bytes]:
    """The same as a page."""
    catalogue: Catalogue = request.app.state.bidder.catalogue
    written = await _DESCRIBED.of((catalogue.config_hash, "page"), lambda: schema_page(_openapi(catalogue)))
    return Response(written, media_type=MediaType.HTML, headers={"Content-Security-Policy": _POLICY})


OPERATIONS = (healthz, readyz, metrics, schema_document, schema_html)


def _openapi(catalogue: Catalogue) -> dict[str, Any]:
    return openapi(catalogue, _VERSION, report_paths(), report_schemas())


def _may_look(request: Request[Any, Any, State], bidder: Bidder) -> bool:
    """Loopback, or an operator's key. A proxy in front makes everybody loopback: then close these paths there."""
    if whose_key(keys_in_headers(dict(request.scope["headers"])), bidder.operator_by_key) is not None:
        return True
    try:
        return request.client is not None and ip_address(request.client.host).is_loopback
    except ValueError:
        return False
