"""The sandbox as a page: how to reach it, what forces each outcome, and what came of every request."""

from typing import Any

from litestar import MediaType, Request, Response, get
from litestar.datastructures import State
from litestar.handlers import HTTPRouteHandler

from app.domain.catalogue import Catalogue
from app.domain.onboarding.test_values import TABLE
from app.http.pages.public_url import public_url
from app.http.pages.seller_pages import POLICY
from app.pages.document import document
from app.platforms.known import DIALECTS
from app.usecases.bidder import Bidder
from app.usecases.onboarding.request_log import LoggedRequest, RequestLog

_KEY = "sandbox"


def sandbox_routes(request_log: RequestLog) -> list[HTTPRouteHandler]:
    """The page's endpoint."""

    @get(["/", "/sandbox"], media_type=MediaType.HTML)
    async def sandbox(request: Request[Any, Any, State]) -> Response[str]:
        """What the sandbox heard."""
        bidder: Bidder = request.app.state.bidder
        host, port = request.scope["server"] or ("127.0.0.1", None)
        # The address of the very connection, where the one that was asked for is nobody's.
        base = public_url(request, bidder.catalogue.buyer.public_urls) or f"{request.scope['scheme']}://{host}:{port}"
        page = sandbox_page(bidder.catalogue, request_log.entries, request_log.count, base)
        return Response(page, media_type=MediaType.HTML, headers=POLICY)

    return [sandbox]


def sandbox_page(catalogue: Catalogue, entries: list[LoggedRequest], count: int, base: str) -> str:
    """The whole page; a seller's published key is its name."""
    return document(
        "app/http/pages/sandbox_page.html",
        catalogue=catalogue,
        entries=entries,
        count=count,
        base=base,
        key=_KEY,
        tests=TABLE,
        dialects=DIALECTS.values(),
    )
