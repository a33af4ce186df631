"""Endpoints for operators: health, readiness and metrics."""

from importlib.metadata import version
from ipaddress import ip_address
from typing import Any

from litestar import MediaType, Request, Response, get
from litestar.datastructures import State

from app.domain.auction.canary import share_now
from app.http.authentication import keys_in_headers, whose_key
from app.http.console.described import report_paths, report_schemas
from app.http.openapi import openapi
from app.http.pages.schema_page import schema_page
from app.http.secured import FRAMED_NOWHERE
from app.pages.document import policy
from app.usecases.bidder import Bidder

_VERSION = version("leadbid")
_POLICY = f"{policy()}; {FRAMED_NOWHERE}"
# The framework adds the charset to what is text.
_PROMETHEUS = "text/plain; version=0.0.4"


@get("/healthz")
async def healthz() -> dict[str, str]:
    """Whether the process lives."""
    return {"status": "alive"}


@get("/readyz")
async def readyz(request: Request[Any, Any, State]) -> Response[dict[str, object]]:
    """Whether the service can bid and buy; details are shown to operators only."""
    bidder: Bidder = request.app.state.bidder
    stored = await bidder.store.ready()
    priced, paused = sorted(bidder.catalogue.models), bidder.standing.paused
    body: dict[str, object] = {"status": "ready" if stored else "not ready"}
    if _may_look(request, bidder):
        body |= {
            "database": "writable" if stored else "away",
            "config": bidder.catalogue.config_hash,
            "campaigns": len(bidder.catalogue.campaigns),
            "models": {name: bidder.catalogue.models[name].version for name in priced},
            "challengers": {
                name: {
                    "version": each.model.version,
                    "canary": share_now(each.canary, name, each.model.version, paused),
                }
                for name, each in sorted(bidder.catalogue.challengers.items())
            },
            "unpriced": sorted(bidder.catalogue.index.verticals - set(priced)),
            "live_bids": bidder.standing.live_bids,
        }
    return Response(body, status_code=200 if stored else 503)


@get("/metrics")
async def metrics(request: Request[Any, Any, State]) -> Response[bytes]:
    """Prometheus metrics; volumes are the buyer's own business."""
    bidder: Bidder = request.app.state.bidder
    if not _may_look(request, bidder):
        return Response(b"metrics are for loopback or an operator's key\n", status_code=401, media_type="text/plain")
    return Response(bidder.metrics.text(), media_type=_PROMETHEUS)


@get("/schema/openapi.json")
async def schema_document(request: Request[Any, Any, State]) -> dict[str, Any]:
    """OpenAPI 3.1 of every endpoint, for this configuration."""
    return _openapi(request)


@get("/schema", media_type=MediaType.HTML)
async def schema_html(request: Request[Any, Any, State]) -> Response[bytes]:
    """The same as a page."""
    page = schema_page(_openapi(request))
    return Response(page, media_type=MediaType.HTML, headers={"Content-Security-Policy": _POLICY})


OPERATIONS = (healthz, readyz, metrics, schema_document, schema_html)


def _openapi(request: Request[Any, Any, State]) -> dict[str, Any]:
    return openapi(request.app.state.bidder.catalogue, _VERSION, report_paths(), report_schemas())


def _may_look(request: Request[Any, Any, State], bidder: Bidder) -> bool:
    """Loopback, or an operator's key. A proxy in front makes everybody loopback: then close these paths there."""
    if whose_key(keys_in_headers(dict(request.scope["headers"])), bidder.operator_by_key) is not None:
        return True
    try:
        return request.client is not None and ip_address(request.client.host).is_loopback
    except ValueError:
        return False
