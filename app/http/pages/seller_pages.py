"""Pages for one seller, seen with a signed link, the seller's own key or an operator's."""

from typing import Any

from litestar import MediaType, Request, Response, get, post
from litestar.datastructures import State
from litestar.params import FromPath

from app.domain.onboarding.link import opens
from app.domain.seller import Seller
from app.http.authentication import keys_in_headers, whose_key
from app.http.pages.certification_page import certification_page
from app.http.secured import FRAMED_NOWHERE
from app.pages.document import policy
from app.usecases.bidder import Bidder
from app.usecases.onboarding.certify import Certifier, go_live

LATEST = 25
POLICY = {"Content-Security-Policy": f"{policy(live=True)}; {FRAMED_NOWHERE}"}
"""Of a page that renews itself and has a button."""

CLOSED = (
    "This link does not open this page: it has expired or is not complete. "
    "Ask the buyer for a new one, or send your key as X-API-Key.\n"
)


@get("/sellers/{seller:str}/certification", media_type=MediaType.HTML)
async def certification(request: Request[Any, Any, State], seller: FromPath[str]) -> Response[str]:
    """What its tests have shown."""
    return _page(request, seller, 200)


@post("/sellers/{seller:str}/certification", media_type=MediaType.HTML, status_code=200)
async def certify(request: Request[Any, Any, State], seller: FromPath[str]) -> Response[str]:
    """The seller goes live, where it has shown everything and was allowed to."""
    state = request.app.state
    known = visited(request, seller)
    refused = go_live(state.bidder, state.certifier, known, state.clock()) if known is not None else ""
    return _page(request, seller, 409 if refused else 200)


SELLER_PAGES = (certification, certify)


def visited(request: Request[Any, Any, State], name: str) -> Seller | None:
    """The seller whose page this is, if whoever asks may see it: nobody learns which sellers there are."""
    bidder: Bidder = request.app.state.bidder
    seller = bidder.catalogue.sellers.get(name)
    keys = keys_in_headers(dict(request.scope["headers"]))
    query = request.query_params
    linked = opens(bidder.keys.index, name, query.get("until", ""), query.get("sig", ""), request.app.state.clock())
    is_theirs = seller is not None and whose_key(keys, bidder.catalogue.seller_by_key) is seller
    if linked or is_theirs or whose_key(keys, bidder.operator_by_key) is not None:
        return seller
    return None


def closed() -> Response[str]:
    """What whoever may not see a page is told, whether or not there is such a seller."""
    return Response(CLOSED, status_code=403, media_type=MediaType.TEXT)


def _page(request: Request[Any, Any, State], name: str, status: int) -> Response[str]:
    seller = visited(request, name)
    if seller is None:
        return closed()
    bidder: Bidder = request.app.state.bidder
    certifier: Certifier = request.app.state.certifier
    query = request.scope["query_string"].decode("latin-1")
    page = certification_page(
        seller,
        bidder.catalogue.buyer.legal_name,
        certifier.standing(name),
        certifier.latest(name, LATEST),
        is_live=seller.is_live(bidder.certified),
        instructions=f"instructions{f'?{query}' if query else ''}",
    )
    return Response(page, status_code=status, media_type=MediaType.HTML, headers=POLICY)
